package dev.tributary.federation;

import static dev.tributary.federation.States.FEDERATION;
import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.publication;
import static dev.tributary.federation.States.relation;
import static dev.tributary.federation.States.schema;
import static dev.tributary.federation.States.slot;
import static dev.tributary.federation.States.subscription;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.ReplicationFederationSpec.OnLost;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Whatever is dropped by hand, and wherever the operator is killed: it comes back to the same end,
 * and never says that all is well while a change is missing.
 */
class FlowAccidentsTest {
  private static final DesiredFlow DESIRED = desiredFlow().onLost(OnLost.Resync).build();

  /** As often as one reconcile executes a plan, besides the one that takes the lock. */
  private static final int ROUNDS = 3;

  private static final FlowWorld FLOWING = end(FlowWorld.of("notes", "users"));

  private static final List<UnaryOperator<FlowWorld>> ACCIDENTS =
      List.of(
          FlowWorld::withoutPublication,
          w -> w.withoutPublished("notes"),
          FlowWorld::withoutDeletesPublished,
          FlowWorld::withoutSlot,
          FlowWorld::withLostSlot,
          FlowWorld::withoutSubscription,
          FlowWorld::withDisabledSubscription,
          FlowWorld::withSubscriptionToAnotherPublication,
          FlowWorld::withFormerConnection,
          w -> w.withoutMirrored("notes"));

  @Test
  void theEndIsThatEveryTableIsPublishedKnownAndMirrored() {
    assertThat(FLOWING.published()).containsExactlyInAnyOrder(relation("notes"), relation("users"));
    assertThat(FLOWING.known()).containsExactlyInAnyOrder(relation("notes"), relation("users"));
    assertThat(FLOWING.target().tables()).extracting(Table::name).containsExactly("notes", "users");
    assertThat(FLOWING.report(DESIRED).why().reason()).isEqualTo(Reason.InSync);
  }

  @Test
  void noChangeStaysMissingWhateverHappensAndWhereverItIsCutOff() {
    var damaged = Set.of(FLOWING);
    for (var accident : ACCIDENTS) {
      var more = new HashSet<>(damaged);
      damaged.forEach(w -> more.add(accident.apply(w)));
      damaged = more;
    }

    assertThat(endsWhereverCutOff(damaged.stream().map(FlowWorld::write).toList()))
        .containsExactly(FLOWING);
  }

  @Test
  void aBeginningThatIsCutOffGoesOnToTheSameEnd() {
    assertThat(endsWhereverCutOff(List.of(FlowWorld.of("notes", "users"))))
        .containsExactly(FLOWING);
  }

  @Test
  void whatAFormerFederationLeftInAnyHalfStateIsTakenUp() {
    var former = desiredFlow().owner(States.reborn(FEDERATION)).build();
    for (boolean published : List.of(true, false)) {
      for (boolean kept : List.of(true, false)) {
        for (boolean subscribed : List.of(true, false)) {
          var world =
              FLOWING.schema(Optional.of(schema("svc", Optional.of(former.mark().release()))));
          world =
              world.publication(
                  published
                      ? Optional.of(
                          publication("users").marked(Mark.of(former.owner()).release()).build())
                      : Optional.empty());
          world = world.slot(kept ? Optional.of(slot().build()) : Optional.empty());
          world =
              world.subscription(
                  subscribed
                      ? Optional.of(
                          subscription()
                              .ready("users", "notes")
                              .marked(former.subscriptionMark().release())
                              .build())
                      : Optional.empty());

          assertThat(endsWhereverCutOff(List.of(world.write()))).containsExactly(FLOWING);
        }
      }
    }
  }

  @Test
  void takingDownLeavesNothingWhereverItIsCutOff() {
    for (int killedAfter = 0; killedAfter <= remove(FLOWING).steps().size(); killedAfter++) {
      var world = FLOWING.after(remove(FLOWING).steps().subList(0, killedAfter));
      world = world.after(remove(world).steps());

      assertThat(world).isEqualTo(FlowWorld.of("notes", "users"));
      assertThat(remove(world)).isEqualTo(Plan.NOTHING);
    }
  }

  private static Plan remove(FlowWorld world) {
    return Flow.remove(DESIRED, Optional.of(world.source()), Optional.of(world.target()));
  }

  /** Where it ends, when every plan on the way may be cut off after each of its steps. */
  private static Set<FlowWorld> endsWhereverCutOff(List<FlowWorld> beginnings) {
    var ends = new HashSet<FlowWorld>();
    var seen = new HashSet<FlowWorld>();
    var ahead = new ArrayDeque<FlowWorld>(beginnings);
    while (!ahead.isEmpty()) {
      var world = ahead.remove();
      if (!seen.add(world)) {
        continue;
      }
      if (world.report(DESIRED).why().reason().good()) {
        assertThat(world.stale()).as("tables that are said to be in sync").isEmpty();
      }
      end(world);
      var steps = world.plan(DESIRED).steps();
      if (steps.isEmpty()) {
        ends.add(world);
      }
      FlowWorld next = world;
      for (Step step : steps) {
        next = next.after(step).write();
        ahead.add(next);
      }
    }
    return ends;
  }

  /** Where it ends when nothing cuts it off, within one reconcile. */
  private static FlowWorld end(FlowWorld world) {
    FlowWorld now = world;
    for (int round = 0; round < ROUNDS; round++) {
      now = now.after(now.plan(DESIRED).steps());
    }
    assertThat(now.plan(DESIRED)).as("what is left of %s", world).isEqualTo(Plan.NOTHING);
    return now;
  }
}
