package dev.tributary.federation;

import static dev.tributary.federation.States.SOURCE;
import static dev.tributary.federation.States.column;
import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.grant;
import static dev.tributary.federation.States.grantable;
import static dev.tributary.federation.States.relation;
import static dev.tributary.federation.States.schema;
import static dev.tributary.federation.States.schemaOfSource;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static dev.tributary.federation.States.viewOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.States.ADesiredSchema;
import dev.tributary.federation.States.AServer;
import dev.tributary.federation.States.ASource;
import dev.tributary.federation.States.ATable;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How tables get a schema of their own while their application runs. */
class SchemaMoveTest {
  private static final AServer SEARCHED = server().searchPath("svc, \"$user\", public");

  private static Plan plan(ADesiredSchema desired, ASource source) {
    return SchemaMove.plan(desired.build(), source.build());
  }

  private static Plan plan(ASource source) {
    return plan(desiredSchema(), source);
  }

  /** A source whose schema and search_path are as they are after the first steps. */
  private static ASource begun() {
    return source().server(SEARCHED).schema(schemaOfSource());
  }

  private static void assertBlocked(Plan plan, Reason reason, String sentence) {
    assertThat(plan).isEqualTo(Plan.blocked(List.of(new Problem(reason, sentence))));
  }

  @Nested
  class FromTheBeginning {

    private final ASource before =
        source()
            .origins(
                schema(
                    "public",
                    Optional.empty(),
                    grantable("pg_database_owner", "CREATE"),
                    grant("", "USAGE"),
                    grant("re\"port", "USAGE")))
            .tables(
                table("users")
                    .columns(
                        column("id", "bigint"),
                        column("e-mail", "text", grant("re\"port", "SELECT")),
                        column("name", "text", grantable("support", "UPDATE"), grant("", "SELECT")))
                    .grants(
                        grant("app", "INSERT"), grantable("admin", "SELECT"), grant("", "SELECT")),
                table("notes").ownedBy("Owner").columns(column("id", "bigint")));

    @Test
    void theSchemaComesFirstThenEveryTableInATransactionOfItsOwn() {
      assertThat(States.sql(plan(before)))
          .isEqualTo(
              """
              -- SOURCE
              CREATE SCHEMA "svc";
              COMMENT ON SCHEMA "svc" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              -- SOURCE
              GRANT CREATE ON SCHEMA "svc" TO "pg_database_owner" WITH GRANT OPTION;
              GRANT USAGE ON SCHEMA "svc" TO PUBLIC;
              GRANT USAGE ON SCHEMA "svc" TO "re""port";
              -- SOURCE
              ALTER DATABASE "users_db" SET search_path = "svc", "$user", "public";
              -- SOURCE
              SET LOCAL lock_timeout = 500;
              ALTER TABLE "public"."notes" SET SCHEMA "svc";
              CREATE VIEW "public"."notes" AS SELECT "id" FROM "svc"."notes";
              ALTER VIEW "public"."notes" OWNER TO "Owner";
              COMMENT ON VIEW "public"."notes" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              -- SOURCE
              SET LOCAL lock_timeout = 500;
              ALTER TABLE "public"."users" SET SCHEMA "svc";
              CREATE VIEW "public"."users" AS SELECT "id", "e-mail", "name" FROM "svc"."users";
              ALTER VIEW "public"."users" OWNER TO "app";
              GRANT INSERT ON "public"."users" TO "app";
              GRANT SELECT ON "public"."users" TO "admin" WITH GRANT OPTION;
              GRANT SELECT ON "public"."users" TO PUBLIC;
              GRANT SELECT ("e-mail") ON "public"."users" TO "re""port";
              GRANT UPDATE ("name") ON "public"."users" TO "support" WITH GRANT OPTION;
              GRANT SELECT ("name") ON "public"."users" TO PUBLIC;
              COMMENT ON VIEW "public"."users" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              """);
    }

    @Test
    void aPersonReadsOneSentenceAStep() {
      assertThat(plan(before).sentences())
          .containsExactly(
              "Create the schema svc on the source",
              "Give those who may use the old schema the same rights on schema svc",
              "Set the search_path of new sessions in database users_db to svc, $user, public",
              "Move table public.notes to schema svc and leave a view behind",
              "Move table public.users to schema svc and leave a view behind");
    }

