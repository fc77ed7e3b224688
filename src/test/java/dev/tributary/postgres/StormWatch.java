package dev.tributary.postgres;

import static org.awaitility.Awaitility.await;

import dev.tributary.federation.Problem;
import dev.tributary.federation.Trouble;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks at both sides again and again, as the operator does, and at how far apply has come. */
final class StormWatch implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(300);
  private static final Duration SAMPLE = Duration.ofMillis(100);

  private final World world;
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
  private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
  private final Set<Problem> problems = ConcurrentHashMap.newKeySet();
  private final Set<Problem> failures = ConcurrentHashMap.newKeySet();
  private String pulse = "";
  private long since = System.nanoTime();
  private volatile long longest;

  private StormWatch(World world) {
    this.world = world;
  }

  static StormWatch start(World world) {
    var watch = new StormWatch(world);
    watch.threads.scheduleWithFixedDelay(watch::look, 0, POLL.toMillis(), TimeUnit.MILLISECONDS);
    watch.threads.scheduleWithFixedDelay(
        watch::sample, 0, SAMPLE.toMillis(), TimeUnit.MILLISECONDS);
    return watch;
  }

  private void look() {
    try {
      var look = world.look();
      problems.addAll(look.plan().problems());
      failures.addAll(look.outcome().failures());
    } catch (Trouble e) {
      failures.add(e.problem());
    } catch (RuntimeException e) {
      errors.add(e);
    }
  }

  /** The writer changes the pulse all the time. */
  private void sample() {
    try {
      String now =
          world
              .target()
              .one("SELECT n FROM %s.%s".formatted(world.source().name(), StormWriter.PULSE));
      if (!pulse.equals(now)) {
        longest = Math.max(longest, System.nanoTime() - since);
        since = System.nanoTime();
        pulse = now;
      }
    } catch (RuntimeException e) {
      errors.add(e);
    }
  }

  /** For how long nothing was applied, at most. */
  Duration longestStop() {
    return Duration.ofNanos(Math.max(longest, System.nanoTime() - since));
  }

  /** What a look could not be finished for: none of it is expected. */
  List<Throwable> errors() {
    return List.copyOf(errors);
  }

  /** What was said of tables at some time. */
  Set<Problem> problems() {
    return Set.copyOf(problems);
  }

  /** Why steps were not done at some time. */
  Set<Problem> failures() {
    return Set.copyOf(failures);
  }

  @Override
  public void close() {
    threads.shutdown();
    await().atMost(World.PATIENCE).until(threads::isTerminated);
  }
}
