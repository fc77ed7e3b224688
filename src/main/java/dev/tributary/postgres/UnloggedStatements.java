package dev.tributary.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Statements that carry a password, executed so that it stands in no log of the server: not with
 * {@code log_statement = ddl} or {@code mod}, and not when a statement fails. They are parameters
 * of a function call, and parameters are not logged with an error (documentation, {@code
 * log_parameter_max_length_on_error}).
 */
final class UnloggedStatements {
  /**
   * What is caught here is not logged, and what is raised has no context that repeats the
   * statement.
   */
  private static final String RUN =
      """
      CREATE OR REPLACE FUNCTION pg_temp.tributary_run(statement text) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        EXECUTE statement;
      EXCEPTION WHEN OTHERS THEN
        RAISE EXCEPTION USING ERRCODE = SQLSTATE, MESSAGE = SQLERRM;
      END $$
      """;

  /**
   * Settings with which even a function call is logged with its parameters, or the statement in it
   * is kept.
   */
  private static final String LOGGED_PARAMETERS =
      """
      SELECT %s AS may_set,
             format('SET LOCAL %%s = %%L', s.name, s.quiet) AS off
        FROM (VALUES ('log_statement', 'all', 'none'),
                     ('log_min_duration_statement', NULL, '-1'),
                     ('log_min_duration_sample', NULL, '-1'),
                     ('auto_explain.log_min_duration', NULL, '-1'),
                     ('pg_stat_statements.track', 'all', 'top')) AS s(name, loud, quiet)
       WHERE CASE WHEN s.loud IS NULL THEN current_setting(s.name, true) <> '-1'
                  ELSE current_setting(s.name, true) = s.loud END
      """;

  private static final String MAY_SET = "has_parameter_privilege(s.name, 'SET')";

  /** Before 15 there was nobody else to ask (documentation, GRANT ON PARAMETER). */
  private static final String MAY_SET_BEFORE_15 =
      "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)";

  private static final int GRANT_ON_PARAMETER = 15;

  private UnloggedStatements() {}

  /**
   * Executes statements in the transaction that is open.
   *
   * @return false when the server logs or keeps statements with their parameters, and the role may
   *     not change that
   */
  static boolean execute(Connection connection, List<String> sql) throws SQLException {
    boolean unlogged = silence(connection);
    run(connection, "SET LOCAL log_parameter_max_length_on_error = 0");
    run(connection, RUN);
    try (var call = connection.prepareStatement("SELECT pg_temp.tributary_run(?)")) {
      for (String s : sql) {
        call.setString(1, s);
        call.execute();
      }
    }
    return unlogged;
  }

  private static boolean silence(Connection connection) throws SQLException {
    boolean unlogged = true;
    var off = new ArrayList<String>();
    boolean grants = connection.getMetaData().getDatabaseMajorVersion() >= GRANT_ON_PARAMETER;
    String sql = LOGGED_PARAMETERS.formatted(grants ? MAY_SET : MAY_SET_BEFORE_15);
    try (var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      while (row.next()) {
        if (row.getBoolean("may_set")) {
          off.add(row.getString("off"));
        } else {
          unlogged = false;
        }
      }
    }
    for (String s : off) {
      run(connection, s);
    }
    return unlogged;
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
