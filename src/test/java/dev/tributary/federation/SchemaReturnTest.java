package dev.tributary.federation;

import static dev.tributary.federation.States.column;
import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.grant;
import static dev.tributary.federation.States.relation;
import static dev.tributary.federation.States.schema;
import static dev.tributary.federation.States.schemaOfSource;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static dev.tributary.federation.States.viewOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Before.Thing;
import dev.tributary.federation.ColumnSequence.Kind;
import dev.tributary.federation.States.ADesiredSchema;
import dev.tributary.federation.States.ASource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The way back leads to just where everything was. */
class SchemaReturnTest {
  private static final ADesiredSchema DESIRED = desiredSchema();

  private static Relation inPublic(String name) {
    return new Relation("public", name);
  }

  private static Plan back(ADesiredSchema desired, ASource source) {
    return SchemaReturn.plan(desired.build(), source.build());
  }

  private static Plan back(ASource source) {
    return back(DESIRED, source);
  }

  /** A source whose schema is ours. */
  private static ASource ours() {
    return source()
        .server(server().searchPath("\"$user\", svc, public"))
        .schema(schemaOfSource())
        .remember(Thing.databaseSearchPath(), "", "\"$user\", svc, public");
  }

  private static ASource everything() {
    return source()
        .origins(
            schema("public", Optional.empty(), grant("", "USAGE")),
            schema("legacy", Optional.empty(), grant("old", "USAGE")))
        .server(
            server()
                .searchPath("public, legacy")
                .roleSearchPath(
                    new RoleSearchPath(
                        "report", Optional.empty(), Optional.of("public"), true, true)))
        .tables(
            table("users")
                .grants(grant("report", "SELECT"))
                .columns(column("id", "bigint"), column("name", "text", grant("", "SELECT")))
                .sequences(
                    new ColumnSequence("public", "users_id_seq", "id", Kind.OWNED),
                    new ColumnSequence("public", "users_nr_seq", "nr", Kind.IDENTITY))
                .indexes("users_pkey"),
            table("orders").in("legacy").ownedBy("other"),
            table("notes"),
            table("flyway_schema_history"));
  }

  private static final ADesiredSchema FROM_BOTH = desiredSchema().from("public", "legacy");

  @Nested
  class Everything {

    @Test
    void isAsItWasAndNothingIsLeft() {
      var before = SourceWorld.of(everything());
      var after = before.moved(FROM_BOTH).back(FROM_BOTH).state();
      var was = before.state();

      assertThat(after.tables()).isEqualTo(was.tables());
      assertThat(after.views()).isEmpty();
      assertThat(after.schema()).isEmpty();
      assertThat(after.before()).isEmpty();
      assertThat(after.server().databaseSearchPath()).contains("\"public\", \"legacy\"");
      assertThat(after.server().roleSearchPaths()).isEqualTo(was.server().roleSearchPaths());
    }

    @Test
    void isAsItWasWithSequencesThatStayedToo() {
      var before = SourceWorld.of(everything());
      var keeping = desiredSchema().from("public", "legacy").keepSequences();
      var moved = before.moved(keeping);

      assertThat(moved.table(relation("users")).sequences())
          .containsExactly(
              new ColumnSequence("public", "users_id_seq", "id", Kind.USED),
              new ColumnSequence("svc", "users_nr_seq", "nr", Kind.IDENTITY));
      assertThat(moved.back(keeping).state().tables()).isEqualTo(before.state().tables());
    }

    @Test
    void isAsItWasWhereverTheMoveWasCutOff() {
      var before = SourceWorld.of(everything());
      var steps = before.plan(FROM_BOTH).steps();
      for (int cut = 1; cut <= steps.size(); cut++) {
        var after = before.after(steps.subList(0, cut)).back(FROM_BOTH).state();

        assertThat(after.tables()).isEqualTo(before.state().tables());
        assertThat(after.views()).isEmpty();
        assertThat(after.schema()).isEmpty();
      }
    }

    @Test
    void isAsItWasWhereverTheWayBackWasCutOff() {
      var before = SourceWorld.of(everything());
      var moved = before.moved(FROM_BOTH);
      var steps = SchemaReturn.plan(FROM_BOTH.build(), moved.state()).steps();
      for (int cut = 0; cut <= steps.size(); cut++) {
        var after = moved.after(steps.subList(0, cut)).back(FROM_BOTH).state();

        assertThat(after.tables()).isEqualTo(before.state().tables());
        assertThat(after.schema()).isEmpty();
        assertThat(after.server().roleSearchPaths())
            .isEqualTo(before.state().server().roleSearchPaths());
      }
    }

