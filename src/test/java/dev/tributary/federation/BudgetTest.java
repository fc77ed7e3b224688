package dev.tributary.federation;

import static dev.tributary.federation.States.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tributary.federation.Demand.Lane;
import dev.tributary.federation.Finding.Severity;
import dev.tributary.federation.States.AServer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a flow needs of both servers, to the number. */
class BudgetTest {

  private static Demand demand(Lane... lanes) {
    return new Demand(Arrays.asList(lanes), Set.of());
  }

  /** What is short: severity, reason, current and wanted value. */
  private static List<String> shortOf(List<Finding> findings) {
    return findings.stream()
        .map(
            f ->
                "%s %s %s of %s"
                    .formatted(
                        f.severity(),
                        f.reason(),
                        f.current().orElseThrow(),
                        f.wanted().orElseThrow()))
        .toList();
  }

  @Nested
  class Syncs {
    @Test
    void aSingleLaneCopiesOneTableAtATime() {
      assertThat(demand(new Lane("a", 7)).syncs(2)).isEqualTo(1);
      assertThat(demand(new Lane("a", 0)).syncs(2)).isZero();
      assertThat(demand(new Lane("a", 7)).syncs(0)).isZero();
    }

    @Test
    void eachOfSeveralLanesCopiesAsManyAsItMay() {
      assertThat(demand(new Lane("a", 7), new Lane("b", 1), new Lane("c", 0)).syncs(2))
          .isEqualTo(3);
      assertThat(demand(new Lane("a", 7), new Lane("b", 7)).syncs(4)).isEqualTo(8);
    }

    @Test
    void withNothingInParticularThereIsRoomForOne() {
      assertThat(Demand.NOTHING.syncs(2)).isEqualTo(1);
    }
  }

  @Nested
  class OfASource {
    private static List<Finding> source(AServer server, Lane... lanes) {
      return Budget.ofSource(server.build(), 2, demand(lanes));
    }

    private static AServer of(int slots, int walSenders) {
      return server()
          .setting("max_replication_slots", String.valueOf(slots))
          .setting("max_wal_senders", String.valueOf(walSenders));
    }

    @Test
    void aNewLaneNeedsASlotAndAWalsenderAndOneOfEachToCopy() {
      assertThat(source(of(2, 2), new Lane("a", 7))).isEmpty();
      assertThat(shortOf(source(of(1, 1), new Lane("a", 7))))
          .containsExactly("Blocker TooFewSlots 1 of 2", "Blocker TooFewWalSenders 1 of 2");
    }

    @Test
    void theSentenceHasTheNumbersAndWhatTheyAreFor() {
      assertThat(source(of(4, 9).slots("debezium", "standby"), new Lane("a", 3), new Lane("b", 1)))
          .containsExactly(
              Finding.ofServer(
                  Severity.Blocker,
                  Reason.TooFewSlots,
                  "4",
                  "7",
                  "max_replication_slots is 4, and 7 are needed (2 here, 3 for tables while they"
                      + " are copied, 2 of others): run ALTER SYSTEM SET max_replication_slots = 7"
                      + " on the source and restart it."));
    }

    @Test
    void whereOnlySomeTablesHaveToWaitForOthersNothingIsHeldUp() {
      assertThat(shortOf(source(of(3, 9), new Lane("a", 2), new Lane("b", 2))))
          .containsExactly("Warning TooFewSlots 3 of 6");
      assertThat(shortOf(source(of(2, 9), new Lane("a", 2), new Lane("b", 2))))
          .containsExactly("Blocker TooFewSlots 2 of 6");
    }

    @Test
    void slotsOfThisSourceAreNotThoseOfOthers() {
      assertThat(source(of(3, 3).slots("a", "theirs"), new Lane("a", 1))).isEmpty();
      assertThat(shortOf(source(of(2, 3).slots("a", "theirs"), new Lane("a", 1))))
          .containsExactly("Blocker TooFewSlots 2 of 3");
    }

    @Test
    void nothingIsSpareWhereEverythingIsThereAndCopied() {
      assertThat(source(of(2, 2).slots("a", "theirs"), new Lane("a", 0))).isEmpty();
    }

    @Test
    void aLaneWithoutASlotNeedsOneMoreThoughNothingIsToBeCopied() {
      assertThat(source(of(1, 9), new Lane("a", 0)))
          .containsExactly(
              Finding.ofServer(
                  Severity.Blocker,
                  Reason.TooFewSlots,
                  "1",
                  "2",
                  "max_replication_slots is 1, and 2 are needed (1 here, 1 for tables while they are"
                      + " copied, 0 of others): run ALTER SYSTEM SET max_replication_slots = 2 on the"
                      + " source and restart it."));
    }

    @Test
    void whoeverReadsASlotOrNoneIsAWalsender() {
      assertThat(shortOf(source(of(9, 4).slots("theirs").slotless(2), new Lane("a", 1))))
          .containsExactly("Blocker TooFewWalSenders 4 of 5");
      assertThat(source(of(9, 5).slots("theirs").slotless(2), new Lane("a", 1))).isEmpty();
    }

    @Test
    void aServerThatIsFullIsSaidWhateverIsToFlow() {
      var full = of(2, 5).slots("a", "b");

      assertThat(shortOf(Budget.ofSource(full.build(), 1, Demand.NOTHING)))
          .containsExactly("Blocker TooFewSlots 2 of 3");
      assertThat(SourcePreflight.findings(full.build()))
          .extracting(Finding::severity)
          .containsExactly(Severity.Warning);
    }

