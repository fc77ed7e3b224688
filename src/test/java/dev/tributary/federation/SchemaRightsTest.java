package dev.tributary.federation;

import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.grant;
import static dev.tributary.federation.States.grantable;
import static dev.tributary.federation.States.schema;
import static dev.tributary.federation.States.schemaOfSource;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Before.Kind;
import dev.tributary.federation.Before.Thing;
import dev.tributary.federation.States.ADesiredSchema;
import dev.tributary.federation.States.ASource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who may use the new schema, and gets what on what will be made in it, as in the old one. */
class SchemaRightsTest {
  private static final ADesiredSchema DESIRED = desiredSchema().withoutSearchPath();

  private static SchemaFacts origin(List<Grant> grants, DefaultPrivilege... defaults) {
    return origin("public", grants, defaults);
  }

  private static SchemaFacts origin(String name, List<Grant> grants, DefaultPrivilege... defaults) {
    return new SchemaFacts(name, Optional.empty(), true, true, grants, List.of(defaults));
  }

  private static DefaultPrivilege byDefault(String role, String objects, Grant grant) {
    return new DefaultPrivilege(role, objects, grant, true);
  }

  private static final DefaultPrivilege READ = byDefault("app", "TABLES", grant("r\"o", "SELECT"));

  private static Right right(Grant grant) {
    return new Right(grant.grantee(), grant.privilege(), "", false);
  }

  private static String digest(Grant grant) {
    return right(grant).digest();
  }

  private static String digest(DefaultPrivilege privilege) {
    return new SchemaRights.Default(
            privilege.role(), privilege.objects(), right(privilege.grant()), true)
        .digest();
  }

  private static String sql(ASource source) {
    return States.sql(SchemaRights.plan(DESIRED.build(), source.build()));
  }

  @Nested
  class OnTheSchema {

    @Test
    void whoeverMayUseAnyOfTheOldSchemasMayUseTheNewOne() {
      assertThat(
              sql(
                  source()
                      .origins(
                          origin(List.of(grant("", "USAGE"), grant("dev", "CREATE"))),
                          origin("legacy", List.of(grant("", "USAGE"), grantable("old", "USAGE"))))
                      .schema(schemaOfSource())))
          .isEqualTo(
              """
              -- SOURCE
              GRANT USAGE ON SCHEMA "svc" TO PUBLIC;
              GRANT CREATE ON SCHEMA "svc" TO "dev";
              GRANT USAGE ON SCHEMA "svc" TO "old";
              GRANT USAGE ON SCHEMA "svc" TO "old" WITH GRANT OPTION;
              """);
    }

    @Test
    void whatIsThereIsNotGivenAgain() {
      assertThat(
              sql(
                  source()
                      .origins(origin(List.of(grant("", "USAGE"), grant("dev", "CREATE"))))
                      .schema(schemaOfSource(grantable("", "USAGE"), grant("dev", "CREATE")))))
          .isEmpty();
    }

    @Test
    void nothingIsTriedThatTheOwnerOfTheSchemaWouldHaveToDoButItIsSaid() {
      var closed = new SchemaFacts("svc", Optional.empty(), false, true, List.of(), List.of());
      var state =
          source().origins(origin(List.of(grantable("de\"v", "USAGE")))).schema(closed).build();

      assertThat(SchemaRights.plan(DESIRED.build(), state)).isEmpty();
      assertThat(SchemaRights.findings(DESIRED.build(), state))
          .containsExactly(
              new Finding(
                  Finding.Severity.Warning,
                  Reason.PermissionDenied,
                  Optional.empty(),
                  "Schema svc belongs to another role, so what the old schema allows cannot be"
                      + " allowed there: run GRANT USAGE ON SCHEMA \"svc\" TO \"de\"\"v\"."),
              new Finding(
                  Finding.Severity.Warning,
                  Reason.PermissionDenied,
                  Optional.empty(),
                  "Schema svc belongs to another role, so what the old schema allows cannot be"
                      + " allowed there: run GRANT USAGE ON SCHEMA \"svc\" TO \"de\"\"v\" WITH"
                      + " GRANT OPTION."));
    }

