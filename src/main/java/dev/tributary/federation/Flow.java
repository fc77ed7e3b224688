package dev.tributary.federation;

import static java.util.stream.Collectors.toSet;

import dev.tributary.api.ReplicationFederationSpec.OnLimit;
import dev.tributary.api.ReplicationFederationSpec.OnLost;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One source's flow into the target, put together: mirror, then each lane's publications, slot and
 * subscription, in the order in which nothing is sent before it can be received.
 */
public final class Flow {
  private static final Problem WAITING =
      new Problem(
          Reason.WaitingForSource, "The source's tables are on their way to their own schema.");

  private Flow() {}

  /**
   * What leads from the state of both sides to the desired flow.
   *
   * @param selection the tables of the source that are taken
   * @param move what is still to be done to give those tables their schema
   */
  public static Plan plan(
      DesiredFlow desired,
      TableSelection selection,
      Plan move,
      FlowState source,
      TargetState target) {
    var lanes = LaneState.of(desired, Optional.of(source), Optional.of(target));
    var urgent = protect(desired, selection, source, lanes);
    var refused = refusals(desired, source, target, lanes);
    if (!refused.isEmpty()) {
      return urgent.then(Plan.blocked(refused));
    }
    if (!urgent.steps().isEmpty()) {
      // What follows is planned for what that leaves.
      return urgent.then(Plan.blocked(move.problems()));
    }
    if (!desired.enabled()) {
      return urgent.then(disable(lanes));
    }
    boolean begun = lanes.stream().anyMatch(l -> l.subscription().isPresent());
    if (!begun && !move.isEmpty()) {
      return urgent.then(Plan.blocked(waiting(move)));
    }
    var unsupported = Mirror.unsupported(selection.published());
    if (!begun && !unsupported.isEmpty()) {
      return urgent.then(Plan.blocked(unsupported));
    }
    var tables = Mirror.supported(selection.published());
    var allocation = Allocation.of(desired, tables, lanes);
    var revive = revive(desired, allocation, lanes, source);
    var inTheWay = preflight(desired, tables, source);
    // Tables that are on their way would seem to be gone.
    boolean waits = !selection.unsettled().isEmpty();
    if (waits || !inTheWay.isEmpty()) {
      return urgent
          .then(new Plan(revive, waits ? waiting(move) : move.problems()))
          .then(Plan.blocked(inTheWay));
    }
    return urgent
        .then(Plan.of(revive))
        .then(build(desired, tables, allocation, lanes, source, target))
        .then(Plan.blocked(unsupported))
        .then(Plan.blocked(move.problems()));
  }

  /** What has to be done for the source's sake even while the target cannot be reached. */
  public static Plan planWithoutTarget(
      DesiredFlow desired, TableSelection selection, FlowState source) {
    var lanes = LaneState.of(desired, Optional.of(source), Optional.empty());
    var steps = new ArrayList<Step>(protect(desired, selection, source, lanes).steps());
    if (mayTouch(source)) {
      lanes.stream()
          .filter(l -> isDropped(desired, l) && l.slot().filter(s -> !s.active()).isPresent())
          .forEach(l -> steps.addAll(Slots.remove(l, source.server())));
    }
    return Plan.of(steps);
  }

  /**
   * What an application suffers from is ended whatever else is in the way: a table that cannot be
   * updated because it is published, a disk that fills up.
   */
  private static Plan protect(
      DesiredFlow desired, TableSelection selection, FlowState source, List<LaneState> lanes) {
    if (!mayTouch(source)) {
      return Plan.NOTHING;
    }
    var harmful = selection.unpublishable().stream().map(Table::relation).collect(toSet());
    var wanted = new LinkedHashMap<Relation, PublishedTable>();
    selection.published().forEach(t -> wanted.put(t.relation(), t));
    var plan = Plan.NOTHING;
    for (LaneState lane : lanes) {
      if (Publications.refusal(desired, lane).isPresent()) {
        continue;
      }
      plan = plan.then(Plan.of(Publications.unpublishHarmful(desired, lane, harmful, wanted)));
      var over = Slots.overLimit(desired, lane);
      if (over.isPresent() && !isDropped(desired, lane)) {
        boolean drop = desired.slots().onLimit() == OnLimit.Drop && lane.publication().isPresent();
        plan =
            plan.then(
                drop
                    ? Plan.of(List.of(Publications.giveUp(desired, lane)))
                    : Plan.blocked(List.of(over.get())));
      }
    }
    return plan;
  }

  private static boolean mayTouch(FlowState source) {
    return SourcePreflight.of(source.server()).isEmpty();
  }

