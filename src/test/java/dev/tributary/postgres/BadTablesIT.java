package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.api.SourceDatabaseSpec.WithoutReplicaIdentity;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.DesiredSchema.TableOverride;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Trouble;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No table of a service ever becomes one that cannot be updated because it is published: every kind
 * of table that PostgreSQL cannot publish UPDATE and DELETE of, written to all the time.
 */
class BadTablesIT {
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final int TARGET = 18;

  /** Raised by UPDATE and DELETE when nothing identifies the rows. */
  private static final String NO_IDENTITY = "55000";

  /** Tables of which nothing identifies the rows. */
  private static final Map<String, List<String>> WITHOUT_IDENTITY = new LinkedHashMap<>();

  /** Tables of which something does. */
  private static final Map<String, List<String>> IDENTIFIED = new LinkedHashMap<>();

  /** Tables of which something does until it is taken away. */
  private static final Map<String, List<String>> LOSING = new LinkedHashMap<>();

  static {
    WITHOUT_IDENTITY.put(
        "without_key", List.of("CREATE TABLE public.without_key (id int NOT NULL, note text)"));
    WITHOUT_IDENTITY.put(
        "deferrable",
        List.of(
            "CREATE TABLE public.\"deferrable\" (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, note text)"));
    WITHOUT_IDENTITY.put(
        "lost_index",
        List.of(
            "CREATE TABLE public.lost_index (id int NOT NULL, note text)",
            "CREATE UNIQUE INDEX lost_index_id ON public.lost_index (id)",
            "ALTER TABLE public.lost_index REPLICA IDENTITY USING INDEX lost_index_id",
            "DROP INDEX public.lost_index_id"));
    WITHOUT_IDENTITY.put(
        "partial_index",
        List.of(
            "CREATE TABLE public.partial_index (id int NOT NULL, note text)",
            "CREATE UNIQUE INDEX ON public.partial_index (id) WHERE id > 0"));
    WITHOUT_IDENTITY.put(
        "expression",
        List.of(
            "CREATE TABLE public.expression (id int NOT NULL, note text)",
            "CREATE UNIQUE INDEX ON public.expression ((id + 0))"));
    WITHOUT_IDENTITY.put(
        "nullable_index", List.of("CREATE TABLE public.nullable_index (id int UNIQUE, note text)"));
    WITHOUT_IDENTITY.put(
        "generated_key",
        List.of(
            "CREATE TABLE public.generated_key (id int NOT NULL, note text, twice bigint"
                + " GENERATED ALWAYS AS (id * 2::bigint) STORED PRIMARY KEY)"));
    WITHOUT_IDENTITY.put(
        "parted",
        List.of(
            "CREATE TABLE public.parted (id int NOT NULL, note text) PARTITION BY RANGE (id)",
            "CREATE TABLE public.parted_low PARTITION OF public.parted FOR VALUES FROM (MINVALUE) TO (1005000)",
            "CREATE TABLE public.parted_high PARTITION OF public.parted DEFAULT"));
    WITHOUT_IDENTITY.put(
        "parted_in_part",
        List.of(
            "CREATE TABLE public.parted_in_part (id int PRIMARY KEY, note text) PARTITION BY RANGE (id)",
            "CREATE TABLE public.parted_in_part_low PARTITION OF public.parted_in_part FOR VALUES FROM (MINVALUE) TO (1005000)",
            "CREATE TABLE public.parted_in_part_high PARTITION OF public.parted_in_part DEFAULT",
            "ALTER TABLE public.parted_in_part_high REPLICA IDENTITY NOTHING"));
    LOSING.put(
        "key_dropped", List.of("CREATE TABLE public.key_dropped (id int PRIMARY KEY, note text)"));
    LOSING.put(
        "index_dropped",
        List.of(
            "CREATE TABLE public.index_dropped (id int NOT NULL, note text)",
            "CREATE UNIQUE INDEX index_dropped_id ON public.index_dropped (id)",
            "ALTER TABLE public.index_dropped REPLICA IDENTITY USING INDEX index_dropped_id"));
    LOSING.put(
        "set_to_nothing",
        List.of("CREATE TABLE public.set_to_nothing (id int PRIMARY KEY, note text)"));
    LOSING.put(
        "part_attached",
        List.of(
            "CREATE TABLE public.part_attached (id int PRIMARY KEY, note text) PARTITION BY RANGE (id)",
            "CREATE TABLE public.part_attached_low PARTITION OF public.part_attached FOR VALUES FROM (MINVALUE) TO (1000000)",
            "CREATE TABLE public.part_attached_old PARTITION OF public.part_attached DEFAULT"));
    IDENTIFIED.put("keyed", List.of("CREATE TABLE public.keyed (id int PRIMARY KEY, note text)"));
    IDENTIFIED.put(
        "nothing",
        List.of(
            "CREATE TABLE public.nothing (id int PRIMARY KEY, note text)",
            "ALTER TABLE public.nothing REPLICA IDENTITY NOTHING"));
    IDENTIFIED.put(
        "by_index",
        List.of(
            "CREATE TABLE public.by_index (id int NOT NULL, note text)",
            "CREATE UNIQUE INDEX ON public.by_index (id)"));
  }

