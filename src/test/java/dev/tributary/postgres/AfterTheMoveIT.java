package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.federation.DesiredSchema.Compatibility;
import dev.tributary.federation.Outcome;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Trouble;
import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.PostgresServer;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a service and its people do to tables that have moved. */
class AfterTheMoveIT {
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final Compatibility WITHOUT_VIEWS =
      new Compatibility(false, List.of(), false, true);

  private static PostgresServer server;

  private MovingSource source;
  private Db db;
  private String app;

  @BeforeAll
  static void start() {
    server = PostgresServer.start(17, Map.of("shared_preload_libraries", "pg_stat_statements"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void moved() {
    String name = "after_" + NEXT.incrementAndGet();
    app = name + "_app";
    var admin = server.database("postgres");
    admin.execute(
        "CREATE ROLE %s LOGIN PASSWORD 'pw'".formatted(name),
        "CREATE ROLE %s LOGIN PASSWORD 'pw'".formatted(app));
    db = server.createDatabase(name);
    db.execute(
        "ALTER DATABASE %1$s OWNER TO %1$s".formatted(name),
        "ALTER SCHEMA public OWNER TO " + name,
        "GRANT pg_read_all_stats TO " + name);
    source = MovingSource.of(db, name, "pw");
    asOwner(
        "CREATE TABLE public.users (id serial PRIMARY KEY, name text, age int)",
        "CREATE TABLE public.notes (id serial PRIMARY KEY, author int REFERENCES users, body text)",
        "GRANT SELECT ON public.users TO " + app,
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO " + app,
        "INSERT INTO public.users (name, age) VALUES ('ann', 30), ('bob', 40)");
    source.work();
  }

  @Test
  void aTableOfAMigrationThatComesLaterIsTakenAlongWhereverItWasMade() {
    // A new session follows the search_path, one from before the move does not.
    asOwner("CREATE TABLE tags (id serial PRIMARY KEY, tag text)");
    asOwner("CREATE TABLE public.likes (id serial PRIMARY KEY)");
    source.work();
    assertThat(tables("svc")).contains("tags", "likes");
    asApp("SELECT * FROM public.tags", "SELECT * FROM tags", "SELECT * FROM public.likes");

    source.wayBack().work();
    assertThat(tables("public")).containsExactlyInAnyOrder("likes", "notes", "tags", "users");
  }

  @Test
  void aColumnThatIsAddedOrRenamedReachesTheView() {
    asOwner("ALTER TABLE users ADD COLUMN mail text", "ALTER TABLE users RENAME name TO alias");
    source.work();
    asOwner("INSERT INTO public.users (alias, mail) VALUES ('cyd', 'c@d')");
    assertThat(db.query("SELECT alias, mail FROM svc.users WHERE id = 3"))
        .containsExactly(List.of("cyd", "c@d"));
  }

  @Test
  void aMigrationDropsAndRetypesColumnsWhileTheViewIsAskedToStayAway() {
    assertThatThrownBy(() -> asOwner("ALTER TABLE svc.users DROP COLUMN age"))
        .hasMessageContaining("other objects depend on it");
    var without = source.with(new Compatibility(true, List.of("us*"), false, true));
    without.work();
    asOwner(
        "ALTER TABLE svc.users DROP COLUMN age",
        "ALTER TABLE svc.users ALTER COLUMN name TYPE varchar(50)");
    source.work();
    asApp("SELECT id, name FROM public.users");
  }

  @Test
  void aMigrationThatDropsTheViewItselfGetsItBack() {
    asOwner("DROP VIEW public.users; ALTER TABLE users DROP COLUMN age");
    source.work();
    asApp("SELECT id, name FROM public.users");
  }

  @Test
  void rightsFollowFromTheTableToTheViewAndBack() {
    asOwner(
        "GRANT INSERT, UPDATE (name) ON public.users TO " + app,
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA svc TO " + app,
        "GRANT SELECT ON svc.notes TO " + app);
    source.work();
    asApp(
        "INSERT INTO public.users (name) VALUES ('cyd')",
        "UPDATE users SET name = 'Ann' WHERE id = 1",
        "SELECT * FROM public.notes");
    assertThat(source.work()).isEqualTo(Plan.NOTHING);

    asOwner("REVOKE SELECT ON public.notes FROM " + app, "REVOKE INSERT ON svc.users FROM " + app);
    source.work();
    refused("SELECT * FROM notes");
    refused("INSERT INTO public.users (name) VALUES ('dan')");

    source.wayBack().work();
    asApp("SELECT * FROM users", "UPDATE users SET name = 'Ann' WHERE id = 1");
    refused("SELECT * FROM notes");
    refused("INSERT INTO users (name) VALUES ('eve')");
  }

  @Test
  void commentsFollow() {
    asOwner("COMMENT ON TABLE users IS 'two\nlines'", "COMMENT ON COLUMN users.age IS 'years'");
    source.work();
    assertThat(
            db.one("SELECT obj_description('public.users'::regclass, 'pg_class')").lines().limit(2))
        .containsExactly("two", "lines");
    assertThat(db.one("SELECT col_description('public.users'::regclass, 3)")).isEqualTo("years");
    assertThat(source.work()).isEqualTo(Plan.NOTHING);
    source.wayBack().work();
    assertThat(db.one("SELECT obj_description('public.users'::regclass, 'pg_class')"))
        .isEqualTo("two\nlines");
  }

  @Test
  void viewsGoOnlyWhenNoStatementNamesThemAnyMore() throws Exception {
    db.execute("CREATE EXTENSION pg_stat_statements");
    asApp("/* a comment */ SELECT count(*) FROM public.users WHERE id > 7");
    asApp("SELECT 'notes' FROM users");
    var without = source.with(WITHOUT_VIEWS);

    without.work();
    assertThat(tables("public")).containsExactly("users");
    assertThat(without.plan().problems())
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.reason()).isEqualTo(Reason.ViewInUse);
              assertThat(p.sentence()).contains("public.users", "1 calls");
            });

    db.execute("SELECT pg_stat_statements_reset()");
    assertThat(without.work()).isEqualTo(Plan.NOTHING);
    assertThat(tables("public")).isEmpty();
  }

