package dev.tributary.federation;

import static dev.tributary.federation.States.FLOW;
import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.flow;
import static dev.tributary.federation.States.problem;
import static dev.tributary.federation.States.relation;
import static dev.tributary.federation.States.settled;
import static dev.tributary.federation.States.slot;
import static dev.tributary.federation.States.subscription;
import static dev.tributary.federation.States.table;
import static dev.tributary.federation.States.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.Phase;
import dev.tributary.federation.LaneReport.Unsynced;
import dev.tributary.federation.States.ADesiredFlow;
import dev.tributary.federation.States.AFlow;
import dev.tributary.federation.States.ASlot;
import dev.tributary.federation.States.ASubscription;
import dev.tributary.federation.States.ATarget;
import dev.tributary.federation.SubscriptionState.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a person reads about a flow. */
class FlowReportTest {
  private static final TableSelection USERS = settled(table("users").moved().bytes(1_000_000));
  private static final long NO_ERRORS_BEFORE = 0;

  private static final Map<String, Duration> LAG = Map.of(FLOW, Duration.ofMillis(7_900));

  private static FlowReport report(
      ADesiredFlow desired,
      TableSelection tables,
      AFlow source,
      ATarget target,
      Plan plan,
      Outcome outcome,
      long applyErrorsBefore) {
    return FlowReport.of(
        desired.build(),
        tables,
        source.build(),
        target.build(),
        plan,
        outcome,
        LAG,
        Map.of(Lane.DEFAULT, applyErrorsBefore));
  }

  private static FlowReport report(Plan plan, Outcome outcome, ATarget target) {
    return report(desiredFlow(), USERS, flow().with(slot()), target, plan, outcome, 0);
  }

  private static FlowReport report(TableSelection tables, ASubscription subscription) {
    return report(
        desiredFlow(),
        tables,
        flow().with(slot()),
        target().with(subscription),
        Plan.NOTHING,
        Outcome.NOTHING,
        NO_ERRORS_BEFORE);
  }

  private static FlowReport report(ASlot slot, ASubscription subscription) {
    return report(
        desiredFlow(),
        USERS,
        flow().with(slot),
        target().with(subscription),
        Plan.NOTHING,
        Outcome.NOTHING,
        NO_ERRORS_BEFORE);
  }

  @Test
  void aFlowInSyncSaysSoAndHowItStands() {
    var slot = slot().lag(123_456).retained(987_654_321);
    var subscription = subscription().ready("users");

    assertThat(report(slot, subscription))
        .isEqualTo(
            new FlowReport(
                "users",
                Phase.Streaming,
                new Problem(Reason.InSync, "1 table is in sync."),
                "svc",
                List.of(
                    new LaneReport(
                        "default",
                        FLOW,
                        1,
                        1,
                        1_000_000,
                        1_000_000,
                        Optional.of(120_000L),
                        Optional.of(7L),
                        Optional.of(slot().lag(120_000).retained(980_000_000).build()),
                        Optional.of(subscription.build()),
                        List.of())),
                List.of(),
                List.of()));
  }

  @Test
  void severalTablesAreCounted() {
    assertThat(
            report(
                    settled(table("users").moved(), table("notes").moved()),
                    subscription().ready("users", "notes"))
                .why())
        .isEqualTo(new Problem(Reason.InSync, "2 tables are in sync."));
  }

  @Nested
  class Why {

    @Test
    void aProblemOfThePlanComesFirst() {
      var report =
          report(
              Plan.blocked(List.of(problem(Reason.SchemaDrift))),
              Outcome.NOTHING,
              target().with(subscription().ready("users")));

      assertThat(report.why()).isEqualTo(problem(Reason.SchemaDrift));
      assertThat(report.phase()).isEqualTo(Phase.Blocked);
    }

