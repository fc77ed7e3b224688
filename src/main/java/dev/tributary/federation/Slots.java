package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A lane's replication slot on the source, made before the subscription. */
final class Slots {
  /** How long making a slot may wait for write transactions that are open, in milliseconds. */
  private static final long WAIT_MILLIS = 5_000;

  /** From this version on slots can go along to a standby. */
  private static final int FAILOVER = 170000;

  private Slots() {}

  static Plan plan(DesiredFlow desired, LaneState lane, ServerFacts source) {
    if (lane.slot().isEmpty()) {
      return Plan.of(
          List.of(
              new CreateSlot(site(source), lane.lane().object(), failover(desired, lane, source))));
    }
    if (!lane.slot().get().ready()) {
      return Plan.blocked(
          List.of(
              new Problem(
                  Reason.WaitingForTransactions,
                  "The slot %s is being made and waits for write transactions that are still open on the source."
                      .formatted(lane.lane().object()))));
    }
    return Plan.NOTHING;
  }

  /** Whether the slot goes along to a standby, or will: a subscription has to say the same. */
  static boolean failover(DesiredFlow desired, LaneState lane, ServerFacts source) {
    return lane.slot()
        .map(SlotState::failover)
        .orElse(desired.slots().failover() && source.version() >= FAILOVER);
  }

  static List<Step> remove(LaneState lane, ServerFacts source) {
    return lane.slot()
        .<List<Step>>map(slot -> List.of(new DropSlot(site(source), slot.name())))
        .orElse(List.of());
  }

  /** What is said of a slot that keeps more WAL than it may and is left alone. */
  static Optional<Problem> overLimit(DesiredFlow desired, LaneState lane) {
    return lane.slot()
        .filter(desired.slots()::isOverLimit)
        .map(
            slot ->
                new Problem(
                    Reason.RetainedWalOverLimit,
                    "The slot %s keeps %d MiB of WAL on the source, more than slots.maxRetainedWal: see why the target does not confirm it, or set slots.onLimit to Drop."
                        .formatted(slot.name(), slot.retainedBytes() >> 20)));
  }

  /**
   * Slots that table syncs have left: of a subscription of ours that is not copying that table, or
   * of one that is gone. Nobody will ever read them, and they fill the source's disk
   * (documentation, "Logical Replication", slot management).
   */
  static List<Step> removeLeftovers(FlowState source, TargetState target, List<LaneState> lanes) {
    var steps = new ArrayList<Step>();
    for (SyncSlot slot : source.syncSlots()) {
      boolean ofThisTarget = slot.system().equals(target.system());
      if (ofThisTarget && !slot.active() && !mayBeNeeded(slot, target, lanes)) {
        steps.add(new DropSlot(site(source.server()), slot.name()));
      }
    }
    return steps;
  }

  private static boolean mayBeNeeded(SyncSlot slot, TargetState target, List<LaneState> lanes) {
    if (!target.subscriptionOids().contains(slot.subscription())) {
      return false;
    }
    var ours =
        lanes.stream()
            .flatMap(l -> l.subscription().stream())
            .filter(s -> s.oid() == slot.subscription())
            .findFirst();
    return ours.isEmpty() || unsynced(ours.get()).contains(slot.table());
  }

  private static Set<Long> unsynced(SubscriptionState subscription) {
    return subscription.tables().values().stream()
        .filter(s -> s.state() != SubscriptionState.State.Ready)
        .map(SubscriptionState.Sync::oid)
        .collect(Collectors.toSet());
  }

  /** The role of {@code connection} may lack REPLICATION, that of {@code replication} has it. */
  static Site site(ServerFacts source) {
    return source.replication() || source.superuser() ? Site.SOURCE : Site.SOURCE_AS_REPLICATOR;
  }

  /**
   * Makes the slot, waiting a bounded time for old transactions.
   *
   * @param failover whether it goes along when a standby is promoted
   */
  record CreateSlot(Site site, String name, boolean failover) implements Step {
    @Override
    public List<String> sql() {
      return List.of(
          "SET statement_timeout = " + WAIT_MILLIS,
          "SELECT pg_create_logical_replication_slot(%s, 'pgoutput'%s)"
              .formatted(Sql.literal(name), failover ? ", failover => true" : ""),
          "RESET statement_timeout");
    }

    @Override
    public String sentence() {
      return "Create the replication slot " + name;
    }

    @Override
    public Reason whenTimedOut() {
      return Reason.WaitingForTransactions;
    }

    /** A slot cannot be made in a transaction that has written. */
    @Override
    public boolean transactional() {
      return false;
    }
  }

  /** Drops the slot. */
  record DropSlot(Site site, String name) implements Step {
    @Override
    public List<String> sql() {
      return List.of("SELECT pg_drop_replication_slot(%s)".formatted(Sql.literal(name)));
    }

    @Override
    public String sentence() {
      return "Drop the replication slot " + name;
    }
  }
}
