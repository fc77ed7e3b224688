package dev.tributary.postgres;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLWarning;

/** A session of an application that writes the names of its tables in one way. */
final class AppSession implements AutoCloseable {
  private final Connection connection;
  private final Naming naming;
  private final Set<Usage> begun = new HashSet<>();

  /** How the name of a table is written. */
  enum Naming {
    UNQUALIFIED,
    OLD_SCHEMA,
    NEW_SCHEMA
  }

  /**
   * What came of a usage.
   *
   * @param sqlState of an error or a warning, empty when there was none
   * @param text rows or message
   */
  record Outcome(String sqlState, String text) {
    String answer() {
      return sqlState.isEmpty() ? text : sqlState;
    }

    boolean isThatOf(Usage usage) {
      return usage.isQuestion() ? sqlState.isEmpty() : usage.expected().equals(answer());
    }
  }

  AppSession(Connection connection, Naming naming) throws SQLException {
    this.connection = connection;
    this.naming = naming;
    try (var statement = connection.createStatement()) {
      statement.execute("SET lock_timeout = '5s'");
    }
  }

  /**
   * Does it, and leaves no trace.
   *
   * @param real the schema that the tables are in by now
   */
  Outcome run(Usage usage, String real) throws SQLException {
    try {
      begin(usage, real);
      connection.setAutoCommit(usage.outsideTransaction());
      String rows = "";
      for (String sql : usage.sql()) {
        rows = execute(written(sql, real));
      }
      return new Outcome("", rows);
    } catch (PSQLException e) {
      if (e.getServerErrorMessage() == null) {
        throw e;
      }
      return new Outcome(e.getSQLState(), e.getServerErrorMessage().getMessage());
    } catch (Warned e) {
      return new Outcome(e.warning.getSQLState(), e.warning.getMessage());
    } finally {
      if (!connection.getAutoCommit()) {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    }
  }

  private void begin(Usage usage, String real) throws SQLException, Warned {
    if (begun.contains(usage)) {
      return;
    }
    for (String sql : usage.once()) {
      execute(written(sql, real));
    }
    begun.add(usage);
  }

  private String written(String sql, String real) {
    String named =
        switch (naming) {
          case UNQUALIFIED -> Shop.written(sql, "", "plain");
          case OLD_SCHEMA -> Shop.written(sql, "public.", "written");
          case NEW_SCHEMA -> Shop.written(sql, real + ".", "moved");
        };
    return named.replaceAll("\\breal\\.", real + ".");
  }

  private String execute(String sql) throws SQLException, Warned {
    if (sql.startsWith("COPY ") && sql.contains(" FROM STDIN")) {
      return copyIn(sql);
    }
    if (sql.startsWith("COPY ")) {
      return copyOut(sql);
    }
    try (var statement = connection.createStatement()) {
      boolean hasRows = statement.execute(sql);
      refuseWarnings(statement);
      return hasRows ? rows(statement.getResultSet()) : "";
    }
  }

  /** As in psql, the data follow the line of the command. */
  private String copyIn(String sql) throws SQLException {
    int line = sql.indexOf('\n');
    try {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn(sql.substring(0, line), new StringReader(sql.substring(line + 1)));
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String copyOut(String sql) throws SQLException {
    var out = new StringWriter();
    try {
      connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString().strip().replace('\t', '|').replace("\n", ", ");
  }

  private static String rows(ResultSet result) throws SQLException {
    List<String> rows = new ArrayList<>();
    int columns = result.getMetaData().getColumnCount();
    while (result.next()) {
      List<String> row = new ArrayList<>();
      for (int column = 1; column <= columns; column++) {
        row.add(String.valueOf(result.getString(column)));
      }
      rows.add(String.join("|", row));
    }
    return String.join(", ", rows);
  }

  /** VACUUM of a view is a warning and nothing else. */
  private static void refuseWarnings(Statement statement) throws SQLException, Warned {
    for (SQLWarning w = statement.getWarnings(); w != null; w = w.getNextWarning()) {
      if (w instanceof PSQLWarning p && p.getServerErrorMessage().getSeverity().equals("WARNING")) {
        throw new Warned(p);
      }
    }
  }

  private static final class Warned extends Exception {
    private final transient PSQLWarning warning;

    Warned(PSQLWarning warning) {
      super(warning.getMessage());
      this.warning = warning;
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
