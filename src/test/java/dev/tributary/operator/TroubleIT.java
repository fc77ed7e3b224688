package dev.tributary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.SourceDatabase;
import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.KubeApi;
import dev.tributary.fixtures.OperatorProcess;
import dev.tributary.fixtures.PostgresServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Expected trouble: a reason of its own and a sentence that says what to do, within 10 seconds;
 * gone within 10 seconds after its cause; said once; and no password anywhere. The operator looks
 * as often as it does by default.
 */
class TroubleIT {
  private static final Duration PROMISED = Duration.ofSeconds(10);
  private static final Duration DEFAULT_POLL = Duration.ofSeconds(5);
  private static final String PASSWORD = "s3cret-Pa55-of-troubles";
  private static final String WRONG_PASSWORD = "wr0ng-Pa55-of-troubles";

  private static KubeApi kube;
  private static PostgresServer server;
  private static PostgresServer replicaOnly;
  private static PostgresServer stopped;

  @BeforeAll
  static void start() {
    kube = KubeApi.mock();
    kube.applyCrds();
    server = PostgresServer.shared(17);
    replicaOnly = PostgresServer.start(15, Map.of("wal_level", "replica"));
    stopped = PostgresServer.start(15, Map.of("log_statement", "all"));
  }

  @AfterAll
  static void stop() {
    replicaOnly.close();
    stopped.close();
    kube.close();
  }

  /**
   * One cause of trouble.
   *
   * @param manifests what the user applied
   * @param hint what the sentence has to contain
   * @param mend takes the cause away
   */
  private record Trouble(
      String name, String manifests, String reason, String hint, Runnable mend) {}

  @Test
  void eachTroubleHasItsReasonIsMendedByItselfAndSaidOnce() {
    var troubles =
        List.of(
            wrongPassword(),
            unknownHost(),
            missingSecret(),
            secretWithoutPassword(),
            missingDatabase(),
            walLevelReplica(),
            noRightToCreateTheSchema(),
            serverDown(),
            tableWithoutKey(),
            tableOfAnotherOwner(),
            tableThatIsPublishedElsewhere());
    try (var operator = Landscape.startOperator(kube, DEFAULT_POLL)) {
      operator.awaitOutput("watching");
      troubles.forEach(t -> kube.apply(t.manifests));
      await()
          .atMost(PROMISED)
          .pollInterval(Duration.ofMillis(200))
          .untilAsserted(() -> troubles.forEach(TroubleIT::assertSaid));

      troubles.forEach(t -> t.mend.run());
      await()
          .atMost(PROMISED)
          .pollInterval(Duration.ofMillis(200))
          .untilAsserted(() -> troubles.forEach(TroubleIT::assertMended));

      for (Trouble trouble : troubles) {
        assertThat(lines(operator, trouble.name, trouble.reason)).as(trouble.name).hasSize(1);
      }
      assertNoPassword(operator.output());
      assertNoPassword(Serialization.asYaml(kube.client().events().v1().events().list()));
      assertNoPassword(Serialization.asYaml(kube.client().v1().events().list()));
      assertNoPassword(Serialization.asYaml(kube.client().resources(SourceDatabase.class).list()));
    }
  }

  private static void assertSaid(Trouble trouble) {
    var ready = Landscape.condition(resource(trouble));
    assertThat(ready.getStatus()).as(trouble.name).isEqualTo("False");
    assertThat(ready.getReason())
        .as(trouble.name + ": " + ready.getMessage())
        .isEqualTo(trouble.reason);
    assertThat(ready.getMessage()).contains(trouble.hint);
  }

  private static void assertMended(Trouble trouble) {
    var ready = Landscape.condition(resource(trouble));
    assertThat(ready.getStatus())
        .as(trouble.name + ": " + ready.getReason() + ": " + ready.getMessage())
        .isEqualTo("True");
  }

  private static SourceDatabase resource(Trouble trouble) {
    return kube.client()
        .resources(SourceDatabase.class)
        .inNamespace("default")
        .withName(trouble.name)
        .get();
  }

  private static List<String> lines(OperatorProcess operator, String name, String reason) {
    return operator
        .output()
        .lines()
        .filter(line -> Pattern.compile("/" + name + ": " + reason + ": ").matcher(line).find())
        .toList();
  }

  private static void assertNoPassword(String text) {
    assertThat(text).doesNotContain(PASSWORD).doesNotContain(WRONG_PASSWORD);
  }

  private static Trouble wrongPassword() {
    database(server, "wrong_password");
    return new Trouble(
        "wrong-password",
        secret("wrong-password", "wrong_password", WRONG_PASSWORD)
            + source("wrong-password", "127.0.0.1", server.port(), ""),
        "AuthenticationFailed",
        "Correct username and password in the Secret wrong-password",
        () -> kube.apply(secret("wrong-password", "wrong_password", PASSWORD)));
  }

  private static Trouble unknownHost() {
    database(server, "unknown_host");
    return new Trouble(
        "unknown-host",
        secret("unknown-host", "unknown_host", PASSWORD)
            + source("unknown-host", "no-such-host.invalid", server.port(), ""),
        "HostUnknown",
        "no-such-host.invalid cannot be resolved: correct connection.host",
        () -> kube.apply(source("unknown-host", "127.0.0.1", server.port(), "")));
  }

