package dev.tributary.postgres;

import dev.tributary.api.TlsMode;
import dev.tributary.federation.Names;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Relation;
import dev.tributary.federation.Sql;
import dev.tributary.federation.Step;
import dev.tributary.federation.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.postgresql.Driver;
import org.postgresql.PGConnection;

/** One short connection to one database: opened for a reconcile, closed at its end. */
public final class Session implements AutoCloseable {
  /** Bounds of a session: nothing that the operator asks may hang it, or hold others up. */
  private static final String OPTIONS = "-c statement_timeout=30000 -c lock_timeout=5000";

  /** One more bound, set later: pg_settings.reset_val then still has what other sessions have. */
  private static final String IDLE_MILLIS = "30000";

  /** {@code pg_settings.source} of what holds for every role and database. */
  private static final Set<String> SERVER_SOURCES =
      Set.of("configuration file", "command line", "environment variable", "global");

  private static final String HOLDER =
      """
      SELECT format('process %s (%s%s%s)', a.pid,
                    coalesce('role ' || a.usename, a.backend_type),
                    ', ' || nullif(a.application_name, ''),
                    ', in a transaction since ' || to_char(a.xact_start AT TIME ZONE 'UTC', 'HH24:MI:SS') || ' UTC') AS who
        FROM pg_locks l
        JOIN pg_stat_activity a ON a.pid = l.pid
       WHERE l.granted AND l.locktype = 'relation' AND a.pid <> pg_backend_pid()
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND l.relation = (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                            WHERE n.nspname = ? AND c.relname = ?)
       ORDER BY a.xact_start
       LIMIT 1
      """;

  /**
   * A position of the WAL that is read later lies behind a commit only when that was waited for.
   */
  private static final String ON_DISK =
      "SELECT set_config('synchronous_commit', 'local', true)"
          + " WHERE current_setting('synchronous_commit') = 'off'";

  /**
   * None of them holds for building an index: while it waits for older transactions, which may
   * last, it is in nobody's way, and lock_timeout counts that as waiting for a lock (documentation,
   * CREATE INDEX, "Building Indexes Concurrently"; its lock is weaker than that of a write).
   */
  private static final String OPTIONS_FOR_BUILDS = "-c statement_timeout=0 -c lock_timeout=0";

  private static final String READING = "Reading the catalog of ";
  private static final String LISTENING = "Listening to ";

  private static final int CONNECT_SECONDS = 3;
  private static final int SOCKET_SECONDS = 60;

  private final Connection connection;
  private final ConnectionSettings settings;
  private final Optional<String> serverSearchPath;
  private final Set<String> locks = new HashSet<>();

  private Session(Connection connection, ConnectionSettings settings) throws SQLException {
    this.connection = connection;
    this.settings = settings;
    this.serverSearchPath = qualifyEverything();
  }

  /** Opens a session; throws Trouble with the reason when that cannot be. */
  public static Session open(ConnectionSettings settings) throws Trouble {
    return open(settings, Names.APPLICATION, OPTIONS, SOCKET_SECONDS);
  }

  /** The same for statements that may take hours. */
  static Session openForBuilds(ConnectionSettings settings) throws Trouble {
    return open(settings, "tributary build", OPTIONS_FOR_BUILDS, 0);
  }

  private static Session open(
      ConnectionSettings settings, String application, String options, int socketSeconds)
      throws Trouble {
    var properties = new Properties();
    properties.setProperty("user", settings.user());
    properties.setProperty("password", settings.password());
    properties.setProperty("ApplicationName", application);
    properties.setProperty("sslmode", settings.tls().sslmode());
    properties.setProperty("connectTimeout", String.valueOf(CONNECT_SECONDS));
    properties.setProperty("loginTimeout", String.valueOf(2 * CONNECT_SECONDS));
    properties.setProperty("socketTimeout", String.valueOf(socketSeconds));
    properties.setProperty("tcpKeepAlive", "true");
    // Saves two SET statements a session.
    properties.setProperty("assumeMinServerVersion", "12");
    properties.setProperty("options", options);
    boolean verifies = settings.tls() == TlsMode.VERIFY_CA || settings.tls() == TlsMode.VERIFY_FULL;
    if (verifies) {
      settings
          .rootCertificate()
          .ifPresentOrElse(
              pem -> properties.setProperty("sslrootcert", file(pem).toString()),
              () ->
                  properties.setProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory"));
    }
    try {
      return new Session(new Driver().connect(settings.url(), properties), settings);
    } catch (SQLException e) {
      throw new Trouble(SqlStates.onConnect(e, settings));
    }
  }

  /**
   * Makes the catalog's functions qualify every name, and sees what search_path sessions would have
   * had; what is set for a role is no other session's.
   */
  private Optional<String> qualifyEverything() throws SQLException {
    try (var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT setting, source, set_config('search_path', 'pg_catalog', false),"
                    + " set_config('idle_in_transaction_session_timeout', '"
                    + IDLE_MILLIS
                    + "', false)"
                    + " FROM pg_settings WHERE name = 'search_path'")) {
      row.next();
      return SERVER_SOURCES.contains(row.getString("source"))
          ? Optional.of(row.getString("setting"))
          : Optional.empty();
    }
  }

