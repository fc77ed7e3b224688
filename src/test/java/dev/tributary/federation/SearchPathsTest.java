package dev.tributary.federation;

import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.schemaOfSource;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Before.Thing;
import dev.tributary.federation.States.ADesiredSchema;
import dev.tributary.federation.States.AServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose new sessions find the tables where they are, and how every setting comes back. */
class SearchPathsTest {

  private static RoleSearchPath role(String name, String inDatabase, String everywhere) {
    return new RoleSearchPath(
        name, Optional.ofNullable(inDatabase), Optional.ofNullable(everywhere), true, true);
  }

  private static RoleSearchPath notOurs(String name, String everywhere) {
    return new RoleSearchPath(name, Optional.empty(), Optional.of(everywhere), true, false);
  }

  private static SourceWorld world(AServer server) {
    return SourceWorld.of(source().server(server).schema(schemaOfSource()).before(Map.of()));
  }

  private static List<Step> plan(ADesiredSchema desired, AServer server) {
    return SearchPaths.plan(desired.build(), world(server).state());
  }

  private static List<String> sql(List<Step> steps) {
    return steps.stream().flatMap(s -> s.sql().stream()).toList();
  }

  private static List<String> sql(AServer server) {
    return sql(plan(desiredSchema(), server));
  }

  @Nested
  class Putting {

    @Test
    void theDatabasesOwnSettingWinsOverTheServers() {
      assertThat(sql(server().searchPath("a, public").serverSearchPath("b, public")))
          .containsExactly(
              "ALTER DATABASE \"users_db\" SET search_path = \"a\", \"svc\", \"public\"",
              Before.remember(
                  "svc",
                  Thing.databaseSearchPath(),
                  List.of("a, public", "\"a\", \"svc\", \"public\"")));
    }

    @Test
    void whatTheServerIsConfiguredWithIsTheStartWhereTheDatabaseHasNone() {
      assertThat(sql(server().serverSearchPath("b, public")))
          .containsExactly(
              "ALTER DATABASE \"users_db\" SET search_path = \"b\", \"svc\", \"public\"",
              Before.remember(
                  "svc", Thing.databaseSearchPath(), List.of("", "\"b\", \"svc\", \"public\"")));
    }

    @Test
    void aRoleWithAPathOfItsOwnGetsItThereForThisDatabaseOnly() {
      var server =
          server()
              .searchPath("svc, public")
              .roleSearchPath(role("re\"port", null, "reports, public"))
              .roleSearchPath(role("batch", "batch, public", "public"));

      assertThat(sql(server))
          .containsExactly(
              "ALTER ROLE \"re\"\"port\" IN DATABASE \"users_db\" SET search_path = \"reports\","
                  + " \"svc\", \"public\"",
              Before.remember(
                  "svc",
                  Thing.searchPathOf("re\"port"),
                  List.of("", "\"reports\", \"svc\", \"public\"")),
              "ALTER ROLE \"batch\" IN DATABASE \"users_db\" SET search_path = \"batch\", \"svc\","
                  + " \"public\"",
              Before.remember(
                  "svc",
                  Thing.searchPathOf("batch"),
                  List.of("batch, public", "\"batch\", \"svc\", \"public\"")));
      assertThat(plan(desiredSchema(), server).get(0).sentence())
          .isEqualTo(
              "Set the search_path of new sessions of role re\"port in database users_db to"
                  + " \"reports\", \"svc\", \"public\"");
    }

    @Test
    void aPathThatNeverLedToTheTablesStaysAsItIs() {
      assertThat(
              sql(
                  server()
                      .searchPath("svc, public")
                      .roleSearchPath(role("admin", null, "pg_catalog"))
                      .roleSearchPath(role("none", "\"\"", null))))
          .isEmpty();
    }

    @Test
    void aRoleThatUsesNoneOfTheTablesIsLeftAlone() {
      assertThat(
              sql(
                  server()
                      .searchPath("svc, public")
                      .roleSearchPath(
                          new RoleSearchPath(
                              "dba", Optional.empty(), Optional.of("public"), false, true))))
          .isEmpty();
    }

    @Test
    void whatIsAsItShouldBeIsNotSetAgain() {
      var world = world(server().roleSearchPath(role("report", null, "public")));
      var steps = SearchPaths.plan(desiredSchema().build(), world.state());

      assertThat(steps).hasSize(2);
      assertThat(SearchPaths.plan(desiredSchema().build(), world.after(steps).state())).isEmpty();
    }

    @Test
    void withoutCompatibilityNothingIsPut() {
      assertThat(plan(desiredSchema().withoutSearchPath(), server())).isEmpty();
    }

    @Test
    void aSchemaThatIsFoundByTheNameOfTheRoleCountsToo() {
      assertThat(plan(desiredSchema().from("app"), server())).isNotEmpty();
    }
  }

  @Nested
  class WhereTheRoleMayNot {

    @Test
    void theDatabaseIsAProblem() {
      assertThat(
              SearchPaths.problem(desiredSchema().build(), server().mayNotAlterDatabase().build()))
          .map(Problem::reason)
          .contains(Reason.PermissionDenied);
      assertThat(plan(desiredSchema(), server().mayNotAlterDatabase())).isEmpty();
    }

    @Test
    void itIsNoneWhereNothingHasToBePut() {
      for (var desired : List.of(desiredSchema().withoutSearchPath(), desiredSchema().from("x"))) {
        assertThat(SearchPaths.problem(desired.build(), server().mayNotAlterDatabase().build()))
            .isEmpty();
      }
    }