  /** Whether we have given the lane's slot up, because it kept too much WAL. */
  private static boolean isDropped(DesiredFlow desired, LaneState lane) {
    return lane.publication()
        .flatMap(PublicationState::mark)
        .filter(m -> Mark.ownership(Optional.of(m), desired.owner()) == Mark.Ownership.OURS)
        .filter(m -> m.notes().containsKey(Mark.DROPPED))
        .isPresent();
  }

  private static Plan disable(List<LaneState> lanes) {
    return Plan.of(
        lanes.stream()
            .filter(l -> l.subscription().filter(SubscriptionState::enabled).isPresent())
            .map(Subscriptions::disable)
            .toList());
  }

  private static List<Step> revive(
      DesiredFlow desired, Allocation allocation, List<LaneState> lanes, FlowState source) {
    return lanes.stream()
        .filter(l -> planAfterLoss(desired, l, allocation, lanes, source).isEmpty())
        .flatMap(
            l ->
                Subscriptions.revive(
                    desired, l, new Handover(desired, l, allocation, lanes).standsStill())
                    .stream())
        .toList();
  }

  private static List<Problem> waiting(Plan move) {
    return move.problems().isEmpty() ? List.of(WAITING) : move.problems();
  }

  /** The mirror, and every lane. */
  private static Plan build(
      DesiredFlow desired,
      List<PublishedTable> tables,
      Allocation allocation,
      List<LaneState> lanes,
      FlowState source,
      TargetState target) {
    var mirror = Mirror.plan(desired, tables, target);
    if (mirror.problems().stream().anyMatch(p -> p.reason() != Reason.SchemaDrift)) {
      return Plan.blocked(mirror.problems());
    }
    var plan = mirror;
    for (LaneState lane : lanes) {
      var handover = new Handover(desired, lane, allocation, lanes);
      if (!allocation.needs(desired, lane) && !handover.isUnderWay() && !handover.gives()) {
        plan = plan.then(removeIfFormer(desired, lane, source));
        continue;
      }
      var lost = planAfterLoss(desired, lane, allocation, lanes, source);
      plan =
          plan.then(
              lost.isEmpty()
                  ? planLane(desired, lane, allocation.of(lane), handover, source, target)
                  : lost);
    }
    return plan.then(Plan.of(Slots.removeLeftovers(source, target, lanes)));
  }

  /** A lane that is in the spec may stay empty; its tables may come back. */
  private static Plan removeIfFormer(DesiredFlow desired, LaneState lane, FlowState source) {
    if (!lane.isFormer(desired)) {
      return lane.subscription().isEmpty()
          ? Plan.NOTHING
          : Plan.of(Publications.unpublish(lane, Map.of()))
              .then(Plan.of(Subscriptions.forget(lane, lane.arriving())));
    }
    var steps = new ArrayList<Step>(Subscriptions.remove(desired, lane));
    steps.addAll(Slots.remove(lane, source.server()));
    steps.addAll(Publications.remove(desired, lane));
    return Plan.of(steps);
  }

  private static Plan planLane(
      DesiredFlow desired,
      LaneState lane,
      Map<Relation, PublishedTable> wanted,
      Handover handover,
      FlowState source,
      TargetState target) {
    var unpublish = Publications.unpublish(lane, wanted);
    var published =
        wanted.values().stream()
            .filter(lane::publishes)
            .map(PublishedTable::relation)
            .collect(toSet());
    var known = new HashSet<>(published);
    known.addAll(lane.arriving());
    // A refresh would make it forget what it gave and still has to bring.
    boolean stays = handover.standsStill() || handover.gives();
    var forget = stays ? List.<Step>of() : Subscriptions.forget(lane, known);
    var steps = new ArrayList<Step>();
    steps.addAll(unpublish);
    steps.addAll(forget);
    boolean idle = !handover.isUnderWay() && !handover.gives();
    boolean settled = unpublish.isEmpty() && forget.isEmpty() && idle;
    var empty = empty(desired, lane, wanted.values(), published, source, target, settled);
    var upToTheSlot = Plan.of(steps).then(empty.plan);
    boolean mayAdd = empty.mayAdd && idle;
    upToTheSlot =
        upToTheSlot.then(Plan.of(Publications.plan(desired, lane, wanted.values(), mayAdd)));
    var slot = Slots.plan(desired, lane, source.server());
    upToTheSlot = upToTheSlot.then(slot);
    if (!slot.problems().isEmpty()) {
      return upToTheSlot;
    }
    return upToTheSlot
        .then(
            mayAdd
                ? Plan.of(
                    Subscriptions.plan(
                        desired,
                        lane,
                        wanted.values(),
                        published,
                        Slots.failover(desired, lane, source.server())))
                : Plan.NOTHING)
        .then(handover.plan(source));
  }

  private record Emptying(Plan plan, boolean mayAdd) {}

