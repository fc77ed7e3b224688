package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.TlsMode;
import dev.tributary.federation.Outcome;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Site;
import dev.tributary.federation.Sql;
import dev.tributary.federation.Step;
import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.PostgresServer;
import dev.tributary.postgres.Executor.ConnectionString;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The password of a subscription stands in no log of the target, whatever that logs. */
class UnloggedIT {
  private static final String PASSWORD = "never-l0gged";

  private static PostgresServer ddlLogged;
  private static PostgresServer allLogged;

  @BeforeAll
  static void start() {
    ddlLogged = PostgresServer.start(17, Map.of("log_statement", "ddl"));
    allLogged =
        PostgresServer.start(18, Map.of("log_statement", "all", "log_min_duration_statement", "0"));
  }

  @AfterAll
  static void stop() {
    ddlLogged.close();
    allLogged.close();
  }

  /**
   * A step that carries a connection string.
   *
   * @param subscription one that is there, or one that is not
   */
  private record SetConnection(String subscription) implements Step.WithConnectionString {
    @Override
    public Site site() {
      return Site.TARGET;
    }

    @Override
    public List<String> sql(String connectionString) {
      return List.of(
          "ALTER SUBSCRIPTION %s CONNECTION %s"
              .formatted(Sql.identifier(subscription), Sql.literal(connectionString)));
    }

    @Override
    public String sentence() {
      return "Set the connection";
    }
  }

  @Test
  void notWhenDdlIsLogged() {
    var subscriber = role(ddlLogged, "subscriber");
    assertThat(execute(subscriber, "subscriber").failures()).isEmpty();
    assertThat(connection(subscriber)).contains(PASSWORD);
    assertThat(ddlLogged.logText()).contains("tributary_run").doesNotContain(PASSWORD);
  }

  @Test
  void notWhenTheStatementFails() {
    var subscriber = role(ddlLogged, "failing");
    var outcome = execute(subscriber, "of_nobody");
    assertThat(outcome.failures())
        .containsExactly(
            new Problem(
                Reason.DatabaseError,
                "Set the connection: subscription \"of_nobody\" does not exist."));
    assertThat(ddlLogged.logText())
        .contains("subscription \"of_nobody\" does not exist")
        .doesNotContain(PASSWORD);
  }

  @Test
  void notWhenEverythingIsLoggedAndTheRoleMaySwitchThatOff() {
    var subscriber = role(allLogged, "trusted");
    allLogged
        .database("postgres")
        .execute("GRANT SET ON PARAMETER log_statement, log_min_duration_statement TO trusted");
    assertThat(execute(subscriber, "trusted").failures()).isEmpty();
    assertThat(connection(subscriber)).contains(PASSWORD);
    assertThat(allLogged.logText()).contains("SET LOCAL log_statement").doesNotContain(PASSWORD);
  }

  /** Read without a statement that would be logged with its result. */
  private static String connection(Db db) {
    return db.one(
        "SELECT subconninfo FROM pg_subscription WHERE subname = '%s'".formatted(db.name()));
  }

  /** A role that is no superuser, with a database and a subscription of its name. */
  private static Db role(PostgresServer server, String name) {
    var db = server.createDatabase(name);
    db.execute(
        "CREATE ROLE %s LOGIN PASSWORD 'of-the-role' IN ROLE pg_create_subscription"
            .formatted(name),
        "GRANT CREATE ON DATABASE %s TO %s".formatted(name, name),
        "SET ROLE " + name,
        "CREATE SUBSCRIPTION %s CONNECTION 'password=unset' PUBLICATION p WITH (connect = false)"
            .formatted(name));
    return db;
  }

  private static Outcome execute(Db db, String subscription) {
    var settings =
        new ConnectionSettings(
            db.server().host(),
            db.server().port(),
            db.name(),
            db.name(),
            "of-the-role",
            "secret",
            TlsMode.PREFER,
            Optional.empty());
    String nowhere = "host=127.0.0.1 port=1 dbname=x user=y password=" + PASSWORD;
    try (var sessions = new Sessions("test", Map.of(Site.TARGET, settings))) {
      return new Executor(new Patience(Clock.systemUTC()))
          .execute(
              Plan.of(List.of(new SetConnection(subscription))),
              sessions,
              new ConnectionString(nowhere, PASSWORD));
    }
  }
}
