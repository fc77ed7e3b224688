package dev.tributary.postgres;

import static dev.tributary.federation.Sql.identifier;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * A service that writes to whatever tables there are at the moment. It locks a table, looks at its
 * shape and writes, all in one transaction, so that none of its statements is ever wrong.
 */
final class StormWriter implements AutoCloseable {
  /** The table that tells how far apply has come; nobody changes its shape. */
  static final String PULSE = "pulse";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** The table has gone between looking and locking: nothing of the service's has failed. */
  private static final String UNDEFINED_TABLE = "42P01";

  private final Connection connection;
  private final Random random;
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong written = new AtomicLong();
  private volatile boolean stopped;

  private StormWriter(Connection connection, long seed) {
    this.connection = connection;
    this.random = new Random(seed);
  }

  static StormWriter start(World world, long seed) throws SQLException {
    var writer = new StormWriter(world.connectAsService(), seed);
    writer.thread.execute(writer::work);
    return writer;
  }

  private void work() {
    try (connection) {
      connection.setAutoCommit(false);
      for (long n = 1_000; !stopped; n++) {
        write(n);
      }
    } catch (SQLException e) {
      failures.add("the session is gone: " + e.getMessage());
    }
  }

  private void write(long n) throws SQLException {
    StormTable table;
    try {
      var names = StormTable.names(connection);
      String name = names.get(random.nextInt(names.size()));
      execute("LOCK TABLE %s IN ROW EXCLUSIVE MODE".formatted(identifier(name)));
      table = StormTable.read(connection, name);
    } catch (SQLException e) {
      if (!UNDEFINED_TABLE.equals(e.getSQLState())) {
        failures.add("looking at tables: " + e.getMessage());
      }
      connection.rollback();
      return;
    }
    String last = "";
    try {
      for (String sql : statements(table, n)) {
        last = sql;
        execute(sql);
      }
      connection.commit();
      written.incrementAndGet();
    } catch (SQLException e) {
      failures.add(last + ": " + e.getMessage());
      connection.rollback();
    }
  }

  private List<String> statements(StormTable table, long n) {
    String pulse = "UPDATE %s SET n = %d".formatted(PULSE, n);
    return List.of(insert(table, n), change(table, n), pulse);
  }

  private String insert(StormTable table, long n) {
    var columns = table.columns().stream().filter(c -> !c.given()).toList();
    return "INSERT INTO %s (%s) VALUES (%s)"
        .formatted(
            identifier(table.name()),
            columns.stream().map(c -> identifier(c.name())).collect(Collectors.joining(", ")),
            columns.stream()
                .map(c -> StormTable.value(c, n, random))
                .collect(Collectors.joining(", ")));
  }

  /** Rows go as fast as they come. */
  private String change(StormTable table, long n) {
    String some =
        " WHERE ctid = ANY (ARRAY(SELECT ctid FROM %s LIMIT 1 OFFSET %d))"
            .formatted(identifier(table.name()), random.nextInt(20));
    var columns = table.columns().stream().filter(c -> !c.given()).toList();
    var others = columns.stream().filter(c -> !c.key()).toList();
    int kind = random.nextInt(8);
    if (kind < 3 || columns.isEmpty()) {
      return "DELETE FROM " + identifier(table.name()) + some;
    }
    var column =
        kind == 3 || others.isEmpty()
            ? columns.get(random.nextInt(columns.size()))
            : others.get(random.nextInt(others.size()));
    // Another number than that of the row before it.
    return "UPDATE %s SET %s = %s"
            .formatted(
                identifier(table.name()),
                identifier(column.name()),
                StormTable.value(column, n + 1_000_000_000L, random))
        + some;
  }

  private void execute(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Waits until this many further transactions were committed. */
  void awaitProgress(int transactions) {
    long wanted = written.get() + transactions;
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> written.get() >= wanted || !failures.isEmpty());
  }

  long written() {
    return written.get();
  }

  List<String> failures() {
    return List.copyOf(failures);
  }

  /** Stops when what was begun is done. */
  void stop() {
    stopped = true;
    thread.shutdown();
    await().atMost(PATIENCE).until(thread::isTerminated);
  }

  @Override
  public void close() {
    stop();
  }
}