    @Test
    void aFailureThatMendsItselfDoesNotChangeThePhase() {
      var failed = new Outcome(List.of(), List.of(problem(Reason.LockTimeout)));

      assertThat(report(Plan.NOTHING, failed, target().with(subscription().ready("users"))))
          .satisfies(r -> assertThat(r.why()).isEqualTo(problem(Reason.LockTimeout)))
          .satisfies(r -> assertThat(r.phase()).isEqualTo(Phase.Streaming));
      assertThat(report(Plan.NOTHING, failed, target()).phase()).isEqualTo(Phase.Preparing);
    }

    @Test
    void theStepThatComesNextIsWhatIsBeingPrepared() {
      var plan = Plan.of(List.of(new SubscriptionSteps.EnableSubscription(FLOW)));
      var report = report(plan, Outcome.NOTHING, target());

      assertThat(report.why())
          .isEqualTo(new Problem(Reason.Preparing, "Enable the subscription " + FLOW + "."));
      assertThat(report.phase()).isEqualTo(Phase.Preparing);
      assertThat(report.pending()).containsExactly("Enable the subscription " + FLOW);
    }

    @Test
    void aFlowWithoutASubscriptionHasNotBegun() {
      assertThat(report(Plan.NOTHING, Outcome.NOTHING, target()))
          .satisfies(
              r -> assertThat(r.why()).isEqualTo(new Problem(Reason.Preparing, "Not begun yet.")))
          .satisfies(r -> assertThat(r.phase()).isEqualTo(Phase.Preparing));
    }

    @Test
    void aSuspendedFlowSaysWhatItCosts() {
      var report =
          report(
              desiredFlow().suspended(),
              USERS,
              flow().with(slot().retained(100 << 20)),
              target().with(subscription().ready("users").disabled()),
              Plan.NOTHING,
              Outcome.NOTHING,
              NO_ERRORS_BEFORE);

      assertThat(report.why())
          .isEqualTo(
              new Problem(
                  Reason.Suspended,
                  "Suspended: the source keeps its WAL until spec.suspend is false."));
      assertThat(report.phase()).isEqualTo(Phase.Suspended);
    }

    @Test
    void aPersonIsNeededEvenWhileItIsSuspended() {
      assertThat(
              report(
                      desiredFlow().suspended(),
                      USERS,
                      flow(),
                      target(),
                      Plan.blocked(List.of(problem(Reason.OwnedByAnother))),
                      Outcome.NOTHING,
                      NO_ERRORS_BEFORE)
                  .phase())
          .isEqualTo(Phase.Blocked);
    }

    @Test
    void applyErrorsThatGrewAreSaid() {
      var report = report(USERS, subscription().ready("users").applyErrors(3));

      assertThat(report.why())
          .isEqualTo(
              new Problem(
                  Reason.ApplyFailing,
                  "The apply worker of subscription tributary_all_users_e403e136 is not running (3 apply"
                      + " errors so far): the log of the target's server has the reason; it is"
                      + " tried again by itself."));
      assertThat(report.phase()).isEqualTo(Phase.Streaming);
    }

    @ParameterizedTest
    @CsvSource({"3, 3", "2, 3", "0, 9223372036854775807"})
    void applyErrorsOfTheePastAreNotSaid(long now, long before) {
      assertThat(
              report(
                      desiredFlow(),
                      USERS,
                      flow(),
                      target().with(subscription().ready("users").applyErrors(now)),
                      Plan.NOTHING,
                      Outcome.NOTHING,
                      before)
                  .why()
                  .reason())
          .isEqualTo(Reason.InSync);
    }

    @Test
    void anApplyWorkerThatDoesNotRunIsSaidWithOrWithoutErrors() {
      assertThat(report(USERS, subscription().ready("users").notRunning()).why().reason())
          .isEqualTo(Reason.ApplyFailing);
    }

    @Test
    void whileTablesAreCopiedTheWorkerMayBeBetweenTwoRuns() {
      assertThat(
              report(USERS, subscription().table("users", State.Waiting, 0).notRunning())
                  .why()
                  .reason())
          .isEqualTo(Reason.Copying);
    }

