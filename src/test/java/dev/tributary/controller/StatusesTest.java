package dev.tributary.controller;

import static dev.tributary.controller.Resources.condition;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.Phase;
import dev.tributary.api.Preflight;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.ReplicationFederationStatus;
import dev.tributary.federation.FlowReport;
import dev.tributary.federation.IndexReport;
import dev.tributary.federation.LaneReport;
import dev.tributary.federation.LaneReport.Unsynced;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.SlotState;
import dev.tributary.federation.States;
import dev.tributary.federation.SubscriptionState;
import dev.tributary.federation.SubscriptionState.State;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reports as a status: the summary that kubectl get shows, then every source. */
class StatusesTest {
  private static final List<Condition> CONDITIONS =
      List.of(condition("Ready", "True", "InSync", "2026-01-01T00:00:00Z"));

  /** A report; what is not said is well. */
  private static final class AReport {
    private final String source;
    private Phase phase = Phase.Streaming;
    private Problem why = new Problem(Reason.InSync, "All is well.");
    private int ready = 2;
    private int total = 2;
    private int percent = 100;
    private long bytes = 1000;
    private Optional<Long> lagSeconds = Optional.of(0L);
    private Optional<SlotState> slot = Optional.empty();
    private Optional<SubscriptionState> subscription = Optional.empty();
    private IndexReport indexes = IndexReport.NONE;
    private List<String> pending = List.of();
    private List<Unsynced> unsynced = List.of();

    AReport(String source) {
      this.source = source;
    }

    AReport phase(Phase phase) {
      this.phase = phase;
      return this;
    }

    AReport why(Reason reason) {
      this.why = new Problem(reason, "A sentence about " + reason + ".");
      return this;
    }

    AReport tables(int ready, int total) {
      this.ready = ready;
      this.total = total;
      return this;
    }

    AReport copied(int percent, long bytes) {
      this.percent = percent;
      this.bytes = bytes;
      return this;
    }

    AReport lag(Long seconds) {
      lagSeconds = Optional.ofNullable(seconds);
      return this;
    }

    AReport with(SlotState slot, SubscriptionState subscription) {
      this.slot = Optional.of(slot);
      this.subscription = Optional.of(subscription);
      return this;
    }

    AReport indexes(IndexReport indexes) {
      this.indexes = indexes;
      return this;
    }

    AReport pending(String... sentences) {
      pending = List.of(sentences);
      return this;
    }

    AReport unsynced(Unsynced... tables) {
      unsynced = List.of(tables);
      return this;
    }

    FlowReport build() {
      return new FlowReport(
          source,
          phase,
          why,
          "svc",
          List.of(
              new LaneReport(
                  "default",
                  States.FLOW,
                  ready,
                  total,
                  bytes * percent / 100.0,
                  bytes,
                  slot.map(SlotState::lagBytes),
                  lagSeconds,
                  slot,
                  subscription,
                  unsynced)),
          List.of(),
          pending,
          indexes);
    }
  }

  private static ReplicationFederationStatus status(AReport... reports) {
    return Statuses.federation(built(reports), 5L, CONDITIONS);
  }

  private static List<FlowReport> built(AReport... reports) {
    return Stream.of(reports).map(AReport::build).toList();
  }

  @Test
  void aFederationHasOneEntryASourceAndASummary() {
    var users =
        new AReport("users")
            .phase(Phase.Copying)
            .why(Reason.Copying)
            .tables(1, 3)
            .copied(40, 3000)
            .lag(12L)
            .with(
                States.slot().lag(70_000).retained(67_000_000).build(),
                States.subscription().applyErrors(1).syncErrors(2).build())
            .pending("Do this", "Do that")
            .indexes(
                new IndexReport(
                    3,
                    5,
                    Optional.of(new IndexReport.Building("users_email", 45, false)),
                    Optional.empty()))
            .unsynced(
                new Unsynced("notes", Optional.of(State.CatchingUp)),
                new Unsynced("events", Optional.empty()));

    assertThat(status(users, new AReport("billing")))
        .isEqualTo(
            new ReplicationFederationStatus(
                5L,
                Phase.Copying,
                "1/2",
                "3/5",
                "55%",
                "12s",
                List.of(
                    new ReplicationFederationStatus.Source(
                        "users",
                        Phase.Copying,
                        "Copying",
                        "A sentence about Copying.",
                        "svc",
                        1,
                        3,
                        40,
                        new ReplicationFederationStatus.Indexes(
                            3, 5, new ReplicationFederationStatus.Building("users_email", 45)),
                        70_000L,
                        12L,
                        List.of(
                            new ReplicationFederationStatus.Lane(
                                "default",
                                1,
                                3,
                                70_000L,
                                12L,
                                new ReplicationFederationStatus.Slot(
                                    States.FLOW, true, "reserved", 67_000_000L, null, null, true),
                                new ReplicationFederationStatus.Subscription(
                                    States.FLOW, States.FLOW, true, true, 1L, 2L))),
                        new Preflight(0, 0, 0, List.of()),
                        List.of("Do this", "Do that"),
                        List.of(
                            new ReplicationFederationStatus.TableState("notes", "CatchingUp"),
                            new ReplicationFederationStatus.TableState("events", "Missing"))),
                    new ReplicationFederationStatus.Source(
                        "billing",
                        Phase.Streaming,
                        "InSync",
                        "All is well.",
                        "svc",
                        2,
                        2,
                        100,
                        new ReplicationFederationStatus.Indexes(0, 0, null),
                        null,
                        0L,
                        List.of(
                            new ReplicationFederationStatus.Lane(
                                "default", 2, 2, null, 0L, null, null)),
                        new Preflight(0, 0, 0, List.of()),
                        null,
                        null)),
                CONDITIONS));
  }