  /**
   * Empties tables that are to be copied whole. A subscription that is there first confirms what
   * was sent while it still knew them: its apply worker may have remembered them (source:
   * logicalrep_rel_open in relation.c), and a late row would be there twice.
   */
  private static Emptying empty(
      DesiredFlow desired,
      LaneState lane,
      Collection<PublishedTable> wanted,
      Set<Relation> published,
      FlowState source,
      TargetState target,
      boolean settled) {
    var tables = Subscriptions.toEmpty(desired, lane, wanted, published, target);
    var awaited = Subscriptions.awaited(lane);
    if (lane.subscription().isEmpty()) {
      return new Emptying(Plan.of(Subscriptions.empty(tables)), true);
    }
    if (tables.isEmpty()) {
      boolean stale = awaited.isPresent() && settled;
      return new Emptying(
          stale ? Plan.of(List.of(Subscriptions.goOn(desired, lane))) : Plan.NOTHING, true);
    }
    if (!settled) {
      return new Emptying(Plan.NOTHING, false);
    }
    if (awaited.isEmpty()) {
      return new Emptying(
          Plan.of(List.of(Subscriptions.waitFor(desired, lane, source.position()))), false);
    }
    if (!lane.hasConfirmed(awaited.get())) {
      return new Emptying(
          Plan.blocked(
              List.of(
                  new Problem(
                      Reason.WaitingForApply,
                      "%s is copied again as soon as the target has caught up with the source."
                          .formatted(tables.get(0))))),
          false);
    }
    var steps = new ArrayList<Step>();
    // First of all: cut off afterwards, it waits again.
    steps.add(Subscriptions.goOn(desired, lane));
    steps.addAll(Subscriptions.empty(tables));
    return new Emptying(Plan.of(steps), true);
  }

  /** What must not be touched; and nothing is read from a server that cannot be written to. */
  private static List<Problem> refusals(
      DesiredFlow desired, FlowState source, TargetState target, List<LaneState> lanes) {
    var problems = new ArrayList<Problem>(SourcePreflight.of(source.server()));
    problems.addAll(TargetPreflight.of(target.server()));
    for (LaneState lane : lanes) {
      Publications.refusal(desired, lane).ifPresent(problems::add);
      Subscriptions.refusal(desired, lane).ifPresent(problems::add);
    }
    Mirror.refusal(desired, target.schema()).ifPresent(problems::add);
    return problems;
  }

  private static List<Problem> preflight(
      DesiredFlow desired, List<PublishedTable> tables, FlowState flow) {
    var problems = new ArrayList<Problem>();
    if (!flow.mayReplicate()) {
      problems.add(
          new Problem(
              Reason.NoRightToReplicate,
              "Role %s may not replicate from the source: run ALTER ROLE %s REPLICATION there."
                  .formatted(desired.replicator(), Sql.identifier(desired.replicator()))));
    }
    for (PublishedTable published : tables) {
      Table table = published.table();
      if (!table.replicatorMaySelect()) {
        problems.add(
            new Problem(
                Reason.NoRightToReplicate,
                "Role %s, which replicates, may not read all of table %s: run GRANT USAGE ON SCHEMA %s TO %s and GRANT SELECT ON %s TO %s, and with row-level security ALTER ROLE %s BYPASSRLS."
                    .formatted(
                        desired.replicator(),
                        table.readable(),
                        Sql.identifier(table.schema()),
                        Sql.identifier(desired.replicator()),
                        table.qualified(),
                        Sql.identifier(desired.replicator()),
                        Sql.identifier(desired.replicator()))));
      }
    }
    return problems;
  }

  /**
   * Changes that were made while there was no publication or no slot, or that were not published,
   * were never sent, so the lane's tables have to be copied again. First of all the subscription
   * goes: from then on the catalogs say that there is a copy to make, wherever this is cut off.
   * Then goes a slot that lies before its publications: what it would read first cannot be decoded.
   * Tables that it gave, and of which it had something to bring, are copied again where they are.
   */
  private static Plan planAfterLoss(
      DesiredFlow desired,
      LaneState lane,
      Allocation allocation,
      List<LaneState> lanes,
      FlowState source) {
    boolean dropped = isDropped(desired, lane);
    boolean slotLost = dropped || lane.slot().map(SlotState::lost).orElse(false);
    boolean slotIsUseless =
        slotLost || lane.publication().isEmpty() || needsFurtherPublications(lane, allocation);
    if (lane.subscription().isEmpty()) {
      var steps = new ArrayList<Step>();
      if (slotIsUseless) {
        steps.addAll(Slots.remove(lane, source.server()));
      }
      if (dropped) {
        steps.add(Publications.forgive(desired, lane));
      }
      return Plan.of(steps);
    }
    SubscriptionState subscription = lane.subscription().get();
    if (slotLost && desired.slots().onLost() == OnLost.Hold) {
      return hold(desired, lane, dropped, source);
    }
    boolean unsent =
        lane.publication().filter(p -> p.operations().containsAll(desired.operations())).isEmpty();
    if (!unsent && !slotIsUseless && lane.slot().isPresent() && readsWell(lane, subscription)) {
      return Plan.NOTHING;
    }
    var steps = new ArrayList<Step>();
    lanes.stream()
        .filter(l -> l != lane)
        .forEach(l -> steps.addAll(Publications.takeBack(l, l.takenFrom(lane))));
    steps.add(Subscriptions.drop(subscription));
    if (slotIsUseless) {
      steps.addAll(Slots.remove(lane, source.server()));
    }
    return Plan.of(steps);
  }

