package dev.tributary.federation;

import static dev.tributary.federation.States.SOURCE;
import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.grant;
import static dev.tributary.federation.States.grantable;
import static dev.tributary.federation.States.problem;
import static dev.tributary.federation.States.schema;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Approval.Begun;
import dev.tributary.federation.States.ASource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a person has approved is done, to its end, and nothing else. */
class ApprovalTest {
  private static final DesiredSchema DESIRED = desiredSchema().build();

  private static Approval manual(String given) {
    return new Approval(true, Optional.ofNullable(given), Optional.empty());
  }

  private static ASource shop() {
    return source()
        .origins(
            new SchemaFacts(
                "public",
                Optional.empty(),
                true,
                true,
                List.of(grant("", "USAGE"), grantable("dev", "CREATE")),
                List.of(new DefaultPrivilege("app", "TABLES", grant("r", "SELECT"), true))))
        .server(
            States.server()
                .roleSearchPath(
                    new RoleSearchPath("r", Optional.empty(), Optional.of("public"), true, true)))
        .tables(
            table("users").grants(grant("r", "SELECT")).comment("Who shops."),
            table("notes"),
            table("events").partitioned());
  }

  private static Plan plan(SourceWorld world) {
    return SchemaMove.plan(DESIRED, world.state());
  }

  @Test
  void withoutApprovalEverythingIsDoneAtOnce() {
    var plan = plan(SourceWorld.of(shop()));

    assertThat(Approval.AUTOMATIC.gate(plan, SOURCE)).isEqualTo(plan);
  }

  @Test
  void aPlanWaitsWholeAndSaysWhatToSet() {
    var plan = plan(SourceWorld.of(shop()));

    assertThat(manual(null).gate(plan, SOURCE))
        .isEqualTo(
            Plan.blocked(
                List.of(
                    new Problem(
                        Reason.AwaitingApproval,
                        "%d steps wait for approval: read the plan in status.plan, or by tributary plan, then set schema.approvedPlan to %s."
                            .formatted(plan.steps().size(), plan.hash(SOURCE))))));
  }

  @Test
  void oneStepWaitsInTheSingular() {
    var plan = Plan.of(List.of(new Schemas.DropSchema(Site.SOURCE, "svc")));

    assertThat(manual(null).gate(plan, SOURCE).problems().get(0).sentence())
        .startsWith("1 step waits for approval: ");
  }

  @Test
  void whatStandsInTheWayIsSaidBeforeIt() {
    var plan =
        Plan.of(List.of(new Schemas.DropSchema(Site.SOURCE, "svc")))
            .then(Plan.blocked(List.of(problem(Reason.ViewInUse))));

    assertThat(manual(null).gate(plan, SOURCE).problems())
        .extracting(Problem::reason)
        .containsExactly(Reason.ViewInUse, Reason.AwaitingApproval);
  }

  @Test
  void whereNothingIsToBeDoneNothingWaits() {
    var blocked = Plan.blocked(List.of(problem(Reason.NotTableOwner)));

    assertThat(manual(null).gate(Plan.NOTHING, SOURCE)).isEqualTo(Plan.NOTHING);
    assertThat(manual(null).gate(blocked, SOURCE)).isEqualTo(blocked);
  }

  @Test
  void anApprovedPlanIsDone() {
    var plan = plan(SourceWorld.of(shop()));

    assertThat(manual(plan.hash(SOURCE)).gate(plan, SOURCE)).isEqualTo(plan);
  }

  @Test
  void aHashOfAnotherPlanApprovesNothing() {
    var plan = plan(SourceWorld.of(shop()));
    var other = plan(SourceWorld.of(shop().tables(table("more"))));

    assertThat(manual(other.hash(SOURCE)).gate(plan, SOURCE).steps()).isEmpty();
    assertThat(manual("0123456789abcdef").gate(plan, SOURCE).steps()).isEmpty();
  }

  @Test
  void whatIsLeftOfAnApprovedPlanIsDoneWhereverItWasCutOff() {
    var world = SourceWorld.of(shop());
    var whole = plan(world);
    var begun =
        manual(whole.hash(SOURCE)).with(new Begun(whole.hash(SOURCE), whole.stepHashes(SOURCE)));
    for (int cut = 0; cut <= whole.steps().size(); cut++) {
      var left = plan(world.after(whole.steps().subList(0, cut)));

      assertThat(left.sentences()).isEqualTo(whole.sentences().subList(cut, whole.steps().size()));
      assertThat(begun.gate(left, SOURCE)).as("cut after %d steps", cut).isEqualTo(left);
    }
  }

  @Test
  void whatCouldNotHaveItsLockIsDoneLater() {
    var world = SourceWorld.of(shop());
    var whole = plan(world);
    var begun =
        manual(whole.hash(SOURCE)).with(new Begun(whole.hash(SOURCE), whole.stepHashes(SOURCE)));
    for (Step locked : whole.steps().stream().filter(s -> s.lock().isPresent()).toList()) {
      var left = plan(world.after(whole.steps().stream().filter(s -> !s.equals(locked)).toList()));

      assertThat(left.steps()).containsExactly(locked);
      assertThat(begun.gate(left, SOURCE)).isEqualTo(left);
    }
  }