  ConnectionSettings settings() {
    return settings;
  }

  /** The search_path of the server's configuration, if it is not PostgreSQL's default. */
  Optional<String> serverSearchPath() {
    return serverSearchPath;
  }

  /** Whether a lock is held by this session, was got just now, or is somebody else's. */
  public enum Lock {
    HELD,
    TAKEN,
    BUSY
  }

  /** Takes an advisory lock for as long as the session lasts, without waiting. */
  public Lock lock(String key) throws Trouble {
    if (locks.contains(key)) {
      return Lock.HELD;
    }
    boolean locked =
        query(
                "SELECT pg_try_advisory_lock(hashtextextended(?, 0)) AS got",
                row -> row.getBoolean("got"),
                key)
            .get(0);
    if (locked) {
      locks.add(key);
    }
    return locked ? Lock.TAKEN : Lock.BUSY;
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
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write certificate authorities to a file", e);
    }
  }

  /** Several queries that have to fit together. */
  @FunctionalInterface
  public interface Reading<T> {
    T read() throws Trouble;
  }

  /**
   * Reads in one snapshot: a table that moves between two queries would be seen twice, or not at
   * all.
   */
  public <T> T inSnapshot(Reading<T> reading) throws Trouble {
    try {
      connection.setAutoCommit(false);
      try {
        execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        return reading.read();
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new Trouble(SqlStates.onStatement(e, READING + settings));
    }
  }

  /** Is notified on a channel from now on. */
  void listen(String channel) throws Trouble {
    try {
      execute("LISTEN " + Sql.identifier(channel));
    } catch (SQLException e) {
      throw new Trouble(SqlStates.onStatement(e, LISTENING + settings));
    }
  }

  /** Waits for a notification; whether there was one. */
  boolean notified(Duration atMost) throws Trouble {
    try {
      var notifications =
          connection.unwrap(PGConnection.class).getNotifications((int) atMost.toMillis());
      return notifications != null && notifications.length > 0;
    } catch (SQLException e) {
      throw new Trouble(SqlStates.onStatement(e, LISTENING + settings));
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
      throw new Trouble(SqlStates.onStatement(e, READING + settings));
    }
  }

  /**
   * Executes statements in one transaction, with the search_path that the role's sessions have:
   * they qualify every name themselves, but what they fire may not, such as an event trigger.
   */
  void inTransaction(List<String> sql) throws SQLException {
    connection.setAutoCommit(false);
    try {
      execute("SET LOCAL search_path TO DEFAULT");
      execute(ON_DISK);
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

  /**
   * Executes statements in one transaction that holds its locks as shortly as can be: sent in one
   * go, and committed without waiting for the disk or a standby. What a crash of the server takes
   * away is planned again (documentation, "Asynchronous Commit": nothing is left half done).
   *
   * @param lockTimeout how long each lock is waited for
   */
  void inShortTransaction(List<String> sql, Duration lockTimeout) throws SQLException {
    try {
      execute(
          """
          BEGIN;
          SET LOCAL search_path TO DEFAULT;
          SET LOCAL synchronous_commit = off;
          SET LOCAL idle_in_transaction_session_timeout = 1000;
          SET LOCAL lock_timeout = %d;
          %s;
          COMMIT"""
              .formatted(Math.max(1, lockTimeout.toMillis()), String.join(";\n", sql)));
    } catch (SQLException e) {
      try {
        execute("ROLLBACK");
      } catch (SQLException lost) {
        e.addSuppressed(lost);
      }
      throw e;
    }
  }

  /** Who has had a lock on a relation for the longest time, as a part of a sentence. */
  Optional<String> holder(Relation relation) {
    try {
      return query(HOLDER, row -> row.getString("who"), relation.schema(), relation.name()).stream()
          .findFirst();
    } catch (Trouble e) {
      return Optional.empty();
    }
  }

  /**
   * Executes statements that carry a password in one transaction, see {@link UnloggedStatements}.
   *
   * @return false when the server logs or keeps statements with their parameters, and the role may
   *     not change that
   */
  boolean inTransactionUnlogged(List<String> sql) throws SQLException {
    connection.setAutoCommit(false);
    try {
      boolean unlogged = UnloggedStatements.execute(connection, sql);
      connection.commit();
      return unlogged;
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
  Problem problem(SQLException e, Step step) {
    Problem problem = SqlStates.onStatement(e, step.sentence(), step.whenTimedOut());
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