    @Test
    void aTableThatIsLockedLongHoldsNoOtherUp() {
      assertThat(plan(before).steps())
          .filteredOn(Step::skippable)
          .extracting(Step::sentence)
          .containsExactly(
              "Move table public.notes to schema svc and leave a view behind",
              "Move table public.users to schema svc and leave a view behind");
    }

    @Test
    void viewsAndSearchPathAreLeftOutWhenNobodyNeedsThem() {
      assertThat(
              States.sql(
                  plan(
                      desiredSchema().withoutViews().withoutSearchPath(),
                      source().tables(table("users")))))
          .isEqualTo(
              """
              -- SOURCE
              CREATE SCHEMA "svc";
              COMMENT ON SCHEMA "svc" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              -- SOURCE
              SET LOCAL lock_timeout = 500;
              ALTER TABLE "public"."users" SET SCHEMA "svc";
              """);
    }

    @Test
    void aSourceWithoutTablesGetsItsSchemaForThoseToCome() {
      assertThat(plan(source()).sentences())
          .containsExactly(
              "Create the schema svc on the source",
              "Set the search_path of new sessions in database users_db to svc, $user, public");
    }

    @Test
    void everyTableLeavesItsViewInTheSchemaThatItComesFrom() {
      assertThat(
              States.sql(
                  plan(
                      desiredSchema().from("public", "legacy"),
                      begun().tables(table("old").in("legacy").columns(column("id", "int"))))))
          .isEqualTo(
              """
              -- SOURCE
              SET LOCAL lock_timeout = 500;
              ALTER TABLE "legacy"."old" SET SCHEMA "svc";
              CREATE VIEW "legacy"."old" AS SELECT "id" FROM "svc"."old";
              ALTER VIEW "legacy"."old" OWNER TO "app";
              COMMENT ON VIEW "legacy"."old" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              """);
    }

    @Test
    void withMethodNoneNothingIsDoneToTheSource() {
      assertThat(
              plan(
                  desiredSchema().nothingMoves(),
                  source()
                      .schema(schema("svc", Optional.empty()))
                      .tables(table("users").moved(), table("notes"))))
          .isEqualTo(Plan.NOTHING);
    }
  }

  @Nested
  class WhenItIsDone {

    @Test
    void nothingIsPlanned() {
      var rights = new Grant[] {grant("", "USAGE"), grantable("app", "CREATE")};

      assertThat(
              plan(
                  source()
                      .server(SEARCHED)
                      .origins(schema("public", Optional.empty(), rights))
                      .schema(schemaOfSource(grantable("", "USAGE"), grantable("app", "CREATE")))
                      .tables(table("users").moved(), table("secrets").moved().rowSecurity())
                      .views(viewOf(table("users")), viewOf(table("secrets").rowSecurity()))))
          .isEqualTo(Plan.NOTHING);
    }

    @Test
    void whatIsLeftOfAMoveThatWasCutOffIsPlanned() {
      assertThat(
              plan(begun()
                      .tables(table("users").moved(), table("notes"))
                      .views(viewOf(table("users"))))
                  .sentences())
          .containsExactly("Move table public.notes to schema svc and leave a view behind");
    }

    @Test
    void aRightThatWasGivenOnTheOldSchemaMeanwhileIsGivenOnTheNewOne() {
      assertThat(
              States.sql(
                  plan(
                      begun()
                          .origins(
                              schema("public", Optional.empty(), grant("", "USAGE")),
                              schema(
                                  "legacy",
                                  Optional.empty(),
                                  grant("", "USAGE"),
                                  grantable("dev", "CREATE")))
                          .schema(schemaOfSource(grant("", "USAGE"), grant("dev", "CREATE"))))))
          .isEqualTo(
              """
              -- SOURCE
              GRANT CREATE ON SCHEMA "svc" TO "dev" WITH GRANT OPTION;
              """);
    }

    @Test
    void whoeverDoesNotOwnTheSchemaCannotGrantOnIt() {
      assertThat(
              plan(
                  begun()
                      .origins(schema("public", Optional.empty(), grant("dev", "USAGE")))
                      .schema(
                          new SchemaFacts(
                              "svc", Optional.of(Mark.of(SOURCE)), false, true, List.of()))))
          .isEqualTo(Plan.NOTHING);
    }

