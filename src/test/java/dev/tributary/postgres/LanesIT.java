package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.federation.Plan;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.fixtures.Db;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables that have a lane of their own, and change it while a service writes. */
class LanesIT {
  private static final List<String> TABLES = List.of("hot", "cold", "third");

  /** All of them in the long form, {@code -Dtributary.test.long=true}. */
  static Stream<Arguments> pairs() {
    var inShort = Stream.of(Arguments.of(13, 17), Arguments.of(18, 18));
    return Boolean.getBoolean("tributary.test.long")
        ? Stream.concat(inShort, Stream.of(Arguments.of(15, 18), Arguments.of(17, 17)))
        : inShort;
  }

  @ParameterizedTest(name = "{0} → {1}")
  @MethodSource("pairs")
  void tablesChangeLanesUnderLoadWithoutACopyAndWithoutLosingARow(int sourceMajor, int targetMajor)
      throws Exception {
    String name = "lanes_%d_%d".formatted(sourceMajor, targetMajor);
    try (var world = World.create(name, sourceMajor, targetMajor)) {
      createTables(world);
      world.converge();
      awaitEqual(world);
      var untouched = untouched(world);

      try (var writers = Writers.start(world.source(), 2)) {
        var wanted = new LinkedHashMap<String, Map<String, List<String>>>();
        wanted.put("one goes", Map.of("fast", List.of("hot")));
        wanted.put("another follows", Map.of("fast", List.of("hot", "c?ld")));
        wanted.put("one changes again, one goes back", Map.of("other", List.of("hot")));
        wanted.put("two change places", Map.of("other", List.of("cold", "third")));
        wanted.put("all come home", Map.of());
        for (var stage : wanted.entrySet()) {
          world.lanes(stage.getValue());
          world.converge();
          assertThat(lanes(world)).as(stage.getKey()).isEqualTo(wantedLanes(world));
          writers.awaitProgress();
        }
        writers.stop();
        assertThat(writers.failures()).isEmpty();
      }

      awaitEqual(world);
      assertThat(untouched(world)).as("no table was copied again").isEqualTo(untouched);
      assertThat(
              world
                  .target()
                  .query(
                      """
                      SELECT e.subname, e.apply_error_count, e.sync_error_count FROM pg_stat_subscription_stats e
                        JOIN pg_subscription s ON s.oid = e.subid
                       WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())"""))
          .containsExactly(List.of(world.object(), "0", "0"));
      assertThat(world.plan().steps()).isEmpty();
    }
  }

  @Test
  void aLaneFromTheStartHasItsTablesFromTheStart() throws Exception {
    try (var world = World.create("lanes_from_the_start", 15, 17)) {
      createTables(world);
      world.lanes(Map.of("fast", List.of("hot")));
      world.converge();

      awaitEqual(world);
      await()
          .atMost(World.PATIENCE)
          .untilAsserted(() -> assertThat(lanes(world)).isEqualTo(wantedLanes(world)));
    }
  }

  /** The lane that a table comes by may be held up by any other of its tables. */
  @Test
  void whatWasWrittenBeforeAChangeOfLanesIsAppliedBeforeWhatIsWrittenAfterIt() throws Exception {
    try (var world = World.create("lanes_held_up", 15, 17)) {
      createTables(world);
      world.lanes(Map.of("fast", List.of("hot")));
      world.converge();
      awaitEqual(world);
      var untouched = untouched(world);

      String schema = world.source().name();
      try (var holder = world.target().connect();
          var statement = holder.createStatement()) {
        statement.execute("BEGIN");
        statement.execute("LOCK TABLE %s.third IN SHARE MODE".formatted(schema));
        // The old lane stops here, with changes of hot and of third before it.
        world.source().execute("INSERT INTO public.third VALUES (1000, 0)");
        world.source().execute("UPDATE public.cold SET n = 1 WHERE id = 1");
        world.lanes(Map.of("fast", List.of("hot"), "other", List.of("cold")));
        await()
            .atMost(World.PATIENCE)
            .untilAsserted(
                () -> {
                  world.work();
                  assertThat(world.plan().problems())
                      .extracting(Problem::reason)
                      .containsOnly(Reason.HandingOver);
                  assertThat(publicationOf(world, "cold")).isEqualTo(world.object("other"));
                });
        world.source().execute("UPDATE public.cold SET n = 2 WHERE id = 1");
        world.source().execute("DELETE FROM public.cold WHERE id = 2");
        world.work();
        assertThat(world.target().one("SELECT n FROM %s.cold WHERE id = 1".formatted(schema)))
            .isEqualTo("0");
        statement.execute("ROLLBACK");
      }

      world.converge();
      awaitEqual(world);
      assertThat(untouched(world)).isEqualTo(untouched);
    }
  }

  private static String publicationOf(World world, String table) {
    return world
        .source()
        .one(
            "SELECT pubname FROM pg_publication_tables WHERE tablename = '%s' AND pubname NOT LIKE '%%_arriving'"
                .formatted(table));
  }

