package dev.tributary.bench;

import java.sql.Connection;
import java.sql.SQLException;

/** The guide's way: one transaction, in which every table is moved and a view left behind. */
final class MoveByHand implements Move {
  private static final int RETRIES = 3;
  private static final String DEADLOCK = "40P01";

  @Override
  public Result run(Tables tables) throws SQLException {
    try (var connection = tables.connect()) {
      connection.setAutoCommit(false);
      for (int rollbacks = 0; rollbacks <= RETRIES; rollbacks++) {
        if (moveAll(connection)) {
          return new Result(true, "rolled back %d times, then done".formatted(rollbacks));
        }
      }
      return new Result(false, "rolled back %d times, given up".formatted(RETRIES + 1));
    }
  }

  /** False when it was chosen to end a deadlock. */
  private static boolean moveAll(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA " + Tables.SCHEMA);
      for (String table : Tables.names()) {
        statement.execute("ALTER TABLE public.%s SET SCHEMA %s".formatted(table, Tables.SCHEMA));
        statement.execute(
            "CREATE VIEW public.%1$s AS SELECT * FROM %2$s.%1$s".formatted(table, Tables.SCHEMA));
      }
      connection.commit();
      return true;
    } catch (SQLException e) {
      connection.rollback();
      if (DEADLOCK.equals(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }
}
