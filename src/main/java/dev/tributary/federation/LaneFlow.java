package dev.tributary.federation;

import static java.util.stream.Collectors.toSet;

import dev.tributary.api.ReplicationFederationSpec.OnLost;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One lane, put together: publications, slot, subscription, in the order in which nothing is sent
 * before it can be received.
 */
final class LaneFlow {
  private final DesiredFlow desired;
  private final LaneState lane;
  private final Map<Relation, PublishedTable> wanted;
  private final Allocation allocation;
  private final Handover handover;
  private final List<LaneState> lanes;
  private final FlowState source;

  /**
   * One lane of a flow.
   *
   * @param lanes all lanes of the flow
   */
  LaneFlow(
      DesiredFlow desired,
      Allocation allocation,
      Handover handover,
      List<LaneState> lanes,
      FlowState source) {
    this.desired = desired;
    this.lane = handover.to();
    this.wanted = allocation.of(lane);
    this.allocation = allocation;
    this.handover = handover;
    this.lanes = lanes;
    this.source = source;
  }

  LaneState lane() {
    return lane;
  }

  /** Whether we have given the lane's slot up, because it kept too much WAL. */
  static boolean isDropped(DesiredFlow desired, LaneState lane) {
    return lane.publication()
        .flatMap(PublicationState::mark)
        .filter(m -> Mark.ownership(Optional.of(m), desired.owner()) == Mark.Ownership.OURS)
        .filter(m -> m.notes().containsKey(Mark.DROPPED))
        .isPresent();
  }

  /**
   * Gives the subscription the connection of today, and sets it going.
   *
   * @param leading the change of lanes that its lane may stand still for
   */
  List<Step> revive(Optional<Handover> leading) {
    return planAfterLoss().isEmpty()
        ? Subscriptions.revive(desired, lane, leads(leading))
        : List.of();
  }

  boolean leads(Optional<Handover> leading) {
    return leading.filter(h -> h == handover).isPresent();
  }

  private boolean isNeeded() {
    return allocation.needs(desired, lane) || handover.isUnderWay() || handover.gives();
  }

  /** What is to be done when changes were lost, before any lane goes on. */
  Plan planLoss() {
    return isNeeded() ? planAfterLoss() : Plan.NOTHING;
  }

  /**
   * What is to be done for the lane.
   *
   * @param leading the change of lanes that goes first
   */
  Plan plan(TargetState target, Optional<Handover> leading) {
    if (!isNeeded()) {
      return planEmpty();
    }
    var lost = planAfterLoss();
    return lost.isEmpty() ? planWhole(target, leading) : lost;
  }

  /** What is left to do of the change of lanes that the subscription stands still for. */
  Plan finish(Optional<Handover> leading) {
    return planAfterLoss().isEmpty() ? handover.plan(source, leading) : Plan.NOTHING;
  }

  /** A lane that is in the spec may stay empty; its tables may come back. */
  private Plan planEmpty() {
    if (!lane.isFormer(desired)) {
      var unpublish = Publications.unpublish(lane, Map.of());
      return Plan.of(unpublish).then(forget(unpublish));
    }
    var steps = new ArrayList<Step>(Subscriptions.remove(desired, lane));
    steps.addAll(Slots.remove(lane, source.server()));
    steps.addAll(Publications.remove(desired, lane));
    return Plan.of(steps);
  }

  private Plan planWhole(TargetState target, Optional<Handover> leading) {
    var unpublish = Publications.unpublish(lane, wanted);
    // A refresh would make a lane forget what it gave and still has to bring.
    boolean gives = handover.gives() || leading.filter(h -> h.takesFrom(lane)).isPresent();
    boolean idle = !handover.isUnderWay() && !gives && !leads(leading);
    boolean mayAdd = idle && !isWaitedFor();
    var plan = Plan.of(unpublish).then(idle ? forget(unpublish) : Plan.NOTHING);
    if (mayAdd) {
      plan =
          plan.then(
              Plan.of(
                  Subscriptions.empty(
                      desired,
                      wanted.values(),
                      Subscriptions.toEmpty(desired, wanted.values(), known(), target))));
    }
    plan = plan.then(Plan.of(Publications.plan(desired, lane, wanted.values(), mayAdd)));
    if (lane.slot().isEmpty()) {
      // A slot that nobody can read from would fill the source's disk.
      plan = plan.then(Plan.of(List.of(Subscriptions.tryConnection(lane.lane().publication()))));
    }
    var slot = Slots.plan(desired, lane, source.server());
    plan = plan.then(slot);
    if (!slot.problems().isEmpty()) {
      return plan;
    }
    return plan.then(mayAdd ? Plan.of(subscribe()) : Plan.NOTHING)
        .then(handover.plan(source, leading));
  }

  private List<Step> subscribe() {
    return Subscriptions.plan(
        desired,
        lane,
        wanted.values(),
        published(),
        Slots.failover(desired, lane, source.server()));
  }

  /** Tables that are published as they are to be. */
  private Set<Relation> published() {
    return wanted.values().stream()
        .filter(lane::publishes)
        .map(PublishedTable::relation)
        .collect(toSet());
  }

