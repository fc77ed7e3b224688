package dev.tributary.postgres;

import dev.tributary.api.TlsMode;
import dev.tributary.federation.Names;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.postgresql.Driver;

/** One short connection to one database: opened for a reconcile, closed at its end. */
public final class Session implements AutoCloseable {
  /** Bounds of a session: nothing that the operator asks may hang it, or hold others up. */
  private static final String OPTIONS =
      "-c search_path=pg_catalog -c statement_timeout=30000 -c lock_timeout=5000"
          + " -c idle_in_transaction_session_timeout=30000";

  private static final int CONNECT_SECONDS = 3;
  private static final int SOCKET_SECONDS = 60;

  private final Connection connection;
  private final ConnectionSettings settings;

  private Session(Connection connection, ConnectionSettings settings) {
    this.connection = connection;
    this.settings = settings;
  }

  /** Opens a session; throws Trouble with the reason when that cannot be. */
  public static Session open(ConnectionSettings settings) throws Trouble {
    var properties = new Properties();
    properties.setProperty("user", settings.user());
    properties.setProperty("password", settings.password());
    properties.setProperty("ApplicationName", "tributary");
    properties.setProperty("sslmode", settings.tls().sslmode());
    properties.setProperty("connectTimeout", String.valueOf(CONNECT_SECONDS));
    properties.setProperty("loginTimeout", String.valueOf(2 * CONNECT_SECONDS));
    properties.setProperty("socketTimeout", String.valueOf(SOCKET_SECONDS));
    properties.setProperty("tcpKeepAlive", "true");
    // Saves two SET statements a session.
    properties.setProperty("assumeMinServerVersion", "12");
    properties.setProperty("options", OPTIONS);
    boolean verifies = settings.tls() == TlsMode.VERIFY_CA || settings.tls() == TlsMode.VERIFY_FULL;
    if (verifies) {
      settings
          .rootCertificate()
          .ifPresentOrElse(
              pem -> properties.setProperty("sslrootcert", file(pem).toString()),
              () ->
                  properties.setProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory"));
    }
    // A host of a resource is data: as properties it cannot add parameters to a URL.
    properties.setProperty("PGHOST", settings.host());
    properties.setProperty("PGPORT", String.valueOf(settings.port()));
    properties.setProperty("PGDBNAME", settings.database());
    try {
      return new Session(new Driver().connect("jdbc:postgresql:", properties), settings);
    } catch (SQLException e) {
      throw new Trouble(SqlStates.onConnect(e, settings));
    }
  }

  /** The driver reads authorities from a file only; the same ones get the same file. */
  private static Path file(String pem) {
    try {
      Path file =
          Path.of(
              System.getProperty("java.io.tmpdir"), "tributary-ca-" + Names.sha256(pem) + ".pem");
      if (!Files.exists(file)) {
        Path aside = Files.createTempFile("tributary-ca-", ".tmp");
        Files.writeString(aside, pem);
        Files.move(aside, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write certificate authorities to a file", e);
    }
  }

  /** Makes one value of a row. */
  @FunctionalInterface
  interface Row<T> {
    T map(ResultSet row) throws SQLException;
  }

  /** Runs a query; parameters are set as objects, String[] as text[]. */
  <T> List<T> query(String sql, Row<T> mapper, Object... parameters) throws Trouble {
    try (var statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        if (parameters[i] instanceof String[] texts) {
          statement.setArray(i + 1, connection.createArrayOf("text", texts));
        } else {
          statement.setObject(i + 1, parameters[i]);
        }
      }
      var rows = new ArrayList<T>();
      try (var result = statement.executeQuery()) {
        while (result.next()) {
          rows.add(mapper.map(result));
        }
      }
      return rows;
    } catch (SQLException e) {
      throw new Trouble(SqlStates.onStatement(e, "Reading the catalog of " + settings));
    }
  }

  /** Executes statements in one transaction. */
  void inTransaction(List<String> sql) throws SQLException {
    connection.setAutoCommit(false);
    try {
      for (String s : sql) {
        execute(s);
      }
      connection.commit();
    } catch (SQLException e) {
      rollback(e);
      throw e;
    } finally {
      restoreAutoCommit();
    }
  }

  private void rollback(SQLException because) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      because.addSuppressed(e);
    }
  }

  private void restoreAutoCommit() throws SQLException {
    if (!connection.isClosed()) {
      connection.setAutoCommit(true);
    }
  }

  /** Executes statements, each for itself. */
  void oneByOne(List<String> sql) throws SQLException {
    for (String s : sql) {
      execute(s);
    }
  }

  private void execute(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      // A question mark in an identifier or a literal is no parameter.
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    }
  }

  /** What a failed statement means, without the password, should the server repeat it. */
  Problem problem(SQLException e, String what) {
    Problem problem = SqlStates.onStatement(e, what);
    return new Problem(problem.reason(), redact(problem.sentence()));
  }

  private String redact(String text) {
    return settings.password().isEmpty() ? text : text.replace(settings.password(), "***");
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // The session is over either way.
    }
  }
}
