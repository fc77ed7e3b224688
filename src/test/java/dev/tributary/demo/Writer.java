package dev.tributary.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The service at work: it knows nothing of Tributary and goes on with the statements it prepared,
 * on the connection it opened, before its tables were moved.
 */
final class Writer implements AutoCloseable {
  private static final int MILLIS_BETWEEN_STATEMENTS = 200;

  /** What it has met so far. */
  record Tally(int statements, int failed, long slowestMillis, String lastFailure) {
    private Tally and(long millis, String failure) {
      return new Tally(
          statements + 1,
          failed + (failure == null ? 0 : 1),
          Math.max(slowestMillis, millis),
          failure == null ? lastFailure : failure);
    }
  }

  private final Service service;
  private final Connection connection;
  private final List<PreparedStatement> writes = new ArrayList<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "writer");
            thread.setDaemon(true);
            return thread;
          });
  private volatile Tally tally = new Tally(0, 0, 0, null);

  private Writer(Service service, Connection connection) throws SQLException {
    this.service = service;
    this.connection = connection;
    for (String sql : service.writes()) {
      writes.add(connection.prepareStatement(sql));
    }
  }

  static Writer start(Service service) {
    try {
      Writer writer = new Writer(service, service.connect());
      writer.clock.scheduleWithFixedDelay(
          writer::write, 0, MILLIS_BETWEEN_STATEMENTS, TimeUnit.MILLISECONDS);
      return writer;
    } catch (SQLException e) {
      throw new Failure("%s cannot write: %s".formatted(service.name(), e.getMessage()), e);
    }
  }

  Service service() {
    return service;
  }

  Tally tally() {
    return tally;
  }

  private void write() {
    int done = tally.statements();
    PreparedStatement statement = writes.get(done % writes.size());
    long start = System.nanoTime();
    String failure = null;
    try {
      statement.setInt(1, 1 + done / writes.size());
      if (statement.executeUpdate() == 0) {
        failure = "no row was changed by " + statement;
      }
    } catch (SQLException e) {
      failure = e.getMessage();
    }
    tally = tally.and(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start), failure);
  }

  /** Writes no more when this returns. */
  void stop() {
    clock.shutdown();
    try {
      if (!clock.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new Failure("A statement of %s takes more than 10 s.".formatted(service.name()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    try {
      connection.close();
    } catch (SQLException e) {
      // It was not needed any more.
    }
  }
}
