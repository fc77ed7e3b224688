package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.postgres.AppSession.Naming;
import dev.tributary.postgres.AppSession.Outcome;
import dev.tributary.postgres.MovedDatabase.Compatibility;
import dev.tributary.postgres.Usage.Login;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * What a role may not see of a table, no view that the move leaves behind shows it. That these
 * tests would notice is tested too.
 */
class RowSecurityIT {
  private static final List<Integer> MAJORS = List.of(15, 17, 18);

  private static final List<Naming> NAMINGS = List.of(Naming.UNQUALIFIED, Naming.OLD_SCHEMA);

  /** What gives tenant red more than this has shown or changed a row of tenant blue. */
  private static final String OWN = "of red";

  private static final String FOREIGN = "of blue";

  /** Everything here goes through the view, where the session does not reach the table itself. */
  private static final List<Usage> PATHS =
      List.of(
          path("SELECT", "SELECT body FROM app.notes"),
          path(
              "a function that is run on what it must not see",
              "SELECT body FROM app.notes WHERE told(body)"),
          path("FOR UPDATE", "SELECT body FROM app.notes FOR UPDATE"),
          path("COPY", "COPY (SELECT body FROM app.notes) TO STDOUT"),
          path("UPDATE", "UPDATE app.notes SET tenant = tenant RETURNING body"),
          path("DELETE", "DELETE FROM app.notes RETURNING body"),
          path("prepared", "EXECUTE bodies")
              .afterOnce("PREPARE bodies AS SELECT body FROM app.notes"),
          path("SQL function", "SELECT form.bodies()"),
          path("PL/pgSQL function", "SELECT form.bodies_in_a_loop()"),
          path(
                  "ON CONFLICT",
                  "INSERT INTO app.notes VALUES (2, 'red', 'x') ON CONFLICT (id)"
                      + " DO UPDATE SET tenant = 'red' RETURNING body")
              .isRefusedWith("42501"));

  /** Views that the service made itself: over the table, as it was, and later over the old name. */
  private static final List<Usage> VIEWS_OF_THE_SERVICE =
      List.of(
          path("view from before", "SELECT body FROM public.views_before"),
          path("view of the tenant's from before", "SELECT body FROM public.tenants_before"));

  private static final List<Usage> LATER_VIEWS_OF_THE_SERVICE =
      List.of(
          path("view from after", "SELECT body FROM public.views_after"),
          path("view of the tenant's from after", "SELECT body FROM public.tenants_after"));

  private static final List<String> FUNCTIONS =
      List.of(
          "CREATE FUNCTION form.bodies() RETURNS SETOF text LANGUAGE sql AS 'SELECT body FROM app.notes'",
          """
          CREATE FUNCTION form.bodies_in_a_loop() RETURNS SETOF text LANGUAGE plpgsql AS $$
          DECLARE b text;
          BEGIN FOR b IN SELECT body FROM app.notes LOOP RETURN NEXT b; END LOOP; END $$
          """);

  /** So cheap that it would be asked before the policy, if that were allowed. */
  private static final String TOLD =
      """
      CREATE FUNCTION public.told(body text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$
      BEGIN IF body = 'of blue' THEN RAISE EXCEPTION 'saw %', body; END IF; RETURN true; END $$
      """;

  private static Usage path(String title, String sql) {
    return Usage.of(title, "SET LOCAL shop.tenant = 'red'", sql).by(Login.TENANT).gives(OWN);
  }

  private static MovedDatabase tenants(int major, String name) throws SQLException {
    var db = Shop.database(major, "row_security_" + name);
    db.execute(TOLD, "GRANT CREATE ON SCHEMA public TO conformance_tenant");
    db.execute("GRANT USAGE ON SCHEMA plain, written TO conformance_tenant");
    for (String function : FUNCTIONS) {
      db.execute(Shop.written(function, "", "plain"), Shop.written(function, "public.", "written"));
    }
    makeViews(db, "before");
    return db;
  }

