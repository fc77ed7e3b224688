package dev.tributary.federation;

import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.problem;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.States.ASource;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a person reads about a source's schema. */
class SchemaReportTest {
  private static final Plan DROP_A_VIEW =
      Plan.of(
          List.of(
              new CompatibilityView.DropView(
                  new Relation("public", "users"), Duration.ofSeconds(1))));

  private static SchemaReport report(ASource source, Plan plan, Outcome outcome) {
    return SchemaReport.of(desiredSchema().build(), source.build(), plan, outcome);
  }

  @Test
  void whenNothingIsLeftToDoItIsPrepared() {
    assertThat(report(source().tables(table("users").moved()), Plan.NOTHING, Outcome.NOTHING))
        .isEqualTo(
            new SchemaReport(
                "17.11",
                "svc",
                1,
                1,
                new Problem(Reason.Prepared, "1 table is in schema svc."),
                List.of()));
    assertThat(report(source(), Plan.NOTHING, Outcome.NOTHING).why().sentence())
        .isEqualTo("0 tables are in schema svc.");
  }

  @Test
  void whileStepsAreLeftTheFirstOneIsSaidAndAllAreListed() {
    assertThat(
            report(
                source().tables(table("users").moved(), table("notes")),
                DROP_A_VIEW,
                Outcome.NOTHING))
        .isEqualTo(
            new SchemaReport(
                "17.11",
                "svc",
                1,
                2,
                new Problem(Reason.Preparing, "Drop the view public.users."),
                List.of("Drop the view public.users")));
  }

  @Test
  void aFailureComesBeforeTheStepsThatAreLeft() {
    assertThat(
            report(
                    source(),
                    DROP_A_VIEW,
                    new Outcome(List.of(), List.of(problem(Reason.LockTimeout))))
                .why())
        .isEqualTo(problem(Reason.LockTimeout));
  }

  @Test
  void tablesThatAreLeftAloneAreNotCounted() {
    var report =
        report(
            source().tables(table("users").moved(), table("flyway_schema_history")),
            Plan.NOTHING,
            Outcome.NOTHING);

    assertThat(List.of(report.settled(), report.total())).containsExactly(1, 1);
  }
}
