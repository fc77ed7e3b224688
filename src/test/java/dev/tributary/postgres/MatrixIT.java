package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.api.SourceDatabaseSpec.WithoutReplicaIdentity;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.DesiredSchema.TableOverride;
import dev.tributary.federation.Plan;
import dev.tributary.fixtures.Db;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every pair of versions: the steps of a plan are executed, and then there is nothing to plan. */
class MatrixIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A value of every family of PostgreSQL's own types, and names that need quoting. */
  private static final List<String> SCHEMA =
      List.of(
          """
          CREATE TABLE public."Wëird ""tab"" le" (
            "the key" int, "select" varchar(5), PRIMARY KEY ("select", "the key"),
            a smallint, b bigint, c numeric(20,5), d real, e double precision, f boolean, g char(3), h bytea,
            i date, j time(3), k timestamptz, l interval, m uuid, n json, o jsonb, p xml, q inet, r cidr, s macaddr,
            t point, u polygon, v bit(4), w varbit, x tsvector, y int4range, z tstzrange,
            aa int[], ab text[][], ac money, ad oid, ae pg_lsn, "a b" text DEFAULT 'x', af int NOT NULL DEFAULT 1,
            ag text GENERATED ALWAYS AS (upper("a b")) STORED)
          """,
          """
          INSERT INTO public."Wëird ""tab"" le" VALUES
            (1, 'a', 1, 2, 3.5, 4.25, 5.125, true, 'x', '\\x00ff', '2026-01-02', '03:04:05.678', '2026-01-02 03:04:05+06',
             '1 year 2 days', '00000000-0000-0000-0000-000000000001', '{"a": 1}', '{"b": [1, null]}', '<x/>', '10.0.0.1/8',
             '10.0.0.0/8', '08:00:2b:01:02:03', '(1,2)', '((0,0),(1,1),(1,0))', B'1010', B'101', 'fat & cat'::tsvector,
             '[1,5)', '[2026-01-01,2026-02-01)', '{1,NULL,3}', '{{a,b},{c,"d,e"}}', 12.34, 42, '0/16B3748'),
            (2, 'b', NULL, NULL, 'NaN', '-Infinity', 'NaN', false, '', '', 'infinity', '24:00', '-infinity', '-1 mon', NULL,
             'null', 'null', NULL, '::1', '::/0', NULL, NULL, NULL, NULL, NULL, '', 'empty', '(,)', '{}', '{}', -1, 0, '0/0')
          """,
          "CREATE TABLE public.by_index (id int NOT NULL, t text)",
          "CREATE UNIQUE INDEX by_index_id ON public.by_index (id)",
          "ALTER TABLE public.by_index REPLICA IDENTITY USING INDEX by_index_id",
          "CREATE TABLE public.whole_row (t text, n int)",
          "ALTER TABLE public.whole_row REPLICA IDENTITY FULL",
          "CREATE TABLE public.empty (id int PRIMARY KEY)",
          "CREATE TABLE public.flyway_schema_history (installed_rank int)",
          "INSERT INTO public.by_index SELECT i, 'row ' || i FROM generate_series(1, 1000) i",
          "INSERT INTO public.whole_row SELECT 'row', i FROM generate_series(1, 100) i",
          "CREATE TABLE public.no_key (n int, t text)",
          "INSERT INTO public.no_key VALUES (1, 'one'), (2, 'two')",
          "CREATE TABLE public.hot_keyed (id int PRIMARY KEY, note text)",
          "CREATE TABLE public.hot_emptied (id int PRIMARY KEY, note text)",
          "CREATE TABLE public.\"Side \"\"täble\" (id int PRIMARY KEY, note text)",
          "CREATE TABLE public.by_unique (id int NOT NULL, note text)",
          "CREATE UNIQUE INDEX by_unique_id ON public.by_unique (id)",
          "CREATE TABLE public.filtered (id int PRIMARY KEY, note text)",
          "CREATE TABLE public.listed (id int PRIMARY KEY, secret text DEFAULT 'secret', note text)",
          "CREATE TABLE public.parted (id int PRIMARY KEY, note text) PARTITION BY RANGE (id)",
          "CREATE TABLE public.parted_low PARTITION OF public.parted FOR VALUES FROM (MINVALUE) TO (1000000) PARTITION BY RANGE (id)",
          "CREATE TABLE public.parted_low_1 PARTITION OF public.parted_low FOR VALUES FROM (MINVALUE) TO (100)",
          "CREATE TABLE public.parted_low_2 PARTITION OF public.parted_low FOR VALUES FROM (100) TO (1000000)",
          "CREATE TABLE public.parted_high PARTITION OF public.parted FOR VALUES FROM (1000000) TO (20000000)");

  /** Tables that are written to all the time. */
  private static final List<String> WRITTEN =
      List.of("hot_keyed", "\"Side \"\"täble\"", "by_unique", "filtered", "listed", "parted");

  private static final List<String> WORKLOAD =
      List.of(
          "UPDATE public.\"Wëird \"\"tab\"\" le\" SET \"the key\" = 10, \"a b\" = 'new' WHERE \"select\" = 'a'",
          "INSERT INTO public.\"Wëird \"\"tab\"\" le\" (\"the key\", \"select\", h) VALUES (3, 'c', decode('ff00', 'hex'))",
          "DELETE FROM public.\"Wëird \"\"tab\"\" le\" WHERE \"select\" = 'b'",
          "UPDATE public.by_index SET id = id + 5000 WHERE id % 3 = 0",
          "DELETE FROM public.by_index WHERE id % 5 = 0",
          "UPDATE public.whole_row SET t = 'changed' WHERE n <= 50",
          "DELETE FROM public.whole_row WHERE n = 100",
          // A view cannot be truncated; an unqualified name reaches the table.
          "TRUNCATE empty",
          "INSERT INTO public.hot_emptied SELECT i, 'gone' FROM generate_series(1, 100) i",
          "TRUNCATE hot_emptied",
          "INSERT INTO public.hot_emptied VALUES (1, 'kept')",
          "INSERT INTO public.no_key VALUES (3, 'three'), (4, 'four')",
          "UPDATE public.no_key SET t = 'changed' WHERE n IN (1, 3)",
          "DELETE FROM public.no_key WHERE n = 4",
          "INSERT INTO public.empty SELECT generate_series(1, 10)");

  private static final List<String> TABLES =
      List.of(
          "\"Wëird \"\"tab\"\" le\"",
          "by_index",
          "whole_row",
          "empty",
          "hot_keyed",
          "hot_emptied",
          "\"Side \"\"täble\"",
          "by_unique",
          "parted");

  /** 1,000,000 is not divisible by 3: rows whose key changes come into the filter and go. */
  private static final String FILTER = "id % 3 <> 0";

  private static final Map<String, List<String>> LANES =
      Map.of("hot", List.of("hot_*", "parted*"), "side", List.of("Side*", "by_i?dex"));

  @ParameterizedTest(name = "{0} → {1}")
  @CsvSource({"13, 17", "13, 18", "15, 17", "15, 18", "17, 17", "17, 18", "18, 17", "18, 18"})
  void flowsAndThenPlansNothing(int sourceMajor, int targetMajor) throws Exception {
    String name = "matrix_%d_%d".formatted(sourceMajor, targetMajor);
    try (var world = World.create(name, sourceMajor, targetMajor)) {
      flowsAndThenPlansNothing(world);
    }
  }

  private static void flowsAndThenPlansNothing(World world) throws Exception {
    Db source = world.source();
    Db target = world.target();
    boolean restricts = source.server().major() >= 15;
    world.asService(SCHEMA.toArray(String[]::new));
    for (String table : WRITTEN) {
      world.asService(
          "INSERT INTO public.%s (id, note) SELECT i, 'row ' || i FROM generate_series(1, 300) i"
              .formatted(table));
    }
    world.tables(tables(restricts ? OVERRIDES : List.of()));
    world.lanes(LANES);
    try (var service = Workload.start(world, WRITTEN)) {
      world.converge();
      assertThat(world.plan()).isEqualTo(Plan.NOTHING);
      service.awaitProgress();
      service.whileQuiet(() -> awaitEqual(source, target, restricts));

      WORKLOAD.forEach(sql -> source.execute(sql));
      world.asService(
          "CREATE TABLE later (id int PRIMARY KEY, t text)",
          "INSERT INTO later VALUES (1, 'x')",
          "CREATE TABLE parted_later PARTITION OF parted FOR VALUES FROM (20000000) TO (MAXVALUE)",
          "INSERT INTO public.parted VALUES (20000001, 'a'), (20000002, 'b'), (20000003, 'c')",
          "UPDATE public.parted SET note = 'changed', id = 5 - 20 WHERE id = 20000001",
          "DELETE FROM public.parted WHERE id = 20000002");
      // One table changes its lane, another one comes from the default lane, one goes back.
      world.lanes(
          Map.of("hot", List.of("parted*", "by_unique"), "side", List.of("Side*", "hot_keyed")));
      world.converge();
      service.awaitProgress();
      service.stop();
      assertThat(service.failures()).isEmpty();
    }
    awaitEqual(source, target, restricts);
    String schema = source.name();
    awaitRows(target, schema + ".later", rows(source, "public.later"));
    // What was there and what came, as it came.
    awaitRows(
        target,
        schema + ".no_key",
        List.of(List.of("(1,one)"), List.of("(2,two)"), List.of("(3,three)"), List.of("(4,four)")));
    assertThat(world.plan()).isEqualTo(Plan.NOTHING);
    assertThat(
            target.query(
                "SELECT subname FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1"))
        .containsExactlyInAnyOrder(
            List.of(world.object("hot")), List.of(world.object("side")), List.of(world.object()));
  }

  private static final List<TableOverride> OVERRIDES =
      List.of(
          new TableOverride("filtered", Optional.of(FILTER), List.of(), Optional.empty()),
          new TableOverride("listed", Optional.empty(), List.of("id", "note"), Optional.empty()));

  private static DesiredSchema.Tables tables(List<TableOverride> overrides) {
    return new DesiredSchema.Tables(
        List.of(),
        List.of(),
        WithoutReplicaIdentity.InsertOnly,
        false,
        overrides,
        List.of(Operation.values()));
  }

  private static void awaitEqual(Db source, Db target, boolean restricts) {
    for (String table : TABLES) {
      awaitRows(target, source.name() + "." + table, rows(source, "public." + table));
    }
    awaitRows(
        target,
        source.name() + ".filtered",
        rows(source, "public.filtered" + (restricts ? " WHERE " + FILTER : "")));
    awaitRows(
        target,
        source.name() + ".listed",
        rows(source, restricts ? "(SELECT id, note FROM public.listed) l" : "public.listed"));
  }

  private static void awaitRows(Db target, String table, List<List<String>> rows) {
    await(table)
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(rows(target, table)).isEqualTo(rows));
  }

  /** Columns by name: the key stands first on the target as well, but nothing promises that. */
  private static List<List<String>> rows(Db db, String table) {
    return db.query(
        "SELECT whole_row::text FROM (SELECT * FROM %s) whole_row ORDER BY 1".formatted(table));
  }
}