    @Test
    void aSearchPathThatNamesTheSchemaAnywhereStaysAsItIs() {
      assertThat(plan(begun().server(server().searchPath("tenant, svc")))).isEqualTo(Plan.NOTHING);
    }

    @Test
    void aSearchPathThatWasSetByHandKeepsItsSchemas() {
      assertThat(States.sql(plan(begun().server(server().searchPath("\"Tenant A\", public")))))
          .isEqualTo(
              """
              -- SOURCE
              ALTER DATABASE "users_db" SET search_path = "svc", "Tenant A", "public";
              """);
    }

    @Test
    void aSchemaThatItsFormerOwnerReleasedIsTakenUp() {
      assertThat(
              States.sql(
                  plan(
                      begun()
                          .schema(
                              schema(
                                  "svc", Optional.of(Mark.of(States.reborn(SOURCE)).release()))))))
          .isEqualTo(
              """
              -- SOURCE
              COMMENT ON SCHEMA "svc" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              """);
    }

    @Test
    void aSchemaThatAPersonMadeIsUsedButNeitherMarkedNorGranted() {
      assertThat(
              plan(source()
                      .server(SEARCHED)
                      .origins(schema("public", Optional.empty(), grant("dev", "USAGE")))
                      .schema(schema("svc", Optional.empty()))
                      .tables(table("users")))
                  .sentences())
          .containsExactly("Move table public.users to schema svc and leave a view behind");
    }
  }

  @Nested
  class Views {

    @Test
    void aViewThatWasDroppedByHandIsMadeAgain() {
      assertThat(
              States.sql(
                  plan(begun().tables(table("users").moved().grants(grant("admin", "SELECT"))))))
          .isEqualTo(
              """
              -- SOURCE
              SET LOCAL lock_timeout = 500;
              CREATE VIEW "public"."users" AS SELECT "id", "name" FROM "svc"."users";
              ALTER VIEW "public"."users" OWNER TO "app";
              GRANT SELECT ON "public"."users" TO "admin";
              COMMENT ON VIEW "public"."users" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              """);
    }

    private static ATable withBio() {
      return table("users")
          .moved()
          .columns(column("id", "bigint"), column("name", "text"), column("bio", "text"));
    }

    @Test
    void aColumnThatIsAppendedIsAppendedToTheViewAndWhatDependsOnItStays() {
      var plan = plan(begun().views(viewOf(table("users"))).tables(withBio()));

      assertThat(States.sql(plan))
          .isEqualTo(
              """
              -- SOURCE
              SET LOCAL lock_timeout = 500;
              CREATE OR REPLACE VIEW "public"."users" AS SELECT "id", "name", "bio" FROM "svc"."users";
              ALTER VIEW "public"."users" OWNER TO "app";
              COMMENT ON VIEW "public"."users" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              """);
      assertThat(plan.sentences()).containsExactly("Replace the view public.users on svc.users");
    }

    @Test
    void aViewThatCannotBeExtendedIsMadeAnewWithTheRightsThatItHad() {
      assertThat(
              States.sql(
                  plan(
                      begun()
                          .views(
                              viewOf(table("users"))
                                  .columns(column("id", "bigint"), column("mail", "text"))
                                  .grants(grant("report", "SELECT"), grant("admin", "SELECT")))
                          .tables(table("users").moved().grants(grant("admin", "SELECT"))))))
          .isEqualTo(
              """
              -- SOURCE
              SET LOCAL lock_timeout = 500;
              DROP VIEW "public"."users";
              CREATE VIEW "public"."users" AS SELECT "id", "name" FROM "svc"."users";
              ALTER VIEW "public"."users" OWNER TO "app";
              GRANT SELECT ON "public"."users" TO "admin";
              GRANT SELECT ON "public"."users" TO "report";
              COMMENT ON VIEW "public"."users" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              """);
    }

