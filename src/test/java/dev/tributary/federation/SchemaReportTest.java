package dev.tributary.federation;

import static dev.tributary.federation.States.SOURCE;
import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.problem;
import static dev.tributary.federation.States.schema;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.States.ADesiredSchema;
import dev.tributary.federation.States.ASource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    return report(desiredSchema(), source, plan, Approval.AUTOMATIC, outcome, false);
  }

  private static SchemaReport report(
      ADesiredSchema desired,
      ASource source,
      Plan plan,
      Approval approval,
      Outcome outcome,
      boolean wasBack) {
    return SchemaReport.of(desired.build(), source.build(), plan, approval, outcome, wasBack);
  }

  @Test
  void whenNothingIsLeftToDoItIsPrepared() {
    assertThat(report(source().tables(table("users").moved()), Plan.NOTHING, Outcome.NOTHING))
        .isEqualTo(
            new SchemaReport(
                "17.11",
                Optional.of("svc"),
                1,
                1,
                new Problem(Reason.Prepared, "1 table is in schema svc."),
                Optional.empty(),
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
                Optional.of("svc"),
                1,
                2,
                new Problem(Reason.Preparing, "Drop the view public.users."),
                Optional.of(List.of()),
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
                .preflight()
                .orElseThrow())
        .extracting(Finding::reason)
        .containsExactly(Reason.NotTableOwner);
  }

  @Test
  void whatIsFoundOfTheServerIsSaidOfTheServerOnly() {
    var report =
        SchemaReport.of(
            desiredSchema().build(),
            source().server(server().walLevel("replica")).tables(table("users")).build(),
            Plan.blocked(SourcePreflight.of(server().walLevel("replica").build())),
            Approval.AUTOMATIC,
            Outcome.NOTHING,
            false);

    assertThat(report.server())
        .extracting(Finding::reason)
        .containsExactly(Reason.WalLevelNotLogical);
    assertThat(report.findings()).isEmpty();
    assertThat(report.all()).isEqualTo(report.server());
  }

  @Test
  void whatWasFoundBeforeTheFirstStepIsSaidAfterTheLast() {
    var found = Finding.info(Reason.LeftAlone, new Relation("public", "audit"), "It stays.");
    var report = report(source(), DROP_A_VIEW, Outcome.NOTHING);

    assertThat(report.withPreflight(Optional.of(List.of(found))).preflight())
        .contains(List.of(found));
    assertThat(report.withPreflight(Optional.of(List.of())).preflight()).contains(List.of());
    assertThat(report.withPreflight(Optional.empty())).isEqualTo(report);
  }

  @Nested
  class APlanThatAPersonHasToApprove {
    private static final String HASH = DROP_A_VIEW.hash(SOURCE);

    private static SchemaReport report(Approval approval) {
      return SchemaReportTest.report(
          desiredSchema(), source(), DROP_A_VIEW, approval, Outcome.NOTHING, false);
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
              false);

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

    private static Problem why(ASource state, Plan plan, Outcome outcome, boolean wasBack) {
      return report(
              desiredSchema().nothingMoves(), state, plan, Approval.AUTOMATIC, outcome, wasBack)
          .why();
    }

    @Test
    void isOverWhenTheLastStepIsDone() {
      assertThat(why(source(), nothingLeft(), DONE, false))
          .isEqualTo(
              new Problem(
                  Reason.MovedBack,
                  "Every table is back where it was; nothing of schema svc is left."));
    }

    @Test
    void isStillOverAtTheNextLook() {
      assertThat(why(source(), nothingLeft(), Outcome.NOTHING, true).reason())
          .isEqualTo(Reason.MovedBack);
    }

    @Test
    void wasNeverGoneWhereNothingHadMoved() {
      assertThat(why(source(), nothingLeft(), Outcome.NOTHING, false).reason())
          .isEqualTo(Reason.SchemaMissing);
    }

    @Test
    void isNotOverWhileAStepIsLeftOrFailed() {
      assertThat(why(source(), DROP_A_VIEW, DONE, true).reason()).isEqualTo(Reason.Preparing);
      assertThat(
              why(
                      source(),
                      Plan.NOTHING,
                      new Outcome(DROP_A_VIEW.steps(), List.of(problem(Reason.LockTimeout))),
                      false)
                  .reason())
          .isEqualTo(Reason.LockTimeout);
    }

    @Test
    void endsAsPreparedInASchemaThatAPersonMade() {
      var kept = source().schema(schema("svc", Optional.empty()));

      assertThat(why(kept, Plan.NOTHING, DONE, false).reason()).isEqualTo(Reason.Prepared);
    }

    @Test
    void isNotWhatAMoveHasDone() {
      assertThat(report(source(), Plan.NOTHING, DONE).why().reason()).isEqualTo(Reason.Prepared);
    }

    @Test
    void leavesNoSchemaToSpeakOf() {
      var desired = desiredSchema().nothingMoves();

      assertThat(report(desired, source(), nothingLeft(), Approval.AUTOMATIC, DONE, false).schema())
          .isEmpty();
      assertThat(report(desired, source(), DROP_A_VIEW, Approval.AUTOMATIC, DONE, false).schema())
          .contains("svc");
    }
  }
}
