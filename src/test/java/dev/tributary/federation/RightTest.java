package dev.tributary.federation;

import static dev.tributary.federation.States.column;
import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.grant;
import static dev.tributary.federation.States.grantable;
import static dev.tributary.federation.States.relation;
import static dev.tributary.federation.States.schemaOfSource;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static dev.tributary.federation.States.viewOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Before.Thing;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A table and its view have the same rights, whichever of the two they are given or taken on. */
class RightTest {
  private static final Relation USERS = new Relation("public", "users");
  private static final Right SELECT = right("report", "SELECT", "", false);
  private static final Right MAY_HAND_ON = right("report", "SELECT", "", true);

  private static Right right(String grantee, String privilege, String column, boolean option) {
    return new Right(grantee, privilege, column, option);
  }

  private static Set<Right> set(Right... rights) {
    return new LinkedHashSet<>(List.of(rights));
  }

  private static List<String> known(Right... rights) {
    return Right.digests(set(rights));
  }

  @Test
  void theRightsOfATableAreThoseOfOthersThanItsOwner() {
    var rights =
        Right.on(
            table("users")
                .grants(grant("app", "INSERT"), grantable("report", "SELECT"), grant("", "SELECT"))
                .columns(
                    column("id", "bigint"),
                    column("name", "text", grant("app", "SELECT"), grant("report", "UPDATE")))
                .build());

    assertThat(rights)
        .containsExactly(
            right("", "SELECT", "", false),
            SELECT,
            MAY_HAND_ON,
            right("report", "UPDATE", "name", false));
  }

  @Test
  void theRightsOfAViewAreThoseOfOthersThanItsOwnerAndThatOfItsTable() {
    assertThat(
            Right.on(
                viewOf(table("users"))
                    .ownedBy("report")
                    .grants(
                        grant("report", "SELECT"), grant("app", "SELECT"), grant("dev", "SELECT"))
                    .build(),
                table("users").ownedBy("app").build()))
        .containsExactly(right("dev", "SELECT", "", false));
  }

  @ParameterizedTest(name = "on the table: {0}, on the view: {1}, known: {2}")
  @CsvSource({
    "true, true, true, true",
    "true, true, false, true",
    "true, false, false, true",
    "false, true, false, true",
    "true, false, true, false",
    "false, true, true, false",
    "false, false, true, false",
    "false, false, false, false",
  })
  void whatIsGivenOnEitherIsGivenOnBothAndWhatIsTakenOnEitherIsTakenOnBoth(
      boolean onTable, boolean onView, boolean known, boolean wanted) {
    assertThat(
            Right.merge(
                onTable ? set(SELECT) : Set.of(),
                onView ? set(SELECT) : Set.of(),
                known ? known(SELECT) : List.of()))
        .isEqualTo(wanted ? set(SELECT) : Set.of());
  }

  @Test
  void theColumnsOfARoleAndPrivilegeAreOneStatement() {
    assertThat(
            Right.change(
                USERS,
                set(right("dev", "UPDATE", "a", false), right("dev", "UPDATE", "b", false)),
                set(
                    right("report", "SELECT", "a", false),
                    right("report", "SELECT", "b", false),
                    right("report", "INSERT", "b", false))))
        .containsExactly(
            "REVOKE UPDATE (\"a\", \"b\") ON \"public\".\"users\" FROM \"dev\"",
            "GRANT SELECT (\"a\", \"b\") ON \"public\".\"users\" TO \"report\"",
            "GRANT INSERT (\"b\") ON \"public\".\"users\" TO \"report\"");
  }

  @Test
  void oneRightIsTakenWhileAnotherIsGiven() {
    var insert = right("report", "INSERT", "", false);

    assertThat(Right.merge(set(SELECT), set(insert), known(SELECT))).containsExactly(insert);
  }

