package dev.tributary.postgres;

import dev.tributary.federation.Trouble;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to a channel of one database in a thread and by a connection of its own, until it is
 * closed. A connection that is lost is opened again; what was notified meanwhile is not known, so
 * each new connection counts as a notification.
 */
public final class Listener implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Listener.class);

  /** A migration is many statements, and is to be one notification: it ends when it is quiet. */
  private static final Duration QUIET = Duration.ofMillis(100);

  /** But not longer than this after its first statement. */
  private static final Duration LONGEST = Duration.ofMillis(500);

  /** Whoever does DDL all the time does not have everything looked at all the time. */
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  /** How often it looks whether it was closed. */
  private static final Duration SLICE = Duration.ofMillis(500);

  /** After so long a silence the connection is tried: one that died is noticed by nothing else. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final ConnectionSettings settings;
  private final String channel;
  private final Runnable heard;
  private final CountDownLatch closed = new CountDownLatch(1);
  private boolean lost;

  private Listener(ConnectionSettings settings, String channel, Runnable heard) {
    this.settings = settings;
    this.channel = channel;
    this.heard = heard;
  }

  /**
   * Begins to listen.
   *
   * @param heard called in the listener's thread, once for notifications that follow each other
   */
  public static Listener start(ConnectionSettings settings, String channel, Runnable heard) {
    var listener = new Listener(settings, channel, heard);
    var thread = new Thread(listener::listen, "listen " + settings);
    thread.setDaemon(true);
    thread.start();
    return listener;
  }

  private void listen() {
    var pause = SHORTEST_PAUSE;
    while (!isClosed()) {
      long opened = System.nanoTime();
      try (var session = Session.open(settings)) {
        session.listen(channel);
        lost = false;
        heard.run();
        hear(session);
      } catch (Trouble e) {
        say(e.problem().sentence());
      } catch (RuntimeException e) {
        log.warn("listening to {} failed, and is tried again", settings, e);
      }
      // One that is cut off again and again is not let wake anybody each second.
      boolean lasted = since(opened).compareTo(LONGEST_PAUSE) > 0;
      pause = lasted ? SHORTEST_PAUSE : pause;
      rest(pause);
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  /** Calls back for notifications, until it is closed. */
  private void hear(Session session) throws Trouble {
    long last = System.nanoTime();
    while (!isClosed()) {
      if (session.notified(SLICE)) {
        long first = System.nanoTime();
        boolean more = true;
        while (more && since(first).compareTo(LONGEST) < 0 || since(last).compareTo(BETWEEN) < 0) {
          more = session.notified(QUIET);
        }
        heard.run();
        last = System.nanoTime();
      } else if (since(last).compareTo(SILENCE) > 0) {
        session.query("SELECT 1 AS alive", row -> row.getInt("alive"));
        last = System.nanoTime();
      }
    }
  }

  private static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }

  /** Said once, and it is no error: the database is polled all the same. */
  private void say(String sentence) {
    if (!lost && !isClosed()) {
      log.info(
          "DDL in {} is seen at the next poll until it can be listened to: {}", settings, sentence);
    }
    lost = true;
  }

  private void rest(Duration pause) {
    try {
      closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      // Nobody interrupts this thread but a JVM that ends.
      closed.countDown();
    }
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  /** Ends it within a moment; the thread closes its connection itself. */
  @Override
  public void close() {
    closed.countDown();
  }
}
