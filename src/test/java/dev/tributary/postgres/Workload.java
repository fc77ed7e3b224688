package dev.tributary.postgres;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A service that inserts, updates, changes keys and deletes without pause, by the names that its
 * tables have always had. Each table has columns {@code id} and {@code note}; rows below 1,000 are
 * left alone.
 */
final class Workload implements AutoCloseable {
  private static final int FIRST = 1_000;
  private static final int CHANGED_KEY = 1_000_000;
  private static final int SESSION = 10_000_000;

  private final List<String> tables;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Long> attempts = new ConcurrentHashMap<>();
  private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
  private final ReadWriteLock quiet = new ReentrantReadWriteLock(true);
  private volatile boolean stopped;

  /**
   * A statement that failed.
   *
   * @param begun when it was begun
   */
  record Failure(String table, String sqlState, Instant begun, String message) {}

  private Workload(List<String> tables) {
    this.tables = List.copyOf(tables);
  }

  /** Two sessions: one writes out the schema, the other one relies on its search_path. */
  static Workload start(World world, List<String> tables) throws SQLException {
    var workload = new Workload(tables);
    var names = List.of("public.", "");
    for (int i = 0; i < names.size(); i++) {
      var connection = world.connectAsService();
      String prefix = names.get(i);
      int first = i * SESSION + FIRST;
      workload.threads.execute(() -> workload.work(connection, prefix, first));
    }
    workload.awaitProgress();
    return workload;
  }

  private void work(Connection connection, String prefix, int first) {
    try (connection) {
      for (int n = first; !stopped; n++) {
        quiet.readLock().lock();
        write(connection, prefix, n);
        quiet.readLock().unlock();
      }
    } catch (SQLException e) {
      failures.add(new Failure("", e.getSQLState(), Instant.now(), e.getMessage()));
    }
  }

  private void write(Connection connection, String prefix, int n) {
    for (String table : tables) {
      execute(connection, table, "INSERT INTO %s (id, note) VALUES (?, 'new')", prefix, n);
      execute(connection, table, "UPDATE %s SET note = 'changed' WHERE id = ?", prefix, n);
      execute(
          connection,
          table,
          "UPDATE %s SET id = id + " + CHANGED_KEY + " WHERE id = ?",
          prefix,
          n - 1);
      execute(connection, table, "DELETE FROM %s WHERE id = ?", prefix, n - 2 + CHANGED_KEY);
    }
  }

  private void execute(Connection connection, String table, String sql, String prefix, int id) {
    Instant begun = Instant.now();
    String text = sql.formatted(prefix + table);
    try (var statement = connection.prepareStatement(text)) {
      statement.setInt(1, id);
      statement.executeUpdate();
    } catch (SQLException e) {
      failures.add(new Failure(table, e.getSQLState(), begun, text + ": " + e.getMessage()));
    }
    attempts.merge(table, 1L, Long::sum);
  }

  /** Waits until further statements have come to each table, whatever became of them. */
  void awaitProgress() {
    var wanted = new ConcurrentHashMap<String, Long>();
    tables.forEach(t -> wanted.put(t, attempts.getOrDefault(t, 0L) + 40));
    await()
        .atMost(30, TimeUnit.SECONDS)
        .until(() -> tables.stream().allMatch(t -> attempts.getOrDefault(t, 0L) > wanted.get(t)));
  }

  /** Does something while nothing is written. */
  void whileQuiet(Runnable what) {
    quiet.writeLock().lock();
    try {
      what.run();
    } finally {
      quiet.writeLock().unlock();
    }
  }

  List<Failure> failures() {
    return List.copyOf(failures);
  }

  /** Stops when what was begun is done. */
  void stop() {
    stopped = true;
    threads.shutdown();
    await().atMost(30, TimeUnit.SECONDS).until(threads::isTerminated);
  }

  @Override
  public void close() {
    stop();
  }
}