    @Test
    void aManagedServerIsToldInTheWordsOfItsService() {
      var few = of(1, 9).provider(Provider.AMAZON_RDS);

      assertThat(source(few, new Lane("a", 1)).get(0).sentence())
          .endsWith(
              "set max_replication_slots to 2 in the parameter group of the source and reboot it.");
    }
  }

  @Nested
  class OfATarget {
    private static AServer of(int workers, int processes, int origins) {
      return server()
          .setting("max_logical_replication_workers", String.valueOf(workers))
          .setting("max_worker_processes", String.valueOf(processes))
          .setting("max_sync_workers_per_subscription", "2")
          .setting("max_replication_slots", String.valueOf(origins));
    }

    private static Receiving receiving(Map<String, Boolean> subscriptions) {
      return new Receiving(subscriptions, 0, 0, 0, Optional.empty());
    }

    private static List<Finding> target(AServer server, Receiving receiving, Demand demand) {
      return Budget.ofTarget(server.build(), receiving, demand);
    }

    private static List<Finding> target(AServer server, Lane... lanes) {
      return target(server, receiving(Map.of()), demand(lanes));
    }

    @Test
    void aSingleLaneNeedsAWorkerToApplyAndOneToCopy() {
      assertThat(target(of(2, 3, 2), new Lane("a", 7))).isEmpty();
      assertThat(shortOf(target(of(1, 9, 9), new Lane("a", 7))))
          .containsExactly("Blocker TooFewWorkers 1 of 2");
      assertThat(target(of(1, 2, 1), new Lane("a", 0))).isEmpty();
    }

    @Test
    void ofSeveralLanesEachCopiesBesideTheOthers() {
      assertThat(target(of(6, 7, 6), new Lane("a", 7), new Lane("b", 2))).isEmpty();
      assertThat(shortOf(target(of(5, 7, 6), new Lane("a", 7), new Lane("b", 2))))
          .containsExactly("Blocker TooFewWorkers 5 of 6");
    }

    @Test
    void theSentenceHasTheNumbersAndTheSettingThatLimitsTheFirst() {
      var others = new Receiving(Map.of("theirs", true, "ours", true), 1, 1, 0, Optional.of(2));
      var demand =
          new Demand(List.of(new Lane("a", 7), new Lane("b", 2)), Set.of("ours", "coming"));

      assertThat(target(of(4, 8, 99), others, demand))
          .containsExactly(
              Finding.ofServer(
                  Severity.Blocker,
                  Reason.TooFewWorkers,
                  "4",
                  "10",
                  "max_logical_replication_workers is 4, and 10 are needed (2 to apply and 4 to"
                      + " copy here, 4 for other subscriptions): run ALTER SYSTEM SET"
                      + " max_logical_replication_workers = 10 and ALTER SYSTEM SET"
                      + " max_worker_processes = 13 on the target and restart it."));
    }

    @Test
    void subscriptionsThatAreDisabledNeedNoWorkerButAnOrigin() {
      var others = receiving(Map.of("off", false, "a", true));

      assertThat(target(of(2, 3, 3), others, demand(new Lane("a", 1)))).isEmpty();
      assertThat(shortOf(target(of(2, 3, 2), others, demand(new Lane("a", 1)))))
          .containsExactly("Blocker TooFewOrigins 2 of 3");
    }

    @Test
    void otherDatabasesOfTheServerCount() {
      var elsewhere = new Receiving(Map.of(), 3, 2, 1, Optional.empty());

      assertThat(target(of(4, 5, 6), elsewhere, demand(new Lane("a", 1)))).isEmpty();
      assertThat(shortOf(target(of(3, 5, 5), elsewhere, demand(new Lane("a", 1)))))
          .containsExactly("Blocker TooFewWorkers 3 of 4", "Blocker TooFewOrigins 5 of 6");
    }

    @Test
    void workerProcessesBlockOnlyWhereNotEvenOneTableCouldBeCopied() {
      var extensions = new Receiving(Map.of(), 0, 0, 0, Optional.of(3));
      var demand = demand(new Lane("a", 2), new Lane("b", 2));

      assertThat(target(of(6, 10, 9), extensions, demand)).isEmpty();
      assertThat(shortOf(target(of(6, 9, 9), extensions, demand)))
          .containsExactly("Warning TooFewWorkerProcesses 9 of 10");
      assertThat(shortOf(target(of(6, 7, 9), extensions, demand)))
          .containsExactly("Warning TooFewWorkerProcesses 7 of 10");
      assertThat(shortOf(target(of(6, 6, 9), extensions, demand)))
          .containsExactly("Blocker TooFewWorkerProcesses 6 of 10");
    }

    @Test
    void originsBlockOnlyWhereNotEvenOneTableCouldBeCopied() {
      var demand = demand(new Lane("a", 2), new Lane("b", 2));

      assertThat(shortOf(target(of(9, 19, 5), receiving(Map.of()), demand)))
          .containsExactly("Warning TooFewOrigins 5 of 6");
      assertThat(shortOf(target(of(9, 19, 2), receiving(Map.of()), demand)))
          .containsExactly("Blocker TooFewOrigins 2 of 6");
    }

    @Test
    void originsHaveASettingOfTheirOwnFromEighteenOn() {
      var server = of(9, 19, 1).version(180000).setting("max_active_replication_origins", "1");

      assertThat(target(server, new Lane("a", 1)).get(0).sentence())
          .startsWith("max_active_replication_origins is 1, and 2 are needed");
    }

    @Test
    void whatRunsAlreadyIsHeldUpByNothing() {
      assertThat(TargetPreflight.findings(of(1, 9, 9).build(), receiving(Map.of("theirs", true))))
          .extracting(Finding::severity, Finding::reason)
          .containsExactly(tuple(Severity.Warning, Reason.TooFewWorkers));
    }
  }
}
