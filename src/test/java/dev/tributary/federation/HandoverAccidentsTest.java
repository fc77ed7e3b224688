package dev.tributary.federation;

import static dev.tributary.federation.States.FLOW;
import static dev.tributary.federation.States.HOT;
import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.relation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.ReplicationFederationSpec.OnLost;
import dev.tributary.federation.States.ADesiredFlow;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Tables change their lane while the application writes, the servers do everything in any order,
 * and the operator is killed after any step: no change is lost, none comes twice, and nothing is
 * copied. Only what is lost by hand meanwhile is copied again.
 */
class HandoverAccidentsTest {
  private static final int ROUNDS = 16;

  /** Changes that wait: what is more makes no difference. */
  private static final int MUCH = 2;

  private static final DesiredFlow ONE_LANE = resyncing().build();
  private static final DesiredFlow USERS_HOT = resyncing().lane("hot", "users").build();
  private static final DesiredFlow ALL_HOT = resyncing().lane("hot", "users", "notes").build();
  private static final DesiredFlow SWAPPED = resyncing().lane("hot", "notes").build();

  private static final FlowWorld IN_ONE_LANE = end(ONE_LANE, FlowWorld.of("notes", "users"));
  private static final FlowWorld IN_TWO_LANES = end(USERS_HOT, FlowWorld.of("notes", "users"));

  private static final List<UnaryOperator<FlowWorld>> LOSSES =
      List.of(
          w -> w.withoutPublication(HOT),
          w -> w.withoutPublication(FLOW),
          w -> w.withoutPublished(HOT, "users"),
          w -> w.withoutPublished(HOT + "_arriving", "users"),
          w -> w.withoutPublished(FLOW, "users"),
          w -> w.withoutSlot(HOT),
          w -> w.withoutSlot(FLOW),
          w -> w.withLostSlot(HOT),
          w -> w.withLostSlot(FLOW),
          w -> w.withoutSubscription(HOT),
          w -> w.withoutSubscription(FLOW),
          w -> w.withDisabledSubscription(HOT),
          w -> w.withDisabledSubscription(FLOW));

  private static ADesiredFlow resyncing() {
    return desiredFlow().onLost(OnLost.Resync);
  }

  @Test
  void aTableChangesToALaneThatHasToBeMade() {
    assertEnds(USERS_HOT, List.of(IN_ONE_LANE));
  }

  @Test
  void aTableComesBackAndItsLaneGoes() {
    assertEnds(ONE_LANE, List.of(IN_TWO_LANES));
  }

  @Test
  void allTablesChangeTheirLane() {
    assertEnds(ALL_HOT, List.of(IN_ONE_LANE));
  }

  @Test
  void tablesChangeBothWaysAtOnce() {
    assertEnds(SWAPPED, List.of(IN_TWO_LANES));
  }

  @Test
  void whateverIsLostAtAnyMomentIsCopiedAgain() {
    for (FlowWorld moment : moments(IN_ONE_LANE)) {
      for (var loss : LOSSES) {
        assertWell(USERS_HOT, end(USERS_HOT, loss.apply(moment).write()));
      }
    }
  }

  @Test
  void aPersonChangesHisMindAtAnyMoment() {
    for (FlowWorld moment : moments(IN_ONE_LANE)) {
      for (DesiredFlow instead : List.of(ONE_LANE, ALL_HOT, SWAPPED)) {
        assertWell(instead, end(instead, moment.write()));
      }
    }
  }

  @Test
  void itIsSuspendedAndGoesOnAtAnyMoment() {
    var suspended = resyncing().lane("hot", "users").suspended().build();
    for (FlowWorld moment : moments(IN_ONE_LANE)) {
      var still = moment.after(moment.plan(suspended).steps()).write().settle().write();
      assertWell(USERS_HOT, end(USERS_HOT, still));
    }
  }

  /** The moments of a change that nothing cuts off, before and after the servers do their part. */
  private static Set<FlowWorld> moments(FlowWorld beginning) {
    var moments = new LinkedHashSet<FlowWorld>();
    FlowWorld now = beginning;
    for (int round = 0; round < ROUNDS; round++) {
      for (Step step : now.plan(USERS_HOT).steps()) {
        now = now.write().after(step);
        moments.add(now.ranked());
      }
      for (String name : now.subscriptions().keySet()) {
        now = now.noticed(name);
        moments.add(now.ranked());
      }
      now = now.write().settle();
      moments.add(now.ranked());
    }
    return moments;
  }

