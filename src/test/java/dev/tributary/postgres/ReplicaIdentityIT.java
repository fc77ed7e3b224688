package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.api.SourceDatabaseSpec.WithoutReplicaIdentity;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.DesiredSchema.TableOverride;
import dev.tributary.federation.Finding;
import dev.tributary.federation.Plan;
import dev.tributary.federation.PublishedTable;
import dev.tributary.federation.SchemaReturn;
import dev.tributary.federation.TableSelection;
import dev.tributary.federation.Trouble;
import dev.tributary.fixtures.CatalogDump;
import dev.tributary.fixtures.PostgresServer;
import dev.tributary.fixtures.SampleService;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What finds the rows of tables without a primary key, on real servers, there and back. */
class ReplicaIdentityIT {
  private static final AtomicInteger NEXT = new AtomicInteger();

  private static final String[] TABLES = {
    "CREATE TABLE %s.events (source text NOT NULL, nr int NOT NULL, seen int NOT NULL, note text,"
        + " half int GENERATED ALWAYS AS (nr / 2) STORED NOT NULL)",
    "CREATE UNIQUE INDEX events_a_nullable ON %s.events (note)",
    "CREATE UNIQUE INDEX events_a_partial ON %s.events (seen) WHERE seen > 0",
    "CREATE UNIQUE INDEX events_an_expression ON %s.events (abs(seen))",
    "CREATE UNIQUE INDEX events_generated ON %s.events (half)",
    "ALTER TABLE %s.events ADD CONSTRAINT events_a_deferrable UNIQUE (seen) DEFERRABLE",
    "CREATE INDEX events_not_unique ON %s.events (nr)",
    "CREATE UNIQUE INDEX events_by_both ON %s.events (source, nr) INCLUDE (note)",
    "CREATE UNIQUE INDEX events_by_nr ON %s.events (nr)",
    "CREATE TABLE %s.words (line text)",
    "CREATE TABLE %s.kept (line text)",
    "ALTER TABLE %s.kept REPLICA IDENTITY FULL",
    "CREATE TABLE %s.users (id int PRIMARY KEY, tenant int NOT NULL, UNIQUE (id, tenant))",
    "CREATE TABLE %s.parted (id int NOT NULL) PARTITION BY RANGE (id)",
    "CREATE UNIQUE INDEX parted_by_id ON %s.parted (id)",
    "CREATE TABLE %s.parted_1 PARTITION OF %1$s.parted FOR VALUES FROM (1) TO (10)",
    "INSERT INTO %s.events VALUES ('a', 1, 1)",
    "INSERT INTO %s.words VALUES ('w')"
  };

  /** A service's database with some more tables in this schema, which the owner has made. */
  private static MovingSource source(int major, String schema, DesiredSchema.Tables tables)
      throws SQLException {
    var service =
        SampleService.create(PostgresServer.shared(major), "identified_" + NEXT.incrementAndGet());
    return with(schema, MovingSource.of(service).with(tables));
  }

  /** A database with these tables alone. */
  private static MovingSource small(int major, DesiredSchema.Tables tables) throws SQLException {
    var server = PostgresServer.shared(major);
    String name = "identified_" + NEXT.incrementAndGet();
    server
        .database("postgres")
        .execute("CREATE ROLE %s LOGIN PASSWORD 'small-Pa55'".formatted(name));
    var db = server.createDatabase(name);
    db.execute("ALTER DATABASE %s OWNER TO %s".formatted(name, name));
    return with("svc", MovingSource.of(db, name, "small-Pa55").with(tables));
  }

  private static MovingSource with(String schema, MovingSource source) throws SQLException {
    try (var connection = source.db().connect(source.role(), source.password());
        var statement = connection.createStatement()) {
      if (!schema.equals("public")) {
        statement.execute("CREATE SCHEMA " + schema);
      }
      for (String sql : TABLES) {
        statement.execute(sql.replace("%s", schema).replace("%1$s", schema));
      }
    }
    return source;
  }

  private static DesiredSchema.Tables tables(
      WithoutReplicaIdentity policy, TableOverride... overrides) {
    return new DesiredSchema.Tables(
        List.of(), List.of(), policy, false, List.of(overrides), List.of(Operation.values()));
  }