  @Test
  void aChangeOfLanesThatIsCutOffAfterEveryStepIsFinished() throws Exception {
    try (var world = World.create("lanes_cut_off", 17, 17)) {
      createTables(world);
      world.converge();
      awaitEqual(world);
      var untouched = untouched(world);
      world.lanes(Map.of("fast", List.of("hot"), "slow", List.of("cold")));

      var next = new AtomicLong(1_000_000);
      await()
          .atMost(World.PATIENCE)
          .untilAsserted(
              () -> {
                write(world.source(), next.getAndIncrement());
                world.workOneStep();
                write(world.source(), next.getAndIncrement());
                assertThat(world.plan()).isEqualTo(Plan.NOTHING);
              });

      assertThat(lanes(world)).isEqualTo(wantedLanes(world));
      awaitEqual(world);
      assertThat(untouched(world)).isEqualTo(untouched);
    }
  }

  private static void write(Db source, long n) {
    for (String table : TABLES) {
      source.execute(
          "INSERT INTO public.%s VALUES (%d, 0)".formatted(table, n),
          "UPDATE public.%s SET n = n + 1 WHERE id > 0 AND id %% 3 = %d".formatted(table, n % 3),
          "DELETE FROM public.%s WHERE id = %d".formatted(table, n - 5));
    }
  }

  private static void createTables(World world) {
    for (String table : TABLES) {
      world
          .source()
          .execute(
              "SET ROLE " + world.source().name(),
              "CREATE TABLE public.%s (id bigint PRIMARY KEY, n int)".formatted(table),
              "INSERT INTO public.%s SELECT i, 0 FROM generate_series(-10, 200) i"
                  .formatted(table));
    }
  }

  /** The rows that nobody writes to bear the transaction that they were copied by. */
  private static Map<String, List<List<String>>> untouched(World world) {
    var rows = new LinkedHashMap<String, List<List<String>>>();
    TABLES.forEach(
        t ->
            rows.put(
                t,
                world
                    .target()
                    .query(
                        "SELECT id, xmin FROM %s.%s WHERE id <= 0 ORDER BY id"
                            .formatted(world.source().name(), t))));
    return rows;
  }

  /** Which subscriptions know which tables. */
  private static List<List<String>> lanes(World world) {
    return world
        .target()
        .query(
            """
            SELECT s.subname, c.relname FROM pg_subscription_rel r
              JOIN pg_subscription s ON s.oid = r.srsubid
              JOIN pg_class c ON c.oid = r.srrelid
             WHERE r.srsubstate = 'r' ORDER BY 2, 1""");
  }

  private static List<List<String>> wantedLanes(World world) {
    return TABLES.stream()
        .sorted()
        .map(
            t ->
                List.of(
                    world.flow().lanes().stream()
                        .filter(
                            l ->
                                l.name().equals("default")
                                    || l.tables().stream()
                                        .anyMatch(p -> t.matches(p.replace("?", "."))))
                        .findFirst()
                        .orElseThrow()
                        .object(),
                    t))
        .toList();
  }

  private static void awaitEqual(World world) {
    for (String table : TABLES) {
      await(table)
          .atMost(World.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(world.target().rows(world.source().name() + "." + table, "id"))
                      .isEqualTo(world.source().rows("public." + table, "id")));
    }
  }

  /** Sessions that write to all tables in one transaction, in varying order. */
  private static final class Writers implements AutoCloseable {
    private final ExecutorService threads;
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong transactions = new AtomicLong();
    private volatile boolean stopped;

    private Writers(int sessions) {
      threads = Executors.newFixedThreadPool(sessions);
    }

    static Writers start(Db source, int sessions) {
      var writers = new Writers(sessions);
      for (int i = 0; i < sessions; i++) {
        long first = 1_000_000_000L * (i + 1);
        var random = new Random(i);
        writers.threads.execute(() -> writers.work(source, first, random));
      }
      writers.awaitProgress();
      return writers;
    }

    private void work(Db source, long first, Random random) {
      try (var connection = source.connect();
          var statement = connection.createStatement()) {
        for (long n = first; !stopped; n++) {
          statement.execute("BEGIN");
          // The same order in every transaction, or they would be deadlocked by themselves.
          for (String table : TABLES) {
            if (random.nextInt(4) > 0) {
              statement.execute("INSERT INTO public.%s VALUES (%d, 0)".formatted(table, n));
              statement.execute(
                  "UPDATE public.%s SET n = n + 1, id = id + 100000000 WHERE id = %d"
                      .formatted(table, n - 1));
              statement.execute("DELETE FROM public.%s WHERE id = %d".formatted(table, n - 2));
              statement.execute(
                  "DELETE FROM public.%s WHERE id = %d".formatted(table, n - 3 + 100_000_000L));
            }
          }
          statement.execute("COMMIT");
          transactions.incrementAndGet();
        }
      } catch (SQLException e) {
        failures.add(e.getMessage());
      }
    }

    void awaitProgress() {
      long wanted = transactions.get() + 100;
      await()
          .atMost(30, TimeUnit.SECONDS)
          .until(() -> transactions.get() > wanted || !failures.isEmpty());
    }

    List<String> failures() {
      return List.copyOf(failures);
    }

    void stop() {
      stopped = true;
      threads.shutdown();
      await().atMost(30, TimeUnit.SECONDS).until(threads::isTerminated);
    }

    @Override
    public void close() {
      stop();
    }
  }
}
