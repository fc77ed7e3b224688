package dev.tributary.federation;

import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.flow;
import static dev.tributary.federation.States.publication;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.slot;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.ReplicationFederationSpec.OnLimit;
import dev.tributary.api.ReplicationFederationSpec.OnLost;
import dev.tributary.federation.States.AFlow;
import dev.tributary.federation.States.APublication;
import dev.tributary.federation.States.ASlot;
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

  @Test
  void slotsGoAlongToAStandbyWhereTheServerHasThat() {
    assertThat(States.sql(plan(flow().server(server().version(160010)))))
        .contains("'pgoutput')")
        .doesNotContain("failover");
    assertThat(States.sql(plan(flow().server(server().version(170000)))))
        .contains("failover => true");
    assertThat(
            States.sql(
                Slots.plan(
                    desiredFlow().withoutFailover().build(), lane(flow()), server().build())))
        .doesNotContain("failover");
  }

  private static List<String> leftovers(SyncSlot slot) {
    var desired = desiredFlow().build();
    var source = flow().syncSlots(slot).build();
    var target =
        States.target()
            .with(
                States.subscription()
                    .oid(16_400)
                    .ready("users")
                    .table("notes", SubscriptionState.State.Copying, 5))
            .subscriptionsOfOthers(16_500L)
            .build();
    return Slots.removeLeftovers(
            source, target, LaneState.of(desired, Optional.of(source), Optional.of(target)))
        .stream()
        .map(Step::sentence)
        .toList();
  }

  private static SyncSlot syncSlot(long subscription, long table, String system, boolean active) {
    String name = "pg_%d_sync_%d_%s".formatted(subscription, table, system);
    return SyncSlot.of(name, active).orElseThrow();
  }

  @Test
  void slotsOfTableSyncsThatNobodyWillEverReadAreDropped() {
    assertThat(leftovers(syncSlot(16_400, 20_000, States.SYSTEM, false)))
        .containsExactly("Drop the replication slot pg_16400_sync_20000_" + States.SYSTEM);
    assertThat(leftovers(syncSlot(16_300, 20_001, States.SYSTEM, false)))
        .containsExactly("Drop the replication slot pg_16300_sync_20001_" + States.SYSTEM);
  }

  @Test
  void slotsOfTableSyncsThatMayBeNeededStay() {
    assertThat(leftovers(syncSlot(16_400, 20_001, States.SYSTEM, false))).isEmpty();
    assertThat(leftovers(syncSlot(16_400, 20_000, States.SYSTEM, true))).isEmpty();
    assertThat(leftovers(syncSlot(16_400, 20_000, "42", false))).isEmpty();
    assertThat(leftovers(syncSlot(16_500, 20_000, States.SYSTEM, false))).isEmpty();
  }

  private static Plan over(OnLimit onLimit, OnLost onLost, ASlot slot, APublication publication) {
    return Flow.planWithoutTarget(
        desiredFlow().limit(1 << 20, onLimit).onLost(onLost).build(),
        States.settled(),
        flow().with(publication).with(slot).build());
  }

  @Test
  void aSlotThatKeepsTooMuchWalIsGivenUpEvenWhileTheTargetIsAway() {
    var much = slot().retained(2 << 20).inactive();
    var given =
        publication()
            .marked(
                desiredFlow()
                    .build()
                    .mark(States.defaultLane())
                    .with(Mark.DROPPED, "maxRetainedWal"));

    assertThat(over(OnLimit.Alert, OnLost.Hold, much, publication()).steps()).isEmpty();
    assertThat(over(OnLimit.Drop, OnLost.Hold, slot().retained(1 << 20), publication()).steps())
        .isEmpty();
    assertThat(over(OnLimit.Drop, OnLost.Hold, much, publication()).sentences())
        .containsExactly("Give up the slot tributary_all_users_e403e136, which keeps too much WAL");
    assertThat(over(OnLimit.Drop, OnLost.Hold, much, given).sentences())
        .containsExactly("Drop the replication slot tributary_all_users_e403e136");
    assertThat(over(OnLimit.Drop, OnLost.Hold, slot().retained(2 << 20), given).steps())
        .as("a slot that is still read")
        .isEmpty();
  }

  @Test
  void aSlotThatKeepsTooMuchWalIsSaid() {
    assertThat(
            Slots.overLimit(
                desiredFlow().limit(1 << 20, OnLimit.Alert).build(),
                lane(flow().with(slot().retained(2 << 20)))))
        .map(Problem::reason)
        .contains(Reason.RetainedWalOverLimit);
  }
}
