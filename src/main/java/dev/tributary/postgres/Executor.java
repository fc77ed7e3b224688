package dev.tributary.postgres;

import dev.tributary.federation.Outcome;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Step;
import dev.tributary.federation.Trouble;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the steps of a plan, in order, until one fails. */
public final class Executor {
  private static final Logger log = LoggerFactory.getLogger(Executor.class);

  /** Keeps a password out of the server's log; a role without the right is told so. */
  private static final List<String> QUIET =
      List.of(
          "SET log_statement = 'none'",
          "SET log_min_duration_statement = -1",
          "SET log_min_error_statement = 'panic'");

  private static final List<String> LOUD =
      List.of(
          "RESET log_statement",
          "RESET log_min_duration_statement",
          "RESET log_min_error_statement");

  private Executor() {}

  /**
   * Executes a plan.
   *
   * @param connectionString of the source, for the steps that carry it
   */
  public static Outcome execute(Plan plan, Sessions sessions, ConnectionString connectionString) {
    var done = new ArrayList<Step>();
    var failures = new ArrayList<Problem>();
    for (Step step : plan.steps()) {
      var failure = run(step, sessions, connectionString);
      if (failure == null) {
        done.add(step);
        log.info("{}: {}", sessions, step.sentence());
        continue;
      }
      failures.add(failure);
      if (!step.skippable() || failure.reason() != Reason.LockTimeout) {
        break;
      }
    }
    return new Outcome(done, failures);
  }

  /** The connection string of a subscription; its text holds a password. */
  public record ConnectionString(String text, String password) {
    public static final ConnectionString NONE = new ConnectionString("", "");

    @Override
    public String toString() {
      return "<connection string>";
    }
  }

  private static Problem run(Step step, Sessions sessions, ConnectionString connectionString) {
    Session session;
    try {
      session = sessions.at(step.site());
    } catch (Trouble e) {
      return e.problem();
    }
    try {
      if (step instanceof Step.WithConnectionString secret) {
        runQuietly(secret, session, connectionString);
      } else if (step.transactional()) {
        session.inTransaction(step.sql());
      } else {
        session.oneByOne(step.sql());
      }
      return null;
    } catch (SQLException e) {
      Problem problem = session.problem(e, step.sentence());
      return connectionString.password().isEmpty()
          ? problem
          : new Problem(
              problem.reason(), problem.sentence().replace(connectionString.password(), "***"));
    }
  }

  private static void runQuietly(
      Step.WithConnectionString step, Session session, ConnectionString connectionString)
      throws SQLException {
    boolean quiet = true;
    try {
      session.oneByOne(QUIET);
    } catch (SQLException e) {
      quiet = false;
      log.warn(
          "{}: the role may not switch off statement logging, so with log_statement = ddl the password of the"
              + " subscription will stand in the target's log; GRANT SET ON PARAMETER log_statement,"
              + " log_min_duration_statement, log_min_error_statement to it",
          step.sentence());
    }
    try {
      session.inTransaction(step.sql(connectionString.text()));
    } finally {
      if (quiet) {
        speakUp(session);
      }
    }
  }

  private static void speakUp(Session session) {
    try {
      session.oneByOne(LOUD);
    } catch (SQLException e) {
      log.debug("the session broke before its logging could be reset", e);
    }
  }
}