  /** From wherever it was cut off, it comes to its end without a copy. */
  private static void assertEnds(DesiredFlow desired, Collection<FlowWorld> beginnings) {
    for (FlowWorld world : worlds(desired, beginnings)) {
      assertWell(desired, end(desired, world));
    }
  }

  private static void assertWell(DesiredFlow desired, FlowWorld end) {
    assertThat(end.stuck()).isEmpty();
    assertThat(end.report(desired).why().reason()).isEqualTo(Reason.InSync);
    for (Table table : end.tables()) {
      assertThat(end.isComplete(table.relation())).as("%s in %s", table.name(), end).isTrue();
      String lane = desired.laneOf(table.name()).object();
      for (String name : List.of(FLOW, HOT)) {
        assertThat(end.published(name).contains(relation(table.name())))
            .isEqualTo(name.equals(lane));
        assertThat(end.known(name).contains(relation(table.name()))).isEqualTo(name.equals(lane));
      }
    }
    assertThat(end.slots().containsKey(HOT)).isEqualTo(desired.lanes().size() == 2);
  }

  /** How a world was reached. */
  private record Trail(Optional<Trail> before, String what) {
    static final Trail BEGINNING = new Trail(Optional.empty(), "at the beginning");

    Trail then(String what) {
      return new Trail(Optional.of(this), what);
    }

    @Override
    public String toString() {
      return before.map(b -> b + "\n").orElse("") + what;
    }
  }

  private record Reached(FlowWorld world, Trail trail) {}

  /** Every world that can be reached without a copy, the operator being killed after any step. */
  private static Set<FlowWorld> worlds(DesiredFlow desired, Collection<FlowWorld> beginnings) {
    var seen = new HashSet<FlowWorld>();
    var ahead = new ArrayDeque<Reached>();
    beginnings.forEach(w -> ahead.add(new Reached(w.ranked(), Trail.BEGINNING)));
    while (!ahead.isEmpty()) {
      var reached = ahead.remove();
      var world = reached.world();
      var trail = reached.trail();
      if (!seen.add(world)) {
        continue;
      }
      assertThat(world.stuck()).as("lanes that stand still after\n%s", trail).isEmpty();
      assertThat(world.copies()).as("whether anything is copied after\n%s", trail).isFalse();
      assertThat(world.mirror().values())
          .as("%s", trail)
          .allMatch(m -> m.whole() && m.at().isPresent());
      if (world.report(desired).why().reason().good()) {
        assertThat(world.stale()).as("tables that are said to be in sync").isEmpty();
      }
      for (String name : world.subscriptions().keySet()) {
        add(ahead, world.noticed(name), trail, name + " notices");
        add(ahead, world.appliedOne(name), trail, name + " applies");
      }
      FlowWorld written = world;
      FlowWorld quiet = world;
      Trail busy = trail;
      for (Step step : world.plan(desired).steps()) {
        written = busy(written).after(step);
        quiet = quiet.after(step);
        busy = busy.then("(busy) " + step.sentence());
        trail = trail.then(step.sentence());
        ahead.add(new Reached(written.ranked(), busy));
        ahead.add(new Reached(quiet.ranked(), trail));
      }
    }
    return seen;
  }

  private static void add(ArrayDeque<Reached> ahead, FlowWorld world, Trail trail, String what) {
    ahead.add(new Reached(world.ranked(), trail.then(what)));
  }

  /** The application writes, unless much waits to be applied already. */
  private static FlowWorld busy(FlowWorld world) {
    return world.wal().size() < MUCH ? world.write() : world;
  }

  /** Where it ends when nothing cuts it off, the application writing all the time. */
  private static FlowWorld end(DesiredFlow desired, FlowWorld world) {
    FlowWorld now = world;
    for (int round = 0; round < ROUNDS; round++) {
      for (Step step : now.plan(desired).steps()) {
        now = now.write().after(step);
      }
      now = now.write().settle();
    }
    assertThat(now.plan(desired)).as("what is left").isEqualTo(Plan.NOTHING);
    return now.ranked();
  }
}
