package dev.tributary.federation;

import static dev.tributary.federation.States.FEDERATION;
import static dev.tributary.federation.States.FLOW;
import static dev.tributary.federation.States.defaultLane;
import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.publication;
import static dev.tributary.federation.States.relation;
import static dev.tributary.federation.States.schema;
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

  /** Plans that are executed before it flows, the servers doing what they do between them. */
  private static final int ROUNDS = 8;

  private static final FlowWorld FLOWING = rested(end(FlowWorld.of("notes", "users")));

  private static final List<UnaryOperator<FlowWorld>> ACCIDENTS =
      List.of(
          w -> w.withoutPublication(FLOW),
          w -> w.withoutPublished(FLOW, "notes"),
          w -> w.withoutDeletesPublished(FLOW),
          w -> w.withoutSlot(FLOW),
          w -> w.withLostSlot(FLOW),
          w -> w.withoutSubscription(FLOW),
          w -> w.withDisabledSubscription(FLOW),
          w -> w.withSubscriptionToAnotherPublication(FLOW),
          w -> w.withFormerConnection(FLOW),
          w -> w.withoutMirrored("notes"));

  @Test
  void theEndIsThatEveryTableIsPublishedKnownAndMirrored() {
    assertThat(FLOWING.published(FLOW))
        .containsExactlyInAnyOrder(relation("notes"), relation("users"));
    assertThat(FLOWING.known(FLOW)).containsExactlyInAnyOrder(relation("notes"), relation("users"));
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
  void aFurtherPublicationThatIsLostIsDoneWithoutUntilItIsNeeded() {
    for (String lost : List.of(FLOW + "_inserts", FLOW + "_arriving")) {
      assertThat(endsWhereverCutOff(List.of(FLOWING.withoutPublication(lost).write())))
          .allSatisfy(
              w -> {
                assertThat(w.isComplete(relation("notes"))).isTrue();
                assertThat(w.isComplete(relation("users"))).isTrue();
                assertThat(w.publications()).doesNotContainKey(lost);
              });
    }
  }

  @Test
  void whatAFormerFederationLeftInAnyHalfStateIsTakenUp() {
    var former = desiredFlow().owner(States.reborn(FEDERATION)).build();
    for (boolean published : List.of(true, false)) {
      for (boolean kept : List.of(true, false)) {
        for (boolean subscribed : List.of(true, false)) {
          var world =
              FLOWING.schema(Optional.of(schema("svc", Optional.of(former.mark().release()))));
          for (var p : publication("users").marked(former.mark(defaultLane()).release()).all()) {
            world = world.withoutPublication(p.name());
            world = published ? world.publication(Optional.of(p)) : world;
          }
          world = kept ? world : world.withoutSlot(FLOW);
          world =
              subscribed
                  ? world.with(FLOW, s -> s.marked(former.connectedMark(defaultLane()).release()))
                  : world.withoutSubscription(FLOW);

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

      assertThat(world.publications()).isEmpty();
      assertThat(world.slots()).isEmpty();
      assertThat(world.subscriptions()).isEmpty();
      assertThat(world.mirror()).isEmpty();
      assertThat(world.schema()).isEmpty();
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
      var world = ahead.remove().ranked();
      if (!seen.add(world)) {
        continue;
      }
      assertThat(world.stuck()).as("lanes that stand still in %s", world).isEmpty();
      if (world.report(DESIRED).why().reason().good()) {
        assertThat(world.stale()).as("tables that are said to be in sync").isEmpty();
      }
      var settled = world.settle().ranked();
      ahead.add(settled);
      var steps = world.plan(DESIRED).steps();
      if (steps.isEmpty() && settled.equals(world)) {
        end(world);
        ends.add(rested(world));
      }
      FlowWorld next = world;
      for (Step step : steps) {
        next = next.after(step).write();
        ahead.add(next);
      }
    }
    return ends;
  }

  /** Where it ends when nothing cuts it off. */
  private static FlowWorld end(FlowWorld world) {
    FlowWorld now = world;
    for (int round = 0; round < ROUNDS; round++) {
      now = now.after(now.plan(DESIRED).steps()).settle();
    }
    assertThat(now.plan(DESIRED)).as("what is left of %s", world).isEqualTo(Plan.NOTHING);
    return now;
  }

  /** The same after one more change of each table. */
  private static FlowWorld rested(FlowWorld world) {
    return world.write().settle().ranked();
  }
}