    @Test
    void aViewOfAnotherTableIsMadeAnew() {
      assertThat(
              States.sql(
                  plan(
                      begun()
                          .views(viewOf(table("users")).readingFrom(relation("old_users")))
                          .tables(table("users").moved()))))
          .contains("DROP VIEW \"public\".\"users\";\nCREATE VIEW \"public\".\"users\" AS");
    }

    @Test
    void aViewFollowsItsTablesOwnerAndRights() {
      var granted =
          begun()
              .views(viewOf(table("users")).grants(grant("admin", "SELECT")))
              .tables(table("users").moved().grants(grantable("admin", "SELECT")));
      var owned =
          begun().views(viewOf(table("users"))).tables(table("users").moved().ownedBy("owner"));

      assertThat(States.sql(plan(granted)))
          .contains("GRANT SELECT ON \"public\".\"users\" TO \"admin\" WITH GRANT OPTION;");
      assertThat(States.sql(plan(owned)))
          .contains("ALTER VIEW \"public\".\"users\" OWNER TO \"owner\";");
    }

    @Test
    void aViewMayHaveMoreRightsThanItsTable() {
      assertThat(
              plan(
                  begun()
                      .views(viewOf(table("users")).grants(grant("report", "SELECT")))
                      .tables(table("users").moved())))
          .isEqualTo(Plan.NOTHING);
    }

    @Test
    void aViewOfATableWithRowSecurityReadsAsItsCaller() {
      assertThat(
              States.sql(
                  plan(begun().tables(table("users").rowSecurity().columns(column("id", "int"))))))
          .isEqualTo(
              """
              -- SOURCE
              SET LOCAL lock_timeout = 500;
              ALTER TABLE "public"."users" SET SCHEMA "svc";
              CREATE VIEW "public"."users" WITH (security_invoker = true) AS SELECT "id" FROM "svc"."users";
              ALTER VIEW "public"."users" OWNER TO "app";
              COMMENT ON VIEW "public"."users" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              """);
    }

    @Test
    void aViewIsReplacedWhenItsTableGetsRowSecurity() {
      assertThat(
              plan(begun()
                      .tables(table("users").moved().rowSecurity())
                      .views(viewOf(table("users"))))
                  .sentences())
          .containsExactly("Replace the view public.users on svc.users");
    }

    @Test
    void aViewThatNobodyWantsIsDropped() {
      assertThat(
              States.sql(
                  plan(
                      desiredSchema().withoutViews(),
                      begun().tables(table("users").moved()).views(viewOf(table("users"))))))
          .isEqualTo(
              """
              -- SOURCE
              SET LOCAL lock_timeout = 500;
              DROP VIEW "public"."users";
              """);
    }

    @Test
    void aViewOfSomebodyElseIsNeitherReplacedNorDropped() {
      var state =
          begun()
              .tables(table("users").moved(), table("notes").moved())
              .views(
                  viewOf(table("users")).columns(column("other", "int")).unmarked(),
                  viewOf(table("notes"))
                      .columns(column("other", "int"))
                      .marked(Mark.of(States.other(SOURCE))));

      assertThat(plan(state)).isEqualTo(Plan.NOTHING);
      assertThat(plan(desiredSchema().withoutViews(), state)).isEqualTo(Plan.NOTHING);
    }

    @Test
    void aTableThatTheApplicationMadeInTheNewSchemaGetsAViewInTheOldOne() {
      assertThat(
              plan(
                      desiredSchema().from("public", "legacy"),
                      begun().tables(table("invoices").moved()))
                  .sentences())
          .containsExactly("Create the view public.invoices on svc.invoices");
    }

    @Test
    void whatStandsWhereAViewWouldKeepsItsName() {
      assertThat(plan(begun().tables(table("users").moved(), table("users").ofExtension())))
          .isEqualTo(Plan.NOTHING);
      assertThat(plan(begun().tables(table("users").moved()).taken("public", "users")))
          .isEqualTo(Plan.NOTHING);
    }

    @Test
    void theViewOfATableThatIsNotOursIsLeftAsItIs() {
      assertThat(plan(begun().tables(table("users").flowing().notOurs().ownedBy("other"))).steps())
          .isEmpty();
    }