  @Test
  void viewsGoAlthoughTheyAreUsedWhenToldSo() {
    db.execute("CREATE EXTENSION pg_stat_statements");
    asApp("SELECT count(*) FROM public.users");
    source.with(new Compatibility(false, List.of(), true, true)).work();
    assertThat(tables("public")).isEmpty();
  }

  @Test
  void viewsStayWhileASessionIsOpenThatKnowsNoOtherName() throws Exception {
    var without = source.with(WITHOUT_VIEWS);
    try (Connection old = db.connect(app, "pw")) {
      asOwner("CREATE TABLE public.late (id int PRIMARY KEY)");
      source.work();
      without.work();
      assertThat(tables("public")).containsExactlyInAnyOrder("late", "notes", "users");
      old.createStatement().execute("SELECT * FROM users");
    }
    without.work();
    assertThat(tables("public")).isEmpty();
  }

  @Test
  void hiddenStatementsAreNoProofThatNobodyUsesAView() throws Exception {
    db.execute(
        "CREATE EXTENSION pg_stat_statements", "REVOKE pg_read_all_stats FROM " + source.role());
    asApp("SELECT count(*) FROM public.users");
    var without = source.with(WITHOUT_VIEWS);
    without.work();
    assertThat(tables("public")).containsExactlyInAnyOrder("users", "notes");
    assertThat(without.plan().problems())
        .extracting(Problem::reason)
        .containsOnly(Reason.ViewInUse);
  }

  @Test
  void aViewThatOthersReadFromStaysAndTheSentenceNamesThem() throws Exception {
    asOwner("CREATE VIEW public.grown_ups AS SELECT * FROM public.users WHERE age > 17");
    var without = source.with(WITHOUT_VIEWS);
    without.work();
    assertThat(without.plan().problems())
        .singleElement()
        .satisfies(p -> assertThat(p.sentence()).contains("view public.grown_ups"));
    assertThat(source.wayBack().plan().problems())
        .extracting(Problem::reason)
        .containsExactly(Reason.ViewInUse);
  }

