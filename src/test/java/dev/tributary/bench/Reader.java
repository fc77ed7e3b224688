package dev.tributary.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** A report: it has read some of the tables, and its transaction stays open for a while. */
final class Reader {
  private static final Duration OPEN_FOR = Duration.ofSeconds(4);
  private static final List<Integer> READ = List.of(20, 60, 100, 140, 180);

  private final Connection connection;
  private final Thread thread = new Thread(this::linger, "reader");

  private Reader(Connection connection) {
    this.connection = connection;
  }

  /** Holds its locks when this returns. */
  static Reader open(Tables tables) throws SQLException {
    var reader = new Reader(tables.connect());
    reader.connection.setAutoCommit(false);
    try (var statement = reader.connection.createStatement()) {
      for (int table : READ) {
        statement.execute("SELECT count(*) FROM " + Tables.name(table));
      }
    }
    reader.thread.start();
    return reader;
  }

  private void linger() {
    try (connection) {
      Thread.sleep(OPEN_FOR.toMillis());
      connection.commit();
    } catch (InterruptedException e) {
      // The move is over, nobody waits for these locks any more.
    } catch (SQLException e) {
      throw new IllegalStateException("the reader failed", e);
    }
  }

  /** Gone when this returns. */
  void end() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }
}
