package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.TlsMode;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateExpiredException;
import java.sql.SQLException;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/** The SQLSTATE or the cause decides, never the text of a message. */
class SqlStatesTest {
  private static final ConnectionSettings SETTINGS = settings(TlsMode.PREFER);

  private static ConnectionSettings settings(TlsMode tls) {
    return new ConnectionSettings(
        "users-db", 5432, "users", "app", "s3cret", "users-credentials", tls, Optional.empty());
  }

  private static Problem onConnect(SQLException e) {
    return SqlStates.onConnect(e, SETTINGS);
  }

  /** As the driver wraps what the network says. */
  private static PSQLException because(Throwable cause) {
    return new PSQLException("Connection failed.", PSQLState.CONNECTION_UNABLE_TO_CONNECT, cause);
  }

  /** As a server says it, in its own language. */
  private static PSQLException said(String state, String message) {
    return new PSQLException(
        new ServerErrorMessage(
            "SFATAL\0C%s\0M%s\0DDetail: row (1)\0WPL/pgSQL function f() line 3\0P17\0"
                .formatted(state, message)));
  }

  @Test
  void aHostThatNobodyKnows() {
    assertThat(onConnect(because(new UnknownHostException("users-db"))))
        .isEqualTo(
            new Problem(
                Reason.HostUnknown,
                "The host name users-db cannot be resolved: correct connection.host."));
  }

  @Test
  void aHostWhereNothingAnswers() {
    for (var cause :
        new IOException[] {
          new ConnectException("Connection refused"),
          new NoRouteToHostException("No route to host"),
          new SocketTimeoutException("Connect timed out")
        }) {
      assertThat(onConnect(because(cause)))
          .isEqualTo(
              new Problem(
                  Reason.Unreachable,
                  "Nothing answers at users-db:5432: check connection.host and port, and that the"
                      + " server is running and may be reached from here."));
    }
  }

  @Test
  void aCertificateThatIsNotTrusted() {
    assertThat(onConnect(because(new SSLHandshakeException("PKIX path building failed"))))
        .isEqualTo(
            new Problem(
                Reason.TlsFailed,
                "TLS with users-db:5432 failed: Connection failed. Check connection.tls and the"
                    + " server's certificate."));
  }

  @Test
  void aCauseIsFoundHoweverDeepItIs() {
    var deep = new IOException(new RuntimeException(new CertificateExpiredException("expired")));

    assertThat(onConnect(because(deep)).reason()).isEqualTo(Reason.TlsFailed);
  }

  @ParameterizedTest
  @CsvSource({
    "DISABLE, Unreachable",
    "ALLOW, Unreachable",
    "PREFER, Unreachable",
    "REQUIRE, TlsFailed",
    "VERIFY_CA, TlsFailed",
    "VERIFY_FULL, TlsFailed",
  })
  void whatTheDriverItselfRefusesIsAMatterOfTlsWhereTlsIsDemanded(TlsMode mode, Reason reason) {
    var settings = settings(mode);

    for (var refused :
        new PSQLException[] {
          new PSQLException("The server does not support SSL.", PSQLState.CONNECTION_REJECTED),
          new PSQLException("The hostname is another.", PSQLState.CONNECTION_FAILURE)
        }) {
      assertThat(SqlStates.onConnect(refused, settings).reason()).isEqualTo(reason);
    }
  }

  @Test
  void whatTheServerOrTheNetworkSaysIsNoMatterOfTls() {
    var settings = settings(TlsMode.VERIFY_FULL);

    assertThat(SqlStates.onConnect(said("28P01", "wrong password"), settings).reason())
        .isEqualTo(Reason.AuthenticationFailed);
    assertThat(SqlStates.onConnect(because(new IOException("reset")), settings).reason())
        .isEqualTo(Reason.Unreachable);
  }

  @ParameterizedTest
  @ValueSource(strings = {"28P01", "28000"})
  void aRoleThatIsRefused(String state) {
    assertThat(onConnect(said(state, "Passwort-Authentifizierung fehlgeschlagen")))
        .isEqualTo(
            new Problem(
                Reason.AuthenticationFailed,
                "The server at users-db:5432 refuses role app: Passwort-Authentifizierung"
                    + " fehlgeschlagen. Correct username and password in the Secret"
                    + " users-credentials, or the server's pg_hba.conf."));
  }

