package dev.tributary.postgres;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.federation.Problem;
import dev.tributary.federation.Sql;
import dev.tributary.federation.Trouble;
import dev.tributary.fixtures.Db;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A service that changes its schema without a pause while it is written to: the target follows, and
 * nothing of the service's ever fails. {@code -Dtributary.test.seed=…} is the storm of that number
 * again, {@code -Dtributary.test.statements=…} says how long it is, {@code
 * -Dtributary.test.storm=ADD_LABEL} what it is made of.
 */
class DriftStormIT {
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final Path LOGS = Path.of("target", "drift-storm");
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  /** The short form tells whether something has changed, not what else there may be. */
  private static final long KNOWN = 1;

  private static final boolean LONG = Boolean.getBoolean("tributary.test.long");

  /** All of them in the long form, {@code -Dtributary.test.long=true}. */
  static Stream<Arguments> servers() {
    return LONG
        ? Stream.of(
            Arguments.of(13, 18), Arguments.of(15, 17), Arguments.of(17, 17), Arguments.of(18, 18))
        : Stream.of(Arguments.of(15, 18));
  }

  @ParameterizedTest(name = "from {0} to {1}")
  @MethodSource("servers")
  void theTargetFollowsWhateverAServiceDoesToItsTables(int from, int to) throws Exception {
    long seed = Long.getLong("tributary.test.seed", LONG ? System.nanoTime() : KNOWN);
    int statements = Integer.getInteger("tributary.test.statements", LONG ? 500 : 60);
    try (var world = World.create("storm_" + NEXT.incrementAndGet(), from, to);
        var storm = DriftStorm.of(world, seed)) {
      world.destroys();
      world.withoutViews();
      storm.begin();
      world.converge();
      var watch = StormWatch.start(world);
      var writer = StormWriter.start(world, seed);
      try (watch) {
        try (writer) {
          var pace = new Random(seed);
          for (int i = 0; i < statements && writer.failures().isEmpty(); i++) {
            storm.step();
            writer.awaitProgress(1 + pace.nextInt(20));
          }
          writer.awaitProgress(20);
        }
        assertThat(writer.failures()).as("what the service could not do").isEmpty();
        awaitEqual(world);
      } finally {
        report(seed, from, to, storm, writer, watch);
      }

      assertThat(watch.errors()).isEmpty();
      assertThat(world.plan().problems()).isEmpty();
    }
  }

  private static void awaitEqual(World world) throws SQLException {
    try {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(200))
          .until(() -> differences(world).isEmpty());
    } catch (ConditionTimeoutException e) {
      assertThat(differences(world)).as("problems: %s", problems(world)).isEmpty();
    }
  }

  private static List<String> problems(World world) {
    try {
      return world.plan().problems().stream().map(Problem::toString).toList();
    } catch (Trouble e) {
      return List.of(e.problem().toString());
    }
  }

  /** A line for each table that is not the same, or on one side only. */
  private static List<String> differences(World world) throws SQLException {
    String schema = world.source().name();
    try (var likeness = new Likeness(world.source(), world.target(), schema)) {
      return differences(world, schema, likeness);
    }
  }

  private static List<String> differences(World world, String schema, Likeness likeness) {
    var all = new TreeSet<>(tables(world.source(), schema));
    all.addAll(tables(world.source(), "public"));
    var here = tables(world.target(), schema);
    var differences = new ArrayList<String>();
    for (String table : all) {
      try {
        likeness.difference(table, true).ifPresent(d -> differences.add(table + ": " + d));
      } catch (IllegalStateException e) {
        // It is on its way to its schema, or copied again.
        differences.add(table + ": " + e.getMessage());
      }
    }
    here.stream()
        .filter(table -> !all.contains(table))
        .forEach(table -> differences.add(table + ": only on the target"));
    return differences;
  }

  private static List<String> tables(Db db, String schema) {
    return db
        .query(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = %s AND c.relname <> 'tributary_before' ORDER BY 1"
                .formatted(Sql.literal(schema)))
        .stream()
        .map(row -> row.get(0))
        .toList();
  }

  private static void report(
      long seed, int from, int to, DriftStorm storm, StormWriter writer, StormWatch watch)
      throws IOException {
    System.out.printf(
        "Drift storm from %d to %d: -Dtributary.test.seed=%d, %d transactions of the service, apply stood still for %d ms at most%n",
        from, to, seed, writer.written(), watch.longestStop().toMillis());
    String text =
        """
        -- -Dtributary.test.seed=%d
        %s
        -- what the service could not do
        %s
        -- problems that were said at some time
        %s
        -- steps that were not done at some time
        %s
        """
            .formatted(
                seed,
                String.join("\n", storm.log()),
                writer.failures().stream().map("-- "::concat).collect(joining("\n")),
                lines(watch.problems().stream()),
                lines(watch.failures().stream()));
    Files.createDirectories(LOGS);
    Files.writeString(LOGS.resolve("%d-to-%d.sql".formatted(from, to)), text);
  }

  private static String lines(Stream<Problem> problems) {
    return problems.map(p -> "-- " + p).sorted().collect(joining("\n"));
  }
}
