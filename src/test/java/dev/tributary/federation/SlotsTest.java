package dev.tributary.federation;

import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.flow;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.slot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.States.AFlow;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The slot is made before the subscription, and waits a bounded time for open transactions. */
class SlotsTest {

  private static LaneState lane(AFlow source) {
    return LaneState.of(desiredFlow().build(), Optional.of(source.build()), Optional.empty())
        .get(0);
  }

  private static Plan plan(AFlow source) {
    return Slots.plan(desiredFlow().build(), lane(source), source.build().server());
  }

  private static List<Step> remove(AFlow source) {
    return Slots.remove(lane(source), source.build().server());
  }

  @Test
  void aMissingSlotIsMadeOutsideATransaction() {
    assertThat(States.sql(plan(flow())))
        .isEqualTo(
            """
            -- SOURCE one by one
            SET statement_timeout = 5000;
            SELECT pg_create_logical_replication_slot('tributary_all_users_e403e136', 'pgoutput', failover => true);
            RESET statement_timeout;
            """);
  }

  @Test
  void aRoleWithoutReplicationLeavesItToTheReplicator() {
    var source = flow().server(server().mayNotReplicate());

    assertThat(plan(source).steps())
        .extracting(Step::site)
        .containsExactly(Site.SOURCE_AS_REPLICATOR);
    assertThat(remove(source.with(slot())))
        .extracting(Step::site)
        .containsExactly(Site.SOURCE_AS_REPLICATOR);
  }

  @Test
  void aSlotThatStillWaitsForTransactionsIsWaitedFor() {
    assertThat(plan(flow().with(slot().beingMade())))
        .isEqualTo(
            Plan.blocked(
                List.of(
                    new Problem(
                        Reason.WaitingForTransactions,
                        "The slot tributary_all_users_e403e136 is being made and waits for write"
                            + " transactions that are still open on the source."))));
  }

  @Test
  void aSlotThatIsThereIsLeftAlone() {
    assertThat(plan(flow().with(slot()))).isEqualTo(Plan.NOTHING);
  }

  @Test
  void aSlotIsDroppedByItsName() {
    assertThat(States.sql(remove(flow().with(slot()))))
        .isEqualTo(
            """
            -- SOURCE
            SELECT pg_drop_replication_slot('tributary_all_users_e403e136');
            """);
    assertThat(remove(flow())).isEmpty();
  }

  @Test
  void givingUpMeansThatTransactionsAreStillOpen() {
    assertThat(plan(flow()).steps())
        .extracting(Step::whenTimedOut)
        .containsExactly(Reason.WaitingForTransactions);
  }
}
