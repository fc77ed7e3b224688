package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.api.TlsMode;
import dev.tributary.federation.Pending;
import dev.tributary.federation.PendingColumn;
import dev.tributary.federation.PendingRelation;
import dev.tributary.federation.Relation;
import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.PostgresServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a slot would send next, with the names of the time when it was written. */
class PendingChangesIT {
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final String SLOT = "pending_%d";

  private final int number = NEXT.incrementAndGet();
  private Db source;

  private String slot() {
    return SLOT.formatted(number);
  }

  private void publish(int version, String publication, String... tables) {
    source = PostgresServer.shared(version).createDatabase("pending_" + number);
    source.execute(tables);
    source.execute(
        publication,
        "SELECT pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(slot()));
  }

  @AfterEach
  void dropSlot() {
    if (source != null) {
      source.execute("SELECT pg_drop_replication_slot('%s')".formatted(slot()));
    }
  }

  private Optional<Pending> peek(String user, String... publications) throws Exception {
    try (var session = session(source, user)) {
      return PendingChanges.peek(session, slot(), List.of(publications));
    }
  }

  private Pending peek() throws Exception {
    return peek("postgres", "all of \"it\"").orElseThrow();
  }

  private static Session session(Db db, String user) throws Exception {
    return Session.open(
        new ConnectionSettings(
            db.server().host(),
            db.server().port(),
            db.name(),
            user,
            "",
            "secret",
            TlsMode.PREFER,
            Optional.empty()));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void namesAreThoseOfTheTimeWhenARowWasWritten(int version) throws Exception {
    publish(
        version,
        "CREATE PUBLICATION \"all of \"\"it\"\"\" FOR TABLE public.\"the users\"",
        "CREATE TABLE public.\"the users\" (id int PRIMARY KEY, name varchar(20), gone int)",
        "CREATE SCHEMA elsewhere");
    source.execute(
        "INSERT INTO public.\"the users\" VALUES (1, 'Ünal', 7)",
        "ALTER TABLE public.\"the users\" RENAME COLUMN name TO full_name",
        "UPDATE public.\"the users\" SET full_name = 'second' WHERE id = 1",
        "ALTER TABLE public.\"the users\" RENAME TO people",
        "UPDATE public.people SET full_name = 'third' WHERE id = 1",
        "ALTER TABLE public.people SET SCHEMA elsewhere",
        "UPDATE elsewhere.people SET id = 2 WHERE id = 1",
        "ALTER TABLE elsewhere.people ADD COLUMN age numeric(5,2)",
        "INSERT INTO elsewhere.people VALUES (3, NULL, 8, 12.5)",
        "ALTER TABLE elsewhere.people DROP COLUMN gone",
        "DELETE FROM elsewhere.people WHERE id = 2",
        "ALTER TABLE elsewhere.people RENAME TO last",
        "TRUNCATE elsewhere.last");
    long oid = Long.parseLong(source.one("SELECT 'elsewhere.last'::regclass::oid"));

    assertThat(peek().transactions())
        .extracting(t -> tables(t.relations()))
        .containsExactly(
            List.of("public.the users(id, name, gone)"),
            List.of("public.the users(id, full_name, gone)"),
            List.of("public.people(id, full_name, gone)"),
            List.of("elsewhere.people(id, full_name, gone)"),
            List.of("elsewhere.people(id, full_name, gone, age)"),
            List.of("elsewhere.people(id, full_name, age)"),
            List.of("elsewhere.last(id, full_name, age)"));
    assertThat(peek().relations())
        .containsExactly(
            new PendingRelation(
                oid,
                new Relation("public", "the users"),
                List.of(
                    new PendingColumn("id", 23, -1, true),
                    new PendingColumn("name", 1043, 20 + 4, false),
                    new PendingColumn("gone", 23, -1, false))));
    var rows = peek().transactions().stream().flatMap(t -> t.rows().stream()).toList();
    assertThat(rows)
        .extracting(r -> r.operation())
        .containsExactly(
            Operation.INSERT,
            Operation.UPDATE,
            Operation.UPDATE,
            Operation.UPDATE,
            Operation.INSERT,
            Operation.DELETE);
    assertThat(rows.get(0).values())
        .isEqualTo(
            Map.of("id", Optional.of("1"), "name", Optional.of("Ünal"), "gone", Optional.of("7")));
    assertThat(rows.get(3).old()).isEqualTo(Map.of("id", Optional.of("1")));
    assertThat(rows.get(3).values()).containsEntry("id", Optional.of("2"));
    assertThat(rows.get(4).values())
        .containsEntry("full_name", Optional.empty())
        .containsEntry("age", Optional.of("12.50"));
    assertThat(rows.get(5).old()).isEqualTo(Map.of("id", Optional.of("2")));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void aTransactionThatAltersATableBetweenTwoRowsShowsBoth(int version) throws Exception {
    publish(
        version,
        "CREATE PUBLICATION \"all of \"\"it\"\"\" FOR TABLE public.users",
        "CREATE TABLE public.users (id int PRIMARY KEY, name text)");
    inOneTransaction(
        "INSERT INTO public.users VALUES (1, 'one')",
        "ALTER TABLE public.users RENAME COLUMN name TO full_name",
        "INSERT INTO public.users VALUES (2, 'two')",
        "ALTER TABLE public.users RENAME TO people");
    source.execute("INSERT INTO public.people VALUES (3, 'three')");

    assertThat(tables(peek().relations()))
        .containsExactly("public.users(id, name)", "public.users(id, full_name)");
    assertThat(peek().first().orElseThrow().rows())
        .extracting(r -> r.values().get("id").orElseThrow())
        .containsExactly("1", "2");
    assertThat(peek().transactions()).hasSize(2);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void theFirstTransactionIsWholeInItsTablesHoweverManyItsRows(int version) throws Exception {
    publish(
        version,
        "CREATE PUBLICATION \"all of \"\"it\"\"\" FOR TABLE public.many, public.few",
        "CREATE TABLE public.many (id int PRIMARY KEY, t text)",
        "CREATE TABLE public.few (id int PRIMARY KEY)");
    inOneTransaction(
        "INSERT INTO public.many SELECT i, repeat('x', 100) FROM generate_series(1, 5000) i",
        "INSERT INTO public.few VALUES (1)");
    source.execute("INSERT INTO public.few VALUES (2)");

    var first = peek().first().orElseThrow();
    assertThat(tables(first.relations())).containsExactly("public.many(id, t)", "public.few(id)");
    assertThat(first.rows()).hasSize(2_000);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void theFirstChangeIsFoundBehindManyTransactionsThatChangeNothingHere(int version)
      throws Exception {
    publish(
        version,
        "CREATE PUBLICATION \"all of \"\"it\"\"\" FOR TABLE public.users",
        "CREATE TABLE public.users (id int PRIMARY KEY)",
        "CREATE TABLE public.others (id int)");
    source.execute(
        "DO 'BEGIN FOR i IN 1..3000 LOOP INSERT INTO public.others VALUES (i); COMMIT; END LOOP; END'",
        "INSERT INTO public.users VALUES (1)");
    assertThat(tables(peek().relations())).containsExactly("public.users(id)");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void aPartitionIsOnlyItsRootAndATypeHasItsName(int version) throws Exception {
    publish(
        version,
        "CREATE PUBLICATION \"all of \"\"it\"\"\" FOR TABLE public.parted WITH (publish_via_partition_root = true)",
        "CREATE TYPE public.mood AS ENUM ('sad', 'ok')",
        "CREATE TABLE public.parted (id int PRIMARY KEY, m public.mood) PARTITION BY RANGE (id)",
        "CREATE TABLE public.low PARTITION OF public.parted FOR VALUES FROM (1) TO (100)");
    source.execute("INSERT INTO public.parted VALUES (1, 'ok')");

    Pending pending = peek();
    assertThat(tables(pending.relations())).containsExactly("public.parted(id, m)");
    long type = pending.relations().get(0).columns().get(1).typeOid();
    assertThat(pending.types()).containsEntry(type, new Relation("public", "mood"));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void nothingChangesForTheSlotByBeingPeeked(int version) throws Exception {
    publish(
        version,
        "CREATE PUBLICATION \"all of \"\"it\"\"\" FOR TABLE public.users",
        "CREATE TABLE public.users (id int PRIMARY KEY)");
    source.execute("INSERT INTO public.users VALUES (1)", "INSERT INTO public.users VALUES (2)");
    String position =
        "SELECT confirmed_flush_lsn || ' ' || active FROM pg_replication_slots WHERE slot_name = '%s'"
            .formatted(slot());
    String before = source.one(position);
    Pending first = peek();
    assertThat(peek()).isEqualTo(first);
    assertThat(first.transactions()).hasSize(2);
    assertThat(source.one(position)).isEqualTo(before).endsWith("false");

    long second = first.transactions().get(1).position();
    assertThat(first.after(second).transactions()).isEqualTo(first.transactions().subList(1, 2));
    assertThat(first.after(second + 1).transactions()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void whoMayNotReplicateAndASlotThatIsReadOrGoneSayNothing(int version) throws Exception {
    publish(
        version,
        "CREATE PUBLICATION \"all of \"\"it\"\"\" FOR TABLE public.users",
        "CREATE TABLE public.users (id int PRIMARY KEY)",
        "CREATE ROLE unprivileged_%1$d; ALTER ROLE unprivileged_%1$d LOGIN".formatted(number));
    source.execute("INSERT INTO public.users VALUES (1)");
    try (var session = session(source, "postgres")) {
      assertThat(PendingChanges.peek(session, "no_such_slot", List.of("p"))).isEmpty();
      assertThat(PendingChanges.peek(session, slot(), List.of("all of \"it\""))).isPresent();
      session.oneByOne(List.of("SET ROLE unprivileged_" + number));
      assertThat(PendingChanges.peek(session, slot(), List.of("all of \"it\""))).isEmpty();
    }
  }

  @Test
  void rowsOfAPeekedSlotAreAppliedAllTheSameWhenItsWorkerGoesOn() throws Exception {
    try (var world = World.create("pending_world", 15, 17)) {
      world.asService(
          "CREATE TABLE public.users (id int PRIMARY KEY, name text)",
          "INSERT INTO public.users VALUES (1, 'one')");
      world.converge();
      String table = world.source().name() + ".users";
      awaitEqual(world, table);
      String flow = world.object();
      var publications = world.flow().lanes().get(0).publications();
      try (var session = session(world.source(), "postgres")) {
        assertThat(PendingChanges.peek(session, flow, publications)).as("read").isEmpty();
        world.target().execute("ALTER SUBSCRIPTION %s DISABLE".formatted(flow));
        world.asService("INSERT INTO public.users VALUES (2, 'two')");
        await()
            .atMost(World.PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(
                            PendingChanges.peek(session, flow, publications)
                                .map(p -> tables(p.relations())))
                        .contains(List.of(table + "(id, name)")));
      }
      world.target().execute("ALTER SUBSCRIPTION %s ENABLE".formatted(flow));
      awaitEqual(world, table);
    }
  }

  private static void awaitEqual(World world, String table) {
    await()
        .atMost(World.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(world.target().rows(table, "id"))
                    .isEqualTo(world.source().rows(table, "id")));
  }

  private void inOneTransaction(String... sql) {
    source.execute("BEGIN; " + String.join("; ", sql) + "; COMMIT");
  }

  private static List<String> tables(List<PendingRelation> relations) {
    return relations.stream()
        .map(r -> r.relation() + "(" + String.join(", ", r.columnNames()) + ")")
        .toList();
  }
}
