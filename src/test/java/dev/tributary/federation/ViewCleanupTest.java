package dev.tributary.federation;

import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.schemaOfSource;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static dev.tributary.federation.States.viewOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.States.ADesiredSchema;
import dev.tributary.federation.States.ASource;
import dev.tributary.federation.Surroundings.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A view goes when nobody misses it. */
class ViewCleanupTest {
  private static final View VIEW = viewOf(table("users")).build();

  private static ASource seen(long hidden, String... statements) {
    return source()
        .server(server().searchPath("svc, public"))
        .schema(schemaOfSource())
        .moved(table("users"))
        .surroundings(
            new Surroundings(
                List.of(),
                List.of(),
                List.of(statements).stream().map(s -> new Statement(s, 42)).toList(),
                hidden,
                0));
  }

  private static Optional<Problem> problem(ADesiredSchema desired, ASource source) {
    return ViewCleanup.problem(desired.build(), source.build(), VIEW);
  }

  @Test
  void aViewThatNoStatementNamesGoes() {
    assertThat(problem(desiredSchema().withoutViews(), seen(0, "SELECT * FROM users"))).isEmpty();
    assertThat(
            SchemaMove.plan(
                    desiredSchema().withoutViews().build(), seen(0, "SELECT * FROM users").build())
                .sentences())
        .containsExactly("Drop the view public.users");
  }

  @Test
  void aViewThatAStatementNamesStays() {
    var state = seen(0, "SELECT * FROM public.users");

    assertThat(problem(desiredSchema().withoutViews(), state))
        .contains(
            new Problem(
                Reason.ViewInUse,
                "pg_stat_statements shows a statement that names public.users (42 calls), so its"
                    + " view stays: change it, then SELECT pg_stat_statements_reset(), or set"
                    + " schema.compatibility.viewsInUse to Drop."));
    assertThat(SchemaMove.plan(desiredSchema().withoutViews().build(), state.build()).steps())
        .isEmpty();
  }

  @Test
  void aViewThatTheBodyOfAFunctionNamesStays() {
    var state =
        seen(0)
            .surroundings(
                new Surroundings(
                    List.of(
                        new Surroundings.Use(
                            Surroundings.How.FUNCTION_BODY, VIEW.relation(), "report()")),
                    List.of(),
                    List.of(),
                    0,
                    0));

    assertThat(problem(desiredSchema().withoutViews(), state))
        .contains(
            new Problem(
                Reason.ViewInUse,
                "The body of report() names public.users, so its view stays: change the function,"
                    + " or set schema.compatibility.viewsInUse to Drop."));
    assertThat(problem(desiredSchema().withoutViews().dropViewsInUse(), state)).isEmpty();
  }

  @Test
  void aViewStaysWhileNobodyCanSayWhetherItIsUsed() {
    assertThat(problem(desiredSchema().withoutViews(), seen(3)))
        .contains(
            new Problem(
                Reason.ViewInUse,
                "pg_stat_statements hides the statements of other roles, so nobody can say whether"
                    + " the view public.users is still used: GRANT pg_read_all_stats to the role, or"
                    + " set schema.compatibility.viewsInUse to Drop."));
  }

  @Test
  void aPersonMayOverruleWhatWasSeenAndWhatCouldNotBe() {
    var desired = desiredSchema().withoutViews().dropViewsInUse();

    assertThat(problem(desired, seen(0, "SELECT * FROM public.users"))).isEmpty();
    assertThat(problem(desired, seen(3))).isEmpty();
  }

  @Test
  void aViewThatIsNamedGoesForAMigrationThatCannotWait() {
    assertThat(problem(desiredSchema().viewsExcept("users"), seen(3, "TABLE public.users")))
        .isEmpty();
  }

  @Test
  void nobodyMayOverruleWhatIsBuiltOnAView() {
    var view = viewOf(table("users")).dependents("view report", "function f()").build();

    for (var desired :
        List.of(
            desiredSchema().withoutViews().dropViewsInUse(), desiredSchema().viewsExcept("*"))) {
      assertThat(ViewCleanup.problem(desired.build(), seen(0).build(), view))
          .contains(
              new Problem(
                  Reason.ViewInUse,
                  "The view public.users cannot go while others depend on it: make view report,"
                      + " function f() anew without it."));
    }
  }

  @Test
  void sessionsFromBeforeTheMoveKeepEveryView() {
    var state = seen(0).surroundings(new Surroundings(List.of(), List.of(), List.of(), 0, 3));

    assertThat(problem(desiredSchema().withoutViews(), state))
        .hasValueSatisfying(p -> assertThat(p.sentence()).contains("public.users", "3 sessions"));
    assertThat(problem(desiredSchema().withoutViews().dropViewsInUse(), state)).isEmpty();
  }

  @Test
  void oneViewThatIsUsedKeepsNoOther() {
    var plan =
        SchemaMove.plan(
            desiredSchema().withoutViews().build(),
            seen(0, "SELECT * FROM public.users").moved(table("notes")).build());

    assertThat(plan.sentences()).containsExactly("Drop the view public.notes");
    assertThat(plan.problems()).extracting(Problem::reason).containsExactly(Reason.ViewInUse);
  }

  @Test
  void statementsAreLookedAtOnlyWhenTheyDecide() {
    var views = List.of(VIEW);

    assertThat(ViewCleanup.asks(desiredSchema().withoutViews().build(), views)).isTrue();
    assertThat(ViewCleanup.asks(desiredSchema().withoutViews().build(), List.of())).isFalse();
    assertThat(ViewCleanup.asks(desiredSchema().withoutViews().dropViewsInUse().build(), views))
        .isFalse();
    assertThat(ViewCleanup.asks(desiredSchema().viewsExcept("*").build(), views)).isFalse();
  }

  @Test
  void theServerIsLookedAroundInBeforeSomethingChangesAndOnlyThen() {
    var done = seen(0);

    assertThat(SchemaMove.looksAround(desiredSchema().build(), done.build())).isFalse();
    assertThat(SchemaMove.looksAround(desiredSchema().withoutViews().build(), done.build()))
        .isTrue();
    assertThat(
            SchemaMove.looksAround(
                desiredSchema().build(), source().tables(table("users")).build()))
        .isTrue();
    assertThat(
            SchemaMove.looksAround(
                desiredSchema().build(), source().tables(table("users").notOurs()).build()))
        .isTrue();
    assertThat(
            SchemaMove.looksAround(
                desiredSchema().nothingMoves().build(), source().tables(table("users")).build()))
        .isFalse();
  }
}