  private static Trouble missingSecret() {
    database(server, "missing_secret");
    return new Trouble(
        "missing-secret",
        source("missing-secret", "127.0.0.1", server.port(), ""),
        "SecretMissing",
        "kubectl -n default create secret generic missing-secret",
        () -> kube.apply(secret("missing-secret", "missing_secret", PASSWORD)));
  }

  private static Trouble secretWithoutPassword() {
    database(server, "no_password");
    return new Trouble(
        "no-password",
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: no-password}\nstringData: {username: no_password}\n"
            + source("no-password", "127.0.0.1", server.port(), ""),
        "SecretInvalid",
        "has no usable value for password: set it",
        () -> kube.apply(secret("no-password", "no_password", PASSWORD)));
  }

  private static Trouble missingDatabase() {
    role(server, "missing_database");
    return new Trouble(
        "missing-database",
        secret("missing-database", "missing_database", PASSWORD)
            + source("missing-database", "127.0.0.1", server.port(), ""),
        "DatabaseMissing",
        "has no database missing_database: create it",
        () ->
            server
                .database("postgres")
                .execute("CREATE DATABASE missing_database OWNER missing_database"));
  }

  private static Trouble walLevelReplica() {
    database(replicaOnly, "wal_level");
    return new Trouble(
        "wal-level",
        secret("wal-level", "wal_level", PASSWORD)
            + source("wal-level", "127.0.0.1", replicaOnly.port(), ""),
        "WalLevelNotLogical",
        "wal_level is replica: run ALTER SYSTEM SET wal_level = 'logical' on the source and restart",
        () -> replicaOnly.restart(Map.of("wal_level", "logical")));
  }

  private static Trouble noRightToCreateTheSchema() {
    var database = database(server, "no_right");
    database.execute("ALTER DATABASE no_right OWNER TO postgres");
    return new Trouble(
        "no-right",
        secret("no-right", "no_right", PASSWORD)
            + source(
                "no-right",
                "127.0.0.1",
                server.port(),
                "  schema: {compatibility: {searchPath: false}}"),
        "NoRightToCreateSchema",
        "run GRANT CREATE ON DATABASE \"no_right\" TO \"no_right\"",
        () -> database.execute("GRANT CREATE ON DATABASE \"no_right\" TO \"no_right\""));
  }

  private static Trouble serverDown() {
    database(stopped, "server_down");
    stopped.stop();
    return new Trouble(
        "server-down",
        secret("server-down", "server_down", PASSWORD)
            + source("server-down", "127.0.0.1", stopped.port(), ""),
        "Unreachable",
        "Nothing answers at 127.0.0.1:" + stopped.port(),
        stopped::startAgain);
  }

  private static Trouble tableWithoutKey() {
    var database = database(server, "without_key");
    database.execute("SET ROLE without_key", "CREATE TABLE public.events (kind text)");
    return new Trouble(
        "without-key",
        secret("without-key", "without_key", PASSWORD)
            + source("without-key", "127.0.0.1", server.port(), ""),
        "NoReplicaIdentity",
        "Table public.events has no primary key",
        () -> database.execute("ALTER TABLE public.events ADD PRIMARY KEY (kind)"));
  }

  private static Trouble tableOfAnotherOwner() {
    var database = database(server, "other_owner");
    database.execute("CREATE TABLE public.theirs (id int PRIMARY KEY)");
    return new Trouble(
        "other-owner",
        secret("other-owner", "other_owner", PASSWORD)
            + source("other-owner", "127.0.0.1", server.port(), ""),
        "NotTableOwner",
        "GRANT \"postgres\" TO \"other_owner\"",
        () -> database.execute("ALTER TABLE public.theirs OWNER TO other_owner"));
  }

  private static Trouble tableThatIsPublishedElsewhere() {
    var database = database(server, "published");
    database.execute("CREATE PUBLICATION debezium FOR TABLE public.things");
    return new Trouble(
        "published",
        secret("published", "published", PASSWORD)
            + source("published", "127.0.0.1", server.port(), ""),
        "PublishedElsewhere",
        "is in the publication debezium",
        () -> database.execute("DROP PUBLICATION debezium"));
  }

  private static void role(PostgresServer server, String name) {
    server
        .database("postgres")
        .execute("CREATE ROLE %s LOGIN REPLICATION PASSWORD '%s'".formatted(name, PASSWORD));
  }

  private static Db database(PostgresServer server, String name) {
    role(server, name);
    var database = server.createDatabase(name);
    database.execute(
        "ALTER DATABASE %s OWNER TO %s".formatted(name, name),
        "GRANT CREATE, USAGE ON SCHEMA public TO " + name,
        "CREATE TABLE public.things (id int PRIMARY KEY)",
        "ALTER TABLE public.things OWNER TO " + name);
    return database;
  }

  private static String secret(String name, String username, String password) {
    return """
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: %s}
        type: kubernetes.io/basic-auth
        stringData: {username: %s, password: %s}
        """
        .formatted(name, username, password);
  }

  private static String source(String name, String host, int port, String more) {
    return """
        ---
        apiVersion: tributary.dev/v1alpha1
        kind: SourceDatabase
        metadata: {name: %s}
        spec:
          connection: {host: %s, port: %d, database: %s, credentialsSecret: %s}
        %s
        """
        .formatted(name, host, port, name.replace('-', '_'), name, more);
  }
}