  @Test
  void handingARightOnIsARightOfItsOwn() {
    var both = set(SELECT, MAY_HAND_ON);

    assertThat(Right.merge(both, set(SELECT), known(SELECT, MAY_HAND_ON))).containsExactly(SELECT);
    assertThat(Right.merge(set(SELECT), both, known(SELECT))).isEqualTo(both);
    assertThat(Right.merge(both, Set.of(), known(SELECT, MAY_HAND_ON))).isEmpty();
  }

  @Test
  void nobodyHandsOnARightThatIsTaken() {
    // SELECT was taken on the table, and given with its option on the view.
    assertThat(Right.merge(Set.of(), set(SELECT, MAY_HAND_ON), known(SELECT))).isEmpty();
  }

  @Test
  void theSameRightOnAColumnOrOfAnotherRoleIsAnother() {
    var onColumn = right("report", "SELECT", "name", false);
    var ofAll = right("", "SELECT", "", false);

    assertThat(Right.merge(set(onColumn), set(ofAll), known(SELECT)))
        .containsExactlyInAnyOrder(onColumn, ofAll);
    assertThat(Right.digests(set(SELECT, MAY_HAND_ON, onColumn, ofAll))).doesNotHaveDuplicates();
  }

  @Test
  void aDigestIsShortPlainAndAlwaysTheSame() {
    assertThat(right("'; DROP TABLE users; --", "SELECT", "\"\n", true).digest())
        .matches("[0-9a-f]{16}");
    assertThat(SELECT.digest()).isEqualTo(right("report", "SELECT", "", false).digest());
  }

  @Test
  void equalRightsNeedNoStatement() {
    assertThat(Right.change(USERS, set(SELECT), set(SELECT))).isEmpty();
  }

  @Test
  void rightsAreGivenInAnOrderThatIsAlwaysTheSame() {
    assertThat(
            Right.change(
                USERS,
                Set.of(),
                Right.on(
                    table("users")
                        .grants(grantable("report", "SELECT"), grant("", "INSERT"))
                        .columns(column("e-mail", "text", grant("re\"port", "UPDATE")))
                        .build())))
        .containsExactly(
            "GRANT INSERT ON \"public\".\"users\" TO PUBLIC",
            "GRANT SELECT ON \"public\".\"users\" TO \"report\"",
            "GRANT SELECT ON \"public\".\"users\" TO \"report\" WITH GRANT OPTION",
            "GRANT UPDATE (\"e-mail\") ON \"public\".\"users\" TO \"re\"\"port\"");
  }

  @Test
  void anOptionIsTakenWithoutItsRight() {
    assertThat(Right.change(USERS, set(SELECT, MAY_HAND_ON), set(SELECT)))
        .containsExactly("REVOKE GRANT OPTION FOR SELECT ON \"public\".\"users\" FROM \"report\"");
  }

  @Test
  void aRightOnAColumnIsTakenFromThatColumn() {
    assertThat(Right.change(USERS, set(right("", "SELECT", "na\"me", false)), Set.of()))
        .containsExactly("REVOKE SELECT (\"na\"\"me\") ON \"public\".\"users\" FROM PUBLIC");
  }

  @Test
  void whatIsTakenFromTheTableIsGivenAgainOnTheColumnsThatKeepIt() {
    var onColumn = right("report", "SELECT", "name", false);

    assertThat(Right.change(USERS, set(SELECT, onColumn), set(onColumn)))
        .containsExactly(
            "REVOKE SELECT ON \"public\".\"users\" FROM \"report\"",
            "GRANT SELECT (\"name\") ON \"public\".\"users\" TO \"report\"");
  }

  /** No right, the right, the right with its option: on the table and on a column of it. */
  private static List<List<List<Grant>>> everyRights() {
    var grades =
        List.of(
            List.<Grant>of(),
            List.of(grant("report", "SELECT")),
            List.of(grantable("report", "SELECT")));
    var all = new ArrayList<List<List<Grant>>>();
    for (var onTable : grades) {
      for (var onColumn : grades) {
        all.add(List.of(onTable, onColumn));
      }
    }
    return all;
  }