  private static final DesiredSchema.Tables FULL =
      // The whole row does not find those that have generated columns, see PublishedUpdateIT.
      new DesiredSchema.Tables(
          List.of(),
          List.of("parted"),
          WithoutReplicaIdentity.Full,
          false,
          List.of(identifiedBy("users", "users_id_tenant_key")),
          List.of(Operation.values()));

  private static TableOverride identifiedBy(String table, String index) {
    return new TableOverride(table, Optional.empty(), List.of(), Optional.of(index));
  }

  private static MovingSource nothingMoves(MovingSource source) {
    return source.as(source.desired().wayBack());
  }

  private static List<List<String>> identities(MovingSource source, String schema) {
    return source
        .db()
        .query(
            "SELECT c.relname, c.relreplident, (SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid"
                + " WHERE i.indrelid = c.oid AND i.indisreplident AND c.relreplident = 'i')"
                + " FROM pg_class c WHERE relnamespace = '"
                + schema
                + "'::regnamespace AND relname IN ('events', 'words', 'kept', 'users') ORDER BY 1");
  }

  private static List<String> row(String... values) {
    var row = new ArrayList<String>();
    for (String value : values) {
      row.add(value);
    }
    return row;
  }

  private static void assertChosen(MovingSource source) {
    assertThat(identities(source, "svc"))
        .containsExactly(
            row("events", "i", "events_by_nr"),
            row("kept", "f", null),
            row("users", "i", "users_id_tenant_key"),
            row("words", "f", null));
    source
        .db()
        .execute(
            "CREATE PUBLICATION check_updates FOR TABLE svc.events, svc.words, svc.kept, svc.users",
            "UPDATE svc.events SET note = 'still alive'",
            "UPDATE svc.words SET line = 'still alive'",
            "DROP PUBLICATION check_updates");
  }

  private static void assertUnchanged(String before, MovingSource source) {
    assertThat(CatalogDump.changes(before, CatalogDump.of(source.db()))).isEmpty();
  }