  private static Plan hold(DesiredFlow desired, LaneState lane, boolean dropped, FlowState source) {
    var steps = new ArrayList<Step>();
    if (dropped) {
      lane.subscription()
          .filter(SubscriptionState::enabled)
          .ifPresent(s -> steps.add(Subscriptions.disable(lane)));
      steps.addAll(Slots.remove(lane, source.server()));
    }
    return new Plan(
        steps,
        List.of(
            new Problem(
                Reason.SlotLost,
                ("%s, so changes are missing: set slots.onLost to Resync to copy the tables of %s again.")
                    .formatted(
                        dropped
                            ? "The slot %s kept more WAL than slots.maxRetainedWal and was dropped"
                                .formatted(lane.lane().object())
                            : "The source's server has removed WAL that the slot %s still needed"
                                .formatted(lane.lane().object()),
                        lane.lane()))));
  }

  /** A lane of an earlier version, or one that was taken over, may not read all publications. */
  private static boolean needsFurtherPublications(LaneState lane, Allocation allocation) {
    if (lane.subscription().isEmpty()) {
      return false;
    }
    var read = lane.subscription().get().publications();
    boolean inserts = allocation.of(lane).values().stream().anyMatch(PublishedTable::insertsOnly);
    return inserts && !read.contains(lane.lane().insertsPublication())
        || !allocation.to(lane).isEmpty() && !read.contains(lane.lane().arrivalsPublication());
  }

  private static boolean readsWell(LaneState lane, SubscriptionState subscription) {
    var there = lane.publications().stream().map(PublicationState::name).collect(toSet());
    return subscription.publications().contains(lane.lane().publication())
        && there.containsAll(subscription.publications())
        && subscription.slot().equals(Optional.of(lane.lane().object()));
  }

  /**
   * What takes the flow down, subscription first, so that no slot is left that nobody reads. A side
   * that cannot be reached is left out.
   */
  public static Plan remove(
      DesiredFlow desired, Optional<FlowState> source, Optional<TargetState> target) {
    var steps = new ArrayList<Step>();
    var lanes = LaneState.of(desired, source, target);
    for (LaneState lane : lanes) {
      steps.addAll(Subscriptions.remove(desired, lane));
      if (source.isPresent() && slotIsOurs(desired, lane)) {
        steps.addAll(Slots.remove(lane, source.get().server()));
      }
      steps.addAll(Publications.remove(desired, lane));
    }
    if (source.isPresent() && target.isPresent()) {
      steps.addAll(Slots.removeLeftovers(source.get(), target.get(), lanes));
    }
    target.ifPresent(t -> steps.addAll(Mirror.remove(desired, t)));
    return Plan.of(steps);
  }

  /** A slot bears no mark; the publication and the subscription of its name say whose it is. */
  private static boolean slotIsOurs(DesiredFlow desired, LaneState lane) {
    boolean anothers =
        lane.subscription()
            .filter(s -> Mark.refusal("", s.mark(), desired.owner()).isPresent())
            .isPresent();
    boolean published =
        lane.publication()
            .filter(p -> Mark.ownership(p.mark(), desired.owner()) != Mark.Ownership.OURS)
            .isEmpty();
    return !anothers && published;
  }

  /**
   * What lets go of everything and leaves it flowing, for the next federation of this name. A side
   * that cannot be reached is left out.
   */
  public static Plan release(
      DesiredFlow desired, Optional<FlowState> source, Optional<TargetState> target) {
    var steps = new ArrayList<Step>();
    for (LaneState lane : LaneState.of(desired, source, target)) {
      steps.addAll(Subscriptions.release(desired, lane));
      steps.addAll(Publications.release(desired, lane));
    }
    // Last, because this mark is what remembers the others when it is cut off.
    target.ifPresent(t -> steps.addAll(Mirror.release(desired, t)));
    return Plan.of(steps);
  }
}