    @Test
    void canMoveAgainAfterItChangedItsMindHalfWay() {
      var moved = SourceWorld.of(everything()).moved(FROM_BOTH);
      var steps = SchemaReturn.plan(FROM_BOTH.build(), moved.state()).steps();
      for (int cut = 0; cut <= steps.size(); cut++) {
        assertThat(moved.after(steps.subList(0, cut)).moved(FROM_BOTH).state().tables())
            .isEqualTo(moved.state().tables());
      }
    }

    @Test
    void isAsItWasThoughATableCouldNotHaveItsLockAtFirst() {
      var before = SourceWorld.of(everything());
      var keeping = desiredSchema().from("public", "legacy").withoutViews().keepSequences();
      var moved = before.moved(keeping);
      var plan = SchemaReturn.plan(keeping.build(), moved.state());
      for (Step locked : plan.steps().stream().filter(s -> s.lock().isPresent()).toList()) {
        // As the executor does: others that need a lock go on, what relies on them does not.
        var done = new ArrayList<>(plan.steps().subList(0, plan.steps().indexOf(locked)));
        plan.steps().stream()
            .skip(done.size() + 1)
            .takeWhile(s -> s.lock().isPresent())
            .forEach(done::add);

        assertThat(moved.after(done).back(keeping).state().tables())
            .isEqualTo(before.state().tables());
      }
    }

    @Test
    void isSaidInOneSentenceAStep() {
      assertThat(back(ours().moved(table("users"))).sentences())
          .containsExactly(
              "Move table svc.users back to schema public",
              "Reset the search_path of new sessions in database users_db; Drop the table"
                  + " svc.tributary_before; Drop the schema svc on the source");
    }

    @Test
    void locksAViewBeforeItsTableAsApplicationsDo() {
      assertThat(States.sql(back(ours().moved(table("users").grants(grant("report", "SELECT"))))))
          .startsWith(
              """
              -- SOURCE
              DROP VIEW "public"."users";
              ALTER TABLE "svc"."users" SET SCHEMA "public";
              """);
    }

    @Test
    void waitsForNoLockLongerThanAllowed() {
      assertThat(back(ours().moved(table("users"))).steps().get(0).lock())
          .contains(new Lock(relation("users"), DESIRED.build().lockTimeout()));
    }
  }

  @Nested
  class WhereATableGoes {

    private static List<String> sentences(ASource source) {
      return back(desiredSchema().from("public", "legacy"), source).sentences();
    }

    @Test
    void isWhatIsRemembered() {
      assertThat(
              sentences(
                  ours()
                      .tables(table("users").moved())
                      .views(viewOf(table("users")))
                      .remember(Thing.table("users"), "legacy")))
          .startsWith("Move table svc.users back to schema legacy");
    }

    @Test
    void isElseWhereItsViewStands() {
      assertThat(
              sentences(
                  ours().tables(table("users").moved()).views(viewOf(table("users")).in("legacy"))))
          .startsWith("Move table svc.users back to schema legacy");
    }

    @Test
    void isElseWhereItWouldHaveBeenMadeWithoutUs() {
      assertThat(sentences(ours().tables(table("made_later").moved())))
          .startsWith("Move table svc.made_later back to schema public");
    }

    @Test
    void isWhatIsRememberedThoughNobodyNamesThatSchemaAnyMore() {
      assertThat(
              back(
                      desiredSchema(),
                      ours()
                          .tables(table("users").moved())
                          .remember(Thing.table("users"), "legacy"))
                  .sentences())
          .startsWith("Move table svc.users back to schema legacy");
    }

    @Test
    void takesTheViewThatShowsItUnderItsFormerNameAlong() {
      assertThat(
              States.sql(
                  back(
                      ours()
                          .tables(table("customers").moved())
                          .views(viewOf(table("users")).readingFrom(relation("customers"))))))
          .startsWith(
              """
              -- SOURCE
              DROP VIEW "public"."users";
              ALTER TABLE "svc"."customers" SET SCHEMA "public";
              """);
    }
  }

  @Nested
  class Rights {