  /** What deleting the resource does. */
  private static void delete(MovingSource source) throws Trouble {
    for (int round = 0; round < 20; round++) {
      var plan = SchemaReturn.plan(source.desired().wayBack(), source.wayBack().observe());
      assertThat(plan.problems()).isEmpty();
      if (plan.steps().isEmpty()) {
        return;
      }
      assertThat(source.execute(plan).failures()).isEmpty();
    }
    throw new AssertionError("there is always something left");
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 18})
  void tablesThatMoveGetTheirsByTheWayAndGiveItBack(int major) throws Exception {
    var source = source(major, "public", FULL);
    String before = CatalogDump.of(source.db());

    assertThat(source.work()).isEqualTo(Plan.NOTHING);
    assertChosen(source);
    assertThat(source.plan()).isEqualTo(Plan.NOTHING);
    delete(source);

    assertUnchanged(before, source);
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 18})
  void tablesThatAreThereAlreadyGetTheirsAndStay(int major) throws Exception {
    var source = nothingMoves(source(major, "svc", FULL));
    String before = CatalogDump.of(source.db());

    assertThat(source.work()).isEqualTo(Plan.NOTHING);
    assertChosen(source);
    delete(source);

    assertUnchanged(before, source);
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 18})
  void whereverItIsCutOffTheEndIsTheSame(int major) throws Exception {
    var moving = small(major, FULL);
    for (var source : List.of(nothingMoves(moving), moving)) {
      String before = CatalogDump.of(source.db());
      int steps = source.plan().steps().size();
      source.work();
      String after = CatalogDump.of(source.db());
      delete(source);
      assertUnchanged(before, source);

      for (int cut = 1; cut < steps; cut++) {
        first(cut, source.plan(), source);
        delete(source);
        assertUnchanged(before, source);
        first(cut, source.plan(), source);
        source.work();
        assertThat(CatalogDump.changes(after, CatalogDump.of(source.db())))
            .as("cut off after step %d", cut)
            .isEmpty();
        first(
            cut, SchemaReturn.plan(source.desired().wayBack(), source.wayBack().observe()), source);
        delete(source);
        assertUnchanged(before, source);
      }
    }
  }

  private static void first(int steps, Plan plan, MovingSource source) {
    source.execute(Plan.of(plan.steps().subList(0, Math.min(steps, plan.steps().size()))));
  }

  @Test
  void whoMovesTablesAfterAllRemembersWhichWereThereAndViceVersa() throws Exception {
    var moving = source(17, "svc", FULL);
    String before = CatalogDump.of(moving.db());

    nothingMoves(moving).work();
    String inPlace = CatalogDump.of(moving.db());
    assertThat(moving.work()).isEqualTo(Plan.NOTHING);
    assertChosen(moving);
    assertThat(moving.db().one("SELECT count(*) FROM svc.orders")).isNotNull();
    assertThat(nothingMoves(moving).work()).isEqualTo(Plan.NOTHING);
    assertThat(CatalogDump.changes(inPlace, CatalogDump.of(moving.db()))).isEmpty();
    delete(nothingMoves(moving));

    assertUnchanged(before, moving);
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 18})
  void whatAPersonChangesMeanwhileIsLeft(int major) throws Exception {
    var source = source(major, "public", FULL);
    source.work();
    source
        .db()
        .execute(
            "ALTER TABLE svc.words REPLICA IDENTITY NOTHING",
            "ALTER TABLE svc.events REPLICA IDENTITY USING INDEX events_by_both");

    source.with(tables(WithoutReplicaIdentity.Exclude)).work();
    assertThat(identities(source, "svc"))
        .containsExactly(
            row("events", "i", "events_by_both"),
            row("kept", "f", null),
            row("users", "d", null),
            row("words", "n", null));
    delete(source);

    assertThat(identities(source, "public"))
        .containsExactly(
            row("events", "i", "events_by_both"),
            row("kept", "f", null),
            row("users", "d", null),
            row("words", "n", null));
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 18})
  void whatIsNoLongerWantedIsPutBackButNotUnderAPublication(int major) throws Exception {
    var source = source(major, "public", FULL);
    source.work();
    source
        .db()
        .execute(
            "CREATE PUBLICATION ours FOR TABLE svc.words",
            "COMMENT ON PUBLICATION ours IS 'tributary.dev/ReplicationFederation n/n uid=u source=s'",
            "ALTER TABLE svc.events ADD PRIMARY KEY (seen)");
    var other = source.with(tables(WithoutReplicaIdentity.InsertOnly));

    other.work();
    assertThat(identities(source, "svc"))
        .containsExactly(
            row("events", "d", null),
            row("kept", "f", null),
            row("users", "d", null),
            row("words", "f", null));
    assertThat(selection(other).unpublishable()).extracting("name").contains("words");
    assertThat(selection(other).settled()).extracting("name").doesNotContain("words");

    source.db().execute("ALTER PUBLICATION ours DROP TABLE svc.words");
    assertThat(other.work()).isEqualTo(Plan.NOTHING);
    assertThat(identities(source, "svc")).contains(row("words", "d", null));
    assertThat(selection(other).published())
        .filteredOn(PublishedTable::insertsOnly)
        .extracting(p -> p.table().name())
        .containsExactly("parted", "words");
  }

  private static TableSelection selection(MovingSource source) throws Trouble {
    return TableSelection.of(source.desired(), source.observe());
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 18})
  void whatCannotFindRowsIsSaid(int major) throws Exception {
    var source = source(major, "public", DesiredSchema.Tables.ALL);
    for (var index :
        List.of(
            row("gone", "it does not exist"),
            row("events_not_unique", "it is not unique"),
            row("events_a_nullable", "it has the column note, which may be NULL"),
            row("events_a_partial", "it is partial"),
            row("events_an_expression", "it has an expression"),
            row("events_a_deferrable", "it is deferrable"),
            row("events_generated", "it has the generated column half"))) {
      var named =
          source.with(tables(WithoutReplicaIdentity.Exclude, identifiedBy("events", index.get(0))));
      assertThat(selection(named).blockers())
          .extracting(Finding::sentence)
          .singleElement()
          .asString()
          .contains(index.get(1));
      assertThat(named.plan().steps()).isEmpty();
    }
    assertThat(selection(source).blockers())
        .extracting(f -> f.table().orElseThrow().name())
        .containsExactly("parted", "words");
  }
}
