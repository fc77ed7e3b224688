package dev.tributary.postgres;

import dev.tributary.api.TlsMode;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.postgresql.util.PSQLException;

/**
 * The one place where an SQLSTATE becomes a reason (documentation, appendix A). Never the text of a
 * message: it is translated, and changes between versions.
 */
final class SqlStates {
  private static final Set<String> REFUSALS = Set.of("0A", "22", "23", "42", "54");

  private SqlStates() {}

  /** Why a session could not be opened. */
  static Problem onConnect(SQLException e, ConnectionSettings settings) {
    String where = settings.host() + ":" + settings.port();
    if (causedBy(e, UnknownHostException.class)) {
      return new Problem(
          Reason.HostUnknown,
          "The host name %s cannot be resolved: correct connection.host."
              .formatted(settings.host()));
    }
    if (causedBy(e, SSLException.class)
        || causedBy(e, CertificateException.class)
        || refusedByDriver(e, settings.tls())) {
      return new Problem(
          Reason.TlsFailed,
          "TLS with %s failed: %s. Check connection.tls and the server's certificate."
              .formatted(where, message(e)));
    }
    if (causedBy(e, ConnectException.class)
        || causedBy(e, NoRouteToHostException.class)
        || causedBy(e, SocketTimeoutException.class)) {
      return new Problem(
          Reason.Unreachable,
          "Nothing answers at %s: check connection.host and port, and that the server is running and may be reached from here."
              .formatted(where));
    }
    return switch (state(e)) {
      case "28P01", "28000" ->
          new Problem(
              Reason.AuthenticationFailed,
              "The server at %s refuses role %s: %s. Correct username and password in the Secret %s, or the server's pg_hba.conf."
                  .formatted(where, settings.user(), message(e), settings.secret()));
      case "3D000" ->
          new Problem(
              Reason.DatabaseMissing,
              "The server at %s has no database %s: create it, or correct connection.database."
                  .formatted(where, settings.database()));
      case "42501" ->
          new Problem(
              Reason.PermissionDenied,
              "Role %s may not connect to database %s: %s."
                  .formatted(settings.user(), settings.database(), message(e)));
      case "53300" ->
          new Problem(
              Reason.TooManyConnections,
              "The server at %s has no connection left: %s.".formatted(where, message(e)));
      default ->
          new Problem(
              Reason.Unreachable,
              "The server at %s cannot be used now: %s.".formatted(where, message(e)));
    };
  }

  /**
   * Whether the driver itself broke off, as it does when the server has no TLS or a certificate for
   * another name: without a word of the server, and without a fault of the network.
   */
  private static boolean refusedByDriver(SQLException e, TlsMode tls) {
    boolean demanded =
        tls == TlsMode.REQUIRE || tls == TlsMode.VERIFY_CA || tls == TlsMode.VERIFY_FULL;
    // 08001 is the driver's own time-out.
    boolean refused = serverMessage(e).isEmpty() && !causedBy(e, IOException.class);
    return demanded && refused && !state(e).equals("08001");
  }

  /** Why a statement failed; {@code what} says in a sentence's beginning what was being done. */
  static Problem onStatement(SQLException e, String what) {
    return onStatement(e, what, Reason.DatabaseError);
  }

  /**
   * Why a statement failed.
   *
   * @param whenTimedOut what it means that the server gave up on it
   */
  static Problem onStatement(SQLException e, String what, Reason whenTimedOut) {
    String sentence = "%s: %s.".formatted(what, message(e));
    String state = state(e);
    Reason reason =
        switch (state) {
          case "42501" -> Reason.PermissionDenied;
          // 55P03 lock_not_available, 40P01 deadlock_detected
          case "55P03", "40P01" -> Reason.LockTimeout;
          case "55006" -> Reason.ObjectInUse;
          case "57014" -> whenTimedOut;
          case "53300" -> Reason.TooManyConnections;
          default -> {
            // 08 connection exception: of ours, or, when the server says it, of its own to another.
            boolean ofTheServer = state.startsWith("08") && serverMessage(e).isPresent();
            // 57P the server goes down or starts
            boolean ofOurs = state.startsWith("08") || state.startsWith("57P");
            yield ofTheServer
                ? Reason.TargetCannotConnect
                : ofOurs ? Reason.Unreachable : Reason.DatabaseError;
          }
        };
    return switch (reason) {
      case LockTimeout ->
          new Problem(
              reason,
              "%s: others hold a lock on it; tried again by itself, longer transactions make it take longer."
                  .formatted(what));
      case WaitingForTransactions ->
          new Problem(
              reason,
              "%s: gave up waiting for write transactions that are open on the server; tried again by itself."
                  .formatted(what));
      default -> new Problem(reason, sentence);
    };
  }

  /**
   * Whether the server would say the same again: 0A feature not supported, 22 an expression that
   * fails, 23 rows that are not unique, 42 something that is not there, 54 a limit. Not that the
   * name is taken (42P07): it is being made.
   */
  static boolean isRefusal(SQLException e) {
    String state = state(e);
    return REFUSALS.stream().anyMatch(state::startsWith) && !state.equals("42P07");
  }

  private static String state(SQLException e) {
    return e.getSQLState() == null ? "" : e.getSQLState();
  }

  /** The server's own message, in one line, without position, context and the driver's prefixes. */
  private static String message(SQLException e) {
    String text = serverMessage(e).orElse(String.valueOf(e.getMessage()));
    String line = text.strip().replaceAll("\\s+", " ");
    return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
  }

  private static Optional<String> serverMessage(SQLException e) {
    return Optional.of(e)
        .filter(PSQLException.class::isInstance)
        .map(p -> ((PSQLException) p).getServerErrorMessage())
        .map(m -> m.getMessage());
  }

  private static boolean causedBy(Throwable e, Class<? extends Throwable> type) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return true;
      }
    }
    return false;
  }
}