    @Test
    void thatWereGivenOnTheOldNameMeanwhileSurvive() {
      var back =
          SourceWorld.of(source().tables(table("users").grants(grant("report", "SELECT"))))
              .moved(DESIRED)
              .after(
                  "GRANT INSERT ON \"public\".\"users\" TO \"late\"",
                  "GRANT UPDATE (\"name\") ON \"public\".\"users\" TO \"late\"")
              .back(DESIRED);

      assertThat(Right.on(back.table(inPublic("users"))))
          .containsExactly(
              new Right("late", "INSERT", "", false),
              new Right("report", "SELECT", "", false),
              new Right("late", "UPDATE", "name", false));
    }

    @Test
    void thatWereTakenOnTheOldNameMeanwhileAreGone() {
      var back =
          SourceWorld.of(source().tables(table("users").grants(grant("report", "SELECT"))))
              .moved(DESIRED)
              .after("REVOKE SELECT ON \"public\".\"users\" FROM \"report\"")
              .back(DESIRED);

      assertThat(Right.on(back.table(inPublic("users")))).isEmpty();
    }

    @Test
    void onATableWithoutAViewAreThoseOfTheTable() {
      var back =
          SourceWorld.of(source().tables(table("users").grants(grant("report", "SELECT"))))
              .moved(desiredSchema().withoutViews())
              .back(desiredSchema().withoutViews());

      assertThat(Right.on(back.table(inPublic("users")))).hasSize(1);
    }
  }

  @Nested
  class Sequences {
    private static ASource kept(States.ATable users) {
      return ours()
          .moved(users)
          .taken("public", "users_id_seq")
          .remember(Thing.sequence(inPublic("users_id_seq")), "users", "id");
    }

    @Test
    void belongToTheirColumnAgain() {
      assertThat(States.sql(back(kept(table("users")))))
          .contains(
              """
              ALTER TABLE "svc"."users" SET SCHEMA "public";
              ALTER SEQUENCE "public"."users_id_seq" OWNED BY "public"."users"."id";
              DELETE FROM "svc"."tributary_before" WHERE (kind, name) = ('SEQUENCE', ARRAY['public', 'users_id_seq']::text[]);
              """);
    }

    @Test
    void thatAreGoneAreNotMissed() {
      assertThat(
              States.sql(
                  back(
                      ours()
                          .moved(table("users"))
                          .remember(Thing.sequence(inPublic("users_id_seq")), "users", "id"))))
          .doesNotContain("ALTER SEQUENCE");
    }

    @Test
    void ofAColumnThatIsGoneStayNobodys() {
      assertThat(States.sql(back(kept(table("users").columns(column("nr", "bigint"))))))
          .doesNotContain("ALTER SEQUENCE");
    }
  }

  @Nested
  class WhatTheServiceMadeMeanwhile {
    @Test
    void goesWhereItWouldHaveBeenWithoutUs() {
      assertThat(
              States.sql(
                  back(
                      ours()
                          .strays(
                              new Stray("TYPE", "svc.mood"),
                              new Stray("ROUTINE", "svc.\"Add\"(integer, text)")))))
          .startsWith(
              """
              -- SOURCE
              ALTER TYPE svc.mood SET SCHEMA "public";
              -- SOURCE
              ALTER ROUTINE svc."Add"(integer, text) SET SCHEMA "public";
              """);
    }

    @Test
    void goesBeforeTheTablesBecauseAFunctionIsNamedByTheRowsThatItTakes() {
      assertThat(
              back(ours().strays(new Stray("ROUTINE", "svc.f(svc.users)")).moved(table("users")))
                  .sentences())
          .startsWith(
              "Move routine svc.f(svc.users) to schema public",
              "Move table svc.users back to schema public");
    }

    @Test
    void holdsNoOtherUpWhereSomebodyUsesIt() {
      assertThat(back(ours().strays(new Stray("SEQUENCE", "svc.nr"))).steps().get(0).lock())
          .map(Lock::atMost)
          .contains(DESIRED.build().lockTimeout());
    }

    @Test
    void staysInASchemaThatAPersonMade() {
      assertThat(
              back(source()
                      .schema(schema("svc", Optional.empty()))
                      .before(Map.of())
                      .strays(new Stray("TYPE", "svc.mood")))
                  .sentences())
          .containsExactly("Drop the table svc.tributary_before");
    }
  }

  @Test
  void methodNoneIsTheWayBackForWhatWasMoved() {
    var moved = SourceWorld.of(everything()).moved(FROM_BOTH).state();

    var none = FROM_BOTH.build().wayBack();

    assertThat(SchemaMove.plan(none, moved)).isEqualTo(SchemaReturn.plan(none, moved));
  }
}