  private static States.ATable users(List<List<Grant>> rights) {
    return table("users")
        .grants(rights.get(0).toArray(Grant[]::new))
        .columns(column("id", "int", rights.get(1).toArray(Grant[]::new)));
  }

  @Test
  void whateverWasGivenAndTakenBothAreEqualAfterwardsAndNothingIsPlannedAgain() {
    for (var onTable : everyRights()) {
      for (var onView : everyRights()) {
        for (var before : everyRights()) {
          var known = Right.on(users(before).build());
          var world =
              SourceWorld.of(
                  source()
                      .schema(schemaOfSource())
                      .tables(users(onTable).moved())
                      .views(viewOf(users(onView)))
                      .before(Map.of(Thing.rights(USERS), Right.digests(known))));
          var desired = desiredSchema().withoutSearchPath();
          var wanted =
              Right.merge(
                  Right.on(users(onTable).build()),
                  Right.on(viewOf(users(onView)).build(), users(onTable).build()),
                  Right.digests(known));
          var after = world.after(world.plan(desired).steps());

          assertThat(Right.on(after.table(relation("users")))).isEqualTo(wanted);
          assertThat(Right.on(after.view(USERS).orElseThrow(), after.table(relation("users"))))
              .isEqualTo(wanted);
          assertThat(after.plan(desired)).isEqualTo(Plan.NOTHING);
        }
      }
    }
  }

  @Test
  void aViewOnWhichARightOnAColumnIsGivenReadsAsItsOwnerInTheSameStep() {
    var world =
        SourceWorld.of(
            source()
                .schema(schemaOfSource())
                .before(Map.of())
                .tables(table("users").moved().columns(column("name", "text")))
                .views(
                    viewOf(table("users"))
                        .columns(column("name", "text", grant("report", "SELECT")))));
    var desired = desiredSchema().withoutSearchPath();
    var steps = world.plan(desired).steps();

    assertThat(steps).hasSize(1);
    assertThat(steps.get(0).sql())
        .startsWith(
            "CREATE OR REPLACE VIEW \"public\".\"users\" AS SELECT \"name\" FROM"
                + " \"svc\".\"users\"")
        .contains("GRANT SELECT (\"name\") ON \"svc\".\"users\" TO \"report\"");
    assertThat(world.after(steps).plan(desired)).isEqualTo(Plan.NOTHING);
  }

  @Test
  void aRightOnAColumnThatTheTableHasNotNamesNoColumn() {
    var world =
        SourceWorld.of(
            source()
                .schema(schemaOfSource())
                .before(Map.of())
                .tables(table("users").moved().columns(column("title", "text")))
                .views(
                    viewOf(table("users"))
                        .columns(column("name", "text", grant("report", "SELECT")))));

    assertThat(States.sql(world.plan(desiredSchema().withoutSearchPath())))
        .contains("CREATE VIEW")
        .doesNotContain("(\"name\")");
  }

  /** The table was given to a role that had a right on it, and on its view. */
  private static SourceWorld givenToReport(String... known) {
    return SourceWorld.of(
        source()
            .schema(schemaOfSource())
            .before(Map.of(Thing.rights(USERS), List.of(known)))
            .tables(table("users").moved().ownedBy("report"))
            .views(viewOf(table("users")).grants(grant("report", "SELECT"))));
  }

  @Test
  void whoeverGetsTheTableKeepsItsRightsOnTheView() {
    assertThat(States.sql(givenToReport(SELECT.digest()).plan(desiredSchema().withoutSearchPath())))
        .contains("ALTER VIEW \"public\".\"users\" OWNER TO \"report\"")
        .doesNotContain("FROM \"report\"");
  }

  @Test
  void aTableThatGetsAnotherOwnerIsFollowedInOneStep() {
    var desired = desiredSchema().withoutSearchPath();
    var world = givenToReport();

    assertThat(world.after(world.plan(desired).steps()).plan(desired)).isEqualTo(Plan.NOTHING);
  }
}
