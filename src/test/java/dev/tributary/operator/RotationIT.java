package dev.tributary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.fixtures.KubeApi;
import dev.tributary.fixtures.OperatorProcess;
import dev.tributary.fixtures.PostgresServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The password of a role that Tributary keeps is changed, and rows flow on. */
class RotationIT {
  private static final int ROTATIONS = 10;
  private static final Duration BETWEEN = Duration.ofSeconds(6);
  private static final Duration ONE_RECONNECT = Duration.ofSeconds(10);
  private static final Duration SAMPLE = Duration.ofMillis(100);

  private static KubeApi kube;
  private static PostgresServer source;
  private static PostgresServer target;

  @BeforeAll
  static void start() {
    kube = KubeApi.mock();
    kube.applyCrds();
    source = PostgresServer.start(17, Map.of());
    target = PostgresServer.start(18, Map.of());
  }

  @AfterAll
  static void stop() {
    source.close();
    target.close();
    kube.close();
  }

  private Landscape landscape;

  @AfterEach
  void forget() {
    landscape.forget();
  }

  private String role() {
    return landscape.accounts.schema() + "_repl";
  }

  private String secret(String password) {
    return """
        apiVersion: v1
        kind: Secret
        metadata: {name: %s-repl}
        type: kubernetes.io/basic-auth
        stringData: {username: %s, password: "%s"}
        """
        .formatted(landscape.accounts.name(), role(), password);
  }

  private String manifests(String password) {
    var accounts = landscape.accounts;
    return Landscape.documents(
        accounts.secret(),
        secret(password),
        accounts
            .sourceDatabase()
            .replace(
                "replication: {",
                "replication: {manageRole: true, credentialsSecret: %s-repl, "
                    .formatted(accounts.name())),
        landscape.targetSecret(),
        landscape.targetResource(target.port()),
        landscape.federation(List.of(accounts), ""));
  }

  /** What the subscription was told last, by the fingerprint of it. */
  private String connection() {
    return landscape.target.one(
        "SELECT substring(obj_description(oid, 'pg_subscription') FROM 'connection=(\\S+)') FROM pg_subscription"
            + " WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())");
  }

  private Duration age() {
    return Duration.ofMillis(
        Long.parseLong(
            landscape.target.one(
                "SELECT (extract(epoch FROM clock_timestamp() - created_at) * 1000)::bigint FROM %s.users ORDER BY id DESC LIMIT 1"
                    .formatted(landscape.accounts.schema()))));
  }

  @Test
  void tenPasswordsInAMinuteAndEveryRowArrives() throws Exception {
    landscape = Landscape.create(kube, source, source, target);
    var passwords = new ArrayList<>(List.of("Pa55-of-the-role-0"));
    // All that the operator's role needs beyond owning the tables.
    source
        .database("postgres")
        .execute("ALTER ROLE %s CREATEROLE".formatted(landscape.accounts.owner()));
    var ages = new ConcurrentLinkedQueue<Duration>();
    ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor();
    try (var operator = landscape.startOperator();
        var application = Application.start(landscape.accounts)) {
      kube.apply(manifests(passwords.get(0)));
      landscape.awaitInSync(operator);
      sampler.scheduleAtFixedRate(
          () -> ages.add(age()), 0, SAMPLE.toMillis(), TimeUnit.MILLISECONDS);

      for (int i = 1; i <= ROTATIONS; i++) {
        passwords.add("Pa55-of-the-role-" + i);
        rotate(operator, passwords.get(i));
      }

      sampler.shutdown();
      assertThat(sampler.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
      application.stop();
      landscape.awaitEqualRows(landscape.accounts);
      assertThat(application.failures()).isEmpty();
      assertThat(ages)
          .as("the rows' ages on the target")
          .hasSizeGreaterThan(ROTATIONS * 10)
          .allMatch(age -> age.compareTo(ONE_RECONNECT) < 0);
      assertThat(source.logText()).doesNotContain("authentication failed");
      assertThat(
              landscape.target.one("SELECT sum(apply_error_count) FROM pg_stat_subscription_stats"))
          .isEqualTo("0");
      try (var session = source.database("postgres").connect(role(), passwords.get(ROTATIONS))) {
        assertThat(session.isValid(1)).isTrue();
      }
      String said =
          operator.output()
              + Serialization.asYaml(landscape.federation().getStatus())
              + Serialization.asYaml(landscape.source(landscape.accounts).getStatus());
      assertThat(passwords).noneMatch(said::contains);
      assertThat(said).doesNotContain("SCRAM-SHA-256$");
      assertThat(passwords).noneMatch(source.logText()::contains);
    }
  }

  /** Changes the Secret, and waits until the subscription knows it and the next change is due. */
  private void rotate(OperatorProcess operator, String password) {
    String before = connection();
    Instant due = Instant.now().plus(BETWEEN);
    kube.apply(secret(password));
    await()
        .atMost(Landscape.PATIENCE)
        .pollInterval(SAMPLE)
        .failFast("the operator has ended", () -> !operator.isAlive())
        .until(() -> !before.equals(connection()) && Instant.now().isAfter(due));
  }

  @Test
  void whoChangesTheUsernameGetsAnotherRoleAndTheOldOneGoes() {
    landscape = Landscape.create(kube, source, source, target);
    source
        .database("postgres")
        .execute("ALTER ROLE %s CREATEROLE".formatted(landscape.accounts.owner()));
    try (var operator = landscape.startOperator()) {
      kube.apply(manifests("Pa55-of-the-role"));
      landscape.awaitInSync(operator);

      kube.apply(secret("Pa55-of-the-other").replace(role(), role() + "_2"));

      await()
          .atMost(Landscape.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(
                          source
                              .database("postgres")
                              .query(
                                  "SELECT rolname FROM pg_roles WHERE rolname LIKE '%s%%'"
                                      .formatted(role())))
                      .containsExactly(List.of(role() + "_2")));
      landscape
          .accounts
          .database()
          .execute("INSERT INTO public.users (email) VALUES ('as another role')");
      landscape.awaitEqualRows(landscape.accounts);
    }
  }
}