    @Test
    void aCopySaysHowFarItIs() {
      var report =
          report(
              settled(
                  table("users").moved().bytes(600_000),
                  table("notes").moved().bytes(400_000).rows(100)),
              subscription().ready("users").table("notes", State.Copying, 25));

      assertThat(report.why())
          .isEqualTo(new Problem(Reason.Copying, "1 of 2 tables are in sync, 70% copied."));
      assertThat(report.phase()).isEqualTo(Phase.Copying);
    }

    @Test
    void whatIsInSyncMayLackIndexes() {
      var report =
          report(
              desiredFlow(),
              USERS,
              flow().with(slot()).indexes(States.index("users", "users_name", 7)),
              target().tables(table("users").mirrored()).with(subscription().ready("users")),
              Plan.of(
                  List.of(
                      new IndexSteps.BuildIndex(
                          relation("users"), "b", "users_name", false, "", Optional.empty()))),
              Outcome.NOTHING,
              NO_ERRORS_BEFORE);
      assertThat(report.why()).isEqualTo(new Problem(Reason.Indexing, "0 of 1 indexes are built."));
      assertThat(report.phase()).isEqualTo(Phase.Indexing);
      assertThat(report.pending()).containsExactly("Build the index users_name on svc.users");
    }

    @Test
    void anIndexThatCannotBeThereHoldsNothingUp() {
      var report =
          report(
              desiredFlow(),
              USERS,
              flow().with(slot()).indexes(States.index("users", "users_nick", 7).on("nick")),
              target().tables(table("users").mirrored()).with(subscription().ready("users")),
              Plan.NOTHING,
              Outcome.NOTHING,
              NO_ERRORS_BEFORE);
      assertThat(report.phase()).isEqualTo(Phase.Streaming);
      assertThat(report.findings())
          .extracting(Finding::reason)
          .containsExactly(Reason.IndexSkipped);
    }

    @Test
    void aCopyThatFailedSaysWhereTheReasonIs() {
      assertThat(
              report(USERS, subscription().table("users", State.Waiting, 0).syncErrors(4))
                  .why()
                  .sentence())
          .isEqualTo(
              "0 of 1 tables are in sync, 0% copied; copying failed 4 times, the log of the"
                  + " target's server has the reason.");
    }
  }

  @Nested
  class Progress {

