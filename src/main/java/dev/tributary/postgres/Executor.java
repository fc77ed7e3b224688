package dev.tributary.postgres;

import dev.tributary.federation.Lock;
import dev.tributary.federation.Outcome;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Step;
import dev.tributary.federation.Trouble;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postgresql.util.PasswordUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the steps of a plan, in order, until one fails. A step with a lock stands for itself, so one
 * that fails does not hold up its neighbours of this kind; every other step relies on what is
 * before it.
 */
public final class Executor {
  private static final Logger log = LoggerFactory.getLogger(Executor.class);

  private static final Set<Reason> UNREACHABLE =
      EnumSet.of(Reason.Unreachable, Reason.TooManyConnections);

  private final Patience patience;
  private final Builds builds;

  public Executor(Patience patience) {
    this(patience, new Builds(Clock.systemUTC()));
  }

  public Executor(Patience patience, Builds builds) {
    this.patience = patience;
    this.builds = builds;
  }

  /** What the server of a session said of builds, and is not to be told again yet. */
  public Map<String, String> refused(Session session) {
    return builds.refused(session.settings());
  }

  /**
   * Executes a plan.
   *
   * @param secret for the steps that carry one
   */
  public Outcome execute(Plan plan, Sessions sessions, Secret secret) {
    var done = new ArrayList<Step>();
    var failures = new ArrayList<Problem>();
    for (Step step : plan.steps()) {
      if (!failures.isEmpty() && step.lock().isEmpty()) {
        break;
      }
      if (step instanceof Step.InBackground build) {
        if (begin(build, sessions)) {
          done.add(step);
        }
        continue;
      }
      var failure = run(step, sessions, secret);
      if (failure.isEmpty()) {
        done.add(step);
        log.info("{}: {}", sessions, step.sentence());
        continue;
      }
      failures.add(failure.get());
      if (step.lock().isEmpty() || UNREACHABLE.contains(failure.get().reason())) {
        break;
      }
    }
    return new Outcome(done, failures);
  }

  /** What a {@link Step.WithSecret} carries, when it is executed. */
  public sealed interface Secret {
    /** What is put into the SQL. */
    String text();

    /** The password that it holds, or is made of. */
    String password();
  }

  /** The connection string of a subscription; its text holds a password. */
  public record ConnectionString(String text, String password) implements Secret {
    public static final ConnectionString NONE = new ConnectionString("", "");

    @Override
    public String toString() {
      return "<connection string>";
    }
  }

  /** The password of a role. The server is given what it keeps of one, never the password. */
  public record RolePassword(String password) implements Secret {
    /** Made with a salt of its own each time. */
    @Override
    public String text() {
      return PasswordUtil.encodeScramSha256(password.toCharArray());
    }

    @Override
    public String toString() {
      return "<password>";
    }
  }

  private boolean begin(Step.InBackground build, Sessions sessions) {
    try {
      var settings = sessions.at(build.site()).settings();
      return builds.begin(build, settings, sessions.toString());
    } catch (Trouble e) {
      return false;
    }
  }

  private Optional<Problem> run(Step step, Sessions sessions, Secret secret) {
    Session session;
    try {
      session = sessions.at(step.site());
    } catch (Trouble e) {
      return Optional.of(e.problem());
    }
    try {
      if (step instanceof Step.WithSecret carrier) {
        return runWithSecret(carrier, secret, session);
      } else if (step.lock().isPresent()) {
        return runWithLock(step, step.lock().get(), session, sessions.toString());
      } else if (step.transactional()) {
        session.inTransaction(step.sql());
      } else {
        session.oneByOne(step.sql());
      }
      return Optional.empty();
    } catch (SQLException e) {
      return Optional.of(waitedFor(session.problem(e, step), session));
    }
  }

  private static Optional<Problem> runWithSecret(
      Step.WithSecret step, Secret secret, Session session) {
    String text = secret.text();
    if (text.isEmpty()) {
      throw new IllegalArgumentException("no secret is given for: " + step.sentence());
    }
    try {
      if (!session.inTransactionUnlogged(step.sql(text))) {
        log.warn(
            "{}: the server logs every statement and the role may not switch that off, so the {} stands in"
                + " its log; GRANT SET ON PARAMETER log_statement, log_min_duration_statement to the role",
            step.sentence(),
            step.secret());
      }
      return Optional.empty();
    } catch (SQLException e) {
      Problem problem = session.problem(e, step);
      String sentence = problem.sentence().replace(text, "***");
      return Optional.of(
          new Problem(
              problem.reason(),
              secret.password().isEmpty() ? sentence : sentence.replace(secret.password(), "***")));
    }
  }

  private Optional<Problem> runWithLock(Step step, Lock lock, Session session, String subject) {
    var wait = patience.of(subject, step, lock);
    if (wait.isEmpty()) {
      return Optional.of(busy(step, lock, session));
    }
    try {
      session.inShortTransaction(step.sql(), wait.get());
      patience.done(subject, step);
      return Optional.empty();
    } catch (SQLException e) {
      Problem problem = session.problem(e, step);
      if (problem.reason() != Reason.LockTimeout) {
        return Optional.of(problem);
      }
      patience.failed(subject, step, wait.get());
      return Optional.of(busy(step, lock, session));
    }
  }

  /** Names the transaction that a step has waited for in vain. */
  private static Problem waitedFor(Problem problem, Session session) {
    if (problem.reason() != Reason.WaitingForTransactions) {
      return problem;
    }
    try {
      return ServerCatalog.openTransactions(session).stream()
          .findFirst()
          .map(
              oldest ->
                  new Problem(
                      problem.reason(),
                      "%s The oldest is %s: %s."
                          .formatted(problem.sentence(), oldest.who(), oldest.remedy())))
          .orElse(problem);
    } catch (Trouble e) {
      return problem;
    }
  }

  private static Problem busy(Step step, Lock lock, Session session) {
    return new Problem(
        Reason.LockTimeout,
        "%s: %s a lock on it; tried again by itself, which takes longer the longer that lasts."
            .formatted(
                step.sentence(),
                session.holder(lock.relation()).map(who -> who + " has").orElse("others have")));
  }
}
