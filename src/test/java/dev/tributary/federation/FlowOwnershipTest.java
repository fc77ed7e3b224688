package dev.tributary.federation;

import static dev.tributary.federation.States.FEDERATION;
import static dev.tributary.federation.States.FLOW;
import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.flow;
import static dev.tributary.federation.States.publication;
import static dev.tributary.federation.States.schema;
import static dev.tributary.federation.States.settled;
import static dev.tributary.federation.States.slot;
import static dev.tributary.federation.States.subscription;
import static dev.tributary.federation.States.table;
import static dev.tributary.federation.States.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.ReplicationFederationSpec.OnLost;
import dev.tributary.federation.Mark.Ownership;
import dev.tributary.federation.States.ADesiredFlow;
import dev.tributary.federation.States.AFlow;
import dev.tributary.federation.States.APublication;
import dev.tributary.federation.States.ASlot;
import dev.tributary.federation.States.ASubscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What Tributary did not make, or another resource did, is never changed or dropped. */
class FlowOwnershipTest {
  private static final Set<Ownership> FOREIGN = Set.of(Ownership.ANOTHERS, Ownership.UNMARKED);

  /** Every mark that an object may bear. */
  private static List<Optional<Mark>> marks(Mark ours) {
    return List.of(
        Optional.of(ours),
        Optional.of(ours.release()),
        Optional.of(new Mark(States.reborn(ours.owner()), false, ours.notes())),
        Optional.of(new Mark(States.other(ours.owner()), false, ours.notes())),
        Optional.of(new Mark(States.other(ours.owner()), true, ours.notes())),
        Optional.empty());
  }

  private record World(DesiredFlow desired, FlowState source, TargetState target) {
    @Override
    public String toString() {
      return "onLost=%s enabled=%s publication=%s slot=%s subscription=%s schema=%s"
          .formatted(
              desired.slots().onLost(),
              desired.enabled(),
              source.publication(FLOW).map(p -> Mark.ownership(p.mark(), FEDERATION)),
              source.slot(FLOW).map(SlotState::walStatus),
              target.subscription(FLOW).map(s -> Mark.ownership(s.mark(), FEDERATION)),
              target.schema().map(s -> Mark.ownership(s.mark(), FEDERATION)));
    }

    boolean foreign(Optional<Mark> mark) {
      return FOREIGN.contains(Mark.ownership(mark, FEDERATION));
    }

    boolean foreignPublication() {
      return source.publication(FLOW).filter(p -> foreign(p.mark())).isPresent();
    }

    boolean foreignSubscription() {
      return target.subscription(FLOW).filter(s -> foreign(s.mark())).isPresent();
    }

    boolean foreignSchema() {
      return target.schema().filter(s -> foreign(s.mark())).isPresent();
    }

    Plan plan() {
      return Flow.plan(
          desired,
          settled(table("users").moved(), table("notes").moved()),
          Plan.NOTHING,
          source,
          target);
    }

    List<Step> everythingThatMayBeDone() {
      var steps = new ArrayList<Step>(plan().steps());
      steps.addAll(Flow.remove(desired, Optional.of(source), Optional.of(target)).steps());
      steps.addAll(Flow.remove(desired, Optional.empty(), Optional.of(target)).steps());
      steps.addAll(Flow.remove(desired, Optional.of(source), Optional.empty()).steps());
      steps.addAll(Flow.release(desired, Optional.of(source), Optional.of(target)).steps());
      return steps;
    }
  }

  private static <T> List<Optional<T>> orAbsent(List<T> all) {
    var some = new ArrayList<Optional<T>>(all.stream().map(Optional::of).toList());
    some.add(Optional.empty());
    return some;
  }

  private static <T> List<T> marked(
      List<Optional<Mark>> marks, Function<Mark, T> marked, T unmarked) {
    return marks.stream().map(m -> m.map(marked).orElse(unmarked)).toList();
  }

