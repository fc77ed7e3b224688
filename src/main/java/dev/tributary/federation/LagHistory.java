package dev.tributary.federation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * How old the oldest change is that the target has not confirmed, at most: measured by remembering
 * where the source's WAL was at each look.
 *
 * <p>The servers' own figures do not say it: {@code latest_end_time} moves with every keepalive,
 * and {@code replay_lag} showed 0 while a transaction was held up for half a minute (tried, 15 to
 * 17).
 */
public final class LagHistory {
  private static final int MOST = 512;

  private final Deque<Look> looks = new ArrayDeque<>();

  private record Look(Instant at, long position) {}

  /**
   * Remembers a look and says the lag.
   *
   * @return empty while it is not known, because the target is behind the first look
   */
  public synchronized Optional<Duration> lag(Instant now, SlotState slot) {
    long confirmed = slot.position() - slot.lagBytes();
    if (looks.size() >= MOST) {
      thinOut();
    }
    looks.addLast(new Look(now, slot.position()));
    // What was written before a look that is confirmed is confirmed.
    Look last = null;
    while (!looks.isEmpty() && looks.peekFirst().position() <= confirmed) {
      last = looks.removeFirst();
    }
    if (last == null) {
      return Optional.empty();
    }
    looks.addFirst(last);
    return Optional.of(Duration.between(last.at(), now));
  }

  /** A long lag needs no fine measure: every second look is enough. */
  private void thinOut() {
    var kept = new ArrayDeque<Look>();
    boolean keep = true;
    for (Look look : looks) {
      if (keep) {
        kept.addLast(look);
      }
      keep = !keep;
    }
    looks.clear();
    looks.addAll(kept);
  }
}