    @Test
    void aViewThatIsLockedLongHoldsNoOtherUp() {
      assertThat(plan(begun().tables(table("a").moved(), table("b").moved())).steps())
          .hasSize(2)
          .allMatch(Step::skippable);
      assertThat(
              plan(
                      desiredSchema().withoutViews(),
                      begun().tables(table("a").moved()).views(viewOf(table("a"))))
                  .steps())
          .hasSize(1)
          .allMatch(Step::skippable);
    }
  }

  @Nested
  class WhatStandsInTheWay {

    @Test
    void nothingIsMadeOrMovedWhileOneTableHasAProblem() {
      var plan = plan(source().tables(table("users"), table("events").withoutIdentity()));

      assertThat(plan.steps()).isEmpty();
      assertThat(plan.problems())
          .extracting(Problem::reason)
          .containsExactly(Reason.NoReplicaIdentity);
    }

    @Test
    void viewsAreKeptInOrderEvenWhileATableHasAProblem() {
      var plan =
          plan(
              begun()
                  .tables(
                      table("users").moved(), table("notes"), table("events").withoutIdentity()));

      assertThat(plan.sentences()).containsExactly("Create the view public.users on svc.users");
      assertThat(plan.problems())
          .extracting(Problem::reason)
          .containsExactly(Reason.NoReplicaIdentity);
    }

    @Test
    void aServerBeforeThirteen() {
      assertBlocked(
          plan(source().server(server().version(120022)).tables(table("users"))),
          Reason.ServerTooOld,
          "The server is PostgreSQL 12.22; a source has to be 13 or later: upgrade it.");
      assertThat(plan(source().server(server().version(130000))).problems()).isEmpty();
    }

    @Test
    void aStandby() {
      assertBlocked(
          plan(source().server(server().standby())),
          Reason.ServerIsStandby,
          "The server is a standby and read-only: connect to its primary.");
    }

    @Test
    void aWalLevelThatIsNotLogical() {
      assertBlocked(
          plan(source().server(server().walLevel("replica"))),
          Reason.WalLevelNotLogical,
          "wal_level is replica: run ALTER SYSTEM SET wal_level = 'logical' and restart the server"
              + " (Amazon RDS: rds.logical_replication, Cloud SQL: cloudsql.logical_decoding,"
              + " Azure: the wal_level parameter).");
    }

    @Test
    void noRightToMakeTheSchema() {
      assertBlocked(
          plan(source().server(server().mayNotCreateSchema())),
          Reason.NoRightToCreateSchema,
          "Role app may not create the schema svc: run GRANT CREATE ON DATABASE \"users_db\" TO"
              + " \"app\".");
    }

    @Test
    void theRightToMakeSchemasIsNotNeededWhenTheSchemaIsThere() {
      assertThat(plan(begun().server(server().mayNotCreateSchema().searchPath("svc"))))
          .isEqualTo(Plan.NOTHING);
    }

    @Test
    void noRightInTheSchema() {
      assertBlocked(
          plan(source().schema(new SchemaFacts("svc", Optional.empty(), false, false, List.of()))),
          Reason.PermissionDenied,
          "Role app may not create in the schema svc: run GRANT USAGE, CREATE ON SCHEMA \"svc\" TO"
              + " \"app\".");
    }

    @Test
    void noRightToLeaveAViewBehind() {
      var closed = new SchemaFacts("public", Optional.empty(), false, false, List.of());

      assertBlocked(
          plan(source().origins(closed).tables(table("users"))),
          Reason.PermissionDenied,
          "Role app may not create views in the schema public: run GRANT USAGE, CREATE ON SCHEMA"
              + " \"public\" TO \"app\", or set schema.compatibility.views to false.");
      assertThat(
              plan(desiredSchema().withoutViews(), begun().origins(closed).tables(table("users")))
                  .sentences())
          .containsExactly("Move table public.users to schema svc");
      assertThat(
              plan(
                  begun()
                      .origins(closed)
                      .tables(table("users").moved())
                      .views(viewOf(table("users")))))
          .isEqualTo(Plan.NOTHING);
    }

    @Test
    void noRightToSetTheSearchPath() {
      assertBlocked(
          plan(source().server(server().mayNotAlterDatabase().searchPath("app, public"))),
          Reason.PermissionDenied,
          "Role app does not own the database, so it cannot put svc into its search_path: have the"
              + " owner run ALTER DATABASE \"users_db\" SET search_path = \"svc\", \"app\","
              + " \"public\", or set schema.compatibility.searchPath to false.");
    }