  /** Without security_invoker a view of the owner's shows everything, with or without the move. */
  private static void makeViews(MovedDatabase db, String when) throws SQLException {
    db.execute(
        "CREATE VIEW public.views_%s WITH (security_invoker = true) AS SELECT body FROM public.notes"
            .formatted(when),
        "GRANT SELECT ON public.views_%s TO conformance_tenant".formatted(when));
    try (var tenant = db.connect(Login.TENANT.role());
        var statement = tenant.createStatement()) {
      statement.execute(
          "CREATE VIEW public.tenants_%s AS SELECT body FROM public.notes".formatted(when));
    }
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("MAJORS")
  void noPathShowsARowOfAnotherTenant(int major) throws SQLException {
    var db = tenants(major, "paths");
    try (var before = new AppSessions(db)) {
      assertAnswers(before, "public", and(PATHS, VIEWS_OF_THE_SERVICE));
      db.move(Compatibility.BOTH);
      makeViews(db, "after");
      var everything = and(and(PATHS, VIEWS_OF_THE_SERVICE), LATER_VIEWS_OF_THE_SERVICE);
      try (var after = new AppSessions(db)) {
        assertAnswers(before, Shop.SCHEMA, everything);
        assertAnswers(after, Shop.SCHEMA, everything);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("MAJORS")
  void aViewThatRanAsItsOwnerWouldShowThemAndIsMended(int major) throws SQLException {
    var db = tenants(major, "noticed");
    try (var sessions = new AppSessions(db)) {
      db.move(Compatibility.BOTH);
      makeViews(db, "after");
      var paths = and(PATHS, LATER_VIEWS_OF_THE_SERVICE);
      db.execute("ALTER VIEW public.notes SET (security_invoker = false)");
      for (Usage path : paths) {
        for (Naming naming : NAMINGS) {
          assertThat(sessions.run(path, naming, Shop.SCHEMA).text())
              .as("%s, %s, through a view that runs as its owner", path.title(), naming)
              .contains(FOREIGN);
        }
      }
      db.move(Compatibility.BOTH);
      assertAnswers(sessions, Shop.SCHEMA, paths);
    }
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("MAJORS")
  void aViewThatIsMadeAgainHoldsToo(int major) throws SQLException {
    var db = tenants(major, "again");
    db.move(Compatibility.BOTH);
    try (var sessions = new AppSessions(db)) {
      for (String change :
          List.of(
              "DROP VIEW public.notes",
              "ALTER TABLE accounts.notes ADD COLUMN title text",
              "BEGIN; DROP VIEW public.notes; ALTER TABLE accounts.notes DROP COLUMN title; COMMIT")) {
        db.execute(change);
        db.move(Compatibility.BOTH);
        assertAnswers(sessions, Shop.SCHEMA, PATHS);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("MAJORS")
  void rowSecurityThatIsEnabledAfterTheMoveHoldsAtOnceWhereNobodyHasRightsOnColumnsOnly(int major)
      throws SQLException {
    var db = tenants(major, "later");
    db.execute(
        "ALTER TABLE public.notes DISABLE ROW LEVEL SECURITY",
        "REVOKE SELECT (id, body) ON public.notes FROM conformance_support");
    try (var before = new AppSessions(db)) {
      db.move(Compatibility.BOTH);
      db.execute("ALTER TABLE accounts.notes ENABLE ROW LEVEL SECURITY");
      assertAnswers(before, Shop.SCHEMA, PATHS);
    }
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("MAJORS")
  void rowSecurityThatIsEnabledAfterTheMoveHoldsWithTheOperatorsNextRound(int major)
      throws SQLException {
    var db = tenants(major, "round");
    db.execute("ALTER TABLE public.notes DISABLE ROW LEVEL SECURITY");
    try (var before = new AppSessions(db)) {
      db.move(Compatibility.BOTH);
      db.execute("ALTER TABLE accounts.notes ENABLE ROW LEVEL SECURITY");
      db.move(Compatibility.BOTH);
      assertAnswers(before, Shop.SCHEMA, PATHS);
    }
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("MAJORS")
  void whereItIsForcedItHoldsForTheOwnerToo(int major) throws SQLException {
    var db = tenants(major, "forced");
    db.execute("ALTER TABLE public.notes FORCE ROW LEVEL SECURITY");
    try (var before = new AppSessions(db)) {
      db.move(Compatibility.BOTH);
      try (var after = new AppSessions(db)) {
        var paths = PATHS.stream().map(path -> path.by(Login.OWNER)).toList();
        assertAnswers(before, Shop.SCHEMA, paths);
        assertAnswers(after, Shop.SCHEMA, paths);
      }
    }
  }

  /** A new view in {@code public} gets what ALTER DEFAULT PRIVILEGES says of that schema. */
  @ParameterizedTest(name = "{0}")
  @FieldSource("MAJORS")
  void whoMayNotReadTheTableMayNotReadItsView(int major) throws SQLException {
    var db = Shop.database(major, "row_security_rights");
    db.execute(
        "CREATE TABLE public.salaries (id int PRIMARY KEY)",
        "INSERT INTO public.salaries VALUES (1)",
        "REVOKE ALL ON public.salaries FROM conformance_reader");
    var read =
        List.of(
            Usage.of("SELECT", "SELECT id FROM app.salaries")
                .by(Login.READER)
                .isRefusedWith("42501"));
    try (var sessions = new AppSessions(db)) {
      assertAnswers(sessions, "public", read);
      db.move(Compatibility.BOTH);
      assertAnswers(sessions, Shop.SCHEMA, read);
    }
  }

  private static List<Usage> and(List<Usage> some, List<Usage> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }

  private static void assertAnswers(AppSessions sessions, String real, List<Usage> paths)
      throws SQLException {
    for (Usage path : paths) {
      for (Naming naming : NAMINGS) {
        assertThat(sessions.run(path, naming, real))
            .as("%s, %s", path.title(), naming)
            .extracting(Outcome::answer)
            .isEqualTo(path.expected());
      }
    }
  }
}
