package dev.tributary.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tributary.api.DeletionPolicy;
import dev.tributary.api.SourceDatabase;
import dev.tributary.federation.Outcome;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Site;
import dev.tributary.federation.Step;
import dev.tributary.federation.Trouble;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A deletion is tried until it is done, and its reason is said meanwhile. */
class DeletionTest {
  private static final Instant DELETED = Instant.parse("2026-01-01T00:00:00Z");
  private final List<Problem> written = new ArrayList<>();

  private static Deletion deletion(Duration timeout, Duration later) {
    return new Deletion(
        new Workshop(
            null,
            null,
            null,
            null,
            new Pace(Duration.ofSeconds(30)),
            new DdlListeners(),
            timeout,
            Clock.fixed(DELETED.plus(later), ZoneOffset.UTC)));
  }

  private static SourceDatabase deleted() {
    var source = Resources.source(null, null);
    source.getMetadata().setDeletionTimestamp(DELETED.toString());
    return source;
  }

  @Test
  void whatIsTakenDownIsGone() {
    var control =
        deletion(Duration.ofMinutes(5), Duration.ZERO)
            .run(deleted(), DeletionPolicy.Delete, overdue -> {}, written::add);

    assertThat(control.isRemoveFinalizer()).isTrue();
    assertThat(written).isEmpty();
  }

  @Test
  void whatCannotBeTakenDownYetSaysWhyAndIsTriedAgainSoon() {
    var control =
        deletion(Duration.ofMinutes(5), Duration.ofMinutes(4))
            .run(
                deleted(),
                DeletionPolicy.Delete,
                overdue -> {
                  throw new Trouble(Reason.Unreachable, "Nothing answers.");
                },
                written::add);

    assertThat(control.isRemoveFinalizer()).isFalse();
    assertThat(control.getScheduleDelay()).contains(1000L);
    assertThat(written).containsExactly(new Problem(Reason.Deleting, "Nothing answers."));
  }

  @Test
  void whatOthersStillUseIsWaitedForHoweverLongItTakes() {
    var waiting = new Problem(Reason.WaitingForFederation, "Still used.");
    var control =
        deletion(Duration.ofMinutes(5), Duration.ofDays(365))
            .run(
                deleted(),
                DeletionPolicy.Retain,
                overdue -> {
                  throw new Trouble(waiting);
                },
                written::add);

    assertThat(control.isRemoveFinalizer()).isFalse();
    assertThat(written).containsExactly(waiting);
  }

  @ParameterizedTest
  @CsvSource({
    // policy, timeout, seconds later, overdue
    "Delete, 300, 300, false",
    "Delete, 300, 301, true",
    "Retain, 300, 30, false",
    "Retain, 300, 31, true",
    "Retain, 10, 10, false",
    "Retain, 10, 11, true",
  })
  void whoeverRetainsIsOverdueSoonerBecauseLessIsLeftBehind(
      DeletionPolicy policy, long timeout, long later, boolean overdue) {
    var told = new ArrayList<Boolean>();
    deletion(Duration.ofSeconds(timeout), Duration.ofSeconds(later))
        .run(deleted(), policy, told::add, written::add);

    assertThat(told).containsExactly(overdue);
  }

  @Test
  void whatIsNotDeletedIsNotOverdue() {
    assertThat(
            deletion(Duration.ZERO, Duration.ofDays(365))
                .isOverdue(Resources.source(null, null), DeletionPolicy.Delete))
        .isFalse();
  }

  private record Something() implements Step {
    @Override
    public Site site() {
      return Site.TARGET;
    }

    @Override
    public List<String> sql() {
      return List.of();
    }

    @Override
    public String sentence() {
      return "Drop the table";
    }
  }

  private static Rounds.Result<Rounds.Look> result(Plan plan, Problem... failures) {
    return new Rounds.Result<>(() -> plan, new Outcome(List.of(), List.of(failures)));
  }

  @Test
  void whatIsLeftIsTrouble() {
    var plan = Plan.of(List.of(new Something()));
    var failure = new Problem(Reason.ObjectInUse, "In use.");

    assertThatCode(() -> Deletion.throwIfLeft(result(Plan.NOTHING))).doesNotThrowAnyException();
    assertThatExceptionOfType(Trouble.class)
        .isThrownBy(() -> Deletion.throwIfLeft(result(plan)))
        .satisfies(
            t ->
                assertThat(t.problem())
                    .isEqualTo(new Problem(Reason.Deleting, "Drop the table is left to do.")));
    assertThatExceptionOfType(Trouble.class)
        .isThrownBy(() -> Deletion.throwIfLeft(result(Plan.blocked(List.of(failure)))))
        .satisfies(t -> assertThat(t.problem()).isEqualTo(failure));
    assertThatExceptionOfType(Trouble.class)
        .isThrownBy(() -> Deletion.throwIfLeft(result(plan, failure)))
        .satisfies(t -> assertThat(t.problem()).isEqualTo(failure));
  }

  @Test
  void anExceptionThatNobodyExpectedIsNamedButNotRepeated() {
    assertThat(Deletion.unexpected(new IllegalStateException("password=s3cret")))
        .isEqualTo(
            new Problem(
                Reason.InternalError,
                "The operator failed (IllegalStateException) and tries again; its log says"
                    + " where."));
  }
}