    @Test
    void theRightToSetTheSearchPathIsNotNeededWhereItIsNotSet() {
      var server = server().mayNotAlterDatabase();

      assertThat(plan(begun().server(server.searchPath("svc, public")))).isEqualTo(Plan.NOTHING);
      assertThat(plan(desiredSchema().withoutSearchPath(), begun().server(server)))
          .isEqualTo(Plan.NOTHING);
      assertThat(plan(desiredSchema().nothingMoves(), begun().server(server)))
          .isEqualTo(Plan.NOTHING);
    }

    @Test
    void aSchemaThatBelongsToAnother() {
      assertBlocked(
          plan(
              source()
                  .schema(schema("svc", Optional.of(Mark.of(States.other(SOURCE)))))
                  .tables(table("users"))),
          Reason.OwnedByAnother,
          "The schema svc belongs to SourceDatabase shop/users-other (uid o-1): use another name"
              + " here, or delete that resource. If it is gone for good, drop the object.");
    }

    @Test
    void aSchemaThatAnEarlierLifeDidNotRelease() {
      assertThat(
              plan(source().schema(schema("svc", Optional.of(Mark.of(States.reborn(SOURCE))))))
                  .problems())
          .extracting(Problem::reason)
          .containsExactly(Reason.OwnedByAnother);
    }

    @Test
    void withMethodNoneASchemaThatIsNotThere() {
      assertBlocked(
          plan(desiredSchema().nothingMoves(), source()),
          Reason.SchemaMissing,
          "The schema svc does not exist, and with schema.method None nothing makes it: create it,"
              + " or use method Move.");
    }

    @Test
    void everythingIsSaidAtOnce() {
      assertThat(
              plan(source()
                      .server(
                          server()
                              .version(120022)
                              .standby()
                              .walLevel("minimal")
                              .mayNotCreateSchema()
                              .mayNotAlterDatabase()))
                  .problems())
          .extracting(Problem::reason)
          .containsExactly(
              Reason.ServerTooOld,
              Reason.ServerIsStandby,
              Reason.WalLevelNotLogical,
              Reason.NoRightToCreateSchema,
              Reason.PermissionDenied);
    }
  }

  @Nested
  class Removing {

    private static Plan remove(ADesiredSchema desired, ASource source) {
      return SchemaMove.remove(desired.build(), source.build());
    }

    @Test
    void everythingGoesBackToWhereItWas() {
      var state =
          begun()
              .tables(table("users").moved(), table("made_later").moved())
              .views(viewOf(table("users")).in("legacy"));

      assertThat(States.sql(remove(desiredSchema().from("public", "legacy"), state)))
          .isEqualTo(
              """
              -- SOURCE
              SET LOCAL lock_timeout = 500;
              DROP VIEW "legacy"."users";
              ALTER TABLE "svc"."users" SET SCHEMA "legacy";
              -- SOURCE
              SET LOCAL lock_timeout = 500;
              ALTER TABLE "svc"."made_later" SET SCHEMA "public";
              -- SOURCE
              DROP SCHEMA "svc";
              -- SOURCE
              ALTER DATABASE "users_db" RESET search_path;
              """);
    }

    @Test
    void nothingGoesBackWhileASubscriberKnowsItByItsName() {
      assertThat(
              remove(
                  desiredSchema(),
                  begun()
                      .tables(
                          table("users").flowing(),
                          table("notes").moved(),
                          table("events").flowing().publishedBy("debezium"))))
          .isEqualTo(
              Plan.blocked(
                  List.of(
                      new Problem(
                          Reason.PublishedElsewhere,
                          "Table svc.users is still in the publication tributary_all_users_1, whose"
                              + " subscriber knows it by this name: take that down first, with its"
                              + " slot, or set deletionPolicy to Retain."),
                      new Problem(
                          Reason.PublishedElsewhere,
                          "Table svc.events is still in the publication tributary_all_users_1,"
                              + " debezium, whose subscriber knows it by this name: take that down"
                              + " first, with its slot, or set deletionPolicy to Retain."))));
    }

