package dev.tributary.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What the service does at once: it changes a row of one table, and adds one to another or reads
 * one there.
 *
 * @param changed and {@code other}: the tables as the service writes their names
 * @param added the row that is added to the other table; else one is read
 */
record Transaction(
    String changed, Ledger.Seeded row, String other, Optional<Ledger.Added> added, int read) {

  /** Two tables at random, each by either name. */
  static Transaction random(SplittableRandom random, int client, int sequence) {
    int changed = random.nextInt(Tables.COUNT);
    // Any table but that one.
    int other = (changed + random.nextInt(1, Tables.COUNT)) % Tables.COUNT;
    var added = new Ledger.Added(Tables.name(other), client, sequence);
    return new Transaction(
        written(changed, random),
        new Ledger.Seeded(Tables.name(changed), row(random)),
        written(other, random),
        random.nextBoolean() ? Optional.of(added) : Optional.empty(),
        row(random));
  }

  private static String written(int table, SplittableRandom random) {
    return (random.nextBoolean() ? "public." : "") + Tables.name(table);
  }

  private static int row(SplittableRandom random) {
    return random.nextInt(1, Tables.ROWS + 1);
  }

  /** Commits it, or leaves nothing behind. */
  void run(Connection connection) throws SQLException {
    try {
      update(connection);
      if (added.isPresent()) {
        insert(connection, added.get());
      } else {
        select(connection);
      }
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    }
  }

  private void update(Connection connection) throws SQLException {
    String sql =
        "UPDATE " + changed + " SET changes = changes + 1, amount = amount + 1 WHERE id = ?";
    try (var statement = connection.prepareStatement(sql)) {
      statement.setInt(1, row.id());
      expectOneRow(statement.executeUpdate(), statement);
    }
  }

  private void insert(Connection connection, Ledger.Added row) throws SQLException {
    String sql =
        "INSERT INTO " + other + " (label, amount, client, sequence) VALUES ('added', 0, ?, ?)";
    try (var statement = connection.prepareStatement(sql)) {
      statement.setInt(1, row.client());
      statement.setInt(2, row.sequence());
      expectOneRow(statement.executeUpdate(), statement);
    }
  }

  private void select(Connection connection) throws SQLException {
    String sql = "SELECT label FROM " + other + " WHERE id = ?";
    try (var statement = connection.prepareStatement(sql)) {
      statement.setInt(1, read);
      try (var result = statement.executeQuery()) {
        expectOneRow(result.next() ? 1 : 0, statement);
      }
    }
  }

  private static void expectOneRow(int rows, PreparedStatement statement) throws SQLException {
    if (rows != 1) {
      throw new SQLException(rows + " rows instead of one: " + statement);
    }
  }
}
