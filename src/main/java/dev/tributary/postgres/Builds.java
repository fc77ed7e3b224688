package dev.tributary.postgres;

import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Relation;
import dev.tributary.federation.Step;
import dev.tributary.federation.Trouble;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs steps that may take hours, each in a session and a thread of its own, a few at a time on a
 * target and one at a time on a table. How far they are the catalogs say.
 *
 * <p>What the server refused is kept in memory and not tried again for a while; whoever forgets it
 * only tries it once more.
 */
public final class Builds {
  private static final Logger log = LoggerFactory.getLogger(Builds.class);

  private static final int AT_ONCE = 2;

  /** Small ones are done by then, and of others the catalogs speak. */
  private static final Duration A_MOMENT = Duration.ofMillis(500);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(30);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  private final Clock clock;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            var thread = new Thread(task, "build");
            thread.setDaemon(true);
            return thread;
          });

  private final Map<String, Set<Relation>> running = new HashMap<>();
  private final Map<String, Map<String, Refusal>> refusals = new HashMap<>();

  /** What a server said, and until when that is taken for its last word. */
  private record Refusal(String sentence, Duration pause, Instant until) {}

  public Builds(Clock clock) {
    this.clock = clock;
  }

  /**
   * Begins a step, and waits a moment for its end.
   *
   * @param subject whose it is, for the log
   * @return false when there is no room for it now
   */
  boolean begin(Step.InBackground step, ConnectionSettings settings, String subject) {
    String where = settings.toString();
    synchronized (this) {
      var tables = running.computeIfAbsent(where, w -> new HashSet<>());
      if (tables.size() >= AT_ONCE || !tables.add(step.table())) {
        return false;
      }
    }
    var end =
        threads.submit(
            () -> {
              try {
                run(step, settings, subject);
              } finally {
                synchronized (this) {
                  running.get(where).remove(step.table());
                }
              }
            });
    try {
      end.get(A_MOMENT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // It goes on.
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  private void run(Step.InBackground step, ConnectionSettings settings, String subject) {
    try (var session = Session.openForBuilds(settings)) {
      try {
        session.oneByOne(step.sql());
        log.info("{}: {}: done", subject, step.sentence());
        remember(settings.toString(), step, "");
      } catch (SQLException e) {
        Problem problem = session.problem(e, step);
        log.warn("{}: {}", subject, problem.sentence());
        if (problem.reason() == Reason.DatabaseError && SqlStates.isRefusal(e)
            || problem.reason() == Reason.PermissionDenied) {
          remember(settings.toString(), step, problem.sentence());
        }
      }
    } catch (Trouble e) {
      log.warn("{}: {}: {}", subject, step.sentence(), e.problem().sentence());
    }
  }

  /** Remembers what the server said; nothing when it did what it was told. */
  private synchronized void remember(String where, Step.InBackground step, String sentence) {
    var said = refusals.computeIfAbsent(where, w -> new HashMap<>());
    if (sentence.isEmpty()) {
      said.remove(step.object());
      return;
    }
    said.compute(
        step.object(),
        (object, before) -> {
          Duration pause = before == null ? FIRST_PAUSE : before.pause.multipliedBy(2);
          Duration bounded = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
          return new Refusal(sentence, bounded, clock.instant().plus(bounded));
        });
  }

  /** What the server of a session refused and is not to be tried again yet, by what was made. */
  synchronized Map<String, String> refused(ConnectionSettings settings) {
    var now = clock.instant();
    var said = new HashMap<String, String>();
    refusals
        .getOrDefault(settings.toString(), Map.of())
        .forEach(
            (object, refusal) -> {
              if (now.isBefore(refusal.until)) {
                said.put(object, refusal.sentence);
              }
            });
    return said;
  }
}