  @Test
  void whatTheServiceMadeInTheSchemaComesBackWithItsTables() throws Exception {
    asOwner(
        "CREATE TYPE mood AS ENUM ('good')",
        "CREATE DOMAIN mail AS text CHECK (VALUE LIKE '%@%')",
        "CREATE SEQUENCE free",
        "CREATE TABLE letters (id int PRIMARY KEY, m mood, n int DEFAULT nextval('free'))",
        "CREATE FUNCTION old(who users) RETURNS boolean LANGUAGE sql AS 'SELECT who.age > 50'",
        "CREATE PROCEDURE nothing() LANGUAGE plpgsql AS 'BEGIN END'",
        "CREATE AGGREGATE latest(int) (SFUNC = int4larger, STYPE = int)",
        "CREATE VIEW old_users AS SELECT * FROM users WHERE age > 50",
        "CREATE MATERIALIZED VIEW ages AS SELECT age FROM users",
        "CREATE STATISTICS of_users ON name, age FROM users");
    source.work();
    source.wayBack().work();
    assertThat(db.query("SELECT nspname FROM pg_namespace WHERE nspname = 'svc'")).isEmpty();
    asOwner(
        "SELECT old(u) FROM users u",
        "CALL nothing()",
        "SELECT latest(age) FROM old_users",
        "INSERT INTO letters VALUES (1, 'good')",
        "REFRESH MATERIALIZED VIEW ages");
  }

