package dev.tributary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.Phase;
import dev.tributary.api.Preflight.Finding;
import dev.tributary.fixtures.KubeApi;
import dev.tributary.fixtures.OperatorProcess;
import dev.tributary.fixtures.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A target that has as few workers as PostgreSQL gives it by default, and a source with lanes. */
class WorkersIT {
  private static final String WORKERS = "max_logical_replication_workers";
  private static final String PROCESSES = "max_worker_processes";

  /** Three that apply; each of three lanes copies two tables at a time. */
  private static final String NEEDED = "9";

  /** 64 of them, in three families. */
  private static final List<String> TABLES =
      IntStream.range(0, 64).mapToObj(i -> "abc".charAt(i % 3) + "_" + i).toList();

  private static KubeApi kube;

  private PostgresServer server;
  private Landscape landscape;

  @BeforeAll
  static void start() {
    kube = KubeApi.mock();
    kube.applyCrds();
  }

  @AfterAll
  static void stop() {
    kube.close();
  }

  @AfterEach
  void forget() {
    landscape.forget();
    server.close();
  }

  private void create(int major) {
    server = PostgresServer.startWithDefaults(major, Set.of(WORKERS, PROCESSES));
    landscape =
        Landscape.create(kube, PostgresServer.shared(15), PostgresServer.shared(15), server);
    var service = landscape.accounts;
    var sql =
        Stream.concat(
            Stream.of("SET ROLE " + service.owner()),
            TABLES.stream()
                .flatMap(
                    t ->
                        Stream.of(
                            "CREATE TABLE public.%s (id int PRIMARY KEY, t text)".formatted(t),
                            "INSERT INTO public.%1$s SELECT i, '%1$s ' || i FROM generate_series(1, 10) i"
                                .formatted(t))));
    service.database().execute(sql.toArray(String[]::new));
  }

  private String manifests(String lanes) {
    String source = "{source: " + landscape.accounts.name();
    return Landscape.documents(
        landscape.accounts.secret(),
        landscape.accounts.sourceDatabase(),
        landscape.targetSecret(),
        landscape.targetResource(server.port()),
        landscape
            .federation(List.of(landscape.accounts), "")
            .replace(source, source + ", lanes: [" + lanes + "]"));
  }

  @Test
  void threeLanesWaitForTheNumberOfWorkersThatIsSaidAndThenStreamByThemselves() {
    create(17);
    try (var operator = landscape.startOperator()) {
      kube.apply(
          manifests(
              "{name: a, tables: ['a_*', users]}, {name: b, tables: ['b_*', notes]}, {name: c, tables: ['c_*']}"));
      awaitBlocked(operator, "4");

      set(WORKERS, "8");
      server.restart(Map.of());
      awaitBlocked(operator, "8");

      set(WORKERS, NEEDED);
      server.restart(Map.of());
      awaitStreaming(operator);
      // Processes are too few for all copies at once, which then wait for one another.
      assertThat(server.database("postgres").one("SHOW " + PROCESSES)).isEqualTo("8");
    }
  }

  @Test
  void twoLanesAndTheRestNeedAsManyAndTheSentenceSaysWhatToRun() {
    create(18);
    try (var operator = landscape.startOperator()) {
      kube.apply(manifests("{name: a, tables: ['a_*']}, {name: b, tables: ['b_*', notes]}"));
      awaitBlocked(operator, "4");
      String sentence = Landscape.condition(landscape.federation()).getMessage();
      assertThat(sentence)
          .contains(
              "max_logical_replication_workers is 4, and 9 are needed (3 to apply and 6 to copy here, 0 for other subscriptions)")
          .contains("ALTER SYSTEM SET max_logical_replication_workers = 9")
          .contains("ALTER SYSTEM SET max_worker_processes = 10");

      set(WORKERS, NEEDED);
      set(PROCESSES, "10");
      server.restart(Map.of());
      awaitStreaming(operator);
      assertThat(finding("TooFewWorkerProcesses")).isEmpty();
    }
  }

  private void set(String setting, String value) {
    server.database("postgres").execute("ALTER SYSTEM SET %s = %s".formatted(setting, value));
  }

  private void awaitBlocked(OperatorProcess operator, String workers) {
    await()
        .atMost(Landscape.PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              assertThat(operator.isAlive()).isTrue();
              var status = landscape.federation().getStatus();
              assertThat(status).isNotNull();
              assertThat(status.phase()).isEqualTo(Phase.Blocked);
              assertThat(Landscape.condition(landscape.federation()).getReason())
                  .isEqualTo("TooFewWorkers");
              assertThat(Landscape.condition(landscape.federation()).getMessage())
                  .contains(WORKERS + " is " + workers + ", and " + NEEDED + " are needed");
              assertThat(finding("TooFewWorkers").map(Finding::wanted)).contains(NEEDED);
            });
    assertThat(server.database("postgres").query("SELECT subname FROM pg_subscription")).isEmpty();
    assertThat(
            landscape
                .accounts
                .database()
                .query(
                    "SELECT slot_name FROM pg_replication_slots WHERE database = current_database()"))
        .isEmpty();
  }

  private Optional<Finding> finding(String reason) {
    return landscape.federation().getStatus().sources().stream()
        .map(s -> s.preflight())
        .filter(p -> p != null)
        .flatMap(p -> p.findings().stream())
        .filter(f -> f.reason().equals(reason))
        .findFirst();
  }

  private void awaitStreaming(OperatorProcess operator) {
    landscape.awaitInSync(operator);
    assertThat(landscape.federation().getStatus().phase()).isEqualTo(Phase.Streaming);
    landscape.accounts.database().execute("UPDATE public.a_0 SET t = 'streamed' WHERE id = 1");
    landscape.awaitEqualRows(landscape.accounts);
    for (String table : TABLES) {
      await(table)
          .atMost(Landscape.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(landscape.target.rows(landscape.accounts.schema() + "." + table, "id"))
                      .isEqualTo(landscape.accounts.database().rows("public." + table, "id")));
    }
  }
}