  @Test
  void withoutARecordOfItsBeginningWhatIsLeftIsAnotherPlan() {
    var world = SourceWorld.of(shop());
    var whole = plan(world);
    var left = plan(world.after(whole.steps().subList(0, 2)));

    assertThat(manual(whole.hash(SOURCE)).gate(left, SOURCE).steps()).isEmpty();
  }

  @Test
  void aWorldThatChangedMeanwhileIsApprovedAnew() {
    var world = SourceWorld.of(shop());
    var whole = plan(world);
    var begun =
        manual(whole.hash(SOURCE)).with(new Begun(whole.hash(SOURCE), whole.stepHashes(SOURCE)));
    var changed =
        world
            .after(whole.steps().subList(0, 3))
            .after("GRANT DELETE ON \"public\".\"users\" TO \"stranger\"");
    var left = plan(changed);

    assertThat(left.hash(SOURCE)).isNotEqualTo(whole.hash(SOURCE));
    assertThat(begun.covers(left, SOURCE)).isEmpty();
    assertThat(begun.gate(left, SOURCE).steps()).isEmpty();
    assertThat(manual(left.hash(SOURCE)).gate(left, SOURCE)).isEqualTo(left);
  }

  @Test
  void anApprovalThatIsWithdrawnStopsWhatHasBegun() {
    var whole = plan(SourceWorld.of(shop()));
    var record = Optional.of(new Begun(whole.hash(SOURCE), whole.stepHashes(SOURCE)));

    assertThat(new Approval(true, Optional.empty(), record).gate(whole, SOURCE).steps()).isEmpty();
    assertThat(
            new Approval(true, Optional.of("0123456789abcdef"), record).gate(whole, SOURCE).steps())
        .isEmpty();
  }

  @Test
  void aHashIsSixteenDigitsAndTellsTheStatementsAndTheirOrder() {
    var a = new Schemas.DropSchema(Site.SOURCE, "a");
    var b = new Schemas.DropSchema(Site.SOURCE, "b");

    assertThat(Plan.of(List.of(a, b)).hash(SOURCE))
        .matches("[0-9a-f]{16}")
        .isEqualTo(Plan.of(List.of(a, b)).hash(SOURCE))
        .isNotEqualTo(Plan.of(List.of(b, a)).hash(SOURCE))
        .isNotEqualTo(Plan.of(List.of(a)).hash(SOURCE))
        .isNotEqualTo(Plan.of(List.of(new Schemas.DropSchema(Site.TARGET, "a"), b)).hash(SOURCE));
  }

  @Test
  void theUidOfTheOwnerDoesNotMatterBecauseNoManifestKnowsIt() {
    var reborn = States.reborn(SOURCE);
    var inAnotherLife =
        new DesiredSchema(
            reborn,
            DESIRED.name(),
            DESIRED.from(),
            DESIRED.move(),
            DESIRED.compatibility(),
            DESIRED.keepSequences(),
            DESIRED.lockTimeout(),
            DESIRED.tables());
    var state = shop().build();

    assertThat(SchemaMove.plan(inAnotherLife, state).hash(reborn))
        .isEqualTo(SchemaMove.plan(DESIRED, state).hash(SOURCE));
  }

  @Test
  void whoseSchemaItWillBeMatters() {
    var other = States.other(SOURCE);

    assertThat(
            Plan.of(List.of(new Schemas.CreateSchema(Site.SOURCE, "svc", Mark.of(other))))
                .hash(other))
        .isNotEqualTo(
            Plan.of(List.of(new Schemas.CreateSchema(Site.SOURCE, "svc", Mark.of(SOURCE))))
                .hash(SOURCE));
  }

  @Test
  void theWayBackIsApprovedAndCutOffLikeTheMove() {
    var none = DESIRED.wayBack();
    var moved = SourceWorld.of(shop()).moved(desiredSchema());
    var whole = SchemaMove.plan(none, moved.state());
    var begun =
        manual(whole.hash(SOURCE)).with(new Begun(whole.hash(SOURCE), whole.stepHashes(SOURCE)));
    for (int cut = 0; cut <= whole.steps().size(); cut++) {
      var left = SchemaMove.plan(none, moved.after(whole.steps().subList(0, cut)).state());

      assertThat(begun.gate(left, SOURCE)).as("cut after %d steps", cut).isEqualTo(left);
    }
  }

  @Test
  void inASchemaThatAPersonMadeWhatIsLeftIsCoveredToo() {
    var world =
        SourceWorld.of(
            shop().schema(schema("svc", Optional.empty())).tables(table("theirs").moved()));
    var whole = plan(world);
    var begun =
        manual(whole.hash(SOURCE)).with(new Begun(whole.hash(SOURCE), whole.stepHashes(SOURCE)));
    for (int cut = 0; cut <= whole.steps().size(); cut++) {
      var left = plan(world.after(whole.steps().subList(0, cut)));

      assertThat(begun.gate(left, SOURCE)).as("cut after %d steps", cut).isEqualTo(left);
    }
  }

  @Test
  void inASchemaOfOursWhoseMemoryIsGoneEverythingIsPlannedAtOnce() {
    var world =
        SourceWorld.of(
            shop().schema(States.schemaOfSource()).tables(table("moved_before").moved()));
    var whole = plan(world);
    var left = plan(world.after(whole.steps()));

    assertThat(left).isEqualTo(Plan.NOTHING);
  }
}
