package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way in which an apply worker stops: its cause is named, and once mended it goes on. */
class StoppedApplyIT {
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final String COLUMNS = "id int PRIMARY KEY, name text, n bigint";

  /**
   * One cause; %1$s is the table, %2$s its schema, %3$s the target's role.
   *
   * @param breaking what somebody does on the target
   * @param change what the service then writes
   * @param said what the sentence has to contain, beside the table's name
   * @param mending what somebody does on the target to mend it, as the sentence says
   */
  private record Cause(
      String name,
      List<String> breaking,
      String change,
      Reason reason,
      String said,
      List<String> mending) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final String INSERT = "INSERT INTO %1$s VALUES (2, 'paused', 3000000000)";

  private static final List<Cause> CAUSES =
      List.of(
          new Cause(
              "missing table",
              List.of("ALTER TABLE %1$s RENAME TO hidden"),
              INSERT,
              Reason.SchemaDrift,
              "is missing on the target",
              List.of("ALTER TABLE %2$s.hidden RENAME TO %4$s")),
          new Cause(
              "missing column",
              List.of("ALTER TABLE %1$s DROP COLUMN n"),
              INSERT,
              Reason.SchemaDrift,
              "Column n of",
              List.of("ALTER TABLE %1$s ADD COLUMN n bigint", "UPDATE %1$s SET n = 1")),
          new Cause(
              "missing label",
              List.of(
                  "CREATE TYPE %2$s.state AS ENUM ('one')",
                  "ALTER TABLE %1$s ALTER COLUMN name TYPE %2$s.state USING name::%2$s.state"),
              INSERT,
              Reason.ValueDoesNotFit,
              "ALTER TYPE %2$s.state ADD VALUE 'paused'",
              List.of("ALTER TYPE %2$s.state ADD VALUE 'paused'")),
          new Cause(
              "text too long",
              List.of("ALTER TABLE %1$s ALTER COLUMN name TYPE varchar(3)"),
              INSERT,
              Reason.ValueDoesNotFit,
              "Column name of",
              List.of("ALTER TABLE %1$s ALTER COLUMN name TYPE text")),
          new Cause(
              "number too great",
              List.of("ALTER TABLE %1$s ALTER COLUMN n TYPE int"),
              INSERT,
              Reason.ValueDoesNotFit,
              "Column n of",
              List.of("ALTER TABLE %1$s ALTER COLUMN n TYPE bigint")),
          new Cause(
              "NOT NULL",
              List.of("ALTER TABLE %1$s ALTER COLUMN n SET NOT NULL"),
              "UPDATE %1$s SET n = NULL WHERE id = 1",
              Reason.ValueDoesNotFit,
              "is NOT NULL on the target",
              List.of("ALTER TABLE %1$s ALTER COLUMN n DROP NOT NULL")),
          new Cause(
              "duplicate key",
              List.of("INSERT INTO %1$s VALUES (2, 'by hand', 1)"),
              INSERT,
              Reason.ApplyConflict,
              "the same id already (2)",
              List.of("DELETE FROM %1$s WHERE id = 2")),
          new Cause(
              "another unique index",
              List.of(
                  "INSERT INTO %1$s VALUES (9, 'paused', 1)", "CREATE UNIQUE INDEX ON %1$s (name)"),
              "UPDATE %1$s SET name = 'paused' WHERE id = 1",
              Reason.ApplyConflict,
              "the same name already (unique index %4$s_name_idx)",
              List.of("DELETE FROM %1$s WHERE id = 9")),
          new Cause(
              "missing key",
              List.of("ALTER TABLE %1$s DROP CONSTRAINT %4$s_pkey"),
              "UPDATE %1$s SET name = 'changed' WHERE id = 1",
              Reason.SchemaDrift,
              "has no key",
              List.of("ALTER TABLE %1$s ADD PRIMARY KEY (id)")),
          new Cause(
              "owner whom the subscription may not act as",
              List.of("CREATE ROLE other_%3$s", "ALTER TABLE %1$s OWNER TO other_%3$s"),
              INSERT,
              Reason.NoRightToApply,
              "GRANT \"other_%3$s\" TO \"%3$s\" WITH SET TRUE",
              List.of("GRANT other_%3$s TO %3$s WITH SET TRUE")),
          new Cause(
              "right to insert",
              List.of("REVOKE INSERT ON %1$s FROM %3$s"),
              INSERT,
              Reason.NoRightToApply,
              "run GRANT INSERT ON",
              List.of("GRANT INSERT ON %1$s TO %3$s")),
          new Cause(
              "row-level security",
              List.of("ALTER TABLE %1$s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"),
              INSERT,
              Reason.NoRightToApply,
              "NO FORCE ROW LEVEL SECURITY",
              List.of("ALTER TABLE %1$s NO FORCE ROW LEVEL SECURITY")));

  static Stream<Arguments> causes() {
    return Stream.of(17, 18)
        .flatMap(target -> CAUSES.stream().map(cause -> Arguments.of(target, cause)));
  }

  private World world;

  @AfterEach
  void stop() {
    world.close();
  }

  private World world(int target) {
    world = World.create("stopped_" + NEXT.incrementAndGet(), target == 17 ? 15 : 17, target);
    return world;
  }