    @Test
    void anotherRoleIsWarnedOfWithTheStatementToRun() {
      var server = server().roleSearchPath(notOurs("re\"port", "reports, public")).build();

      assertThat(SearchPaths.findings(desiredSchema().build(), server))
          .containsExactly(
              new Finding(
                  Finding.Severity.Warning,
                  Reason.RoleSearchPath,
                  Optional.empty(),
                  "Role re\"port has a search_path of its own, which app may not change, so its"
                      + " sessions reach the tables through their views only: run ALTER ROLE"
                      + " \"re\"\"port\" IN DATABASE \"users_db\" SET search_path = \"reports\","
                      + " \"svc\", \"public\"."));
      assertThat(SearchPaths.findings(desiredSchema().withoutSearchPath().build(), server))
          .isEmpty();
    }

    @Test
    void anotherRoleStandsInTheWayWhereThereAreNoViewsEither() {
      var server = server().roleSearchPath(notOurs("report", "public")).build();

      assertThat(SearchPaths.findings(desiredSchema().withoutViews().build(), server))
          .singleElement()
          .satisfies(f -> assertThat(f.severity()).isEqualTo(Finding.Severity.Blocker))
          .satisfies(f -> assertThat(f.sentence()).contains("no table by an unqualified name"));
    }

    @Test
    void whatStandsInTheWayStallsTheResource() {
      var state =
          source()
              .server(server().roleSearchPath(notOurs("report", "public")))
              .tables(table("users"));

      assertThat(SchemaMove.plan(desiredSchema().withoutViews().build(), state.build()).problems())
          .singleElement()
          .satisfies(p -> assertThat(p.reason().blocked()).isTrue());
    }
  }

  @Nested
  class Restoring {

    @ParameterizedTest
    @ValueSource(
        strings = {"public", "\"$user\", public", "a, \"B c\", public", "public, \"x\"\"y\""})
    void aSettingComesBackAsItWas(String setting) {
      var before = world(server().searchPath(setting));
      var after = before.moved(desiredSchema()).back(desiredSchema());

      assertThat(SearchPath.parse(after.state().server().databaseSearchPath().orElseThrow()))
          .isEqualTo(SearchPath.parse(setting));
      assertThat(after.state().server().databaseSearchPath().orElseThrow()).doesNotContain("svc");
    }

    @Test
    void whatWasNotSetIsNotSetAfterwards() {
      var before =
          world(
              server()
                  .serverSearchPath("b, public")
                  .roleSearchPath(role("report", null, "reports, public"))
                  .roleSearchPath(role("batch", "public", null)));
      var after = before.moved(desiredSchema()).back(desiredSchema()).state().server();

      assertThat(after.databaseSearchPath()).isEmpty();
      assertThat(after.roleSearchPaths())
          .containsExactly(
              role("report", null, "reports, public"), role("batch", "\"public\"", null));
    }

    @Test
    void whatSomebodyHasSetSinceStaysWithoutTheSchema() {
      var after =
          world(server())
              .moved(desiredSchema())
              .after("ALTER DATABASE \"users_db\" SET search_path = svc, tenant, public")
              .back(desiredSchema());

      assertThat(after.state().server().databaseSearchPath()).contains("\"tenant\", \"public\"");
    }

    @Test
    void whatWeMadeOfItIsRememberedThoughTheServersSettingChangesMeanwhile() {
      var state =
          source()
              .server(server().searchPath("b, svc, public").serverSearchPath("elsewhere"))
              .schema(schemaOfSource())
              .remember(Thing.databaseSearchPath(), "", "b, svc, public")
              .build();

      assertThat(sql(SearchPaths.restore(desiredSchema().build(), state)))
          .startsWith("ALTER DATABASE \"users_db\" RESET search_path");
    }

    @Test
    void whatSomebodyHasResetSinceStaysReset() {
      var after =
          world(server().searchPath("a, public"))
              .moved(desiredSchema())
              .after("ALTER DATABASE \"users_db\" RESET search_path")
              .state();

      assertThat(sql(SearchPaths.restore(desiredSchema().build(), after)))
          .containsExactly(Before.forget("svc", Thing.databaseSearchPath()));
    }

    @Test
    void whatAPersonHadSetBeforeUsIsNotOursToTakeOut() {
      assertThat(
              SearchPaths.restore(
                  desiredSchema().build(),
                  source()
                      .server(server().searchPath("svc, public"))
                      .schema(schemaOfSource())
                      .before(Map.of())
                      .build()))
          .isEmpty();
    }

    @Test
    void aRoleThatIsGoneIsForgotten() {
      var state =
          source()
              .schema(schemaOfSource())
              .remember(Thing.searchPathOf("gone"), "", "svc, public")
              .build();

      assertThat(SearchPaths.restore(desiredSchema().build(), state))
          .satisfiesExactly(
              step -> {
                assertThat(step.sql())
                    .containsExactly(Before.forget("svc", Thing.searchPathOf("gone")));
                assertThat(step.sentence())
                    .isEqualTo("Forget a search_path that is not set any more");
              });
    }

    @Test
    void aPathThatIsNotWantedAnyMoreComesBackWhileTheTablesStay() {
      var moved = world(server().searchPath("a, public")).moved(desiredSchema());
      var without = moved.moved(desiredSchema().withoutSearchPath());

      assertThat(without.state().server().databaseSearchPath()).contains("\"a\", \"public\"");
      assertThat(without.state().remembered().remembers(Thing.databaseSearchPath())).isFalse();
      assertThat(without.moved(desiredSchema()).state().server().databaseSearchPath())
          .contains("\"a\", \"svc\", \"public\"");
    }
  }
}
