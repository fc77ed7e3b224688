package dev.tributary.federation;

import static dev.tributary.federation.States.SOURCE;
import static dev.tributary.federation.States.column;
import static dev.tributary.federation.States.commented;
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
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How tables get a schema of their own while their application runs. */
class SchemaMoveTest {
  private static final AServer SEARCHED = server().searchPath("\"$user\", svc, public");

  private static final AServer SEARCHED_WITH_DEFAULTS =
      server()
          .searchPath("\"$user\", svc, public")
          .tableDefaults(grant("everybody", "SELECT"), grant("owner", "SELECT"));

  private static final Before.Thing RIGHTS = Before.Thing.rights(new Relation("public", "users"));

  private static Plan plan(ADesiredSchema desired, ASource source) {
    return SchemaMove.plan(desired.build(), source.build());
  }

  private static Plan plan(ASource source) {
    return plan(desiredSchema(), source);
  }

  /** A source whose schema and search_path are as they are after the first steps. */
  private static ASource begun() {
    return source().server(SEARCHED).schema(schemaOfSource()).before(Map.of());
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
              CREATE TABLE "svc"."tributary_before" (kind text, name text[], was text[] NOT NULL, since timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (kind, name));
              COMMENT ON TABLE "svc"."tributary_before" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              -- SOURCE
              GRANT USAGE ON SCHEMA "svc" TO PUBLIC;
              GRANT CREATE ON SCHEMA "svc" TO "pg_database_owner";
              GRANT CREATE ON SCHEMA "svc" TO "pg_database_owner" WITH GRANT OPTION;
              GRANT USAGE ON SCHEMA "svc" TO "re""port";
              -- SOURCE
              ALTER DATABASE "users_db" SET search_path = "$user", "svc", "public";
              INSERT INTO "svc"."tributary_before" (kind, name, was) VALUES ('SEARCH_PATH', ARRAY[]::text[], ARRAY['', '"$user", "svc", "public"']::text[]) ON CONFLICT (kind, name) DO NOTHING;
              -- SOURCE
              ALTER TABLE "public"."notes" SET SCHEMA "svc";
              INSERT INTO "svc"."tributary_before" (kind, name, was) VALUES ('TABLE', ARRAY['notes']::text[], ARRAY['public']::text[]) ON CONFLICT (kind, name) DO UPDATE SET was = EXCLUDED.was, since = now();
              CREATE VIEW "public"."notes" WITH (security_invoker = true) AS SELECT "id" FROM "svc"."notes";
              ALTER VIEW "public"."notes" OWNER TO "Owner";
              INSERT INTO "svc"."tributary_before" (kind, name, was) VALUES ('RIGHTS', ARRAY['public', 'notes']::text[], ARRAY[]::text[]) ON CONFLICT (kind, name) DO UPDATE SET was = EXCLUDED.was, since = now();
              COMMENT ON VIEW "public"."notes" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              -- SOURCE
              ALTER TABLE "public"."users" SET SCHEMA "svc";
              INSERT INTO "svc"."tributary_before" (kind, name, was) VALUES ('TABLE', ARRAY['users']::text[], ARRAY['public']::text[]) ON CONFLICT (kind, name) DO UPDATE SET was = EXCLUDED.was, since = now();
              CREATE VIEW "public"."users" AS SELECT "id", "e-mail", "name" FROM "svc"."users";
              ALTER VIEW "public"."users" OWNER TO "app";
              GRANT SELECT ON "public"."users" TO PUBLIC;
              GRANT SELECT ON "public"."users" TO "admin";
              GRANT SELECT ON "public"."users" TO "admin" WITH GRANT OPTION;
              GRANT SELECT ("e-mail") ON "public"."users" TO "re""port";
              GRANT SELECT ("name") ON "public"."users" TO PUBLIC;
              GRANT UPDATE ("name") ON "public"."users" TO "support";
              GRANT UPDATE ("name") ON "public"."users" TO "support" WITH GRANT OPTION;
              INSERT INTO "svc"."tributary_before" (kind, name, was) VALUES ('RIGHTS', ARRAY['public', 'users']::text[], %s) ON CONFLICT (kind, name) DO UPDATE SET was = EXCLUDED.was, since = now();
              COMMENT ON VIEW "public"."users" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              """
                  .formatted(Sql.array(Right.digests(Right.on(before.build().tables().get(0))))));
    }

    @Test
    void aPersonReadsOneSentenceAStep() {
      assertThat(plan(before).sentences())
          .containsExactly(
              "Create the schema svc on the source",
              "Create the table svc.tributary_before, which remembers how things were for the way"
                  + " back",
              "Give those who may use the old schema the same rights on schema svc",
              "Set the search_path of new sessions in database users_db to \"$user\", \"svc\","
                  + " \"public\"",
              "Move table public.notes to schema svc and leave a view behind",
              "Move table public.users to schema svc and leave a view behind");
    }

    @Test
    void aTableThatIsLockedLongHoldsNoOtherUp() {
      assertThat(plan(before).steps())
          .filteredOn(step -> step.lock().isPresent())
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
              CREATE TABLE "svc"."tributary_before" (kind text, name text[], was text[] NOT NULL, since timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (kind, name));
              COMMENT ON TABLE "svc"."tributary_before" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              -- SOURCE
              ALTER TABLE "public"."users" SET SCHEMA "svc";
              INSERT INTO "svc"."tributary_before" (kind, name, was) VALUES ('TABLE', ARRAY['users']::text[], ARRAY['public']::text[]) ON CONFLICT (kind, name) DO UPDATE SET was = EXCLUDED.was, since = now();
              """);
    }

    @Test
    void aSourceWithoutTablesGetsItsSchemaForThoseToCome() {
      assertThat(plan(source()).sentences())
          .containsExactly(
              "Create the schema svc on the source",
              "Create the table svc.tributary_before, which remembers how things were for the way"
                  + " back",
              "Set the search_path of new sessions in database users_db to \"$user\", \"svc\","
                  + " \"public\"");
    }

    @Test
    void everyTableLeavesItsViewInTheSchemaThatItComesFrom() {
      assertThat(
              States.sqlWithoutMemory(
                  plan(
                      desiredSchema().from("public", "legacy"),
                      begun().tables(table("old").in("legacy").columns(column("id", "int"))))))
          .isEqualTo(
              """
              -- SOURCE
              ALTER TABLE "legacy"."old" SET SCHEMA "svc";
              CREATE VIEW "legacy"."old" WITH (security_invoker = true) AS SELECT "id" FROM "svc"."old";
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
    void theWorldIsAsItWouldBeObserved() {
      var before =
          source()
              .origins(schema("public", Optional.empty(), grant("", "USAGE")))
              .tables(table("users").grants(grant("admin", "SELECT")), table("notes"));

      assertThat(SourceWorld.of(before).moved(desiredSchema()).plan(desiredSchema()))
          .isEqualTo(Plan.NOTHING);
    }

    @Test
    void nothingIsPlanned() {
      var rights = new Grant[] {grant("", "USAGE"), grantable("app", "CREATE")};

      assertThat(
              plan(
                  source()
                      .server(SEARCHED)
                      .origins(schema("public", Optional.empty(), rights))
                      .schema(schemaOfSource(grantable("", "USAGE"), grantable("app", "CREATE")))
                      .moved(
                          table("users").grants(grant("admin", "SELECT")),
                          table("secrets").rowSecurity())))
          .isEqualTo(Plan.NOTHING);
    }

    @Test
    void whatIsLeftOfAMoveThatWasCutOffIsPlanned() {
      assertThat(plan(begun().moved(table("users")).tables(table("notes"))).sentences())
          .containsExactly("Move table public.notes to schema svc and leave a view behind");
    }

    @Test
    void aRightThatWasGivenOnTheOldSchemaMeanwhileIsGivenOnTheNewOne() {
      assertThat(
              States.sqlWithoutMemory(
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
                              "svc",
                              Optional.of(Mark.of(SOURCE)),
                              false,
                              true,
                              List.of(),
                              List.of()))))
          .isEqualTo(Plan.NOTHING);
    }

    @Test
    void aSearchPathThatNamesTheSchemaAnywhereStaysAsItIs() {
      assertThat(plan(begun().server(server().searchPath("tenant, svc")))).isEqualTo(Plan.NOTHING);
    }

    @Test
    void aSearchPathThatWasSetByHandKeepsItsSchemas() {
      assertThat(
              States.sqlWithoutMemory(
                  plan(begun().server(server().searchPath("\"Tenant A\", public")))))
          .isEqualTo(
              """
              -- SOURCE
              ALTER DATABASE "users_db" SET search_path = "Tenant A", "svc", "public";
              """);
    }

    @Test
    void aSchemaThatItsFormerOwnerReleasedIsTakenUp() {
      assertThat(
              States.sqlWithoutMemory(
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
    void aSchemaThatAPersonMadeIsUsedAndNotMarkedAndWhatWeGiveOnItIsWrittenDown() {
      var given = grant("dev", "USAGE");
      var plan =
          plan(
              source()
                  .server(SEARCHED)
                  .origins(schema("public", Optional.empty(), given))
                  .schema(schema("svc", Optional.empty()))
                  .tables(table("users")));

      assertThat(plan.sentences())
          .containsExactly(
              "Create the table svc.tributary_before, which remembers how things were for the way"
                  + " back",
              "Give those who may use the old schema the same rights on schema svc",
              "Move table public.users to schema svc and leave a view behind");
      assertThat(plan.steps().get(1).sql())
          .containsExactly(
              "GRANT USAGE ON SCHEMA \"svc\" TO \"dev\"",
              Before.remember(
                  "svc",
                  Before.Thing.given(new Right("dev", "USAGE", "", false).digest()),
                  List.of()));
    }

    @Test
    void whatIsRememberedIsNoTableOfTheService() {
      assertThat(plan(begun().tables(table("tributary_before").moved().marked(Mark.of(SOURCE)))))
          .isEqualTo(Plan.NOTHING);
    }
  }

  @Nested
  class Views {

    @Test
    void aViewThatWasDroppedByHandIsMadeAgain() {
      assertThat(
              States.sqlWithoutMemory(
                  plan(begun().tables(table("users").moved().grants(grant("admin", "SELECT"))))))
          .isEqualTo(
              """
              -- SOURCE
              CREATE VIEW "public"."users" WITH (security_invoker = true) AS SELECT "id", "name" FROM "svc"."users";
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

      assertThat(States.sqlWithoutMemory(plan))
          .isEqualTo(
              """
              -- SOURCE
              CREATE OR REPLACE VIEW "public"."users" WITH (security_invoker = true) AS SELECT "id", "name", "bio" FROM "svc"."users";
              ALTER VIEW "public"."users" OWNER TO "app";
              COMMENT ON VIEW "public"."users" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              """);
      assertThat(plan.sentences()).containsExactly("Replace the view public.users on svc.users");
    }

    @Test
    void aViewThatCannotBeExtendedIsMadeAnewWithTheRightsThatItHad() {
      assertThat(
              States.sqlWithoutMemory(
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
              DROP VIEW "public"."users";
              CREATE VIEW "public"."users" WITH (security_invoker = true) AS SELECT "id", "name" FROM "svc"."users";
              ALTER VIEW "public"."users" OWNER TO "app";
              GRANT SELECT ON "public"."users" TO "admin";
              GRANT SELECT ON "public"."users" TO "report";
              GRANT SELECT ON "svc"."users" TO "report";
              COMMENT ON VIEW "public"."users" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
              """);
    }

    @Test
    void aViewOfAnotherTableIsMadeAnew() {
      assertThat(
              States.sqlWithoutMemory(
                  plan(
                      begun()
                          .remember(Before.Thing.rights(new Relation("public", "users")))
                          .views(viewOf(table("users")).readingFrom(relation("old_users")))
                          .tables(table("users").moved()))))
          .contains(
              "DROP VIEW \"public\".\"users\";\nCREATE VIEW \"public\".\"users\" WITH (security_invoker = true) AS");
    }

    @Test
    void aViewFollowsItsTablesOwnerAndRights() {
      var granted =
          begun()
              .views(viewOf(table("users")).grants(grant("admin", "SELECT")))
              .tables(table("users").moved().grants(grantable("admin", "SELECT")));
      var owned =
          begun()
              .remember(Before.Thing.rights(new Relation("public", "users")))
              .views(viewOf(table("users")))
              .tables(table("users").moved().ownedBy("owner"));

      assertThat(States.sqlWithoutMemory(plan(granted)))
          .contains("GRANT SELECT ON \"public\".\"users\" TO \"admin\" WITH GRANT OPTION;");
      assertThat(States.sqlWithoutMemory(plan(owned)))
          .contains("ALTER VIEW \"public\".\"users\" OWNER TO \"owner\";");
    }

    @Test
    void aRightThatIsGivenOnTheViewHoldsOnItsTableTooWhichReadsAsItsCaller() {
      assertThat(
              States.sqlWithoutMemory(
                  plan(
                      begun()
                          .moved(table("notes"))
                          .tables(table("users").moved())
                          .views(viewOf(table("users")).grants(grant("report", "SELECT"))))))
          .isEqualTo(
              """
              -- SOURCE
              GRANT SELECT ON "svc"."users" TO "report";
              """);
    }

    @Test
    void theCommentsOfATableAndItsColumnsAreThoseOfItsView() {
      var commented =
          table("users")
              .comment("Who shops.\nHere.")
              .columns(column("id", "bigint"), commented("na\"me", "text", "It's"));

      assertThat(States.sqlWithoutMemory(plan(begun().tables(commented))))
          .endsWith(
              """
              COMMENT ON VIEW "public"."users" IS 'Who shops.
              Here.
              tributary.dev/SourceDatabase shop/users uid=s-1';
              """);
      var uncommented = table("users").comment("Who shops.\nHere.");
      var state =
          begun()
              .views(viewOf(uncommented.columns(column("id", "bigint"), column("na\"me", "text"))))
              .remember(RIGHTS)
              .tables(commented.moved());
      assertThat(plan(state).steps())
          .singleElement()
          .satisfies(s -> assertThat(s.lock()).isPresent())
          .satisfies(
              s ->
                  assertThat(s.sentence())
                      .isEqualTo(
                          "Give the columns of the view public.users the comments of the table's"))
          .satisfies(
              s ->
                  assertThat(s.sql())
                      .containsExactly(
                          "COMMENT ON COLUMN \"public\".\"users\".\"na\"\"me\" IS 'It''s'"));
      assertThat(plan(begun().moved(commented.in("public")))).isEqualTo(Plan.NOTHING);
    }

    @Test
    void theRightsThatEachNewViewGetsByDefaultAreTakenWhereTheTableHasNone() {
      assertThat(
              States.sqlWithoutMemory(
                  plan(
                      begun()
                          .server(SEARCHED_WITH_DEFAULTS)
                          .tables(table("users").ownedBy("owner")))))
          .contains("REVOKE SELECT ON \"public\".\"users\" FROM \"everybody\"")
          .doesNotContain("FROM \"owner\"");
    }

    @Test
    void aViewReadsAsItsCallerWhereTheServerKnowsThat() {
      var old = server().searchPath("\"$user\", svc, public");

      assertThat(States.sql(plan(begun().server(old.version(140018)).tables(table("users")))))
          .contains("CREATE VIEW \"public\".\"users\" AS SELECT");
      assertThat(States.sql(plan(begun().server(old.version(150000)).tables(table("users")))))
          .contains("CREATE VIEW \"public\".\"users\" WITH (security_invoker = true) AS SELECT");
    }

    @Test
    void aViewThatReadsAsItsOwnerIsReplacedAfterAnUpgrade() {
      assertThat(
              plan(begun()
                      .tables(table("users").moved())
                      .views(viewOf(table("users")).withoutSecurityInvoker()))
                  .sentences())
          .containsExactly("Replace the view public.users on svc.users");
    }

    @Test
    void aViewThatIsNamedAsNotWantedIsDroppedWhateverStatementsAreSeen() {
      var state =
          begun()
              .moved(table("users"), table("notes"))
              .surroundings(
                  new Surroundings(
                      List.of(),
                      List.of(),
                      List.of(new Surroundings.Statement("SELECT 1 FROM public.users", 3)),
                      0,
                      0));

      assertThat(plan(desiredSchema().viewsExcept("us*"), state).sentences())
          .containsExactly("Drop the view public.users");
      assertThat(plan(state)).isEqualTo(Plan.NOTHING);
    }

    @Test
    void aViewThatOthersDependOnIsNotDroppedBehindTheirBack() {
      var state =
          begun()
              .tables(table("users").moved().columns(column("id", "int")))
              .views(viewOf(table("users")).dependents("view report"));

      assertThat(plan(state))
          .isEqualTo(
              Plan.blocked(
                  List.of(
                      new Problem(
                          Reason.ViewInUse,
                          "The view public.users cannot go while others depend on it: make view"
                              + " report anew without it."))));
      assertThat(plan(desiredSchema().viewsExcept("users"), state).problems())
          .extracting(Problem::reason)
          .containsExactly(Reason.ViewInUse);
    }

    @Test
    void aViewThatNobodyWantsIsDropped() {
      assertThat(
              States.sqlWithoutMemory(
                  plan(
                      desiredSchema().withoutViews(),
                      begun().tables(table("users").moved()).views(viewOf(table("users"))))))
          .isEqualTo(
              """
              -- SOURCE
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
    void aMarkThatAnybodyMayHaveWrittenMakesNoViewOurs() {
      var forged = viewOf(table("users")).ownedBy("mallory").columns(column("other", "int"));

      assertThat(plan(begun().tables(table("users").moved()).views(forged)))
          .isEqualTo(Plan.NOTHING);
      assertThat(
              plan(begun().tables(table("users").moved()).views(forged).remember(RIGHTS))
                  .sentences())
          .containsExactly("Replace the view public.users on svc.users");
    }

    @Test
    void aCommentThatWipedTheMarkOffIsGivenToTheTableAndTheMarkIsWrittenAgain() {
      var world =
          SourceWorld.of(source().tables(table("users")))
              .moved(desiredSchema())
              .after("COMMENT ON VIEW \"public\".\"users\" IS 'Who shops.'")
              .moved(desiredSchema());
      var view = world.view(new Relation("public", "users")).orElseThrow();

      assertThat(view.mark()).contains(Mark.of(SOURCE));
      assertThat(view.comment()).contains("Who shops.");
      assertThat(world.table(relation("users")).comment()).contains("Who shops.");
    }

    @Test
    void aViewWithoutAMarkIsNotOursWhereSomebodyElseOwnsIt() {
      assertThat(
              plan(
                  begun()
                      .tables(table("users").moved())
                      .views(viewOf(table("users")).ownedBy("mallory").unmarked())
                      .remember(RIGHTS)))
          .isEqualTo(Plan.NOTHING);
    }

    @Test
    void theViewOfATableThatHasAProblemIsKeptAsTheTableIs() {
      var plan = plan(begun().views(viewOf(table("users"))).tables(withBio().withoutIdentity()));

      assertThat(plan.sentences()).containsExactly("Replace the view public.users on svc.users");
      assertThat(plan.problems())
          .extracting(Problem::reason)
          .containsExactly(Reason.NoReplicaIdentity);
    }

    @Test
    void aViewThatWouldShowRowsThatSomebodyMustNotSeeIsDropped() {
      var old = server().searchPath("\"$user\", svc, public").version(140018);
      var view = viewOf(table("users")).withoutSecurityInvoker();

      assertThat(
              plan(begun().server(old).tables(table("users").moved().rowSecurity()).views(view))
                  .sentences())
          .containsExactly("Drop the view public.users");
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
          .allMatch(step -> step.lock().isPresent());
      assertThat(
              plan(
                      desiredSchema().withoutViews(),
                      begun().tables(table("a").moved()).views(viewOf(table("a"))))
                  .steps())
          .hasSize(1)
          .allMatch(step -> step.lock().isPresent());
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
          "The source is PostgreSQL 12.22; it has to be 13 or later: upgrade it.");
      assertThat(plan(source().server(server().version(130000))).problems()).isEmpty();
    }

    @Test
    void aStandby() {
      assertBlocked(
          plan(source().server(server().standby())),
          Reason.ServerIsStandby,
          "The source is a standby and read-only: connect to its primary.");
    }

    @Test
    void aWalLevelThatIsNotLogical() {
      assertBlocked(
          plan(source().server(server().walLevel("replica"))),
          Reason.WalLevelNotLogical,
          "wal_level is replica: run ALTER SYSTEM SET wal_level = 'logical' on the source and"
              + " restart it.");
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
          plan(
              source()
                  .schema(
                      new SchemaFacts(
                          "svc", Optional.empty(), false, false, List.of(), List.of()))),
          Reason.PermissionDenied,
          "Role app may not create in the schema svc: run GRANT USAGE, CREATE ON SCHEMA \"svc\" TO"
              + " \"app\".");
    }

    @Test
    void noRightToLeaveAViewBehind() {
      var closed = new SchemaFacts("public", Optional.empty(), false, false, List.of(), List.of());

      assertBlocked(
          plan(source().origins(closed).tables(table("users"))),
          Reason.PermissionDenied,
          "Role app may not create views in the schema public: run GRANT USAGE, CREATE ON SCHEMA"
              + " \"public\" TO \"app\", or set schema.compatibility.views to false.");
      assertThat(
              plan(desiredSchema().withoutViews(), begun().origins(closed).tables(table("users")))
                  .sentences())
          .containsExactly("Move table public.users to schema svc");
      assertThat(plan(begun().origins(closed).moved(table("users")))).isEqualTo(Plan.NOTHING);
    }

    @Test
    void noRightToSetTheSearchPath() {
      assertBlocked(
          plan(source().server(server().mayNotAlterDatabase().searchPath("app, public"))),
          Reason.PermissionDenied,
          "Role app does not own the database, so it cannot put svc into its search_path: have the"
              + " owner run ALTER DATABASE \"users_db\" SET search_path = \"app\", \"svc\","
              + " \"public\", or set schema.compatibility.searchPath to false.");
    }

    @Test
    void theRightToSetTheSearchPathIsNotNeededWhereItIsNotSet() {
      var server = server().mayNotAlterDatabase();

      assertThat(plan(begun().server(server.searchPath("svc, public")))).isEqualTo(Plan.NOTHING);
      assertThat(plan(desiredSchema().withoutSearchPath(), begun().server(server)))
          .isEqualTo(Plan.NOTHING);
      assertThat(
              plan(
                  desiredSchema().nothingMoves(),
                  source().server(server).schema(schema("svc", Optional.empty()))))
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
    void aSchemaToMoveFromThatIsNotThere() {
      assertBlocked(
          plan(desiredSchema().from("public", "legcay"), source().tables(table("users"))),
          Reason.SchemaMissing,
          "There is no schema legcay to move tables from: correct schema.from, or create it.");
      assertThat(
              plan(desiredSchema().from("public", "dropped_since"), begun().moved(table("users"))))
          .isEqualTo(Plan.NOTHING);
    }

    @Test
    void withMethodNoneASchemaThatIsNotThere() {
      assertBlocked(
          plan(desiredSchema().nothingMoves(), source()),
          Reason.SchemaMissing,
          "The schema svc does not exist, and with schema.method None nothing makes it: create it,"
              + " or use method Move. Tables that had been moved are back.");
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
  class Releasing {

    private static Plan release(ASource source) {
      return SchemaMove.release(desiredSchema().build(), source.build());
    }

    @Test
    void onlyTheMarksChange() {
      assertThat(States.sql(release(begun().moved(table("users")))))
          .isEqualTo(
              """
              -- SOURCE
              COMMENT ON TABLE "svc"."tributary_before" IS 'tributary.dev/SourceDatabase shop/users uid=s-1 released';
              -- SOURCE
              COMMENT ON SCHEMA "svc" IS 'tributary.dev/SourceDatabase shop/users uid=s-1 released';
              """);
    }

    @Test
    void inASchemaThatAPersonMadeWhatRemembersIsReleased() {
      assertThat(
              release(begun().schema(schema("svc", Optional.empty())).moved(table("users")))
                  .sentences())
          .containsExactly("Release the table svc.tributary_before");
    }

    @Test
    void whatIsReleasedAlreadyOrNotOursIsLeftAsItIs() {
      for (var mark : List.of(Mark.of(SOURCE).release(), Mark.of(States.other(SOURCE)))) {
        assertThat(release(source().schema(schema("svc", Optional.of(mark))).beforeMarked(mark)))
            .isEqualTo(Plan.NOTHING);
      }
      assertThat(release(source().schema(schema("svc", Optional.empty())))).isEqualTo(Plan.NOTHING);
      assertThat(release(source())).isEqualTo(Plan.NOTHING);
    }

    @Test
    void theNextResourceOfTheNameTakesUpExactlyTheMarks() {
      var before = Mark.of(States.reborn(SOURCE)).release();
      var released =
          begun()
              .moved(table("users"))
              .schema(schema("svc", Optional.of(before)))
              .beforeMarked(before);

      assertThat(plan(released).sentences())
          .containsExactly(
              "Take up the schema svc on the source", "Take up the table svc.tributary_before");
    }
  }
}
