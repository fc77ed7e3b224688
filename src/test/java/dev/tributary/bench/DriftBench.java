package dev.tributary.bench;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.tributary.api.SourceDatabase;
import dev.tributary.fixtures.KubeApi;
import dev.tributary.fixtures.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * How soon the target follows a schema that changes, and what it costs to look at large ones.
 * {@code -Dbench.parts=observe,heap} measures these alone.
 */
final class DriftBench {
  static final String NAME = "drift";

  private static final int SOURCE = 17;
  private static final int TARGET = 18;
  private static final int LOOKS = 5;
  private static final int SOURCES = 20;
  private static final String ROLE = "bench_service";
  private static final String PASSWORD = "bench-Pa55";
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Path FILE = Path.of("target", "bench", NAME + ".json");

  /** A thousand tables want more locks than there are. */
  private static final Map<String, String> SETTINGS = Map.of("max_locks_per_transaction", "1024");

  private final Map<String, Object> json = new LinkedHashMap<>();
  private final PostgresServer sources;
  private final PostgresServer targets;

  private DriftBench(PostgresServer sources, PostgresServer targets) {
    this.sources = sources;
    this.targets = targets;
  }

  static void main() throws Exception {
    var parts = Arrays.asList(System.getProperty("bench.parts", "columns,observe,heap").split(","));
    System.out.printf("Sources on PostgreSQL %d, the target on %d%n%n", SOURCE, TARGET);
    try (var sources = PostgresServer.start(SOURCE, SETTINGS);
        var targets = PostgresServer.start(TARGET, SETTINGS)) {
      for (var server : List.of(sources, targets)) {
        server
            .database("postgres")
            .execute(
                "CREATE ROLE %s LOGIN REPLICATION PASSWORD '%s'".formatted(ROLE, PASSWORD),
                "GRANT pg_create_subscription TO " + ROLE);
      }
      var bench = new DriftBench(sources, targets);
      if (parts.contains("columns")) {
        bench.columns();
      }
      if (parts.contains("observe")) {
        bench.manyTables();
      }
      if (parts.contains("heap")) {
        bench.heap();
      }
      bench.write();
    }
  }

  private void columns() throws Exception {
    try (var kube = KubeApi.mock()) {
      kube.applyCrds();
      var added = new AddedColumn(kube, sources, targets);
      say("addColumnMedianMillis", median(added.measure("told", true)));
      say("addColumnMedianMillisPolled", median(added.measure("polled", false)));
    }
  }

  /** From nothing on the target to every table, and then what a look costs that finds nothing. */
  private void manyTables() throws Exception {
    var source = ManyTables.create(sources, "many", ROLE, "many");
    var target = targets.createDatabase("many_search");
    target.execute("ALTER DATABASE many_search OWNER TO " + ROLE);
    var flowing = new Flowing(source, target, ROLE, PASSWORD);
    long begun = System.nanoTime();
    try (var sessions = flowing.sessions()) {
      until(
          () -> {
            flowing.execute(flowing.look(sessions), sessions);
            return flowing.mirrored() == ManyTables.COUNT;
          });
    }
    double mirrored = Figures.millis(System.nanoTime() - begun);
    try (var sessions = flowing.sessions()) {
      until(
          () -> {
            var plan = flowing.look(sessions);
            flowing.execute(plan, sessions);
            return plan.steps().isEmpty() && isCopied(flowing);
          });
    }
    var looks = new ArrayList<Double>();
    for (int i = 0; i < LOOKS; i++) {
      // A session each, as the operator does it.
      long start = System.nanoTime();
      try (var sessions = flowing.sessions()) {
        var plan = flowing.look(sessions);
        looks.add(Figures.millis(System.nanoTime() - start));
        if (!plan.isEmpty()) {
          throw new IllegalStateException("something was left to do: " + plan.sentences());
        }
      }
    }
    say("observe1000TablesMillis", median(looks));
    say("mirror1000TablesMillis", mirrored);
    target.execute("DROP OWNED BY " + ROLE);
  }

  private static boolean isCopied(Flowing flowing) {
    return flowing
        .target()
        .query("SELECT 1 FROM pg_subscription_rel WHERE srsubstate <> 'r' LIMIT 1")
        .isEmpty();
  }

  /** Sources of which the operator keeps an eye on every table, and no federation. */
  private void heap() throws Exception {
    var first = ManyTables.create(sources, "heap_0", ROLE, "heap_0");
    var all = new ArrayList<>(List.of(first));
    for (int i = 1; i < SOURCES; i++) {
      all.add(first.copy("heap_" + i, ROLE));
    }
    try (var kube = KubeApi.mock()) {
      kube.applyCrds();
      kube.apply(secret());
      all.forEach(tables -> kube.apply(resource(tables)));
      try (var operator = OperatorJvm.start(kube.kubeconfig(), "heap")) {
        until(
            () -> {
              operator.mustRun();
              return all.stream().allMatch(tables -> isReady(kube, tables));
            });
        var samples = new ArrayList<Double>();
        for (int i = 0; i < LOOKS; i++) {
          samples.add(operator.usedHeapMiB());
        }
        operator.mustRun();
        say("heapMiB%dSources".formatted(SOURCES), median(samples));
      }
    }
  }

  private static String secret() {
    return """
        apiVersion: v1
        kind: Secret
        metadata: {name: bench}
        type: kubernetes.io/basic-auth
        stringData: {username: %s, password: %s}
        """
        .formatted(ROLE, PASSWORD);
  }

  private static String resource(ManyTables tables) {
    return """
        apiVersion: tributary.dev/v1alpha1
        kind: SourceDatabase
        metadata: {name: %s}
        spec:
          connection: {host: 127.0.0.1, port: %d, database: %s, credentialsSecret: bench}
          schema: {name: %s, method: None}
        """
        .formatted(
            tables.schema().replace('_', '-'),
            tables.db().server().port(),
            tables.db().name(),
            tables.schema());
  }

  private static boolean isReady(KubeApi kube, ManyTables tables) {
    var source =
        kube.client()
            .resources(SourceDatabase.class)
            .inNamespace("default")
            .withName(tables.schema().replace('_', '-'))
            .get();
    return source.getStatus() != null
        && source.getStatus().conditions().stream()
            .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  private static void until(Callable<Boolean> done) {
    await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(done);
  }

  private static double median(List<Double> values) {
    var sorted = values.stream().sorted().toList();
    System.out.println("  " + sorted);
    return sorted.get(sorted.size() / 2);
  }

  private void say(String key, double value) {
    double rounded = Math.round(value * 100) / 100.0;
    json.put(key, rounded);
    System.out.printf("%-30s %12.2f%n", key, rounded);
  }

  private void write() throws Exception {
    Files.createDirectories(FILE.getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(FILE.toFile(), json);
    System.out.printf("%nWritten to %s%n", FILE);
  }
}
