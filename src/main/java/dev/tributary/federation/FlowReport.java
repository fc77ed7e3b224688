package dev.tributary.federation;

import dev.tributary.api.Phase;
import dev.tributary.federation.SubscriptionState.State;
import dev.tributary.federation.SubscriptionState.Sync;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How one source's flow stands.
 *
 * @param lagBytes WAL that is not confirmed, in bytes, rounded so that an idle server shows 0
 * @param lagSeconds age of the oldest change that is not applied, at most, in seconds
 * @param unsynced tables that are not in sync yet and how far they are
 */
public record FlowReport(
    String source,
    Phase phase,
    Problem why,
    String schema,
    int tablesReady,
    int tablesTotal,
    int copiedPercent,
    long bytesTotal,
    Optional<Long> lagBytes,
    Optional<Long> lagSeconds,
    Optional<SlotState> slot,
    Optional<SubscriptionState> subscription,
    List<String> pending,
    List<Unsynced> unsynced) {

  private static final long LAG_FLOOR = 64L << 10;
  private static final long RETAINED_FLOOR = 64L << 20;
  private static final long PAGE = 8192;

  /** A table that is not in sync yet; no state when the subscription does not know it. */
  public record Unsynced(String table, Optional<State> state) {}

  public FlowReport {
    pending = List.copyOf(pending);
    unsynced = List.copyOf(unsynced);
  }

  /** A flow that could not be looked at. */
  public static FlowReport unknown(String source, String schema, Problem why) {
    return new FlowReport(
        source,
        why.reason().blocked() ? Phase.Blocked : Phase.Pending,
        why,
        schema,
        0,
        0,
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of());
  }

  /**
   * What the states and the outcome amount to.
   *
   * @param lag age of the oldest change that is not applied, at most, if it is known
   * @param applyErrorsBefore how many there were when the last report was made
   */
  public static FlowReport of(
      DesiredFlow desired,
      TableSelection selection,
      FlowState flow,
      TargetState target,
      Plan plan,
      Outcome outcome,
      Optional<Duration> lag,
      long applyErrorsBefore) {
    var progress = Progress.of(desired, selection.settled(), target.subscription());
    var slot = flow.slot().map(FlowReport::rounded);
    Optional<Long> lagBytes = slot.map(SlotState::lagBytes);
    Problem why = why(desired, target.subscription(), plan, outcome, progress, applyErrorsBefore);
    return new FlowReport(
        desired.source(),
        phase(desired, why, target.subscription(), progress),
        why,
        desired.schema(),
        progress.ready,
        progress.total,
        progress.percent,
        progress.bytes,
        lagBytes,
        lagBytes.flatMap(bytes -> bytes == 0 ? Optional.of(0L) : lag.map(Duration::toSeconds)),
        slot,
        target.subscription(),
        plan.sentences(),
        progress.unsynced);
  }

  private static Problem why(
      DesiredFlow desired,
      Optional<SubscriptionState> subscription,
      Plan plan,
      Outcome outcome,
      Progress progress,
      long applyErrorsBefore) {
    var problem = Problems.first(plan, outcome);
    if (problem.isPresent()) {
      return problem.get();
    }
    if (!desired.enabled()) {
      return new Problem(
          Reason.Suspended, "Suspended: the source keeps its WAL until spec.suspend is false.");
    }
    if (!plan.steps().isEmpty() || subscription.isEmpty()) {
      return new Problem(
          Reason.Preparing,
          plan.steps().isEmpty() ? "Not begun yet." : plan.steps().get(0).sentence() + ".");
    }
    SubscriptionState s = subscription.get();
    if (s.applyErrors() > applyErrorsBefore || (!s.running() && progress.ready == progress.total)) {
      return new Problem(
          Reason.ApplyFailing,
          "The apply worker of subscription %s is not running (%d apply errors so far): the log of the target's server has the reason; it is tried again by itself."
              .formatted(s.name(), s.applyErrors()));
    }
    if (progress.ready < progress.total) {
      return new Problem(
          Reason.Copying,
          "%d of %d tables are in sync, %d%% copied%s."
              .formatted(
                  progress.ready,
                  progress.total,
                  progress.percent,
                  s.syncErrors() == 0
                      ? ""
                      : "; copying failed %d times, the log of the target's server has the reason"
                          .formatted(s.syncErrors())));
    }
    return new Problem(
        Reason.InSync,
        progress.total == 1 ? "1 table is in sync." : progress.total + " tables are in sync.");
  }

  private static Phase phase(
      DesiredFlow desired,
      Problem why,
      Optional<SubscriptionState> subscription,
      Progress progress) {
    if (why.reason().blocked()) {
      return Phase.Blocked;
    }
    if (!desired.enabled()) {
      return Phase.Suspended;
    }
    if (subscription.isEmpty()) {
      return Phase.Preparing;
    }
    return progress.ready < progress.total ? Phase.Copying : Phase.Streaming;
  }

  private static SlotState rounded(SlotState slot) {
    return new SlotState(
        slot.name(),
        slot.active(),
        slot.ready(),
        slot.walStatus(),
        slot.position(),
        rounded(slot.lagBytes(), LAG_FLOOR),
        rounded(slot.retainedBytes(), RETAINED_FLOOR));
  }

  /** Two significant digits, 0 below the floor: what moves all the time is not worth a write. */
  static long rounded(long bytes, long floor) {
    if (bytes < floor) {
      return 0;
    }
    long unit = 1;
    while (bytes / unit >= 100) {
      unit *= 10;
    }
    return bytes / unit * unit;
  }

  private record Progress(int ready, int total, int percent, long bytes, List<Unsynced> unsynced) {
    static Progress of(
        DesiredFlow desired, List<Table> tables, Optional<SubscriptionState> subscription) {
      int ready = 0;
      double copied = 0;
      long bytes = 0;
      var unsynced = new ArrayList<Unsynced>();
      for (Table table : tables) {
        var sync =
            subscription.map(s -> s.tables().get(new Relation(desired.schema(), table.name())));
        // Even an empty table counts a page, so that "100%" never stands beside a table that waits.
        long weight = Math.max(table.bytes(), PAGE);
        bytes += weight;
        copied += weight * sync.map(s -> share(s, table)).orElse(0.0);
        if (sync.map(Sync::state).filter(s -> s == State.Ready).isPresent()) {
          ready++;
        } else {
          unsynced.add(new Unsynced(table.name(), sync.map(Sync::state)));
        }
      }
      // No tables: all is copied once there is a subscription to say so.
      int nothing = subscription.isPresent() ? 100 : 0;
      int percent = bytes == 0 ? nothing : (int) Math.floor(100 * copied / bytes);
      return new Progress(ready, tables.size(), percent, bytes, unsynced);
    }

    private static double share(Sync sync, Table table) {
      return switch (sync.state()) {
        case Ready, CatchingUp -> 1.0;
        case Waiting -> 0.0;
        case Copying ->
            table.estimatedRows() <= 0
                ? 0.0
                : Math.min(0.99, (double) sync.copiedRows() / table.estimatedRows());
      };
    }
  }
}
