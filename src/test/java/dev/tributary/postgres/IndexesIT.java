package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.Phase;
import dev.tributary.federation.Finding;
import dev.tributary.federation.IndexReport;
import dev.tributary.federation.IndexRules;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.fixtures.Db;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The indexes of a source's tables are on the target, whatever becomes of them while rows flow. */
class IndexesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What a build is called while it lasts. */
  private static final String BUILDING = "tributary\\_index\\_%";

  private static final List<String> SCHEMA =
      List.of(
          """
          CREATE TABLE public.items (
            id int PRIMARY KEY, note text, tags text[], doc jsonb, span int4range, at timestamptz, n int,
            place point, ip inet, c text COLLATE "C", words tsvector, "the ""name" text,
            CONSTRAINT items_n_key UNIQUE (n) DEFERRABLE, EXCLUDE USING gist (span WITH &&))
          """,
          "CREATE INDEX items_note ON public.items (note DESC NULLS LAST, n)",
          "CREATE INDEX items_hash ON public.items USING hash (note)",
          "CREATE INDEX items_tags ON public.items USING gin (tags) WITH (fastupdate = off)",
          "CREATE INDEX items_doc ON public.items USING gin (doc jsonb_path_ops)",
          "CREATE INDEX items_span ON public.items USING gist (span)",
          "CREATE INDEX items_words ON public.items USING gist (words tsvector_ops (siglen = 100))",
          "CREATE INDEX items_at ON public.items USING brin (at) WITH (pages_per_range = 16)",
          "CREATE INDEX items_place ON public.items USING spgist (place)",
          "CREATE INDEX items_partial ON public.items (at) WHERE n > 5 AND note <> 'it''s public.items'",
          "CREATE INDEX items_lower ON public.items (lower(note), (n + 1) DESC, (doc ->> 'a') COLLATE \"C\")",
          "CREATE UNIQUE INDEX items_include ON public.items (id, n) INCLUDE (note) WITH (fillfactor = 70)",
          "CREATE INDEX items_pattern ON public.items (note text_pattern_ops)",
          "CREATE INDEX items_collated ON public.items (note COLLATE \"C\", c)",
          "CREATE INDEX items_inet ON public.items USING gist (ip inet_ops)",
          "CREATE INDEX \"The \"\"index\"\" ? of Ü\" ON public.items (\"the \"\"name\")",
          """
          INSERT INTO public.items
          SELECT i, 'note ' || i, ARRAY['a', i::text], json_build_object('a', i)::jsonb, int4range(i, i + 1),
                 '2026-01-01'::timestamptz + i * interval '1 h', i, point(i, i), '10.0.0.1', 'c' || i,
                 to_tsvector('simple', 'note ' || i), 'name'
            FROM generate_series(1, 900) i
          """,
          "CREATE TABLE public.by_unique (id int NOT NULL, note text, PRIMARY KEY (note))",
          "CREATE UNIQUE INDEX by_unique_id ON public.by_unique (id)",
          "ALTER TABLE public.by_unique REPLICA IDENTITY USING INDEX by_unique_id",
          "INSERT INTO public.by_unique VALUES (1, 'a'), (2, 'b')",
          "CREATE TABLE public.parted (id int PRIMARY KEY, note text) PARTITION BY RANGE (id)",
          "CREATE TABLE public.parted_low PARTITION OF public.parted FOR VALUES FROM (MINVALUE) TO (100)",
          "CREATE TABLE public.parted_high PARTITION OF public.parted FOR VALUES FROM (100) TO (MAXVALUE)",
          "CREATE INDEX parted_note ON public.parted (note)",
          "CREATE INDEX parted_low_only ON public.parted_low (note, id)",
          "INSERT INTO public.parted SELECT i, 'note ' || i FROM generate_series(1, 200) i");

  @ParameterizedTest(name = "{0} → {1}")
  @CsvSource({"13, 18", "15, 17", "18, 17"})
  void everyKindOfIndexIsBuiltWhileRowsFlow(int sourceMajor, int targetMajor) throws Exception {
    try (var world =
        World.create(
            "indexes_%d_%d".formatted(sourceMajor, targetMajor), sourceMajor, targetMajor)) {
      world.asService(SCHEMA.toArray(String[]::new));
      if (sourceMajor >= 15) {
        world.asService(
            "CREATE UNIQUE INDEX by_unique_nulls ON public.by_unique (id, note) NULLS NOT DISTINCT");
      }
      try (var service = Workload.start(world, List.of("items", "parted"))) {
        awaitEqualIndexes(world);
        service.awaitProgress();
        service.stop();
        assertThat(service.failures()).isEmpty();
      }
      awaitEqualRows(world, "items", "by_unique", "parted");
      assertThat(world.plan()).isEqualTo(Plan.NOTHING);
      var report = world.report();
      assertThat(report.phase()).isEqualTo(Phase.Streaming);
      assertThat(report.findings()).isEmpty();
      assertThat(report.indexes())
          .isEqualTo(
              new IndexReport(
                  sourceMajor >= 15 ? 20 : 19,
                  sourceMajor >= 15 ? 20 : 19,
                  Optional.empty(),
                  Optional.empty()));
    }
  }

  @Test
  void indexesFollowThoseOfTheSource() throws Exception {
    try (var world = flowing("indexes_follow")) {
      world.asService(
          "CREATE INDEX t_a ON t (a)",
          "CREATE INDEX t_b ON t (b)",
          "CREATE INDEX t_ab ON t (a, b)");
      awaitEqualIndexes(world);
      var before = oids(world);

      world.asService(
          // Two change their names with each other, and one has another one's, which gets a new
          // one.
          "ALTER INDEX t_a RENAME TO t_x",
          "ALTER INDEX t_b RENAME TO t_a",
          "ALTER INDEX t_x RENAME TO t_b",
          "ALTER INDEX t_ab RENAME TO t_ba",
          "CREATE INDEX t_ab ON t (note)");
      awaitEqualIndexes(world);
      assertThat(oids(world)).as("nothing is built again").containsAll(before);

      world.asService(
          "DROP INDEX t_ab",
          "DROP INDEX t_ba",
          "CREATE INDEX t_ba ON t (b DESC)",
          "ALTER TABLE t ADD CONSTRAINT t_a_key UNIQUE (a)");
      awaitEqualIndexes(world);

      world.asService(
          "ALTER TABLE t DROP CONSTRAINT t_a_key", "INSERT INTO t VALUES (99, 'x', 1, 1)");
      awaitEqualIndexes(world);
      awaitEqualRows(world, "t");

      world
          .source()
          .execute("REINDEX INDEX CONCURRENTLY \"%s\".t_a".formatted(world.source().name()));
      awaitEqualIndexes(world);
      assertThat(world.plan()).isEqualTo(Plan.NOTHING);
    }
  }

  @Test
  void whatAnInterruptedBuildLeavesIsDroppedAndBuiltAgain() throws Exception {
    try (var world = flowing("indexes_cut")) {
      var target = world.target();
      try (var writer = holding(world, "LOCK TABLE %s.t IN ROW EXCLUSIVE MODE")) {
        world.asService("CREATE INDEX t_a ON t (a)");
        world.work();
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(world.report().indexes())
                        .isEqualTo(
                            new IndexReport(
                                0,
                                1,
                                Optional.of(new IndexReport.Building("t_a", 0, true)),
                                Optional.empty())));
        assertThat(world.report().phase()).isEqualTo(Phase.Indexing);
        assertThat(world.plan()).as("one that runs is left alone").isEqualTo(Plan.NOTHING);

        world.asService("INSERT INTO t VALUES (50, 'while it is built', 1, 1)");
        awaitEqualRows(world, "t");

        target.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index WHERE datname = current_database()");
        await().atMost(PATIENCE).until(() -> leftovers(target, false) == 1 && runs(target) == 0);
        assertThat(world.plan().sentences()).first().asString().startsWith("Drop the index");
        writer.rollback();
      }
      awaitEqualIndexes(world);
      assertThat(leftovers(target, true)).isZero();
    }
  }

  @Test
  void aBuildThatIsNotWantedAnyMoreIsEnded() throws Exception {
    try (var world = flowing("indexes_unwanted")) {
      try (var writer = holding(world, "LOCK TABLE %s.t IN ROW EXCLUSIVE MODE")) {
        world.asService("CREATE INDEX t_a ON t (a)");
        world.work();
        await().atMost(PATIENCE).until(() -> runs(world.target()) == 1);
        world.asService("DROP INDEX t_a");
        await()
            .atMost(PATIENCE)
            .until(
                () -> {
                  world.workOneStep();
                  return runs(world.target()) == 0;
                });
        writer.rollback();
      }
      awaitEqualIndexes(world);
      assertThat(leftovers(world.target(), true)).isZero();
    }
  }

  @Test
  void aUniqueIndexWaitsForRowsThatAreStillUnderWay() throws Exception {
    try (var world = flowing("indexes_unique")) {
      var target = world.target();
      try (var reader = holding(world, "SELECT FROM %s.t WHERE id = 1 FOR UPDATE")) {
        world.asService(
            "UPDATE t SET note = 'held up' WHERE id = 1",
            "INSERT INTO t VALUES (60, 'one', 600, 6), (61, 'the other', 600, 6)",
            "DELETE FROM t WHERE id = 61",
            "CREATE UNIQUE INDEX t_a ON t (a)");
        world.work();
        assertThat(world.plan()).isEqualTo(Plan.NOTHING);
        assertThat(leftovers(target, true)).as("builds that were begun").isZero();
        assertThat(world.report().phase()).isEqualTo(Phase.Indexing);
        assertThat(world.report().why())
            .isEqualTo(
                new Problem(
                    Reason.Indexing,
                    "0 of 1 indexes are built, t_a waits until what was sent before it is applied."));
        reader.rollback();
      }
      awaitEqualIndexes(world);
      awaitEqualRows(world, "t");
    }
  }

  @Test
  void whatTheTargetDoesNotHaveIsSaidAndHoldsNothingUp() throws Exception {
    try (var world = flowing("indexes_lacking")) {
      var source = world.source();
      var target = world.target();
      source.execute("CREATE EXTENSION pg_trgm SCHEMA public");
      world.asService(
          "CREATE FUNCTION public.own(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1'",
          "CREATE INDEX t_trgm ON t USING gin (note public.gin_trgm_ops)",
          "CREATE INDEX t_own ON t (public.own(note))",
          "CREATE INDEX t_taken ON t (b)",
          "CREATE UNIQUE INDEX t_b ON t (b)",
          "CREATE INDEX t_a ON t (a)");
      target.execute(
          "CREATE VIEW %s.t_taken AS SELECT 1 AS one".formatted(source.name()),
          "CREATE INDEX by_hand ON %s.t (note)".formatted(source.name()),
          "INSERT INTO %s.t VALUES (70, 'by hand', 70, 3)".formatted(source.name()));
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                world.work();
                return names(target).containsAll(List.of("by_hand", "t_a"))
                    && world.report().findings().size() == 4;
              });
      assertThat(world.report().findings())
          .allMatch(
              f -> f.severity() == Finding.Severity.Warning && f.reason() == Reason.IndexSkipped)
          .extracting(Finding::sentence)
          .satisfiesExactlyInAnyOrder(
              s -> assertThat(s).contains("t_trgm", "extension pg_trgm"),
              s -> assertThat(s).contains("t_own", "function public.own"),
              s -> assertThat(s).contains("t_taken", "has its name"),
              s -> assertThat(s).contains("t_b", "could not create unique index"));
      assertThat(world.report().phase()).isEqualTo(Phase.Streaming);
      assertThat(world.plan()).isEqualTo(Plan.NOTHING);
      assertThat(leftovers(target, true)).isZero();

      target.execute(
          "CREATE SCHEMA ext",
          "GRANT USAGE ON SCHEMA ext TO " + target.name(),
          "CREATE EXTENSION pg_trgm SCHEMA ext");
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                world.work();
                return names(target).contains("t_trgm");
              });
      assertThat(
              target.one("SELECT pg_get_indexdef('%s.t_trgm'::regclass)".formatted(source.name())))
          .contains("ext.gin_trgm_ops");
      assertThat(names(target)).contains("by_hand");
    }
  }

  @Test
  void onlyThoseThatAreWantedAreThere() throws Exception {
    try (var world = flowing("indexes_rules")) {
      world.asService("CREATE INDEX t_a ON t (a)", "CREATE INDEX t_b ON t (b)");
      awaitEqualIndexes(world);
      world
          .target()
          .execute("CREATE INDEX by_hand ON %s.t (note)".formatted(world.source().name()));
      world.indexes(new IndexRules(true, List.of("t_?", "nothing*")));
      world.work();
      assertThat(names(world.target())).containsExactly("by_hand", "t_a", "t_b", "t_pkey");
      world.indexes(new IndexRules(true, List.of("*_b")));
      world.work();
      assertThat(names(world.target())).containsExactly("by_hand", "t_b", "t_pkey");
      world.indexes(IndexRules.NONE);
      world.work();
      assertThat(names(world.target())).containsExactly("by_hand", "t_pkey");
    }
  }

  @Test
  void aTableThatSomebodyKeepsToHimselfHoldsNoLookUp() throws Exception {
    try (var world = flowing("indexes_locked")) {
      world.asService("CREATE INDEX t_a ON t (a)");
      awaitEqualIndexes(world);
      try (var owner = world.connectAsService();
          var statement = owner.createStatement()) {
        owner.setAutoCommit(false);
        statement.execute("ALTER TABLE t ADD COLUMN later int");
        assertThat(world.plan()).isEqualTo(Plan.NOTHING);
        owner.rollback();
      }
      assertThat(names(world.target())).contains("t_a");
    }
  }

  /** A world whose table {@code t (id, note, a, b)} is in sync. */
  private static World flowing(String name) {
    var world = World.create(name, 17, 18);
    world.asService(
        "CREATE TABLE t (id int PRIMARY KEY, note text, a int, b int)",
        "INSERT INTO t SELECT i, 'note ' || i, i, i FROM generate_series(1, 9) i");
    world.converge();
    awaitEqualRows(world, "t");
    await().atMost(PATIENCE).until(() -> world.report().phase() == Phase.Streaming);
    return world;
  }

  /** A session of somebody on the target whose transaction is open. */
  private static Connection holding(World world, String sql) throws SQLException {
    var connection = world.target().connect();
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      statement.execute(sql.formatted(world.source().name()));
    }
    return connection;
  }

  private static int leftovers(Db target, boolean valid) {
    return Integer.parseInt(
        target.one(
            "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname LIKE '%s' AND (%s OR NOT i.indisvalid)"
                .formatted(BUILDING, valid)));
  }

  private static int runs(Db target) {
    return Integer.parseInt(
        target.one(
            "SELECT count(*) FROM pg_stat_progress_create_index WHERE datname = current_database()"));
  }

  private static List<String> names(Db db) {
    return db
        .query("SELECT indexname FROM pg_indexes WHERE schemaname LIKE 'indexes%' ORDER BY 1")
        .stream()
        .map(row -> row.get(0))
        .toList();
  }

  private static List<List<String>> oids(World world) {
    return world
        .target()
        .query(
            "SELECT i.indexrelid FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid WHERE t.relname = 't'");
  }

  /** What a source's index is on the target: one that is deferrable only finds rows. */
  private static final String WANTED =
      """
      SELECT CASE WHEN i.indimmediate THEN pg_get_indexdef(c.oid)
                  ELSE replace(pg_get_indexdef(c.oid), 'CREATE UNIQUE', 'CREATE') END
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = '%s' AND i.indisvalid AND NOT c.relispartition
         AND c.relname NOT IN ('parted_low_only', 'tributary_before_pkey')
      """;

  private static List<String> definitions(Db db, String schema) {
    return db.query(WANTED.formatted(schema)).stream()
        .map(row -> row.get(0).replace(" ON ONLY ", " ON "))
        .sorted()
        .toList();
  }

  private static void awaitEqualIndexes(World world) {
    String schema = world.source().name();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              world.work();
              assertThat(definitions(world.target(), schema))
                  .isEqualTo(definitions(world.source(), schema));
            });
  }

  private static void awaitEqualRows(World world, String... tables) {
    String schema = world.source().name();
    for (String table : tables) {
      String sql =
          "SELECT whole::text FROM (SELECT * FROM %s.%s) whole ORDER BY 1".formatted(schema, table);
      await(table)
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(world.target().query(sql)).isEqualTo(world.source().query(sql)));
    }
  }
}
