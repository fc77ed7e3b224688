package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The target's tables follow the source's: types of its own, and what changes while rows flow. */
class MirrorIT {
  private static final AtomicInteger NEXT = new AtomicInteger();

  private static World world(int source, int target) {
    return World.create("mirror_" + NEXT.incrementAndGet(), source, target);
  }

  private static void awaitEqual(World world, String table, String columns) {
    String name = world.source().name() + "." + table;
    await(table)
        .ignoreException(IllegalStateException.class)
        .atMost(World.PATIENCE)
        .untilAsserted(
            () -> {
              world.work();
              assertThat(
                      world.target().query("SELECT " + columns + " FROM " + name + " ORDER BY 1"))
                  .isEqualTo(
                      world.source().query("SELECT " + columns + " FROM " + name + " ORDER BY 1"));
            });
  }

  private static List<List<String>> columns(World world, String table) {
    return world
        .target()
        .query(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '%s.%s'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname"
                .formatted(world.source().name(), table));
  }

  @ParameterizedTest(name = "{0} → {1}")
  @CsvSource({"13, 17", "18, 18"})
  void typesOfItsOwnLiveInTheSchemaOfItsTables(int source, int target) {
    try (var world = world(source, target)) {
      world.asService(
          "CREATE TYPE public.mood AS ENUM ('bad', 'it''s ok', 'good')",
          "CREATE DOMAIN public.email AS text CHECK (VALUE LIKE '%@%')",
          "CREATE DOMAIN public.work_email AS public.email",
          "CREATE TYPE public.place AS (street text, moods public.mood[])",
          "CREATE TYPE public.trip AS (\"from\" public.place, \"To\" public.place)",
          "CREATE TYPE public.moods AS RANGE (subtype = public.mood)",
          "CREATE TABLE public.users (id int PRIMARY KEY, mood public.mood, all_moods public.mood[], mail public.work_email, trip public.trip, trips public.trip[], span public.moods)",
          "INSERT INTO public.users VALUES (1, 'it''s ok', '{bad,good}', 'a@b', ROW(ROW('x, \"y', '{bad}')::public.place, NULL), '{}', '[bad,good)'), (2, NULL, NULL, NULL, NULL, NULL, NULL)");
      world.converge();
      awaitEqual(world, "users", "users::text");
      world.asService(
          "UPDATE public.users SET mood = 'good' WHERE id = 2",
          "INSERT INTO public.users (id, mood) VALUES (3, 'bad')");
      awaitEqual(world, "users", "users::text");
      assertThat(world.plan().steps()).isEmpty();
    } catch (dev.tributary.federation.Trouble e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest(name = "{0} → {1}")
  @CsvSource({"13, 17", "18, 18"})
  void columnsFollowWhileRowsFlow(int source, int target) {
    try (var world = world(source, target)) {
      String t = world.source().name();
      world.withoutViews();
      world.asService(
          "CREATE TABLE public.users (id int PRIMARY KEY, a int, b varchar(5), c text)",
          "INSERT INTO public.users SELECT i, i, 'b', 'c' FROM generate_series(1, 10) i");
      world.converge();
      awaitEqual(world, "users", "id, a, b, c");

      world.asService(
          "INSERT INTO %s.users VALUES (11, 11, 'b', 'c')".formatted(t),
          "ALTER TABLE %s.users ADD COLUMN d text DEFAULT 'new'".formatted(t),
          "INSERT INTO %s.users VALUES (12, 12, 'b', 'c', 'd')".formatted(t));
      world.work();
      world.asService(
          "ALTER TABLE %s.users RENAME a TO z".formatted(t),
          "INSERT INTO %s.users VALUES (13, 13, 'b', 'c', 'd')".formatted(t),
          "ALTER TABLE %s.users RENAME z TO y".formatted(t),
          "ALTER TABLE %s.users ALTER y TYPE bigint, ALTER b TYPE varchar(50)".formatted(t),
          "INSERT INTO %s.users VALUES (14, 5000000000, 'longer than five', 'c', 'd')".formatted(t),
          "ALTER TABLE %s.users DROP COLUMN c".formatted(t),
          "INSERT INTO %s.users VALUES (15, 15, 'b', 'd')".formatted(t));
      awaitEqual(world, "users", "id, y, b, d");
      world.converge();
      assertThat(columns(world, "users"))
          .containsExactly(
              List.of("b", "character varying(50)"),
              List.of("c", "text"),
              List.of("d", "text"),
              List.of("id", "integer"),
              List.of("y", "bigint"));
    }
  }

  @ParameterizedTest(name = "{0} → {1}")
  @CsvSource({"13, 17", "18, 18"})
  void tablesAndLabelsAreRenamedWhileRowsFlow(int source, int target) {
    try (var world = world(source, target)) {
      String t = world.source().name();
      world.withoutViews();
      world.asService(
          "CREATE TYPE public.mood AS ENUM ('bad', 'good')",
          "CREATE TABLE public.users (id int PRIMARY KEY, mood public.mood)",
          "CREATE TABLE public.notes (id int PRIMARY KEY, note text)",
          "INSERT INTO public.users SELECT i, 'bad' FROM generate_series(1, 10) i",
          "INSERT INTO public.notes SELECT i, 'note' FROM generate_series(1, 10) i");
      world.converge();
      awaitEqual(world, "users", "id, mood");

      world.asService(
          "INSERT INTO %s.users VALUES (11, 'bad')".formatted(t),
          "ALTER TABLE %s.users RENAME TO people".formatted(t),
          "INSERT INTO %s.people VALUES (12, 'good')".formatted(t),
          "ALTER TYPE public.mood RENAME VALUE 'bad' TO 'worse'",
          "INSERT INTO %s.people VALUES (13, 'worse')".formatted(t),
          "ALTER TYPE public.mood ADD VALUE 'fine' BEFORE 'good'",
          "INSERT INTO %s.people VALUES (14, 'fine')".formatted(t),
          "INSERT INTO %s.notes VALUES (14, 'fine')".formatted(t));
      awaitEqual(world, "people", "id, mood");
      awaitEqual(world, "notes", "id, note");
      world.converge();
    }
  }

  @ParameterizedTest(name = "{0} → {1}")
  @CsvSource({"13, 17", "18, 18"})
  void whatIsNotSentIsCopiedAgain(int source, int target) {
    try (var world = world(source, target)) {
      world.destroys();
      String t = world.source().name();
      world.withoutViews();
      world.asService(
          "CREATE TABLE public.users (id int PRIMARY KEY, a int, b text)",
          "CREATE TABLE public.notes (id int PRIMARY KEY, note text)",
          "INSERT INTO public.users SELECT i, i, 'b' FROM generate_series(1, 10) i");
      world.converge();
      awaitEqual(world, "users", "id, a, b");

      world.asService(
          "ALTER TABLE %s.users ADD COLUMN s serial".formatted(t),
          "INSERT INTO %s.users VALUES (11, 11, 'b')".formatted(t));
      awaitEqual(world, "users", "id, a, b, s");
      world.asService(
          "ALTER TABLE %s.users ALTER a TYPE text USING 'n' || a".formatted(t),
          "INSERT INTO %s.users VALUES (12, 'x', 'b')".formatted(t),
          "INSERT INTO %s.notes VALUES (1, 'fine')".formatted(t));
      awaitEqual(world, "users", "id, a, b, s");
      awaitEqual(world, "notes", "id, note");
      world.asService(
          "ALTER TABLE %s.users DROP COLUMN a, DROP COLUMN b".formatted(t),
          "ALTER TABLE %s.users ADD COLUMN b text, ADD COLUMN a int".formatted(t),
          "INSERT INTO %s.users VALUES (13, 5, 'b', 6)".formatted(t));
      awaitEqual(world, "users", "id, a, b, s");
      world.converge();
    }
  }
}