  /** Tables that any subscription of the flow knows. */
  private Set<Relation> known() {
    return lanes.stream().flatMap(l -> l.known().stream()).collect(toSet());
  }

  /** Whether a table of this lane has to be forgotten by a subscription before it can come. */
  private boolean isWaitedFor() {
    var known = known();
    return wanted.values().stream()
        .filter(t -> !lane.known().contains(t.relation()) || !lane.publishes(t))
        .anyMatch(t -> known.contains(t.relation()));
  }

  /**
   * Makes the subscription forget tables that are published no longer, so that they can be copied
   * whole when they come back: changes made meanwhile are not sent, and no row is to be there
   * twice. It first confirms what was sent before: its apply worker remembers which tables it knew
   * (source: logicalrep_rel_open in relation.c), and a late row would be there twice. One that does
   * not run remembers nothing.
   */
  private Plan forget(List<Step> unpublish) {
    if (lane.subscription().isEmpty() || !unpublish.isEmpty()) {
      return Plan.NOTHING;
    }
    var keeps = new HashSet<>(published());
    keeps.addAll(lane.arriving());
    var stale = new HashSet<>(lane.known());
    stale.removeAll(keeps);
    var awaited = Subscriptions.forgets(lane);
    var clear = awaited.isPresent() ? List.of(Subscriptions.goOn(desired, lane)) : List.<Step>of();
    SubscriptionState subscription = lane.subscription().get();
    if (stale.isEmpty() || !subscription.enabled()) {
      return Plan.of(stale.isEmpty() ? clear : List.of());
    }
    var wait = Forgets.of(stale, source.position());
    boolean noted = awaited.filter(wait::isOfTheSameTables).isPresent();
    if (subscription.running() && !noted) {
      return Plan.of(List.of(Subscriptions.waitToForget(desired, lane, wait)));
    }
    if (subscription.running() && !lane.hasConfirmed(awaited.get().position())) {
      return Plan.blocked(
          List.of(
              new Problem(
                  Reason.WaitingForApply,
                  "The target has to apply what was sent of %s before the table can be forgotten, or copied again."
                      .formatted(
                          stale.stream().map(Relation::toString).sorted().findFirst().get()))));
    }
    var steps = new ArrayList<Step>();
    steps.add(Subscriptions.refresh(lane));
    steps.addAll(clear);
    return Plan.of(steps);
  }

  /**
   * Changes that were made while there was no publication or no slot, or that were not published,
   * were never sent, so the lane's tables have to be copied again. First of all the subscription
   * goes: from then on the catalogs say that there is a copy to make, wherever this is cut off.
   * Then goes a slot that lies before its publications: what it would read first cannot be decoded.
   * Tables that it gave, and of which it had something to bring, are copied again where they are.
   */
  private Plan planAfterLoss() {
    boolean dropped = isDropped(desired, lane);
    boolean slotLost = dropped || lane.slot().map(SlotState::lost).orElse(false);
    boolean slotIsUseless = slotLost || lane.publication().isEmpty() || needsFurtherPublications();
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
      return hold(dropped);
    }
    boolean unsent =
        lane.publication().filter(p -> p.operations().containsAll(desired.operations())).isEmpty();
    // Who gave it tables is gone, and with him what he had to bring of them.
    boolean deserted = Subscriptions.standsStill(lane) && !handover.isUnderWay();
    boolean whole = !unsent && !slotIsUseless && lane.slot().isPresent() && !deserted;
    if (whole && readsWell(subscription)) {
      return Plan.NOTHING;
    }
    var steps = new ArrayList<Step>();
    for (LaneState other : lanes) {
      var given = other.takenFrom(lane);
      if (other != lane && !given.isEmpty()) {
        steps.addAll(Publications.takeBack(other, given));
        steps.add(Subscriptions.goOn(desired, other));
      }
    }
    steps.add(Subscriptions.drop(subscription));
    if (slotIsUseless) {
      steps.addAll(Slots.remove(lane, source.server()));
    }
    return Plan.of(steps);
  }

  private Plan hold(boolean dropped) {
    String what =
        dropped
            ? "The slot %s kept more WAL than slots.maxRetainedWal and was dropped"
            : "The source's server has removed WAL that the slot %s still needed";
    return Plan.blocked(
        List.of(
            new Problem(
                Reason.SlotLost,
                "%s, so changes are missing: set slots.onLost to Resync to copy the tables of %s again."
                    .formatted(what.formatted(lane.lane().object()), lane.lane()))));
  }

  /** A lane of an earlier version, or one that was taken over, may not read all publications. */
  private boolean needsFurtherPublications() {
    if (lane.subscription().isEmpty()) {
      return false;
    }
    var read = lane.subscription().get().publications();
    boolean inserts = wanted.values().stream().anyMatch(PublishedTable::insertsOnly);
    return inserts && !read.contains(lane.lane().insertsPublication())
        || !allocation.to(lane).isEmpty() && !read.contains(lane.lane().arrivalsPublication());
  }

  private boolean readsWell(SubscriptionState subscription) {
    var there = lane.publications().stream().map(PublicationState::name).collect(toSet());
    return subscription.publications().contains(lane.lane().publication())
        && there.containsAll(subscription.publications())
        && subscription.slot().equals(Optional.of(lane.lane().object()));
  }
}