  @Test
  void aDatabaseThatIsNotThere() {
    assertThat(onConnect(said("3D000", "database \"users\" does not exist")))
        .isEqualTo(
            new Problem(
                Reason.DatabaseMissing,
                "The server at users-db:5432 has no database users: create it, or correct"
                    + " connection.database."));
  }

  @Test
  void aRoleThatMayNotConnect() {
    assertThat(onConnect(said("42501", "permission denied for database \"users\"")))
        .isEqualTo(
            new Problem(
                Reason.PermissionDenied,
                "Role app may not connect to database users: permission denied for database"
                    + " \"users\"."));
  }

  @Test
  void aServerWithoutAConnectionLeft() {
    assertThat(onConnect(said("53300", "sorry, too many clients already")))
        .isEqualTo(
            new Problem(
                Reason.TooManyConnections,
                "The server at users-db:5432 has no connection left: sorry, too many clients"
                    + " already."));
  }

  @Test
  void aServerThatStartsIsTriedAgain() {
    assertThat(onConnect(said("57P03", "the database system is starting up")))
        .isEqualTo(
            new Problem(
                Reason.Unreachable,
                "The server at users-db:5432 cannot be used now: the database system is starting"
                    + " up."));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "XX000", "08006"})
  void whatNobodyExpectsWhenConnectingIsTriedAgain(String state) {
    assertThat(onConnect(new SQLException("Something.", state)))
        .isEqualTo(
            new Problem(
                Reason.Unreachable, "The server at users-db:5432 cannot be used now: Something."));
  }

  @ParameterizedTest
  @CsvSource({
    "42501, PermissionDenied",
    "55P03, LockTimeout",
    "40P01, LockTimeout",
    "55006, ObjectInUse",
    "57014, DatabaseError",
    "53300, TooManyConnections",
    "08000, Unreachable",
    "08003, Unreachable",
    "08006, Unreachable",
    "57P01, Unreachable",
    "57P02, Unreachable",
    "57P03, Unreachable",
    "57000, DatabaseError",
    "42P01, DatabaseError",
    "42P07, DatabaseError",
    "2BP01, DatabaseError",
    "53100, DatabaseError",
    "XX000, DatabaseError",
    "'', DatabaseError",
    ", DatabaseError",
  })
  void theStateOfAStatementIsItsReason(String state, Reason reason) {
    assertThat(SqlStates.onStatement(new SQLException("text", state), "Doing it").reason())
        .isEqualTo(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"permission denied", "canceling statement due to lock timeout"})
  void theTextOfAMessageDecidesNothing(String message) {
    assertThat(SqlStates.onStatement(said("XX000", message), "Doing it"))
        .isEqualTo(new Problem(Reason.DatabaseError, "Doing it: " + message + "."));
  }

  @Test
  void aSentenceHasTheServersMessageAloneInOneLine() {
    assertThat(SqlStates.onStatement(said("42501", "permission denied\n\tfor table users."), "X"))
        .isEqualTo(new Problem(Reason.PermissionDenied, "X: permission denied for table users."));
  }

  @Test
  void whoeverWaitsIsToldForWhat() {
    assertThat(SqlStates.onStatement(said("55P03", "lock timeout"), "Move table public.users"))
        .isEqualTo(
            new Problem(
                Reason.LockTimeout,
                "Move table public.users: others hold a lock on it; tried again by itself, longer"
                    + " transactions make it take longer."));
    assertThat(
            SqlStates.onStatement(
                said("57014", "canceled"),
                "Create the replication slot s",
                Reason.WaitingForTransactions))
        .isEqualTo(
            new Problem(
                Reason.WaitingForTransactions,
                "Create the replication slot s: gave up waiting for write transactions that are"
                    + " open on the server; tried again by itself."));
  }

  @Test
  void whatAStepSaysOfATimeoutIsNotSaidOfAnotherFault() {
    assertThat(SqlStates.onStatement(said("42501", "denied"), "X", Reason.WaitingForTransactions))
        .isEqualTo(new Problem(Reason.PermissionDenied, "X: denied."));
  }
}
