package dev.tributary.federation;

import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Finding.Severity;
import dev.tributary.federation.States.ADesiredSchema;
import dev.tributary.federation.States.ASource;
import dev.tributary.federation.Surroundings.How;
import dev.tributary.federation.Surroundings.Statement;
import dev.tributary.federation.Surroundings.Use;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What uses a table that is about to move is named, and told what to do. */
class SurroundingsTest {
  private static final Relation USERS = new Relation("public", "users");

  private static List<Finding> find(ADesiredSchema desired, ASource source) {
    var built = desired.build();
    var state = source.build();
    return MovePreflight.of(built, state, TableSelection.of(built, state));
  }

  private static List<Finding> find(ASource source) {
    return find(desiredSchema(), source);
  }

  private static Finding finding(Severity severity, Reason reason, String sentence) {
    return new Finding(severity, reason, Optional.of(USERS), sentence);
  }

  private static ASource with(Surroundings surroundings) {
    return source().tables(table("users")).surroundings(surroundings);
  }

  private static ASource used(How how, String object) {
    return with(new Surroundings(List.of(new Use(how, USERS, object)), List.of(), List.of(), 0, 0));
  }

  @Test
  void aFunctionWhoseBodyReachesTheViewIsSaid() {
    assertThat(find(used(How.FUNCTION_BODY, "f()")))
        .containsExactly(
            finding(
                Severity.Info,
                Reason.NamedInFunction,
                "The body of f() names public.users with its schema and will reach it through the"
                    + " view, which takes no TRUNCATE, COPY or ALTER TABLE."));
  }

  @Test
  void aFunctionWhoseBodyReachesNothingIsWarnedOfWhereThereIsNoView() {
    assertThat(find(desiredSchema().withoutViews(), used(How.FUNCTION_BODY, "f()")))
        .containsExactly(
            finding(
                Severity.Warning,
                Reason.NamedInFunction,
                "The body of f() names public.users with its schema, where nothing will be:"
                    + " change the function first, or leave a view there."));
  }

  @Test
  void aFunctionThatTakesARowIsWarnedOf() {
    assertThat(find(used(How.ROW_TYPE, "f(users)")))
        .containsExactly(
            finding(
                Severity.Warning,
                Reason.RowTypeArgument,
                "f(users) takes a row of public.users: called with a row of the view it is not"
                    + " found. Let the caller name the table without its schema, in sessions that"
                    + " have the new search_path."));
  }

  @ParameterizedTest
  @EnumSource(value = How.class, names = "EVENT_TRIGGER_BODY", mode = EnumSource.Mode.EXCLUDE)
  void everyUseIsNamedWithItsTable(How how) {
    assertThat(find(used(how, "the_object")))
        .singleElement()
        .satisfies(f -> assertThat(f.sentence()).contains("the_object", "public.users"))
        .satisfies(f -> assertThat(f.severity()).isNotEqualTo(Severity.Blocker));
  }

  @Test
  void anEventTriggerThatWouldFailInTheMiddleOfTheMoveStandsInItsWay() {
    assertThat(find(used(How.EVENT_TRIGGER_BODY, "audit_ddl")))
        .containsExactly(
            finding(
                Severity.Blocker,
                Reason.EventTrigger,
                "The event trigger audit_ddl uses public.users and fires in the middle of its"
                    + " move, when nothing has that name: disable it for the move, or add the"
                    + " table to tables.exclude."));
  }

  @Test
  void anEventTriggerThatStandsInTheWayStallsTheResource() {
    var plan =
        SchemaMove.plan(desiredSchema().build(), used(How.EVENT_TRIGGER_BODY, "audit_ddl").build());

    assertThat(plan.problems()).singleElement().matches(p -> p.reason().blocked());
  }

  @Test
  void aUseIsSaidOfItsOwnTableOnly() {
    assertThat(find(used(How.VIEW, "report").tables(table("notes"))))
        .extracting(Finding::table)
        .containsExactly(Optional.of(USERS));
  }

  @Test
  void statementsThatNoViewAllowsAreWarnedOf() {
    var seen =
        with(
            new Surroundings(
                List.of(),
                List.of(),
                List.of(new Statement("TRUNCATE users", 2), new Statement("COPY users TO $1", 1)),
                7,
                0));

    assertThat(find(seen))
        .containsExactly(
            finding(
                Severity.Warning,
                Reason.StatementSeen,
                "pg_stat_statements has seen TRUNCATE, COPY on table public.users, which no view"
                    + " allows: let it name svc.users, or the table without its schema in sessions"
                    + " that have the new search_path."));
    assertThat(find(desiredSchema().withoutViews(), seen)).isEmpty();
  }

  @Test
  void eventTriggersAreWarnedOfOnce() {
    assertThat(
            find(
                with(new Surroundings(List.of(), List.of("audit_ddl"), List.of(), 0, 0))
                    .tables(table("notes"))))
        .containsExactly(
            new Finding(
                Severity.Warning,
                Reason.EventTrigger,
                Optional.empty(),
                "The event trigger audit_ddl fires on every ALTER TABLE and CREATE VIEW of the"
                    + " move: make sure that it lets them pass, or disable it meanwhile."));
  }
}