  @ParameterizedTest
  @CsvSource({
    "Streaming, Streaming, Streaming",
    "Streaming, Copying, Copying",
    "Streaming, Indexing, Indexing",
    "Indexing, Copying, Copying",
    "Copying, Preparing, Preparing",
    "Preparing, Pending, Pending",
    "Pending, Blocked, Blocked",
    "Suspended, Streaming, Suspended",
    "Suspended, Copying, Copying",
  })
  void thePhaseIsThatOfTheSourceThatIsLeastFar(Phase one, Phase other, Phase whole) {
    assertThat(status(new AReport("a").phase(one), new AReport("b").phase(other)).phase())
        .isEqualTo(whole);
    assertThat(status(new AReport("a").phase(other), new AReport("b").phase(one)).phase())
        .isEqualTo(whole);
  }

  @Test
  void everyPhaseCanBeThatOfTheWhole() {
    for (Phase phase : Phase.values()) {
      assertThat(status(new AReport("a").phase(phase)).phase()).isEqualTo(phase);
    }
  }

  @Test
  void theCopyIsWeighedByBytesAndRoundedDown() {
    assertThat(status(new AReport("a").copied(100, 1), new AReport("b").copied(0, 999)).copied())
        .isEqualTo("0%");
    assertThat(
            status(new AReport("a").copied(0, 8192), new AReport("b").copied(100, 5L << 40))
                .copied())
        .isEqualTo("99%");
    assertThat(
            status(new AReport("a").copied(100, 8192), new AReport("b").copied(100, 1L << 50))
                .copied())
        .isEqualTo("100%");
  }

  @Test
  void withoutBytesTheCopyIsDoneWhenEverythingStreams() {
    assertThat(status(new AReport("a").copied(100, 0)).copied()).isEqualTo("100%");
    assertThat(status(new AReport("a").copied(0, 0).phase(Phase.Pending)).copied()).isEqualTo("0%");
  }

  @Test
  void theLagIsTheGreatestThatIsKnown() {
    assertThat(
            status(new AReport("a").lag(3L), new AReport("b").lag(null), new AReport("c").lag(9L))
                .lag())
        .isEqualTo("9s");
    assertThat(status(new AReport("a").lag(null)).lag()).isNull();
  }

  @Test
  void longListsAreCutBecauseEtcdIsSmall() {
    var sentences = IntStream.range(0, 30).mapToObj(i -> "Step " + i).toList();
    var tables = new ArrayList<Unsynced>();
    sentences.forEach(s -> tables.add(new Unsynced(s, Optional.of(State.Waiting))));
    var entry =
        status(
                new AReport("a")
                    .pending(sentences.toArray(String[]::new))
                    .unsynced(tables.toArray(Unsynced[]::new)))
            .sources()
            .get(0);

    assertThat(entry.pending()).isEqualTo(sentences.subList(0, 20));
    assertThat(entry.tables())
        .extracting(ReplicationFederationStatus.TableState::name)
        .isEqualTo(sentences.subList(0, 20));
  }

  @Test
  void theWholeIsInSyncWhenEverySourceIs() {
    assertThat(
            Statuses.why(
                Resources.federation(), built(new AReport("a"), new AReport("b").tables(5, 5))))
        .isEqualTo(
            new Problem(Reason.InSync, "7 of 7 tables, from 2 sources, are in sync with search."));
    assertThat(Statuses.why(Resources.federation(), built(new AReport("a"))))
        .isEqualTo(
            new Problem(Reason.InSync, "2 of 2 tables, from 1 source, are in sync with search."));
  }

  @Test
  void theFirstSourceThatNeedsAPersonSpeaksForTheWhole() {
    assertThat(
            Statuses.why(
                Resources.federation(),
                built(
                    new AReport("a"),
                    new AReport("b").why(Reason.Copying),
                    new AReport("c").why(Reason.SlotLost),
                    new AReport("d").why(Reason.NameTaken))))
        .isEqualTo(new Problem(Reason.SlotLost, "c: A sentence about SlotLost."));
  }

  @Test
  void elseTheFirstThatIsNotWellYet() {
    assertThat(
            Statuses.why(
                Resources.federation(),
                built(
                    new AReport("a"),
                    new AReport("b").why(Reason.Copying),
                    new AReport("c").why(Reason.Unreachable))))
        .isEqualTo(new Problem(Reason.Copying, "b: A sentence about Copying."));
  }

  @Test
  void theApplyErrorsOfBeforeAreThoseOfTheSourcesLastEntry() {
    ReplicationFederation federation = Resources.federation();
    federation.setStatus(
        status(
            new AReport("users")
                .with(States.slot().build(), States.subscription().applyErrors(4).build()),
            new AReport("billing")));

    assertThat(Statuses.applyErrorsBefore(federation, "users"))
        .containsExactly(Map.entry("default", 4L));
  }

  @Test
  void beforeTheFirstReportNoErrorIsNews() {
    ReplicationFederation federation = Resources.federation();
    assertThat(Statuses.applyErrorsBefore(federation, "users")).isEmpty();

    federation.setStatus(status(new AReport("users")));
    assertThat(Statuses.applyErrorsBefore(federation, "users")).isEmpty();
    assertThat(Statuses.applyErrorsBefore(federation, "other")).isEmpty();
  }
}
