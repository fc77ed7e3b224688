package dev.tributary.federation;

import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.flow;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.slot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.States.AFlow;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The slot is made before the subscription, and waits a bounded time for open transactions. */
class SlotsTest {

  private static Plan plan(AFlow source) {
    return Slots.plan(desiredFlow().build(), source.build());
  }

  @Test
  void aMissingSlotIsMadeOutsideATransaction() {
    assertThat(States.sql(plan(flow())))
        .isEqualTo(
            """
            -- SOURCE one by one
            SET statement_timeout = 5000;
            SELECT pg_create_logical_replication_slot('tributary_all_users_1', 'pgoutput');
            RESET statement_timeout;
            """);
  }

  @Test
  void aRoleWithoutReplicationLeavesItToTheReplicator() {
    var source = flow().server(server().mayNotReplicate());

    assertThat(plan(source).steps())
        .extracting(Step::site)
        .containsExactly(Site.SOURCE_AS_REPLICATOR);
    assertThat(Slots.remove(source.with(slot()).build()))
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
                        "The slot tributary_all_users_1 is being made and waits for write"
                            + " transactions that are still open on the source."))));
  }

  @Test
  void aSlotThatIsThereIsLeftAlone() {
    assertThat(plan(flow().with(slot()))).isEqualTo(Plan.NOTHING);
  }

  @Test
  void aSlotIsDroppedByItsName() {
    assertThat(States.sql(Slots.remove(flow().with(slot()).build())))
        .isEqualTo(
            """
            -- SOURCE
            SELECT pg_drop_replication_slot('tributary_all_users_1');
            """);
    assertThat(Slots.remove(flow().build())).isEmpty();
  }

  @Test
  void givingUpMeansThatTransactionsAreStillOpen() {
    assertThat(plan(flow()).steps())
        .extracting(Step::whenTimedOut)
        .containsExactly(Reason.WaitingForTransactions);
  }
}