    @Test
    void whatWasMovedBeforeTheMethodBecameNoneGoesBackToo() {
      assertThat(
              remove(
                      desiredSchema().nothingMoves(),
                      begun().tables(table("users").moved()).views(viewOf(table("users"))))
                  .sentences())
          .startsWith(
              "Move table svc.users back to schema public", "Drop the schema svc on the source");
    }

    @Test
    void aTableThatIsLockedLongHoldsNoOtherUp() {
      assertThat(remove(desiredSchema(), begun().tables(table("users").moved())).steps())
          .extracting(Step::skippable)
          .containsExactly(true, false, false);
    }

    @Test
    void aSearchPathThatWasSetByHandKeepsItsOtherSchemas() {
      assertThat(
              States.sql(
                  remove(
                      desiredSchema(), begun().server(server().searchPath("svc, tenant, public")))))
          .endsWith(
              """
              -- SOURCE
              ALTER DATABASE "users_db" SET search_path = "tenant", "public";
              """);
    }

    @Test
    void aSearchPathThatWeDoNotManageIsLeftAlone() {
      assertThat(remove(desiredSchema().withoutSearchPath(), begun()).sentences())
          .containsExactly("Drop the schema svc on the source");
    }

    @Test
    void inASchemaThatAPersonMadeOnlyWhatHasOurViewGoesBack() {
      var state =
          source()
              .schema(schema("svc", Optional.empty()))
              .tables(table("users").moved(), table("notes").moved())
              .views(viewOf(table("users")), viewOf(table("notes")).unmarked());

      assertThat(remove(desiredSchema(), state).sentences())
          .containsExactly("Move table svc.users back to schema public");
    }

    @Test
    void whatBelongsToAnotherStaysWhereItIs() {
      var others = Mark.of(States.other(SOURCE));
      var state =
          source()
              .schema(schema("svc", Optional.of(others)))
              .tables(table("users").moved(), table("notes"))
              .views(viewOf(table("users")).marked(others));

      assertThat(remove(desiredSchema(), state)).isEqualTo(Plan.NOTHING);
      assertThat(remove(desiredSchema().nothingMoves(), state)).isEqualTo(Plan.NOTHING);
    }

    @Test
    void whenEverythingIsGoneNothingIsLeftToRemove() {
      assertThat(remove(desiredSchema(), source().tables(table("users")))).isEqualTo(Plan.NOTHING);
    }

    @Test
    void withMethodNoneNothingWasMovedAndNothingGoesBack() {
      assertThat(
              remove(
                  desiredSchema().nothingMoves(),
                  source().schema(schema("svc", Optional.empty())).tables(table("users").moved())))
          .isEqualTo(Plan.NOTHING);
    }
  }

  @Nested
  class Releasing {

    private static Plan release(ASource source) {
      return SchemaMove.release(desiredSchema().build(), source.build());
    }

    @Test
    void onlyTheMarkChanges() {
      assertThat(
              States.sql(
                  release(begun().tables(table("users").moved()).views(viewOf(table("users"))))))
          .isEqualTo(
              """
              -- SOURCE
              COMMENT ON SCHEMA "svc" IS 'tributary.dev/SourceDatabase shop/users uid=s-1 released';
              """);
    }

    @Test
    void whatIsReleasedAlreadyOrNotOursIsLeftAsItIs() {
      for (var mark :
          List.of(
              Optional.of(Mark.of(SOURCE).release()),
              Optional.of(Mark.of(States.other(SOURCE))),
              Optional.<Mark>empty())) {
        assertThat(release(source().schema(schema("svc", mark)))).isEqualTo(Plan.NOTHING);
      }
      assertThat(release(source())).isEqualTo(Plan.NOTHING);
    }

    @Test
    void theNextResourceOfTheNameTakesUpExactlyTheMark() {
      var released =
          begun()
              .schema(schema("svc", Optional.of(Mark.of(States.reborn(SOURCE)).release())))
              .tables(table("users").moved())
              .views(viewOf(table("users")).marked(Mark.of(States.reborn(SOURCE))));

      assertThat(plan(released).sentences())
          .containsExactly("Take up the schema svc on the source");
    }
  }
}
