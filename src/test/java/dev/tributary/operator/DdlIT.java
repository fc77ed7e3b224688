package dev.tributary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.fixtures.KubeApi;
import dev.tributary.fixtures.OperatorProcess;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * DDL on a source is noticed at once where the role is a superuser, however slowly it is polled.
 */
class DdlIT {
  /** So long that nothing of a test is done by a poll. */
  private static final Duration POLL = Duration.ofMinutes(10);

  private static final Duration AT_ONCE = Duration.ofSeconds(15);

  private static KubeApi kube;

  @BeforeAll
  static void start() {
    kube = KubeApi.mock();
    kube.applyCrds();
  }

  @AfterAll
  static void stop() {
    kube.close();
  }

  private Landscape landscape;

  @AfterEach
  void forget() {
    landscape.forget();
  }

  private String manifests(String more) {
    return Landscape.documents(
        landscape.accounts.secret(),
        landscape.accounts.sourceDatabase() + more,
        landscape.targetSecret(),
        landscape.targetResource(landscape.target.server().port()),
        landscape.federation(List.of(landscape.accounts), ""));
  }

  private void beSuperuser(String password) {
    landscape
        .accounts
        .database()
        .execute(
            "ALTER ROLE %s SUPERUSER PASSWORD '%s'"
                .formatted(landscape.accounts.owner(), password));
  }

  private List<List<String>> listening() {
    return landscape
        .accounts
        .database()
        .query(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tributary' AND query ~ '^(LISTEN|SELECT 1 AS)'");
  }

  /** A table with a row, and what has to be on the target. */
  private void awaitNewTable(String created, OperatorProcess operator) {
    var source = landscape.accounts.database();
    String name = created.replace("public.", "");
    source.execute(
        "SET ROLE " + landscape.accounts.owner(),
        "CREATE TABLE %s (id int PRIMARY KEY, body text)".formatted(created),
        "INSERT INTO %s VALUES (1, 'first'), (2, 'second')".formatted(name));
    String table = landscape.accounts.schema() + "." + name;
    await()
        .atMost(AT_ONCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThat(landscape.target.rows(table, "id"))
                    .as(
                        () ->
                            Serialization.asYaml(landscape.federation().getStatus())
                                + operator.output())
                    .isEqualTo(source.rows(table, "id"))
                    .hasSize(2));
  }

  @Test
  void aNewTableFlowsWithoutWaitingForThePoll() {
    landscape = Landscape.create(kube);
    beSuperuser(landscape.accounts.password());
    try (var operator = Landscape.startOperator(kube, POLL)) {
      kube.apply(manifests(""));
      landscape.awaitInSync(operator);
      assertThat(Landscape.condition(landscape.source(landscape.accounts)).getMessage())
          .endsWith("; event triggers announce DDL.");

      // The search_path leads the first into the schema; the second has to be moved there.
      awaitNewTable("invoices", operator);
      awaitNewTable("public.payments", operator);

      // A connection stays when a password changes; one by the new password takes its place.
      var listening = listening();
      assertThat(listening).hasSize(1);
      beSuperuser("another-Pa55");
      kube.apply(
          landscape.accounts.secret().replace(landscape.accounts.password(), "another-Pa55"));
      awaitNewTable("refunds", operator);
      await().atMost(AT_ONCE).until(() -> isOneAndNot(listening));

      var another = listening();
      landscape
          .accounts
          .database()
          .query("SELECT pg_terminate_backend(%s)".formatted(another.get(0).get(0)));
      await().atMost(AT_ONCE).until(() -> isOneAndNot(another));
      awaitNewTable("reminders", operator);

      kube.apply(landscape.accounts.sourceDatabase() + "  schema: {eventTrigger: Never}\n");
      await()
          .atMost(AT_ONCE)
          .untilAsserted(
              () -> {
                assertThat(listening()).isEmpty();
                assertThat(
                        landscape.accounts.database().query("SELECT evtname FROM pg_event_trigger"))
                    .isEmpty();
              });
      assertThat(Landscape.ready(landscape.source(landscape.accounts))).isEqualTo("True");
    }
  }

  private boolean isOneAndNot(List<List<String>> former) {
    return listening().size() == 1 && !listening().equals(former);
  }
}