  private static List<World> worlds() {
    var desired = desiredFlow().build();
    List<ADesiredFlow> wishes =
        List.of(desiredFlow(), desiredFlow().onLost(OnLost.Resync), desiredFlow().suspended());
    List<Optional<APublication>> publications =
        orAbsent(
            marked(
                marks(desired.mark(States.defaultLane())),
                m -> publication("users", "old").marked(m),
                publication("users", "old").unmarked()));
    List<Optional<ASlot>> slots = orAbsent(List.of(slot(), slot().beingMade(), slot().lost()));
    List<Optional<ASubscription>> subscriptions =
        orAbsent(
            marked(
                marks(desired.connectedMark(States.defaultLane())),
                m -> subscription().ready("users", "gone").marked(m),
                subscription().ready("users", "gone").unmarked()));
    List<Optional<SchemaFacts>> schemas =
        orAbsent(marks(desired.mark()).stream().map(m -> schema("svc", m)).toList());

    var worlds = new ArrayList<World>();
    for (var wish : wishes) {
      for (var publication : publications) {
        for (var slot : slots) {
          AFlow source = flow();
          publication.ifPresent(source::with);
          slot.ifPresent(source::with);
          for (var subscription : subscriptions) {
            for (var schema : schemas) {
              var target = target();
              schema.ifPresent(
                  s ->
                      target
                          .schema(s)
                          .tables(
                              table("users").mirrored().bytes(1),
                              table("strange").moved().bytes(1),
                              table("others")
                                  .moved()
                                  .marked(Mark.of(States.other(FEDERATION)))
                                  .bytes(1)));
              subscription.ifPresent(target::with);
              worlds.add(new World(wish.build(), source.build(), target.build()));
            }
          }
        }
      }
    }
    return worlds;
  }

  private static void assertNoneSays(List<Step> steps, Site site, String words, World world) {
    assertThat(steps)
        .as("steps for %s", world)
        .filteredOn(s -> (s.site() == Site.TARGET) == (site == Site.TARGET))
        .flatExtracting(Step::sql)
        .noneMatch(sql -> sql.contains(words));
  }

  @Test
  void noStepNamesAPublicationThatIsNotOurs() {
    for (World world : worlds()) {
      if (world.foreignPublication()) {
        assertNoneSays(
            world.everythingThatMayBeDone(), Site.SOURCE, "PUBLICATION \"" + FLOW, world);
      }
    }
  }

  @Test
  void noStepNamesASubscriptionThatIsNotOurs() {
    for (World world : worlds()) {
      if (world.foreignSubscription()) {
        assertNoneSays(
            world.everythingThatMayBeDone(), Site.TARGET, "SUBSCRIPTION \"" + FLOW, world);
      }
    }
  }

  @Test
  void noStepDropsTheSlotOfAPublicationThatIsNotOurs() {
    for (World world : worlds()) {
      if (world.foreignPublication()) {
        assertNoneSays(
            world.everythingThatMayBeDone(), Site.SOURCE, "pg_drop_replication_slot", world);
      }
    }
  }

  @Test
  void noStepNamesASchemaThatIsNotOursOrAnythingInIt() {
    for (World world : worlds()) {
      if (world.foreignSchema()) {
        assertNoneSays(world.everythingThatMayBeDone(), Site.TARGET, "\"svc\"", world);
      }
    }
  }

  @Test
  void noStepNamesATableThatIsNotOurs() {
    for (World world : worlds()) {
      var steps = world.everythingThatMayBeDone();
      assertNoneSays(steps, Site.TARGET, "\"strange\"", world);
      assertNoneSays(steps, Site.TARGET, "\"others\"", world);
    }
  }

  @Test
  void nothingIsMadeWhereSomethingOfTheFlowIsNotOurs() {
    for (World world : worlds()) {
      if (world.foreignSchema() || world.foreignSubscription() || world.foreignPublication()) {
        assertThat(world.plan().steps()).as("steps for %s", world).isEmpty();
        assertThat(world.plan().problems()).as("problems of %s", world).isNotEmpty();
      }
    }
  }

  @Test
  void suspendingDoesNothingButDisableOurs() {
    for (World world : worlds()) {
      if (!world.desired().enabled()) {
        assertThat(world.plan().steps())
            .as("steps for %s", world)
            .isSubsetOf(List.of(new SubscriptionSteps.DisableSubscription(FLOW)));
      }
    }
  }
}
