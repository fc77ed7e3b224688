package dev.tributary.postgres;

import dev.tributary.federation.Lock;
import dev.tributary.federation.Step;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long a step may wait for its lock: hardly at first, because applications wait behind it, and
 * longer the longer it has tried in vain.
 *
 * <p>Measured: with 500 ms from the start, every statement on a table that a long reader holds
 * stalls up to 500 ms at each attempt; with 10 ms nobody notices, and only long transactions that
 * follow each other without a gap ever ask for more.
 *
 * <p>Kept in memory: whoever forgets it is only more careful.
 */
public final class Patience {
  private static final Duration AT_FIRST = Duration.ofMillis(10);

  /** After this time in vain a step may wait for as long as the resource allows. */
  private static final Duration GROWN = Duration.ofMinutes(2);

  private final Clock clock;
  private final Map<String, Instant> since = new ConcurrentHashMap<>();

  public Patience(Clock clock) {
    this.clock = clock;
  }

  /** How long the step may wait now. */
  Duration of(String subject, Step step, Lock lock) {
    Instant first = since.get(key(subject, step));
    if (first == null) {
      return min(AT_FIRST, lock.atMost());
    }
    long waited = Duration.between(first, clock.instant()).toMillis();
    long share = lock.atMost().toMillis() * waited / GROWN.toMillis();
    return min(share > AT_FIRST.toMillis() ? Duration.ofMillis(share) : AT_FIRST, lock.atMost());
  }

  /** The step could not have its lock. */
  void failed(String subject, Step step) {
    since.putIfAbsent(key(subject, step), clock.instant());
  }

  /** The step was done. */
  void done(String subject, Step step) {
    since.remove(key(subject, step));
  }

  private static String key(String subject, Step step) {
    return subject + '\n' + step.sentence();
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