    @Test
    void theTablesThatAreNotInSyncAreNamedWithTheirState() {
      var report =
          report(
              settled(
                  table("a").moved(),
                  table("b").moved(),
                  table("c").moved(),
                  table("d").moved(),
                  table("e").moved()),
              subscription()
                  .ready("a")
                  .table("b", State.CatchingUp, 0)
                  .table("c", State.Copying, 0)
                  .table("d", State.Waiting, 0));

      assertThat(report.tablesReady()).isEqualTo(1);
      assertThat(report.tablesTotal()).isEqualTo(5);
      assertThat(report.unsynced())
          .containsExactly(
              new Unsynced("b", Optional.of(State.CatchingUp)),
              new Unsynced("c", Optional.of(State.Copying)),
              new Unsynced("d", Optional.of(State.Waiting)),
              new Unsynced("e", Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({
      // rows copied, estimated, percent
      "0, 100, 0",
      "50, 100, 50",
      "99, 100, 99",
      "100, 100, 99",
      "500, 100, 99",
      "500, 0, 0",
    })
    void aTableThatIsBeingCopiedIsNeverDone(long copied, long estimated, int percent) {
      assertThat(
              report(
                      settled(table("users").moved().bytes(1_000_000).rows(estimated)),
                      subscription().table("users", State.Copying, copied))
                  .copiedPercent())
          .isEqualTo(percent);
    }

    @Test
    void aTableThatCatchesUpIsCopied() {
      assertThat(report(USERS, subscription().table("users", State.CatchingUp, 0)).copiedPercent())
          .isEqualTo(100);
    }

    @Test
    void anEmptyTableThatWaitsKeepsTheHugeOneFromBeingAll() {
      var report =
          report(
              settled(table("huge").moved().bytes(5L << 40), table("empty").moved()),
              subscription().ready("huge").table("empty", State.Waiting, 0));

      assertThat(report.copiedPercent()).isEqualTo(99);
      assertThat(report.bytesTotal()).isEqualTo((5L << 40) + 8192);
    }

    @Test
    void aTableThatTheSubscriptionDoesNotKnowIsNotCopied() {
      assertThat(report(USERS, subscription()).copiedPercent()).isZero();
    }

    @Test
    void aTableOfTheSameNameInAnotherSchemaIsAnotherTable() {
      assertThat(report(USERS, subscription().readyElsewhere("users")).unsynced())
          .containsExactly(new Unsynced("users", Optional.empty()));
    }

    @Test
    void beforeThereIsASubscriptionNothingIsCopiedNotEvenNoTable() {
      assertThat(
              report(
                      desiredFlow(),
                      settled(),
                      flow(),
                      target(),
                      Plan.NOTHING,
                      Outcome.NOTHING,
                      NO_ERRORS_BEFORE)
                  .copiedPercent())
          .isZero();
    }

    @Test
    void noTableIsAllOfThem() {
      assertThat(report(settled(), subscription()))
          .satisfies(r -> assertThat(r.copiedPercent()).isEqualTo(100))
          .satisfies(r -> assertThat(r.phase()).isEqualTo(Phase.Streaming));
    }
  }

  /** What moves all the time is not worth a write. */
  @Nested
  class Lag {

    @ParameterizedTest
    @CsvSource({
      "0, 0",
      "65535, 0",
      "65536, 65000",
      "65999, 65000",
      "99999, 99000",
      "100000, 100000",
      "109999, 100000",
      "119999, 110000",
      "123456789, 120000000",
      "9223372036854775807, 9200000000000000000",
    })
    void bytesHaveTwoSignificantDigitsAndAnIdleServerShowsNone(long bytes, long shown) {
      var report = report(slot().lag(bytes), subscription().ready("users"));

      assertThat(report.lagBytes()).contains(shown);
      assertThat(report.lanes().get(0).slot().orElseThrow().lagBytes()).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({"67108863, 0", "67108864, 67000000", "21474836480, 21000000000"})
    void retainedWalIsShownFrom64MebibytesUp(long bytes, long shown) {
      assertThat(
              report(slot().retained(bytes), subscription().ready("users"))
                  .lanes()
                  .get(0)
                  .slot()
                  .orElseThrow()
                  .retainedBytes())
          .isEqualTo(shown);
    }

    @Test
    void whoeverLagsByNothingLagsNoSecond() {
      assertThat(report(slot().lag(65_535), subscription().ready("users")).lagSeconds())
          .contains(0L);
    }

    @Test
    void whoeverLagsDoesSoByAsMuchAsWasMeasured() {
      assertThat(report(slot().lag(65_536), subscription().ready("users")).lagSeconds())
          .contains(7L);
    }

    @Test
    void whatCouldNotBeMeasuredIsNotSaid() {
      assertThat(
              FlowReport.of(
                      desiredFlow().build(),
                      USERS,
                      flow().with(slot().lag(65_536)).build(),
                      target().with(subscription().ready("users")).build(),
                      Plan.NOTHING,
                      Outcome.NOTHING,
                      Map.of(),
                      Map.of())
                  .lagSeconds())
          .isEmpty();
    }

    @Test
    void withoutASlotTheLagIsUnknown() {
      var report =
          report(
              desiredFlow(),
              USERS,
              flow(),
              target().with(subscription().ready("users")),
              Plan.NOTHING,
              Outcome.NOTHING,
              NO_ERRORS_BEFORE);

      assertThat(report.lagBytes()).isEmpty();
      assertThat(report.lagSeconds()).isEmpty();
      assertThat(report.lanes().get(0).slot()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void aFlowThatCouldNotBeLookedAtIsPendingOrWaitsForAPerson(Reason reason) {
    assertThat(FlowReport.unknown("users", "svc", problem(reason)))
        .isEqualTo(
            new FlowReport(
                "users",
                reason.blocked() ? Phase.Blocked : Phase.Pending,
                problem(reason),
                "svc",
                List.of(),
                List.of(),
                List.of()));
  }
}
