package dev.tributary.demo;

import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The database that receives both services, empty at first. The operator's role in it is no
 * superuser.
 */
record Search(Db database) {
  static final int PORT = 25418;
  static final String ROLE = "tributary";
  private static final String PASSWORD = "quickstart-search";

  /** What neither service can answer alone. */
  static final String JOIN =
      """
      SELECT u.name, u.country, u.plan, to_char(n.written_at, 'Mon DD HH24:MI') AS written, n.body
      FROM accounts.users u
      JOIN support.users s ON s.email = u.email
      JOIN support.notes n ON n.author = s.id
      WHERE u.plan <> 'free' AND n.body ILIKE '%invoice%'
      ORDER BY n.written_at DESC
      LIMIT 8;
      """;

  /** Starts its server where {@code examples/quickstart} says it is. */
  static Search start() {
    PostgresServer server = PostgresServer.start(18, Map.of(), PORT);
    server
        .database("postgres")
        .execute(
            "CREATE ROLE %s LOGIN PASSWORD '%s' IN ROLE pg_create_subscription"
                .formatted(ROLE, PASSWORD),
            "CREATE DATABASE search",
            "GRANT CREATE ON DATABASE search TO " + ROLE);
    return new Search(server.database("search"));
  }

  /** The answer as the operator's role gets it. */
  Table ask(String sql) {
    try (Connection connection = database.connect(ROLE, PASSWORD);
        var statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      List<List<String>> table = new ArrayList<>();
      List<String> names = new ArrayList<>();
      for (int column = 1; column <= columns; column++) {
        names.add(result.getMetaData().getColumnLabel(column));
      }
      table.add(names);
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
          row.add(result.getString(column));
        }
        table.add(row);
      }
      return new Table(table);
    } catch (SQLException e) {
      throw new Failure("The target refuses the query: " + e.getMessage(), e);
    }
  }

  /** Rows of this service that are here, from both of its tables. */
  long rowsOf(Service service) {
    return Service.TABLES.stream()
        .map(table -> service.name() + "." + table)
        .filter(table -> database.one("SELECT to_regclass('" + table + "')") != null)
        .mapToLong(table -> Long.parseLong(database.one("SELECT count(*) FROM " + table)))
        .sum();
  }
}