  @ParameterizedTest(name = "{1}, on {0}")
  @MethodSource("causes")
  void theCauseIsNamedAndOnceMendedTheWorkerGoesOn(int target, Cause cause) throws Exception {
    world(target);
    String table = table(world);
    sql(world, table, cause.breaking).forEach(world.target()::execute);
    world.asService(sql(world, table, List.of(cause.change)).get(0));
    await()
        .atMost(World.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(world.stopped())
                    .hasValueSatisfying(
                        p -> {
                          assertThat(p.sentence())
                              .contains(table)
                              .contains(sql(world, table, List.of(cause.said)).get(0));
                          assertThat(p.reason()).isEqualTo(cause.reason);
                        }));
    sql(world, table, cause.mending).forEach(world.target()::execute);
    awaitEqual(world, table);
  }

  /** Where the source has gone on renaming, the target has to have the names of before. */
  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {17, 18})
  void theNamesOfTheTimeWhenARowWasWrittenAreTold(int target) throws Exception {
    world(target);
    String table = table(world);
    disable(world);
    world.asService(
        "INSERT INTO %s VALUES (2, 'two', 2)".formatted(table),
        "ALTER TABLE %s RENAME COLUMN name TO full_name".formatted(table));
    world.target().execute("ALTER TABLE %s RENAME COLUMN name TO full_name".formatted(table));
    enable(world);
    awaitSaid(world, Reason.SchemaDrift, "Column name of " + table + " is missing");
    world.target().execute("ALTER TABLE %s RENAME COLUMN full_name TO name".formatted(table));
    awaitEqual(world, table);
  }

  /** What is applied is not always confirmed: its rows are on the target and in nobody's way. */
  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {17, 18})
  void whatIsAppliedAlreadyIsNotTakenForTheCause(int target) throws Exception {
    world(target);
    String first = table(world);
    String second = table(world);
    for (boolean seesOrigins : new boolean[] {false, true}) {
      int id = seesOrigins ? 3 : 2;
      if (seesOrigins) {
        world
            .target()
            .execute(
                "GRANT EXECUTE ON FUNCTION pg_show_replication_origin_status() TO "
                    + world.target().name());
      }
      disable(world);
      world.target().execute("INSERT INTO %s VALUES (%d, 'by hand')".formatted(second, id));
      world.asService(
          "INSERT INTO %s VALUES (%d, 'applied')".formatted(first, id),
          "INSERT INTO %s VALUES (%d, 'in the way')".formatted(second, id));
      enable(world);
      awaitEqual(world, first);
      awaitSaid(world, Reason.ApplyConflict, "INSERT of %s waits".formatted(second));
      world.target().execute("DELETE FROM %s WHERE id = %d".formatted(second, id));
      awaitEqual(world, second);
    }
  }

  /** A check on the target is seen by nobody but its server. */
  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {17, 18})
  void theServersOwnWordsAreToldWhereTheRoleMayReadItsLog(int target) throws Exception {
    world(target);
    String role = world.target().name();
    String table = table(world);
    world.target().execute("ALTER TABLE %s ADD CONSTRAINT small CHECK (n < 100)".formatted(table));
    world.asService("INSERT INTO %s VALUES (2, 'two', 100)".formatted(table));
    world
        .target()
        .execute(
            "GRANT pg_monitor, pg_read_server_files TO " + role,
            "GRANT EXECUTE ON FUNCTION pg_read_binary_file(text, bigint, bigint, boolean) TO "
                + role);
    awaitSaid(world, Reason.ApplyFailing, "violates check constraint \"small\"");
    world.target().execute("INSERT INTO %s VALUES (3, 'by hand', 3)".formatted(table));
    world.target().execute("ALTER TABLE %s DROP CONSTRAINT small".formatted(table));
    world.asService("INSERT INTO %s VALUES (3, 'three', 3)".formatted(table));
    awaitSaid(
        world,
        Reason.ApplyConflict,
        "The target's server says: "
            + (target == 17 ? "duplicate key value violates" : "conflict detected on relation"));
    world.target().execute("DELETE FROM %s WHERE id = 3".formatted(table));
    awaitEqual(world, table);
    world
        .target()
        .execute("REVOKE pg_read_server_files FROM " + role, "REVOKE pg_monitor FROM " + role);
  }

  private static void awaitSaid(World world, Reason reason, String text) {
    await()
        .atMost(World.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(world.stopped())
                    .hasValueSatisfying(
                        p -> {
                          assertThat(p).extracting(Problem::sentence).asString().contains(text);
                          assertThat(p.reason()).isEqualTo(reason);
                        }));
  }

  private static void disable(World world) {
    world.target().execute("ALTER SUBSCRIPTION %s DISABLE".formatted(world.object()));
    await()
        .atMost(World.PATIENCE)
        .until(
            () ->
                "f"
                    .equals(
                        world
                            .source()
                            .one(
                                "SELECT active FROM pg_replication_slots WHERE slot_name = '%s'"
                                    .formatted(world.object()))));
  }

  private static void enable(World world) {
    world.target().execute("ALTER SUBSCRIPTION %s ENABLE".formatted(world.object()));
  }

  /** A table with a row that is in sync. */
  private static String table(World world) {
    String name = "t" + NEXT.incrementAndGet();
    world.asService(
        "CREATE TABLE public.%s (%s)".formatted(name, COLUMNS),
        "INSERT INTO public.%s VALUES (1, 'one', 1)".formatted(name));
    world.converge();
    String table = world.source().name() + "." + name;
    awaitEqual(world, table);
    return table;
  }

  private static List<String> sql(World world, String table, List<String> templates) {
    String schema = world.source().name();
    return templates.stream()
        .map(
            t ->
                t.formatted(
                    table, schema, world.target().name(), table.substring(schema.length() + 1)))
        .toList();
  }

  private static void awaitEqual(World world, String table) {
    await()
        .atMost(World.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(world.target().rows(table, "id"))
                    .isEqualTo(world.source().rows(table, "id")));
  }
}
