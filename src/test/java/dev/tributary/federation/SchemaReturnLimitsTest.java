package dev.tributary.federation;

import static dev.tributary.federation.States.SOURCE;
import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.grant;
import static dev.tributary.federation.States.schema;
import static dev.tributary.federation.States.schemaOfSource;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static dev.tributary.federation.States.viewOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Before.Thing;
import dev.tributary.federation.States.ADesiredSchema;
import dev.tributary.federation.States.ASource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What does not go back, or not yet, and why. */
class SchemaReturnLimitsTest {
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

  @Nested
  class WhatStandsInTheWay {

    private static void assertBlocked(Plan plan, Reason reason, String sentence) {
      assertThat(plan).isEqualTo(Plan.blocked(List.of(new Problem(reason, sentence))));
    }

    @Test
    void aSubscriberThatKnowsATableByItsName() {
      assertThat(
              back(
                  ours()
                      .tables(
                          table("users").flowing(),
                          table("notes").moved(),
                          table("events").flowing().publishedBy("debezium"))))
          .isEqualTo(
              Plan.blocked(
                  List.of(
                      new Problem(
                          Reason.PublishedElsewhere,
                          "Table svc.users is still in the publication tributary_all_users_e403e136, whose"
                              + " subscriber knows it by this name: take that down first, with its"
                              + " slot, or set deletionPolicy to Retain."),
                      new Problem(
                          Reason.PublishedElsewhere,
                          "Table svc.events is still in the publication tributary_all_users_e403e136,"
                              + " debezium, whose subscriber knows it by this name: take that down"
                              + " first, with its slot, or set deletionPolicy to Retain."))));
    }

    @Test
    void butNotTheSubscribersOfOthersWhoAreReadyForANewName() {
      var published = ours().moved(table("users").publishedBy("debezium"));

      assertThat(back(published).problems()).isNotEmpty();
      assertThat(
              SchemaReturn.plan(desiredSchema().moveIfPublished().build(), published.build())
                  .problems())
          .isEmpty();
    }

    @Test
    void aViewThatOthersHaveBuiltOn() {
      assertBlocked(
          back(
              ours()
                  .tables(table("users").moved())
                  .views(viewOf(table("users")).dependents("view a.report", "function f()"))),
          Reason.ViewInUse,
          "The view public.users cannot go while others depend on it: make view a.report, function"
              + " f() anew without it.");
    }

    @Test
    void somethingThatHasTheNameByNow() {
      assertBlocked(
          back(ours().tables(table("users").moved()).taken("public", "users")),
          Reason.NameTaken,
          "Table svc.users cannot go back to schema public, where something called users exists by"
              + " now: rename one of them.");
    }

    @Test
    void aViewOfAnotherThatHasTheNameByNow() {
      assertThat(
              back(ours().tables(table("users").moved()).views(viewOf(table("users")).unmarked()))
                  .problems())
          .extracting(Problem::reason)
          .containsExactly(Reason.NameTaken);
    }

    @Test
    void somethingThatHasTheNameOfAnIndexByNow() {
      assertThat(
              back(ours()
                      .tables(table("users").moved().indexes("by_name"))
                      .taken("public", "by_name"))
                  .problems())
          .extracting(Problem::reason)
          .containsExactly(Reason.NameTaken);
    }

    @Test
    void aTableThatIsNotOursToMove() {
      assertThat(back(ours().tables(table("users").moved().notOurs())).problems())
          .extracting(Problem::reason)
          .containsExactly(Reason.NotTableOwner);
    }
  }

  @Nested
  class ASchemaThatAPersonMade {

    @Test
    void keepsTheTablesThatItHad() {
      var theirs = schema("svc", Optional.empty(), grant("keeper", "USAGE"));
      var before =
          SourceWorld.of(source().schema(theirs).tables(table("users"), table("theirs").in("svc")));
      var moved = before.moved(DESIRED);

      assertThat(moved.view(inPublic("theirs"))).isEmpty();
      assertThat(moved.state().schema()).contains(theirs);
      var after = moved.back(DESIRED).state();
      assertThat(after.tables()).isEqualTo(before.state().tables());
      assertThat(after.schema()).contains(theirs);
      assertThat(after.before()).isEmpty();
    }

    @Test
    void isNeverDroppedNorLeftByWhatNobodyRemembersMovingThere() {
      assertThat(
              back(source().schema(schema("svc", Optional.empty())).tables(table("users").moved())))
          .isEqualTo(Plan.NOTHING);
    }

    @Test
    void isLeftByWhatTheServiceMadeThereBecauseOfTheSearchPath() {
      assertThat(
              back(source()
                      .schema(schema("svc", Optional.empty()))
                      .remember(Thing.table("theirs"), "svc")
                      .tables(table("theirs").moved(), table("invoices").moved()))
                  .sentences())
          .containsExactly(
              "Move table svc.invoices back to schema public",
              "Drop the table svc.tributary_before");
    }
  }

  @Nested
  class NothingGoesBack {

    @Test
    void fromASchemaOfAnother() {
      var others = Mark.of(States.other(SOURCE));
      var state =
          source()
              .schema(schema("svc", Optional.of(others)))
              .beforeMarked(others)
              .tables(table("users").moved(), table("notes"))
              .views(viewOf(table("users")).marked(others));

      assertThat(back(state)).isEqualTo(Plan.NOTHING);
      assertThat(back(desiredSchema().nothingMoves(), state)).isEqualTo(Plan.NOTHING);
    }

    @Test
    void whereEverythingIsGone() {
      assertThat(back(source().tables(table("users")))).isEqualTo(Plan.NOTHING);
    }

    @Test
    void thatBelongsToAnExtension() {
      assertThat(back(ours().tables(table("spatial_ref_sys").moved().ofExtension())).sentences())
          .noneMatch(s -> s.startsWith("Move table"));
    }
  }
}
