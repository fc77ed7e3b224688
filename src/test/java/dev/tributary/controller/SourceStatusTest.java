package dev.tributary.controller;

import static dev.tributary.controller.Resources.condition;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.Preflight;
import dev.tributary.api.SourceDatabaseStatus;
import dev.tributary.federation.Approval;
import dev.tributary.federation.Finding;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Relation;
import dev.tributary.federation.SchemaReport;
import dev.tributary.federation.Site;
import dev.tributary.federation.Step;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The status of a source: its plan and what was found, as much of it as a status should hold. */
class SourceStatusTest {
  private static final List<Condition> CONDITIONS =
      List.of(condition("Ready", "True", "Prepared", "2026-01-01T00:00:00Z"));

  private record Drop(int number) implements Step {
    @Override
    public Site site() {
      return Site.SOURCE;
    }

    @Override
    public List<String> sql() {
      return List.of("DROP VIEW v" + number, "DROP TABLE t" + number);
    }

    @Override
    public String sentence() {
      return "Drop " + number;
    }
  }

  private static SchemaReport report(
      List<Finding> preflight, Plan plan, Optional<Approval.Begun> begun) {
    return report(Optional.of(preflight), plan, begun);
  }

  private static SchemaReport report(
      Optional<List<Finding>> preflight, Plan plan, Optional<Approval.Begun> begun) {
    return new SchemaReport(
        "17.11",
        Optional.of("svc"),
        3,
        4,
        new Problem(Reason.Preparing, "Moving."),
        preflight,
        List.of(),
        plan,
        plan.steps().isEmpty() ? Optional.empty() : Optional.of("0123456789abcdef"),
        begun);
  }

  private static Plan plan(int steps) {
    return Plan.of(IntStream.range(0, steps).mapToObj(Drop::new).toList());
  }

  private static SourceDatabaseStatus source(SchemaReport report, SourceDatabaseStatus before) {
    return Statuses.source(report, Optional.ofNullable(before), 3L, CONDITIONS);
  }

  private static Finding finding(Finding.Severity severity, Reason reason, String table) {
    return new Finding(
        severity,
        reason,
        Optional.ofNullable(table).map(t -> new Relation("public", t)),
        "A sentence about " + reason + ".");
  }

  private static final Preflight NOTHING_FOUND = new Preflight(0, 0, 0, List.of());

  private static final Preflight SOMETHING_FOUND =
      new Preflight(
          0,
          1,
          0,
          List.of(new Preflight.Finding("Warning", "EventTrigger", null, null, null, "It fires.")));

  @Test
  void aSourceSaysHowManyTablesAreInTheirSchema() {
    assertThat(source(report(Optional.empty(), Plan.NOTHING, Optional.empty()), null))
        .isEqualTo(
            new SourceDatabaseStatus(
                3L, "17.11", "svc", "3/4", null, NOTHING_FOUND, null, CONDITIONS));
  }

  @Test
  void aSourceSaysWhatItsPlanIsAndWhichStatementsAreInIt() {
    assertThat(source(report(List.of(), plan(1), Optional.empty()), null).plan())
        .isEqualTo(
            new SourceDatabaseStatus.Plan(
                "0123456789abcdef",
                1,
                List.of(
                    new SourceDatabaseStatus.Step(
                        "Drop 0", List.of("DROP VIEW v0", "DROP TABLE t0"))),
                List.of()));
  }

  @Test
  void aLongPlanIsCountedAndItsFirstTwentyStepsAreListed() {
    var plan = source(report(List.of(), plan(21), Optional.empty()), null).plan();

    assertThat(plan.total()).isEqualTo(21);
    assertThat(plan.steps()).hasSize(20);
    assertThat(plan.steps().get(19).step()).isEqualTo("Drop 19");
  }

  @Test
  void aStatementThatIsVeryLongIsCutBecauseAStatusHasToFit() {
    var wide =
        new Step() {
          @Override
          public Site site() {
            return Site.SOURCE;
          }

          @Override
          public List<String> sql() {
            return List.of("x".repeat(2000), "y".repeat(2001));
          }

          @Override
          public String sentence() {
            return "Make a wide view";
          }
        };
    var steps =
        source(report(List.of(), Plan.of(List.of(wide)), Optional.empty()), null).plan().steps();

    assertThat(steps.get(0).sql()).containsExactly("x".repeat(2000), "y".repeat(1999) + "…");
  }

  @Test
  void everyStepOfAnApprovedPlanIsKeptHoweverLongItIs() {
    var steps = IntStream.range(0, 300).mapToObj(i -> "step-" + i).toList();
    var begun = Optional.of(new Approval.Begun("0123456789abcdef", steps));

    assertThat(source(report(List.of(), plan(300), begun), null).plan().approvedSteps())
        .isEqualTo(steps);
  }

