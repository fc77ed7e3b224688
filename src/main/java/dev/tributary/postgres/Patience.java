package dev.tributary.postgres;

import dev.tributary.federation.Lock;
import dev.tributary.federation.Step;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long a step may wait for its lock, and whether it may try now: hardly at first, because
 * applications wait behind it, and longer the longer it has tried in vain; but never for more than
 * a twentieth of the time.
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

  /**
   * Below {@code deadlock_timeout}, whose default is one second: should there be a deadlock, it is
   * the step that gives way.
   */
  private static final Duration LONGEST = Duration.ofMillis(900);

  private static final int PAUSE = 20;

  private final Clock clock;
  private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();

  /** Since when a step has waited, and when it may try again. */
  private record Waiting(Instant since, Instant notBefore) {}

  public Patience(Clock clock) {
    this.clock = clock;
  }

  /** How long the step may wait now; nothing when it had better not try yet. */
  Optional<Duration> of(String subject, Step step, Lock lock) {
    var before = waiting.get(key(subject, step));
    if (before == null) {
      return Optional.of(min(AT_FIRST, lock.atMost()));
    }
    Instant now = clock.instant();
    Duration pause = Duration.between(now, before.notBefore);
    boolean clockWentBack = pause.compareTo(LONGEST.multipliedBy(PAUSE)) > 0;
    if (now.isBefore(before.notBefore) && !clockWentBack) {
      return Optional.empty();
    }
    Duration atMost = min(lock.atMost(), LONGEST);
    long waited = Duration.between(before.since, now).toMillis();
    long share = atMost.toMillis() * waited / GROWN.toMillis();
    return Optional.of(
        min(share > AT_FIRST.toMillis() ? Duration.ofMillis(share) : AT_FIRST, atMost));
  }

  /** The step could not have its lock, for which it waited so long. */
  void failed(String subject, Step step, Duration inVain) {
    Instant now = clock.instant();
    waiting.compute(
        key(subject, step),
        (key, before) ->
            new Waiting(before == null ? now : before.since, now.plus(inVain.multipliedBy(PAUSE))));
  }

  /** The step was done. */
  void done(String subject, Step step) {
    waiting.remove(key(subject, step));
  }

  private static String key(String subject, Step step) {
    return subject + '\n' + step.sentence();
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