  @Test
  void aLockedTableIsLeftForLaterTheOthersMoveAndTheSentenceSaysWhoHoldsIt() throws Exception {
    asOwner(
        "CREATE TABLE public.a (id int PRIMARY KEY)", "CREATE TABLE public.b (id int PRIMARY KEY)");
    Outcome outcome;
    try (Connection reader = db.connect(source.role(), "pw")) {
      reader.setAutoCommit(false);
      reader.createStatement().execute("SELECT * FROM public.a");
      outcome = source.execute(source.plan());
    }
    assertThat(tables("svc")).contains("b").doesNotContain("a");
    assertThat(outcome.failures())
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.reason()).isEqualTo(Reason.LockTimeout);
              assertThat(p.sentence()).contains("public.a", "process", source.role());
            });
    source.work();
    assertThat(tables("svc")).contains("a");
  }

  @Test
  void nothingIsForgottenWhileATableCannotGoBackYet() throws Exception {
    try (Connection reader = db.connect(source.role(), "pw")) {
      reader.setAutoCommit(false);
      reader.createStatement().execute("SELECT * FROM svc.users");
      source.execute(source.wayBack().plan());
    }
    assertThat(tables("svc")).containsExactlyInAnyOrder("tributary_before", "users");
    asApp("SELECT * FROM users", "SELECT * FROM public.users");
    source.wayBack().work();
    assertThat(tables("public")).containsExactlyInAnyOrder("notes", "users");
  }

  @Test
  void theSearchPathThatSomebodyChangedMeanwhileOnlyLosesTheSchema() {
    asOwner("ALTER DATABASE %s SET search_path = svc, public, extra".formatted(db.name()));
    source.wayBack().work();
    assertThat(
            db.query(
                "SELECT setconfig FROM pg_db_role_setting WHERE setrole = 0 AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())"))
        .containsExactly(List.of("{\"search_path=public, extra\"}"));
  }

  @Test
  void aViewThatSomebodyMarksAsOursGivesNobodyRightsOnTheTable() {
    source.with(new Compatibility(true, List.of("users"), false, true)).work();
    String mark = db.one("SELECT obj_description('public.notes'::regclass, 'pg_class')");
    db.execute("GRANT CREATE ON SCHEMA public TO " + app);
    asApp(
        "CREATE VIEW public.users AS SELECT 1 AS id",
        "COMMENT ON VIEW public.users IS '%s'".formatted(mark),
        "GRANT SELECT, DELETE ON public.users TO PUBLIC");
    source.work();
    refused("DELETE FROM svc.users");
  }

  @Test
  void aTableThatGetsAnotherOwnerTakesItsViewAlong() {
    db.execute(
        "GRANT CREATE ON SCHEMA public, svc TO " + app,
        "GRANT %s TO %s".formatted(app, source.role()));
    asOwner("ALTER TABLE svc.users OWNER TO " + app);
    source.work();
    asApp("SELECT * FROM public.users", "UPDATE public.users SET age = 31 WHERE id = 1");
    assertThat(
            db.one(
                "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'public.users'::regclass"))
        .isEqualTo(app);
  }

  @Test
  void aCommentOnTheViewIsMeantForTheTableAndLosesNothing() {
    asOwner(
        "COMMENT ON VIEW public.users IS 'who they are'", "ALTER TABLE users ADD COLUMN mail text");
    source.work();
    asApp("SELECT mail FROM public.users");
    source.wayBack().work();
    assertThat(db.one("SELECT obj_description('public.users'::regclass, 'pg_class')"))
        .isEqualTo("who they are");
  }

  @Test
  void whatCannotComeBackKeepsTheSearchPathThatFindsItAndIsSaid() {
    asOwner(
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION svc.f() RETURNS int LANGUAGE sql AS 'SELECT 2'",
        "CREATE COLLATION german (provider = icu, locale = 'de')");
    var plan = source.execute(planOf(source.wayBack()));
    assertThat(plan.failures()).isNotEmpty();
    assertThat(tables("public")).containsExactlyInAnyOrder("notes", "users");
    asOwner("SELECT 'a' COLLATE german");
    assertThat(tables("svc")).containsExactly("tributary_before");

    asOwner("DROP FUNCTION public.f()", "ALTER COLLATION german SET SCHEMA public");
    source.wayBack().work();
    assertThat(db.query("SELECT nspname FROM pg_namespace WHERE nspname = 'svc'")).isEmpty();
    assertThat(db.query("SELECT f()")).containsExactly(List.of("2"));
  }

  @Test
  void anExtensionThatCameMeanwhileComesBack() {
    db.execute(
        "CREATE EXTENSION citext SCHEMA svc", "ALTER ROLE %s SUPERUSER".formatted(source.role()));
    source.wayBack().work();
    assertThat(
            db.one("SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'citext'"))
        .isEqualTo("public");
  }

  @Test
  void aFunctionThatNamesTheViewKeepsIt() throws Exception {
    asOwner(
        "CREATE FUNCTION public.number() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.notes'");
    var without = source.with(WITHOUT_VIEWS);
    without.work();
    assertThat(tables("public")).containsExactly("notes");
    assertThat(without.plan().problems())
        .singleElement()
        .satisfies(p -> assertThat(p.sentence()).contains("public.number()"));
  }

  @Test
  void aNameThatWasTakenMeanwhileIsSaid() throws Exception {
    source.with(WITHOUT_VIEWS).work();
    asOwner("CREATE TABLE public.users (id int)");
    assertThat(source.wayBack().plan().problems())
        .extracting(Problem::reason)
        .containsExactly(Reason.NameTaken);
  }

  private static Plan planOf(MovingSource source) {
    try {
      return source.plan();
    } catch (Trouble e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> tables(String schema) {
    return db
        .query(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = '%s' AND table_name NOT LIKE 'pg_stat%%' ORDER BY 1"
                .formatted(schema))
        .stream()
        .map(r -> r.get(0))
        .toList();
  }

  private void asOwner(String... sql) {
    as(source.role(), sql);
  }

  private void asApp(String... sql) {
    as(app, sql);
  }

  private void refused(String sql) {
    assertThatThrownBy(() -> asApp(sql)).hasMessageContaining("permission denied");
  }

  /** In a session that begins now. */
  private void as(String role, String... sql) {
    try (Connection connection = db.connect(role, "pw");
        var statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(String.join("; ", sql) + ": " + e.getMessage(), e);
    }
  }
}