  @Test
  void whatWasFoundIsCountedAndTheFirstTwentyAreListed() {
    var findings = new ArrayList<Finding>();
    findings.add(finding(Finding.Severity.Blocker, Reason.NotTableOwner, "users"));
    findings.add(finding(Finding.Severity.Warning, Reason.EventTrigger, null));
    IntStream.range(0, 30)
        .forEach(i -> findings.add(finding(Finding.Severity.Info, Reason.LeftAlone, "t" + i)));
    var preflight = source(report(findings, Plan.NOTHING, Optional.empty()), null).preflight();

    assertThat(List.of(preflight.blockers(), preflight.warnings(), preflight.infos()))
        .containsExactly(1, 1, 30);
    assertThat(preflight.findings())
        .hasSize(20)
        .startsWith(
            new Preflight.Finding(
                "Blocker",
                "NotTableOwner",
                "public.users",
                null,
                null,
                "A sentence about NotTableOwner."),
            new Preflight.Finding(
                "Warning", "EventTrigger", null, null, null, "A sentence about EventTrigger."));
  }

  @Test
  void whatWasFoundBeforeTheMoveIsStillThereAfterIt() {
    var before =
        new SourceDatabaseStatus(
            2L, "17.11", "svc", "0/4", SOMETHING_FOUND, null, null, CONDITIONS);

    assertThat(source(report(Optional.empty(), Plan.NOTHING, Optional.empty()), before).preflight())
        .isEqualTo(SOMETHING_FOUND);
  }

  @Test
  void whatIsFoundOfTheServerIsAlwaysWhatIsFoundNow() {
    var before =
        new SourceDatabaseStatus(
            2L, "17.11", "svc", "0/4", null, SOMETHING_FOUND, null, CONDITIONS);
    var found =
        new Finding(
            Finding.Severity.Warning,
            Reason.WalSenderTimeout,
            Optional.empty(),
            Optional.of("0"),
            Optional.of("1min"),
            "It is 0.");
    var report =
        new SchemaReport(
            "17.11",
            Optional.of("svc"),
            4,
            4,
            new Problem(Reason.Prepared, "Prepared."),
            Optional.empty(),
            List.of(found),
            Plan.NOTHING,
            Optional.empty(),
            Optional.empty());

    assertThat(source(report, before).serverPreflight())
        .isEqualTo(
            new Preflight(
                0,
                1,
                0,
                List.of(
                    new Preflight.Finding(
                        "Warning", "WalSenderTimeout", null, "0", "1min", "It is 0."))));
  }

  @Test
  void whatIsFoundNowTakesThePlaceOfWhatWasFoundBefore() {
    var before =
        new SourceDatabaseStatus(
            2L, "17.11", "svc", "0/4", SOMETHING_FOUND, null, null, CONDITIONS);
    var found = List.of(finding(Finding.Severity.Info, Reason.LeftAlone, "audit"));

    assertThat(source(report(found, Plan.NOTHING, Optional.empty()), before).preflight().warnings())
        .isZero();
  }

  @Test
  void whatWasKnownOfASourceStaysWhenItCannotBeLookedAt() {
    var plan = new SourceDatabaseStatus.Plan("0123456789abcdef", 1, List.of(), List.of("step"));
    var before =
        new SourceDatabaseStatus(
            2L, "17.11", "svc", "3/4", SOMETHING_FOUND, NOTHING_FOUND, plan, List.of());

    assertThat(Statuses.source(before, 3L, CONDITIONS))
        .isEqualTo(
            new SourceDatabaseStatus(
                3L, "17.11", "svc", "3/4", SOMETHING_FOUND, NOTHING_FOUND, plan, CONDITIONS));
    assertThat(Statuses.source((SourceDatabaseStatus) null, 3L, CONDITIONS))
        .isEqualTo(new SourceDatabaseStatus(3L, null, null, null, null, null, null, CONDITIONS));
  }

  @Test
  void whatWasMendedBeforeTheMoveIsNotInTheWayAfterIt() {
    var blocked =
        source(
            report(
                List.of(finding(Finding.Severity.Blocker, Reason.NoReplicaIdentity, "users")),
                Plan.NOTHING,
                Optional.empty()),
            null);

    // The key is there now, nothing else was found, and the tables are about to move.
    assertThat(source(report(List.of(), plan(3), Optional.empty()), blocked).preflight())
        .isEqualTo(NOTHING_FOUND);
  }
}
