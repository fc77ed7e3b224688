package dev.tributary.postgres;

import static dev.tributary.postgres.AnnouncedDatabase.SCHEMA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.federation.Plan;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Sql;
import dev.tributary.fixtures.CatalogDump;
import dev.tributary.fixtures.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Event triggers that announce DDL, on real servers, and what a service notices of them. */
class EventTriggersIT {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration QUIET = Duration.ofMillis(300);
  private static final String USERS = Sql.qualified(SCHEMA, "users");
  private static final String NOTES = Sql.qualified(SCHEMA, "notes");
  private static final String FUNCTION = Sql.qualified(SCHEMA, "tributary_announce");

  /** Each is one thing that a migration does, and has to be heard of. */
  private static final List<String> DDL =
      List.of(
          "ALTER TABLE %s ADD COLUMN age int".formatted(USERS),
          "ALTER TABLE %s RENAME COLUMN age TO years".formatted(USERS),
          "ALTER TABLE %s ALTER COLUMN years TYPE bigint".formatted(USERS),
          "CREATE INDEX CONCURRENTLY by_years ON %s (years)".formatted(USERS),
          "DROP INDEX CONCURRENTLY %s".formatted(Sql.qualified(SCHEMA, "by_years")),
          "ALTER TABLE %s DROP COLUMN years".formatted(USERS),
          "CREATE TABLE fresh (id int PRIMARY KEY)",
          "CREATE TABLE copied AS SELECT * FROM users",
          "SELECT * INTO copied_too FROM users",
          "ALTER TABLE fresh RENAME TO stale",
          "DROP TABLE stale",
          "CREATE TYPE mood AS ENUM ('good')",
          "ALTER TYPE mood ADD VALUE 'bad'",
          "DROP TYPE mood",
          "CREATE DOMAIN short AS text CHECK (length(value) < 9)",
          "DROP VIEW public.notes",
          "ALTER TABLE %s ADD COLUMN body2 text; ALTER TABLE %s DROP COLUMN body2"
              .formatted(NOTES, NOTES));

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void whatChangesTablesIsAnnouncedAndNothingElse(int major) throws Exception {
    var source = AnnouncedDatabase.create(PostgresServer.shared(major));
    assertThat(source.work()).isEqualTo(Plan.NOTHING);
    assertThat(source.eventTriggers())
        .containsExactly(source.channel() + "_ddl", source.channel() + "_drop");
    assertThat(source.report().why().sentence()).endsWith("; event triggers announce DDL.");
    assertThat(source.findings()).isEmpty();

    try (var session = Session.open(source.settings())) {
      session.listen(source.channel());
      for (String ddl : DDL) {
        source.execute(ddl);
        assertThat(session.notified(SOON)).as(ddl).isTrue();
        while (session.notified(Duration.ofMillis(20))) {
          // Some notify in more than one transaction.
        }
      }
      source.execute(
          "INSERT INTO users VALUES (1, 'a@example.com')",
          "GRANT SELECT ON users TO PUBLIC",
          "TRUNCATE users",
          "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
          "BEGIN; ALTER TABLE users ADD COLUMN never int; ROLLBACK",
          "CREATE TEMPORARY TABLE passing AS SELECT * FROM users",
          "CREATE TEMPORARY TABLE IF NOT EXISTS short_lived (id int PRIMARY KEY) ON COMMIT DROP",
          "ALTER TABLE passing ADD COLUMN more int; CREATE INDEX ON passing (more)",
          "DROP TABLE passing",
          "SET application_name = 'tributary'; CREATE TABLE of_the_operator (id int)");
      assertThat(session.notified(QUIET)).isFalse();
    }
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void theyGoWithoutATrace(int major) throws Exception {
    var source = AnnouncedDatabase.createInPlace(PostgresServer.shared(major));
    String before = CatalogDump.of(source.db());

    assertThat(source.work()).isEqualTo(Plan.NOTHING);
    assertThat(source.eventTriggers()).hasSize(2);
    assertThat(source.never().work()).isEqualTo(Plan.NOTHING);
    assertThat(CatalogDump.changes(before, CatalogDump.of(source.db()))).isEmpty();

    source.work();
    assertThat(source.remove()).isEqualTo(Plan.NOTHING);
    assertThat(CatalogDump.changes(before, CatalogDump.of(source.db()))).isEmpty();

    source.work();
    assertThat(source.release()).isEqualTo(Plan.NOTHING);
    assertThat(CatalogDump.changes(before, CatalogDump.of(source.db()))).isEmpty();
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void theWayBackOfTheTablesLeavesNothingOfThem(int major) throws Exception {
    var source = AnnouncedDatabase.create(PostgresServer.shared(major));
    String before = CatalogDump.of(source.db());

    source.work();
    var back = source.with(source.desired().wayBack().announced());
    // Method None in a schema that is not there any more is a problem of its own.
    assertThat(back.work().problems())
        .extracting(p -> p.reason())
        .containsExactly(Reason.SchemaMissing);
    assertThat(CatalogDump.changes(before, CatalogDump.of(source.db()))).isEmpty();

    source.work();
    assertThat(source.remove()).isEqualTo(Plan.NOTHING);
    assertThat(CatalogDump.changes(before, CatalogDump.of(source.db()))).isEmpty();
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void aRoleThatMayNothingOfAllThatDoesItsDdlAllTheSame(int major) throws Exception {
    var source = AnnouncedDatabase.create(PostgresServer.shared(major));
    source.work();
    String stranger = source.service() + "_stranger";
    source
        .db()
        .execute(
            "CREATE ROLE %s LOGIN PASSWORD '%s'".formatted(stranger, AnnouncedDatabase.PASSWORD),
            "CREATE SCHEMA strange AUTHORIZATION " + stranger,
            "REVOKE ALL ON SCHEMA %s FROM PUBLIC".formatted(Sql.identifier(SCHEMA)),
            "REVOKE ALL ON FUNCTION %s() FROM PUBLIC".formatted(FUNCTION),
            "REVOKE ALL ON LANGUAGE plpgsql FROM PUBLIC");
    try (var session = Session.open(source.settings())) {
      session.listen(source.channel());
      source.executeAs(stranger, "CREATE TABLE strange.one (id int)");
      assertThat(session.notified(SOON)).isTrue();

      source.db().execute("REVOKE ALL ON FUNCTION pg_notify(text, text) FROM PUBLIC");
      source.executeAs(
          stranger,
          "CREATE TABLE strange.two (id int)",
          "BEGIN; ALTER TABLE strange.two ADD COLUMN name text; DROP TABLE strange.one; COMMIT");
      assertThat(session.notified(QUIET)).as("it failed, and nobody noticed").isFalse();
      assertThat(source.db().query("SELECT id, name FROM strange.two")).isEmpty();
    }
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 18})
  void whoDropsTheFunctionOrTheSchemaMayAndTheyComeBack(int major) throws Exception {
    var source = AnnouncedDatabase.createInPlace(PostgresServer.shared(major));
    source.work();

    // The schema's owner may, whoever owns what is in it.
    source.execute("DROP FUNCTION %s() CASCADE".formatted(FUNCTION));
    assertThat(source.eventTriggers()).isEmpty();
    source.execute("ALTER TABLE %s ADD COLUMN age int".formatted(USERS));
    assertThat(source.work()).isEqualTo(Plan.NOTHING);
    assertThat(source.eventTriggers()).hasSize(2);

    source.db().execute("DROP EVENT TRIGGER %s_drop".formatted(source.channel()));
    assertThat(source.work()).isEqualTo(Plan.NOTHING);
    assertThat(source.eventTriggers()).hasSize(2);

    source.execute("DROP SCHEMA %s CASCADE".formatted(Sql.identifier(SCHEMA)));
    assertThat(source.eventTriggers()).isEmpty();
  }

  @Test
  void aFunctionOfSomebodyElseIsNeverFired() throws Exception {
    var source = AnnouncedDatabase.createInPlace(PostgresServer.shared(17));
    String theirs =
        "CREATE FUNCTION %s() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN ALTER ROLE %s SUPERUSER; END'"
            .formatted(FUNCTION, source.service());
    source.execute(theirs);
    assertThat(source.work()).isEqualTo(Plan.NOTHING);
    assertThat(source.eventTriggers()).isEmpty();
    assertThat(source.findings()).singleElement().asString().contains("was not made by Tributary");

    // A mark is a comment, and anybody can write one on what is his.
    source.execute(
        "COMMENT ON FUNCTION %s() IS 'tributary.dev/SourceDatabase shop/%s uid=uid-1'"
            .formatted(FUNCTION, source.desired().owner().name()));
    assertThat(source.work()).isEqualTo(Plan.NOTHING);
    assertThat(source.eventTriggers()).hasSize(2);
    source.db().execute("CREATE TABLE public.made_by_a_superuser (id int)");
    assertThat(
            source
                .db()
                .one(
                    "SELECT rolsuper FROM pg_roles WHERE rolname = '%s'"
                        .formatted(source.service())))
        .isEqualTo("f");
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 18})
  void whereTransactionsCanBePreparedThereAreNone(int major) throws Exception {
    try (var server = PostgresServer.start(major, Map.of())) {
      var source = AnnouncedDatabase.create(server);
      source.work();
      assertThat(source.eventTriggers()).hasSize(2);

      server.restart(Map.of("max_prepared_transactions", "5"));
      // Nobody has looked yet.
      source.execute(
          "BEGIN; ALTER TABLE %s ADD COLUMN age int; PREPARE TRANSACTION 'one'".formatted(USERS),
          "COMMIT PREPARED 'one'");
      assertThat(source.work()).isEqualTo(Plan.NOTHING);
      assertThat(source.eventTriggers()).isEmpty();
      assertThat(source.findings())
          .singleElement()
          .asString()
          .contains("max_prepared_transactions is 5");

      server.restart(Map.of("max_prepared_transactions", "0"));
      assertThat(source.work()).isEqualTo(Plan.NOTHING);
      assertThat(source.eventTriggers()).hasSize(2);
    }
  }

  @Test
  void aRoleThatIsNoSuperuserHasNoneAndKeepsThoseItHas() throws Exception {
    var server = PostgresServer.shared(15);
    var source = AnnouncedDatabase.createInPlace(server);
    var own = source.connectedAs(source.service());
    server.database("postgres").execute("ALTER ROLE %s REPLICATION".formatted(source.service()));
    assertThat(own.work()).isEqualTo(Plan.NOTHING);
    assertThat(own.eventTriggers()).isEmpty();
    assertThat(own.findings())
        .singleElement()
        .asString()
        .contains("role %s is none".formatted(source.service()));
    assertThat(own.never().findings()).isEmpty();

    server.database("postgres").execute("ALTER ROLE %s SUPERUSER".formatted(source.service()));
    own.work();
    assertThat(own.eventTriggers()).hasSize(2);
    server.database("postgres").execute("ALTER ROLE %s NOSUPERUSER".formatted(source.service()));
    assertThat(own.plan()).isEqualTo(Plan.NOTHING);
    assertThat(own.findings()).isEmpty();
    assertThat(own.never().work()).isEqualTo(Plan.NOTHING);
    assertThat(own.eventTriggers()).isEmpty();
  }

  @Test
  void whoeverHasDisabledThemIsNotOverruled() throws Exception {
    var source = AnnouncedDatabase.create(PostgresServer.shared(17));
    source.work();
    source.db().execute("ALTER EVENT TRIGGER %s_ddl DISABLE".formatted(source.channel()));
    assertThat(source.plan()).isEqualTo(Plan.NOTHING);
    assertThat(source.findings()).singleElement().asString().contains("somebody has disabled");
    assertThat(source.report().why().sentence())
        .isEqualTo("2 tables are in schema %s.".formatted(SCHEMA));
  }

  @Test
  void aListenerHearsOfAMigrationOnceAndOutlivesItsServer() throws Exception {
    try (var server = PostgresServer.start(17, Map.of())) {
      var source = AnnouncedDatabase.create(server);
      source.work();
      var heard = new AtomicInteger();
      var listener = Listener.start(source.settings(), source.channel(), heard::incrementAndGet);
      try {
        await().atMost(SOON).until(() -> heard.get() == 1);

        String fifty =
            String.join(
                ";",
                IntStream.range(0, 50)
                    .mapToObj(i -> "ALTER TABLE %s ADD COLUMN c%d int".formatted(USERS, i))
                    .toList());
        source.execute("BEGIN;" + fifty + ";COMMIT");
        await().atMost(SOON).until(() -> heard.get() == 2);

        server.restart(Map.of());
        await().atMost(SOON).until(() -> heard.get() > 2);
        int since = heard.get();
        source.execute("ALTER TABLE %s ADD COLUMN last int".formatted(USERS));
        await().atMost(SOON).until(() -> heard.get() > since);
      } finally {
        listener.close();
      }
      await()
          .atMost(SOON)
          .until(
              () ->
                  source
                      .db()
                      .query("SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
                      .isEmpty());
    }
  }
}