    @Test
    void whoMakesTheSchemaNeedsNothingMoreOnIt() {
      var world = SourceWorld.of(source().origins(origin(List.of(grantable("app", "CREATE")))));

      assertThat(world.after(world.plan(DESIRED).steps()).plan(DESIRED)).isEqualTo(Plan.NOTHING);
    }
  }

  @Nested
  class OnWhatWillBeMade {

    @Test
    void whatARoleGivesInTheOldSchemaItGivesInTheNewOne() {
      assertThat(
              sql(
                  source()
                      .origins(
                          origin(
                              List.of(),
                              READ,
                              byDefault("ow ner", "SEQUENCES", grantable("", "USAGE"))))
                      .schema(schemaOfSource())))
          .isEqualTo(
              """
              -- SOURCE
              ALTER DEFAULT PRIVILEGES FOR ROLE "app" IN SCHEMA "svc" GRANT SELECT ON TABLES TO "r""o";
              -- SOURCE
              ALTER DEFAULT PRIVILEGES FOR ROLE "ow ner" IN SCHEMA "svc" GRANT USAGE ON SEQUENCES TO PUBLIC;
              -- SOURCE
              ALTER DEFAULT PRIVILEGES FOR ROLE "ow ner" IN SCHEMA "svc" GRANT USAGE ON SEQUENCES TO PUBLIC WITH GRANT OPTION;
              """);
    }

    @Test
    void aPersonReadsWhoGivesWhatToWhom() {
      assertThat(
              SchemaRights.plan(
                  DESIRED.build(),
                  source()
                      .origins(
                          origin(
                              List.of(), byDefault("app", "TABLES", grantable("r\"o", "SELECT"))))
                      .schema(schemaOfSource())
                      .build()))
          .extracting(Step::sentence)
          .containsExactly(
              "Give SELECT on tables that app will make in schema svc to \"r\"\"o\"",
              "Give the option to hand on SELECT on tables that app will make in schema svc to"
                  + " \"r\"\"o\"");
    }

    @Test
    void whatAnotherRoleWouldHaveToGiveIsSaidWithItsStatement() {
      var notOurs = new DefaultPrivilege("dba", "TABLES", grant("report", "SELECT"), false);
      var state = source().origins(origin(List.of(), notOurs)).schema(schemaOfSource()).build();

      assertThat(SchemaRights.plan(DESIRED.build(), state)).isEmpty();
      assertThat(SchemaRights.findings(DESIRED.build(), state))
          .containsExactly(
              new Finding(
                  Finding.Severity.Warning,
                  Reason.DefaultPrivileges,
                  Optional.empty(),
                  "app is not a member of role dba, so the default privileges of that role stay"
                      + " behind: run ALTER DEFAULT PRIVILEGES FOR ROLE \"dba\" IN SCHEMA \"svc\""
                      + " GRANT SELECT ON TABLES TO \"report\"."));
    }

    @Test
    void whatIsThereWhoeverMayChangeItIsEnough() {
      var there =
          new SchemaFacts(
              "svc",
              Optional.empty(),
              true,
              true,
              List.of(),
              List.of(new DefaultPrivilege("app", "TABLES", grant("r\"o", "SELECT"), false)));

      assertThat(sql(source().origins(origin(List.of(), READ)).schema(there))).isEmpty();
    }

    @Test
    void whatIsThereWithItsOptionIsMoreThanEnough() {
      var there =
          new SchemaFacts(
              "svc",
              Optional.empty(),
              true,
              true,
              List.of(),
              List.of(byDefault("app", "TABLES", grantable("r\"o", "SELECT"))));

      assertThat(sql(source().origins(origin(List.of(), READ)).schema(there))).isEmpty();
    }

    @Test
    void whatTwoOldSchemasGiveIsGivenOnce() {
      assertThat(
              SchemaRights.plan(
                  DESIRED.build(),
                  source()
                      .origins(origin(List.of(), READ), origin("legacy", List.of(), READ))
                      .schema(schemaOfSource())
                      .build()))
          .hasSize(1);
    }
  }

  @Nested
  class InASchemaThatAPersonMade {
    private static final SchemaFacts THEIRS =
        new SchemaFacts(
            "svc",
            Optional.empty(),
            true,
            true,
            List.of(grant("keeper", "USAGE")),
            List.of(byDefault("keeper", "TABLES", grant("keeper2", "SELECT"))));

