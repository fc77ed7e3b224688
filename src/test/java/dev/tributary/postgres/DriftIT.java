package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tributary.federation.Problem;
import dev.tributary.federation.Trouble;
import dev.tributary.fixtures.Db;
import dev.tributary.postgres.Drift.Held;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/**
 * Each change of a schema alone, where the target may follow whatever it costs and where nothing
 * may be destroyed. {@code -Dtributary.test.drift=column,label} looks at these alone.
 */
class DriftIT {
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final String PULSE = "pulse";
  private static final boolean LONG = Boolean.getBoolean("tributary.test.long");

  private record Servers(int source, int target) {}

  /** All of them in the long form, {@code -Dtributary.test.long=true}. */
  private static List<Servers> servers() {
    return LONG
        ? List.of(
            new Servers(13, 18), new Servers(15, 17), new Servers(17, 18), new Servers(18, 18))
        : List.of(new Servers(15, 18));
  }

  private static List<Drift> drifts() {
    String wanted = System.getProperty("tributary.test.drift", "");
    return wanted.isEmpty()
        ? Drift.all()
        : Drift.all().stream()
            .filter(d -> Arrays.asList(wanted.split(",")).contains(d.name()))
            .toList();
  }

  @TestFactory
  Stream<DynamicContainer> theTargetFollows() {
    return servers().stream().map(servers -> container(servers, true));
  }

  @TestFactory
  Stream<DynamicContainer> nothingIsDestroyedWhereItIsToBeHeld() {
    return servers().stream().map(servers -> container(servers, false));
  }

  /**
   * Where nothing would be destroyed, both are the same: the long form looks at it all the same.
   */
  private static DynamicContainer container(Servers servers, boolean destroys) {
    var databases = new Databases(servers, destroys);
    return dynamicContainer(
        "from %d to %d".formatted(servers.source, servers.target),
        drifts().stream()
            .filter(drift -> destroys || LONG || drift.held() != Held.FOLLOWED)
            .map(drift -> dynamicTest(drift.name(), () -> look(databases, drift.apart()))));
  }

  private static void look(Databases databases, Drift drift) throws Exception {
    var world = databases.world();
    try {
      look(world, drift, databases.destroys);
    } catch (Throwable t) {
      // The others are to be seen all the same.
      databases.forget();
      throw t;
    }
  }

  private static void look(World world, Drift drift, boolean destroys) throws Exception {
    world.asService(drift.before());
    if (drift.hasTable()) {
      awaitSo(world, drift, () -> inSync(world, drift.prefix() + "t"));
    }

    world.asService(drift.change().toArray(String[]::new));
    // Whatever was planned by then is done before the first row of the new shape.
    world.look();
    world.asService(drift.afterwards(), "UPDATE pulse SET n = n + 1");

    var held = destroys ? Held.FOLLOWED : drift.held();
    awaitSo(world, drift, () -> difference(world, drift, held));
    awaitSo(world, drift, () -> inSync(world, PULSE));
  }

  /** One source and one target for all, until something fails: it may be in the others' way. */
  private static final class Databases {
    private static final List<Databases> ALL = new ArrayList<>();

    private final Servers servers;
    private final boolean destroys;
    private World world;

    Databases(Servers servers, boolean destroys) {
      this.servers = servers;
      this.destroys = destroys;
      ALL.add(this);
    }

    World world() {
      if (world == null) {
        world = World.create("drift_" + NEXT.incrementAndGet(), servers.source, servers.target);
        if (destroys) {
          world.destroys();
        }
        world.withoutViews();
        world.asService(
            "CREATE TABLE %1$s (id int PRIMARY KEY, n int); INSERT INTO %1$s VALUES (1, 0)"
                .formatted(PULSE));
        world.converge();
      }
      return world;
    }

    void forget() {
      if (world != null) {
        world.close();
        world = null;
      }
    }
  }

  @AfterAll
  static void forget() {
    Databases.ALL.forEach(Databases::forget);
  }

  private interface Difference {
    Optional<String> look() throws Exception;
  }

  /** Looks as the operator does until nothing is different. */
  private static void awaitSo(World world, Drift drift, Difference difference) throws Exception {
    try {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          .ignoreExceptions()
          .until(
              () -> {
                world.look();
                return difference.look().isEmpty();
              });
    } catch (ConditionTimeoutException e) {
      fail("%s: %s; %s".formatted(drift, said(difference), said(world)));
    }
  }

  private static String said(Difference difference) throws Exception {
    try {
      return difference.look().orElse("too late");
    } catch (IllegalStateException e) {
      return e.getMessage();
    }
  }

  private static String said(World world) throws Trouble {
    var look = world.look();
    return "problems %s, steps %s, failures %s, the target's server: %s"
        .formatted(
            look.plan().problems(),
            look.plan().sentences(),
            look.outcome().failures(),
            world
                .target()
                .server()
                .logText()
                .lines()
                .filter(l -> l.contains("ERROR") && l.contains(world.source().name() + "."))
                .reduce((first, second) -> second)
                .orElse("no errors"));
  }

  private static Optional<String> difference(World world, Drift drift, Held held)
      throws SQLException, Trouble {
    return switch (held) {
      case FOLLOWED -> followed(world, drift);
      case COLUMN_KEPT -> rowsOf(world, drift.table());
      case TABLE_KEPT -> kept(world, drift);
      case OUT -> out(world, drift);
      case FOLLOWED_OR_OUT ->
          followed(world, drift).flatMap(d -> outOrTrouble(world, drift).map(o -> d + ", " + o));
    };
  }

  private static Optional<String> followed(World world, Drift drift) throws SQLException {
    if (!drift.table().isEmpty()) {
      var difference = inSync(world, drift.table());
      if (difference.isPresent()) {
        return difference;
      }
    }
    var there = tables(world.source(), world, drift);
    var here = tables(world.target(), world, drift);
    return there.equals(here)
        ? Optional.empty()
        : Optional.of("the source has the tables %s, the target %s".formatted(there, here));
  }

  private static Optional<String> kept(World world, Drift drift) throws SQLException {
    try (var likeness = likeness(world)) {
      return likeness.isOnTarget(drift.prefix() + "t")
          ? Optional.empty()
          : Optional.of("the table is gone");
    }
  }

  private static Optional<String> outOrTrouble(World world, Drift drift) {
    try {
      return out(world, drift);
    } catch (Trouble e) {
      return Optional.of(e.problem().toString());
    }
  }

  private static Optional<String> out(World world, Drift drift) throws Trouble {
    var problems = world.plan().problems();
    String prefix = world.source().name() + "." + drift.prefix();
    boolean named = problems.stream().map(Problem::sentence).anyMatch(p -> p.contains(prefix));
    return named ? Optional.empty() : Optional.of("no problem names the table: " + problems);
  }

  private static Optional<String> inSync(World world, String table) throws SQLException {
    try (var likeness = likeness(world)) {
      return likeness.difference(table, true);
    }
  }

  private static Optional<String> rowsOf(World world, String table) throws SQLException {
    try (var likeness = likeness(world)) {
      return likeness.rowDifference(table);
    }
  }

  private static Likeness likeness(World world) throws SQLException {
    return new Likeness(world.source(), world.target(), world.source().name());
  }

  private static String tables(Db db, World world, Drift drift) {
    return db
        .query(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'tributary_before' AND n.nspname = '%s' ORDER BY 1"
                .formatted(world.source().name()))
        .stream()
        .map(row -> row.get(0))
        .filter(table -> table.startsWith(drift.prefix()))
        .collect(Collectors.joining(", "));
  }
}