  private static World world(int major) {
    return World.create("bad_tables_" + NEXT.incrementAndGet(), major, TARGET);
  }

  private static void create(World world, Map<String, List<String>> tables) {
    tables.forEach(
        (name, sql) -> {
          world.asService(sql.toArray(String[]::new));
          world.asService(
              "INSERT INTO public.%s (id, note) SELECT i, 'row ' || i FROM generate_series(1, 20) i"
                  .formatted(quoted(name)));
        });
  }

  private static String quoted(String table) {
    return '"' + table + '"';
  }

  private static DesiredSchema.Tables policy(
      WithoutReplicaIdentity policy, TableOverride... overrides) {
    return new DesiredSchema.Tables(
        List.of(), List.of(), policy, false, List.of(overrides), List.of(Operation.values()));
  }

  /** All of them in the long form, {@code -Dtributary.test.long=true}. */
  static IntStream majors() {
    return Boolean.getBoolean("tributary.test.long") ? IntStream.of(13, 15, 18) : IntStream.of(15);
  }

  static IntStream majorsWithFilters() {
    return majors().filter(major -> major >= 15);
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @MethodSource("majors")
  void whatIsWantedOfTablesWithoutIdentityMayChangeWhileTheyAreWritten(int major) throws Exception {
    try (var world = world(major)) {
      create(world, WITHOUT_IDENTITY);
      create(world, IDENTIFIED);
      var identities = identities(world);
      // These two have what takes the place of theirs.
      identities.keySet().removeAll(Set.of("nothing", "by_index"));
      var all = new ArrayList<>(WITHOUT_IDENTITY.keySet());
      all.addAll(IDENTIFIED.keySet());
      // Before 18 the whole row identifies rows that have generated columns too.
      var neverWhole = new TreeSet<>(Set.of("parted", "parted_in_part"));
      if (major >= 18) {
        neverWhole.add("generated_key");
      }
      var whole = new TreeSet<>(all);
      whole.removeAll(neverWhole);

      try (var service = Workload.start(world, all.stream().map(BadTablesIT::quoted).toList())) {
        wanted(world, service, WithoutReplicaIdentity.Refuse);
        assertThat(published(world, "")).isEmpty();
        assertThat(published(world, "_inserts")).isEmpty();
        assertThat(problems(world)).contains(Reason.NoReplicaIdentity);

        wanted(world, service, WithoutReplicaIdentity.Exclude);
        assertThat(published(world, "")).isEqualTo(IDENTIFIED.keySet());
        assertThat(published(world, "_inserts")).isEmpty();
        assertThat(problems(world)).isEmpty();

        wanted(world, service, WithoutReplicaIdentity.InsertOnly);
        assertThat(published(world, "")).isEqualTo(IDENTIFIED.keySet());
        assertThat(published(world, "_inserts")).isEqualTo(WITHOUT_IDENTITY.keySet());

        wanted(world, service, WithoutReplicaIdentity.Full);
        await()
            .atMost(World.PATIENCE)
            .untilAsserted(
                () -> {
                  world.work();
                  assertThat(published(world, "")).isEqualTo(whole);
                });
        assertThat(published(world, "_inserts")).isEmpty();
        assertThat(problems(world)).contains(Reason.NoReplicaIdentity);
        service.awaitProgress();
        service.whileQuiet(() -> awaitEqual(world, whole));

        wanted(world, service, WithoutReplicaIdentity.Refuse);
        assertThat(published(world, "")).isEqualTo(IDENTIFIED.keySet());
        assertThat(published(world, "_inserts")).isEmpty();

        service.stop();
        assertThat(service.failures()).isEmpty();
      }

      awaitEqual(world, IDENTIFIED.keySet());
      // An index that is gone cannot be put back.
      identities.put("lost_index", "d");
      assertThat(identities(world))
          .as("what was changed is what it was")
          .containsAllEntriesOf(identities);
    }
  }

  private static void wanted(World world, Workload service, WithoutReplicaIdentity policy) {
    world.tables(policy(policy));
    world.work();
    service.awaitProgress();
    world.work();
    service.awaitProgress();
  }

  /**
   * Tables that became bad while they flowed: it is PostgreSQL itself that refuses to update them.
   */
  @ParameterizedTest(name = "PostgreSQL {0}")
  @MethodSource("majors")
  void aTableThatLosesItsIdentityIsUpdatableAgainAfterTheNextLook(int major) throws Exception {
    try (var world = world(major)) {
      create(world, IDENTIFIED);
      create(world, LOSING);
      world.converge();
      var all = Stream.concat(IDENTIFIED.keySet().stream(), LOSING.keySet().stream()).toList();
      awaitEqual(world, Set.copyOf(all));

      String schema = world.source().name();
      var losses = new LinkedHashMap<String, List<String>>();
      losses.put(
          "key_dropped", List.of("ALTER TABLE %s.key_dropped DROP CONSTRAINT key_dropped_pkey"));
      losses.put("index_dropped", List.of("DROP INDEX %s.index_dropped_id"));
      losses.put(
          "set_to_nothing", List.of("ALTER TABLE %s.set_to_nothing REPLICA IDENTITY NOTHING"));
      losses.put(
          "part_attached",
          List.of(
              "CREATE TABLE %1$s.part_attached_new (id int NOT NULL, note text)",
              "ALTER TABLE %1$s.part_attached_new REPLICA IDENTITY NOTHING",
              "ALTER TABLE %1$s.part_attached DETACH PARTITION %1$s.part_attached_old;"
                  + " ALTER TABLE %1$s.part_attached ATTACH PARTITION %1$s.part_attached_new DEFAULT"));
      try (var service = Workload.start(world, all)) {
        losses.forEach(
            (table, sql) -> {
              var before = service.failures();
              world.asService(sql.stream().map(s -> s.formatted(schema)).toArray(String[]::new));
              world.work();
              Instant noticed = Instant.now();
              service.awaitProgress();
              var since = new ArrayList<>(service.failures());
              since.removeAll(before);
              assertThat(since)
                  .as(table)
                  .allSatisfy(
                      f -> {
                        assertThat(f.table()).isEqualTo(table);
                        assertThat(f.sqlState()).isEqualTo(NO_IDENTITY);
                        assertThat(f.begun()).isBefore(noticed);
                      });
              assertThat(since).as(table).isNotEmpty();
            });
        assertThat(problems(world)).contains(Reason.NoReplicaIdentity);

        var seen = service.failures();
        world.asService(
            "DROP TABLE %s.part_attached_old CASCADE".formatted(schema),
            "ALTER TABLE %s.part_attached_new REPLICA IDENTITY DEFAULT".formatted(schema));
        world.tables(policy(WithoutReplicaIdentity.Full));
        world.converge();
        service.stop();
        assertThat(service.failures()).isEqualTo(seen);
      }
      awaitEqual(world, Set.copyOf(all));
    }
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @MethodSource("majors")
  void aRowFilterOrColumnListThatDoesNotGoWithTheKeyIsRefusedWhileTheTableIsWritten(int major)
      throws Exception {
    try (var world = world(major)) {
      create(world, IDENTIFIED);
      world.converge();
      var before = published(world, "");
      boolean old = major < 15;
      var wanted = new LinkedHashMap<TableOverride, Reason>();
      wanted.put(filter("note <> 'x'"), Reason.FilterNotCovered);
      wanted.put(columns("note"), Reason.KeyNotInColumns);
      try (var service = Workload.start(world, List.copyOf(IDENTIFIED.keySet()))) {
        wanted.forEach(
            (override, reason) -> {
              world.tables(policy(WithoutReplicaIdentity.Refuse, override));
              world.work();
              service.awaitProgress();
              assertThat(problems(world))
                  .as(override.toString())
                  .containsExactly(old ? Reason.ServerTooOld : reason);
              assertThat(published(world, "")).containsExactlyInAnyOrder("nothing", "by_index");
            });
        world.tables(
            old
                ? policy(WithoutReplicaIdentity.Refuse)
                : policy(WithoutReplicaIdentity.Refuse, filter("id % 2 = 0")));
        world.converge();
        service.awaitProgress();
        service.stop();
        assertThat(service.failures()).isEmpty();
        assertThat(published(world, "")).isEqualTo(before);
      }
    }
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @MethodSource("majorsWithFilters")
  void aColumnOfARowFilterMayBeRenamedWhileTheTableIsWritten(int major) throws Exception {
    try (var world = world(major)) {
      world.asService(
          "CREATE TABLE public.keyed (id int, tenant int DEFAULT 1, note text, PRIMARY KEY (id, tenant))",
          "INSERT INTO public.keyed SELECT i, i % 2, 'row' FROM generate_series(1, 20) i");
      world.tables(policy(WithoutReplicaIdentity.Refuse, filter("tenant = 1")));
      world.converge();
      String table = world.source().name() + ".keyed";
      try (var service = Workload.start(world, List.of("keyed"))) {
        world.asService("ALTER TABLE %s RENAME tenant TO client".formatted(table));
        world.work();
        service.awaitProgress();

        world.tables(policy(WithoutReplicaIdentity.Refuse, filter("client = 1")));
        world.work();
        service.awaitProgress();
        service.stop();
        assertThat(service.failures()).isEmpty();
      }
      world.converge();
      awaitEqual(world, table, "client = 1");
    }
  }

  private static void awaitEqual(World world, String table, String where) {
    await(table)
        .atMost(World.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(world.target().rows(table, "1, 2"))
                    .isEqualTo(world.source().rows(table + " WHERE " + where, "1, 2")));
  }

  private static TableOverride filter(String where) {
    return new TableOverride("keyed", Optional.of(where), List.of(), Optional.empty());
  }

  private static TableOverride columns(String... columns) {
    return new TableOverride("keyed", Optional.empty(), List.of(columns), Optional.empty());
  }

  private static void awaitEqual(World world, Set<String> tables) {
    for (String table : tables) {
      String name = quoted(table);
      await(table)
          .atMost(World.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(
                          world.target().rows(quoted(world.source().name()) + "." + name, "1, 2"))
                      .isEqualTo(world.source().rows("public." + name, "1, 2")));
    }
  }

  private static List<Reason> problems(World world) {
    try {
      return world.plan().problems().stream().map(Problem::reason).distinct().toList();
    } catch (Trouble e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the publication of the default lane, or another one of it, has. */
  private static Set<String> published(World world, String which) {
    return world
        .source()
        .query(
            "SELECT c.relname FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid"
                + " JOIN pg_class c ON c.oid = r.prrelid WHERE p.pubname = '%s%s'"
                    .formatted(world.object(), which))
        .stream()
        .map(row -> row.get(0))
        .collect(Collectors.toSet());
  }

  private static Map<String, String> identities(World world) {
    return world
        .source()
        .query(
            "SELECT relname, relreplident FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text IN ('public', '%s')"
                .formatted(world.source().name()))
        .stream()
        .collect(Collectors.toMap(row -> row.get(0), row -> row.get(1)));
  }
}