    private static SourceWorld world(SchemaFacts theirs) {
      return SourceWorld.of(
          source()
              .origins(
                  origin(
                      List.of(grant("", "USAGE"), grantable("dev", "CREATE")),
                      READ,
                      byDefault("keeper", "TABLES", grant("keeper2", "SELECT"))))
              .schema(theirs)
              .tables(table("users")));
    }

    @Test
    void exactlyWhatWasMissingIsGivenAndRemembered() {
      var moved = world(THEIRS).moved(DESIRED).state();

      assertThat(moved.remembered().all(Kind.GIVEN))
          .containsExactlyInAnyOrder(
              Thing.given(digest(grant("", "USAGE"))),
              Thing.given(digest(grant("dev", "CREATE"))),
              Thing.given(new Right("dev", "CREATE", "", true).digest()),
              Thing.given(digest(READ)));
    }

    @Test
    void everythingOfItIsTakenBackAndNothingElse() {
      var back = world(THEIRS).moved(DESIRED).back(DESIRED).state();

      assertThat(back.schema()).contains(THEIRS);
      assertThat(back.before()).isEmpty();
    }

    @Test
    void whatSomebodyElseHasGivenMeanwhileStays() {
      var back =
          world(THEIRS)
              .moved(DESIRED)
              .after("GRANT USAGE ON SCHEMA \"svc\" TO \"late\"")
              .back(DESIRED)
              .state();

      assertThat(back.schema().orElseThrow().grants())
          .containsExactlyInAnyOrder(grant("keeper", "USAGE"), grant("late", "USAGE"));
    }

    @Test
    void whatSomebodyHasTakenMeanwhileIsNotTakenAgain() {
      var moved =
          world(THEIRS).moved(DESIRED).after("REVOKE CREATE ON SCHEMA \"svc\" FROM \"dev\"");

      assertThat(
              SchemaRights.remove(DESIRED.build(), moved.state()).stream()
                  .flatMap(s -> s.sql().stream()))
          .noneMatch(statement -> statement.contains("dev"));
    }

    @Test
    void onlyTheOptionIsTakenBackWhereOnlyTheOptionWasGiven() {
      var theirs =
          new SchemaFacts(
              "svc", Optional.empty(), true, true, List.of(grant("dev", "CREATE")), List.of());
      var back = world(theirs).moved(DESIRED).back(DESIRED).state();

      assertThat(back.schema().orElseThrow().grants()).containsExactly(grant("dev", "CREATE"));
    }

    @Test
    void whatIsTakenBackIsForgotten() {
      var moved = world(THEIRS).moved(DESIRED).state();

      assertThat(States.sql(SchemaRights.remove(DESIRED.build(), moved)))
          .contains(
              "REVOKE GRANT OPTION FOR CREATE ON SCHEMA \"svc\" FROM \"dev\";\n"
                  + Before.forget(
                      "svc", Thing.given(new Right("dev", "CREATE", "", true).digest())),
              "REVOKE CREATE ON SCHEMA \"svc\" FROM \"dev\";\n"
                  + Before.forget("svc", Thing.given(digest(grant("dev", "CREATE")))),
              "ALTER DEFAULT PRIVILEGES FOR ROLE \"app\" IN SCHEMA \"svc\" REVOKE SELECT ON TABLES"
                  + " FROM \"r\"\"o\";\n"
                  + Before.forget("svc", Thing.given(digest(READ))));
    }
  }

  @Test
  void inASchemaOfOursNothingIsRememberedBecauseItGoesWithEverythingOnIt() {
    var moved =
        SourceWorld.of(
                source().origins(origin(List.of(grant("", "USAGE")), READ)).tables(table("users")))
            .moved(DESIRED)
            .state();

    assertThat(moved.schema().flatMap(SchemaFacts::mark)).isPresent();
    assertThat(moved.remembered().all(Kind.GIVEN)).isEmpty();
    assertThat(moved.schema().orElseThrow().grants()).contains(grant("", "USAGE"));
    assertThat(moved.schema().orElseThrow().defaults()).containsExactly(READ);
  }

  @Test
  void aSchemaThatIsThereWithoutRightsIsNoReasonToAsk() {
    assertThat(
            SchemaRights.findings(
                DESIRED.build(),
                source().schema(schema("svc", Optional.empty())).before(Map.of()).build()))
        .isEmpty();
  }
}
