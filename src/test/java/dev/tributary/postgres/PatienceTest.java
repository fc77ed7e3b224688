package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Lock;
import dev.tributary.federation.Relation;
import dev.tributary.federation.Site;
import dev.tributary.federation.Step;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A step is polite at first, and insists only when politeness has led nowhere for long. */
class PatienceTest {
  private static final String SUBJECT = "SourceDatabase shop/users";
  private static final long NOT_YET = -1;
  private static final Step MOVE = new AStep("Move table public.users");
  private static final Step OTHER = new AStep("Move table public.notes");

  private record AStep(String sentence) implements Step {
    @Override
    public Site site() {
      return Site.SOURCE;
    }

    @Override
    public List<String> sql() {
      return List.of();
    }
  }

  private static final class ManualClock extends Clock {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    void pass(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private static final Duration TEN = Duration.ofMillis(10);

  private final ManualClock clock = new ManualClock();
  private final Patience patience = new Patience(clock);

  private long millis(Step step, long atMost) {
    var lock = new Lock(new Relation("public", "users"), Duration.ofMillis(atMost));
    return patience.of(SUBJECT, step, lock).map(Duration::toMillis).orElse(-1L);
  }

  @Test
  void theFirstAttemptIsNoticedByNobody() {
    assertThat(millis(MOVE, 500)).isEqualTo(10);
  }

  @ParameterizedTest
  @CsvSource({"1, 10", "3, 12", "12, 50", "60, 250", "119, 495", "120, 500", "3600, 500"})
  void theLongerItTriesInVainTheLongerItWaits(long seconds, long millis) {
    patience.failed(SUBJECT, MOVE, TEN);
    clock.pass(Duration.ofSeconds(seconds));

    assertThat(millis(MOVE, 500)).isEqualTo(millis);
  }

  @Test
  void aClockThatGoesBackHoldsNoStepUp() {
    patience.failed(SUBJECT, MOVE, Duration.ofMillis(900));
    clock.pass(Duration.ofHours(-1));

    assertThat(millis(MOVE, 500)).isEqualTo(10);
  }

  @Test
  void everyFailureCountsFromTheFirst() {
    patience.failed(SUBJECT, MOVE, TEN);
    clock.pass(Duration.ofSeconds(60));
    patience.failed(SUBJECT, MOVE, TEN);
    clock.pass(Duration.ofSeconds(60));

    assertThat(millis(MOVE, 500)).isEqualTo(500);
  }

  @ParameterizedTest
  @CsvSource({"10, 199, 200", "50, 999, 1000", "500, 9999, 10000"})
  void itWaitsForATwentiethOfTheTimeAtMost(long inVain, long tooEarly, long late) {
    patience.failed(SUBJECT, MOVE, Duration.ofMillis(inVain));
    clock.pass(Duration.ofMillis(tooEarly));
    assertThat(millis(MOVE, 500)).isEqualTo(NOT_YET);
    assertThat(millis(OTHER, 500)).isEqualTo(10);

    clock.pass(Duration.ofMillis(late - tooEarly));
    assertThat(millis(MOVE, 500)).isPositive();
  }

  @Test
  void itNeverWaitsLongerThanAllowed() {
    assertThat(millis(MOVE, 3)).isEqualTo(3);

    patience.failed(SUBJECT, MOVE, TEN);
    clock.pass(Duration.ofHours(1));
    assertThat(millis(MOVE, 3)).isEqualTo(3);
    assertThat(millis(MOVE, 30_000)).as("below deadlock_timeout").isEqualTo(900);
  }

  @Test
  void whatIsDoneIsForgotten() {
    patience.failed(SUBJECT, MOVE, TEN);
    clock.pass(Duration.ofMinutes(5));
    patience.done(SUBJECT, MOVE);

    assertThat(millis(MOVE, 500)).isEqualTo(10);
  }

  @Test
  void oneStepsTroubleMakesNoOtherImpatient() {
    patience.failed(SUBJECT, MOVE, TEN);
    patience.failed("SourceDatabase shop/billing", OTHER, TEN);
    clock.pass(Duration.ofMinutes(5));

    assertThat(millis(OTHER, 500)).isEqualTo(10);
    assertThat(millis(new AStep(MOVE.sentence()), 500)).isEqualTo(500);
  }

  @Test
  void aClockThatGoesBackMakesItOnlyMoreCareful() {
    patience.failed(SUBJECT, MOVE, TEN);
    clock.pass(Duration.ofMinutes(-5));

    assertThat(millis(MOVE, 500)).isEqualTo(10);
  }

  @Test
  void itWaitsForATwentiethOfTheTimeAtMost() {
    patience.failed(SUBJECT, MOVE, Duration.ofMillis(500));
    clock.pass(Duration.ofMillis(9_999));
    assertThat(millis(MOVE, 500)).as("not yet").isEqualTo(-1);

    clock.pass(Duration.ofMillis(1));
    assertThat(millis(MOVE, 500)).isPositive();
  }
}
