package dev.tributary.federation;

import dev.tributary.federation.SubscriptionState.State;
import dev.tributary.federation.SubscriptionState.Sync;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * How one lane stands.
 *
 * @param copiedBytes of the tables' rows, estimated
 * @param lagBytes WAL that is not confirmed, in bytes, rounded so that an idle server shows 0
 * @param lagSeconds age of the oldest change that is not applied, at most, in seconds
 * @param unsynced tables that are not in sync yet and how far they are
 */
public record LaneReport(
    String name,
    String publication,
    int tablesReady,
    int tablesTotal,
    double copiedBytes,
    long bytesTotal,
    Optional<Long> lagBytes,
    Optional<Long> lagSeconds,
    Optional<SlotState> slot,
    Optional<SubscriptionState> subscription,
    List<Unsynced> unsynced) {

  private static final long LAG_FLOOR = 64L << 10;
  private static final long RETAINED_FLOOR = 64L << 20;
  private static final long PAGE = 8192;

  public LaneReport {
    unsynced = List.copyOf(unsynced);
  }

  /** A table that is not in sync yet; no state when the subscription does not know it. */
  public record Unsynced(String table, Optional<State> state) {}

  static LaneReport of(
      LaneState lane, Collection<PublishedTable> tables, String schema, Optional<Duration> lag) {
    int ready = 0;
    double copied = 0;
    long bytes = 0;
    var unsynced = new ArrayList<Unsynced>();
    for (PublishedTable published : tables) {
      Table table = published.table();
      var sync = lane.subscription().map(s -> s.tables().get(new Relation(schema, table.name())));
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
    var slot = lane.slot().map(LaneReport::rounded);
    Optional<Long> lagBytes = slot.map(SlotState::lagBytes);
    return new LaneReport(
        lane.lane().name(),
        lane.lane().publication(),
        ready,
        tables.size(),
        copied,
        bytes,
        lagBytes,
        lagBytes.flatMap(b -> b == 0 ? Optional.of(0L) : lag.map(Duration::toSeconds)),
        slot,
        lane.subscription(),
        unsynced);
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

  private static SlotState rounded(SlotState slot) {
    return new SlotState(
        slot.name(),
        slot.active(),
        slot.ready(),
        slot.walStatus(),
        slot.position(),
        rounded(slot.lagBytes(), LAG_FLOOR),
        rounded(slot.retainedBytes(), RETAINED_FLOOR),
        slot.safeBytes().map(b -> rounded(b, RETAINED_FLOOR)),
        slot.inactiveSince(),
        slot.failover());
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
}
