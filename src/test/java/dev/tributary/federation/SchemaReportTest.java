package dev.tributary.federation;

import static dev.tributary.federation.States.SOURCE;
import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.problem;
import static dev.tributary.federation.States.schema;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.States.ADesiredSchema;
import dev.tributary.federation.States.ASource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a person reads about a source's schema. */
class SchemaReportTest {
  private static final Plan DROP_A_VIEW =
      Plan.of(
          List.of(
              new CompatibilityView.DropView(
                  new Relation("public", "users"), desiredSchema().build())));

  private static SchemaReport report(ASource source, Plan plan, Outcome outcome) {
    return report(desiredSchema(), source, plan, Approval.AUTOMATIC, outcome, null);
  }

  private static SchemaReport report(
      ADesiredSchema desired,
      ASource source,
      Plan plan,
      Approval approval,
      Outcome outcome,
      Reason before) {
    return SchemaReport.of(
        desired.build(), source.build(), plan, approval, outcome, Optional.ofNullable(before));
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
                List.of(),
                Plan.NOTHING,
                Optional.empty(),
                Optional.empty()));
    assertThat(report(source(), Plan.NOTHING, Outcome.NOTHING).why().sentence())
        .isEqualTo("0 tables are in schema svc.");
  }

  @Test
  void whileStepsAreLeftTheFirstOneIsSaidAndThePlanHasItsHash() {
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
                List.of(),
                DROP_A_VIEW,
                Optional.of(DROP_A_VIEW.hash(SOURCE)),
                Optional.empty()));
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

  @Test
  void whatThePreflightFindsIsInIt() {
    assertThat(
            report(source().tables(table("users").notOurs()), Plan.NOTHING, Outcome.NOTHING)
                .preflight())
        .extracting(Finding::reason)
        .containsExactly(Reason.NotTableOwner);
  }

  @Test
  void whatWasFoundBeforeTheFirstStepIsSaidAfterTheLast() {
    var found = Finding.info(Reason.LeftAlone, new Relation("public", "audit"), "It stays.");
    var report = report(source(), DROP_A_VIEW, Outcome.NOTHING);

    assertThat(report.withPreflight(List.of(found)).preflight()).containsExactly(found);
    assertThat(report.withPreflight(report.preflight())).isEqualTo(report);
  }

  @Nested
  class APlanThatAPersonHasToApprove {
    private static final String HASH = DROP_A_VIEW.hash(SOURCE);

    private static SchemaReport report(Approval approval) {
      return SchemaReportTest.report(
          desiredSchema(), source(), DROP_A_VIEW, approval, Outcome.NOTHING, null);
    }

    @Test
    void waitsAndSaysItsHash() {
      var report = report(new Approval(true, Optional.empty(), Optional.empty()));

      assertThat(report.why().reason()).isEqualTo(Reason.AwaitingApproval);
      assertThat(report.why().sentence()).contains(HASH);
      assertThat(report.plan()).isEqualTo(DROP_A_VIEW);
      assertThat(report.hash()).contains(HASH);
      assertThat(report.begun()).isEmpty();
    }

    @Test
    void hasBegunWhenItIsApproved() {
      var report = report(new Approval(true, Optional.of(HASH), Optional.empty()));

      assertThat(report.why().reason()).isEqualTo(Reason.Preparing);
      assertThat(report.hash()).contains(HASH);
      assertThat(report.begun()).contains(new Approval.Begun(HASH, DROP_A_VIEW.stepHashes(SOURCE)));
    }

    @Test
    void keepsTheHashOfTheWholeWhileWhatIsLeftOfItIsDone() {
      var steps = new ArrayList<>(DROP_A_VIEW.stepHashes(SOURCE));
      steps.add("0123456789abcdef");
      var begun = new Approval.Begun("fedcba9876543210", steps);
      var report = report(new Approval(true, Optional.of("fedcba9876543210"), Optional.of(begun)));

      assertThat(report.why().reason()).isEqualTo(Reason.Preparing);
      assertThat(report.hash()).contains("fedcba9876543210");
      assertThat(report.begun()).contains(begun);
    }

    @Test
    void isForgottenWhenNothingIsLeftOfIt() {
      var begun = new Approval.Begun(HASH, DROP_A_VIEW.stepHashes(SOURCE));
      var report =
          SchemaReportTest.report(
              desiredSchema(),
              source(),
              Plan.NOTHING,
              new Approval(true, Optional.of(HASH), Optional.of(begun)),
              new Outcome(DROP_A_VIEW.steps(), List.of()),
              null);

      assertThat(report.why().reason()).isEqualTo(Reason.Prepared);
      assertThat(report.hash()).isEmpty();
      assertThat(report.begun()).isEmpty();
    }
  }

  @Nested
  class TheWayBack {
    private static final Outcome DONE = new Outcome(DROP_A_VIEW.steps(), List.of());

    /** What is planned when the schema is gone and nothing makes it. */
    private static Plan nothingLeft() {
      return SchemaMove.plan(desiredSchema().nothingMoves().build(), source().build());
    }

    private static Problem why(ASource state, Plan plan, Outcome outcome, Reason before) {
      return report(
              desiredSchema().nothingMoves(), state, plan, Approval.AUTOMATIC, outcome, before)
          .why();
    }

    @Test
    void isOverWhenTheLastStepIsDone() {
      assertThat(why(source(), nothingLeft(), DONE, Reason.Preparing))
          .isEqualTo(
              new Problem(
                  Reason.MovedBack,
                  "Every table is back where it was; nothing of schema svc is left."));
    }

    @Test
    void isStillOverAtTheNextLook() {
      assertThat(why(source(), nothingLeft(), Outcome.NOTHING, Reason.MovedBack).reason())
          .isEqualTo(Reason.MovedBack);
    }

    @Test
    void wasNeverGoneWhereNothingHadMoved() {
      assertThat(why(source(), nothingLeft(), Outcome.NOTHING, null).reason())
          .isEqualTo(Reason.SchemaMissing);
    }

    @Test
    void isNotOverWhileAStepIsLeftOrFailed() {
      assertThat(why(source(), DROP_A_VIEW, DONE, Reason.MovedBack).reason())
          .isEqualTo(Reason.Preparing);
      assertThat(
              why(
                      source(),
                      Plan.NOTHING,
                      new Outcome(DROP_A_VIEW.steps(), List.of(problem(Reason.LockTimeout))),
                      Reason.Preparing)
                  .reason())
          .isEqualTo(Reason.LockTimeout);
    }

    @Test
    void endsAsPreparedInASchemaThatAPersonMade() {
      var kept = source().schema(schema("svc", Optional.empty()));

      assertThat(why(kept, Plan.NOTHING, DONE, Reason.Preparing).reason())
          .isEqualTo(Reason.Prepared);
    }

    @Test
    void isNotWhatAMoveHasDone() {
      assertThat(report(source(), Plan.NOTHING, DONE).why().reason()).isEqualTo(Reason.Prepared);
    }

    @Test
    @Disabled("defect: an outage in between makes it SchemaMissing, stalled for ever")
    void isOverStillWhenTheServerWasAwayForAMoment() {
      assertThat(why(source(), nothingLeft(), Outcome.NOTHING, Reason.Unreachable).reason())
          .isEqualTo(Reason.MovedBack);
    }
  }
}
