package dev.tributary.federation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How tables change their lane without a copy, and without a row being lost or applied twice.
 *
 * <p>The tables are announced in a publication that publishes nothing, so that the new lane's
 * subscription gets to know them; it is disabled; in one transaction on the source each table
 * changes its publication: what is before it comes by the old lane, what is after it by the new
 * one; and when the old lane has confirmed a position after that transaction, the new one goes on.
 * Each stage is known by the catalogs, so it can be cut off anywhere.
 */
final class Handover {
  /**
   * A lane that is further behind would keep the other one waiting, in bytes. A busy source writes
   * some tens of MiB before the target has told what it has on disk.
   */
  private static final long LAG = 128L << 20;

  private final DesiredFlow desired;
  private final LaneState to;
  private final List<Allocation.Change> changes;
  private final List<LaneState> lanes;

  Handover(DesiredFlow desired, LaneState to, Allocation allocation, List<LaneState> lanes) {
    this.desired = desired;
    this.to = to;
    this.changes = allocation.to(to);
    this.lanes = lanes;
  }

  /** Whether the lane's own tables have to wait until it is over. */
  boolean isUnderWay() {
    return !to.arriving().isEmpty() || !givers().isEmpty();
  }

  /**
   * The one of a flow's handovers whose lane may stand still: two that wait for each other would
   * wait for ever.
   */
  static Optional<Handover> leading(List<Handover> all) {
    return Stream.<Predicate<Handover>>of(
            h -> !h.givers().isEmpty(),
            h -> h.isDisabled() && h.isWelcoming(),
            Handover::isWelcoming)
        .flatMap(first -> all.stream().filter(first).limit(1))
        .findFirst();
  }

  private boolean isDisabled() {
    return to.subscription().filter(s -> !s.enabled()).isPresent();
  }

  private boolean isWelcoming() {
    return !welcomed().isEmpty();
  }

  /** The lane that tables come to. */
  LaneState to() {
    return to;
  }

  /** Lanes that gave tables, and whose subscriptions still know them. */
  private List<LaneState> givers() {
    return lanes.stream().filter(l -> l != to && !to.takenFrom(l).isEmpty()).toList();
  }

  /** Whether another lane waits for what this one has to bring of tables that it gave. */
  boolean gives() {
    return lanes.stream().anyMatch(l -> l != to && !l.takenFrom(to).isEmpty());
  }

  /** Whether tables of that lane are on their way, or about to be. */
  boolean takesFrom(LaneState lane) {
    boolean soon = isDisabled() && welcomed().stream().anyMatch(c -> c.from().equals(lane));
    return lane != to && (soon || !to.takenFrom(lane).isEmpty());
  }

  /** Tables that the subscription knows before they come. */
  private List<Allocation.Change> welcomed() {
    return changes.stream()
        .filter(c -> to.arriving().contains(c.table().relation()))
        .filter(c -> to.hasInSync(c.table().relation()))
        .toList();
  }

  /**
   * What is to be done next.
   *
   * @param leading the one of the flow's handovers that goes first
   */
  Plan plan(FlowState source, Optional<Handover> leading) {
    if (to.subscription().isEmpty()) {
      // What was announced to one that was lost is announced again when there is a new one.
      return to.arriving().isEmpty()
          ? Plan.NOTHING
          : Plan.of(List.of(Publications.withdraw(to, to.arriving())));
    }
    if (!givers().isEmpty()) {
      return planEnd(to.subscription().get(), source);
    }
    if (leading.filter(h -> h != this).isPresent()) {
      // A lane that gets to know tables forgets at once what it gave and still has to bring.
      return changes.isEmpty() ? Plan.NOTHING : waiting("another change of lanes goes first");
    }
    var coming = changes.stream().map(c -> c.table().relation()).collect(Collectors.toSet());
    var stray = without(to.arriving(), coming);
    var unknown = without(to.arriving(), to.known());
    // A refresh would take both for what they are not: welcome what is to be copied, or copy what
    // is there.
    boolean mixed = !unknown.isEmpty() && !to.known().containsAll(to.published());
    if (!stray.isEmpty() || mixed) {
      var steps = new ArrayList<Step>();
      steps.add(Publications.withdraw(to, mixed ? to.arriving() : stray));
      if (Subscriptions.standsStill(to)) {
        steps.add(Subscriptions.goOn(desired, to));
      }
      return Plan.of(steps);
    }
    if (coming.isEmpty()) {
      return Plan.NOTHING;
    }
    if (!unknown.isEmpty()) {
      return Plan.of(List.of(Subscriptions.welcome(to)));
    }
    return isWelcoming() ? planChange(to.subscription().get()) : planBeginning();
  }

  private Plan planBeginning() {
    var ready =
        changes.stream()
            .filter(c -> to.flows() && c.from().flows())
            .filter(c -> c.from().publishes(c.table()))
            .filter(c -> c.from().hasInSync(c.table().relation()))
            .filter(c -> !to.arriving().contains(c.table().relation()))
            .map(Allocation.Change::table)
            .toList();
    return ready.isEmpty()
        ? waiting("both lanes have to be in sync")
        : Plan.of(List.of(Publications.announce(desired, to, ready), Subscriptions.welcome(to)));
  }

  private Plan planChange(SubscriptionState subscription) {
    if (subscription.enabled()) {
      boolean near =
          isNear(to)
              && welcomed().stream()
                  .map(Allocation.Change::from)
                  .allMatch(from -> from.flows() && isNear(from));
      return near
          ? Plan.of(trials()).then(Plan.of(List.of(Subscriptions.standStill(desired, to))))
          : waiting("the target is too far behind the source");
    }
    if (subscription.running()) {
      return waiting(
          "the apply worker of subscription %s has to stop".formatted(subscription.name()));
    }
    if (!welcomed().stream().allMatch(c -> c.from().flows())) {
      // Nothing would bring what was written before.
      return Plan.of(List.of(Subscriptions.resume(desired, to)));
    }
    var steps = new ArrayList<Step>();
    var earlier = new ArrayList<PublishedTable>();
    for (Allocation.Change change : welcomed()) {
      steps.add(Publications.handOver(desired, change.from(), to, change.table(), earlier));
      earlier.add(change.table());
    }
    return Plan.of(steps);
  }

  /** The lane stands still only for tables whose lock can be had. */
  private List<Step> trials() {
    return welcomed().stream()
        .<Step>map(c -> new PublicationSteps.TryLock(c.table().relation()))
        .toList();
  }

  private static boolean isNear(LaneState lane) {
    return lane.slot().filter(s -> s.lagBytes() < LAG).isPresent();
  }

  private Plan planEnd(SubscriptionState subscription, FlowState source) {
    var forget = new ArrayList<Step>();
    for (LaneState giver : givers()) {
      var unknown = without(giver.arriving(), giver.known());
      if (!unknown.isEmpty()) {
        // The refresh would copy what is there.
        forget.add(Publications.withdraw(giver, unknown));
      }
      forget.add(Subscriptions.refresh(giver));
    }
    if (subscription.enabled()) {
      return Plan.of(Subscriptions.standsStill(to) ? List.of(Subscriptions.disable(to)) : forget);
    }
    var awaited = Subscriptions.awaited(to);
    if (awaited.isEmpty()) {
      return Plan.of(List.of(Subscriptions.waitFor(desired, to, source.position())));
    }
    if (!givers().stream().allMatch(l -> l.hasConfirmed(awaited.get()))) {
      return waiting("the lane that they came by has to bring what was written before");
    }
    var steps = new ArrayList<Step>();
    steps.add(Subscriptions.resume(desired, to));
    steps.addAll(forget);
    return Plan.of(steps);
  }

  private Plan waiting(String what) {
    var tables =
        changes.isEmpty()
            ? givers().stream().flatMap(l -> to.takenFrom(l).stream()).distinct().toList()
            : changes.stream().map(c -> c.table().relation()).toList();
    return Plan.blocked(
        List.of(
            new Problem(
                Reason.HandingOver,
                "%s %s to %s: %s."
                    .formatted(
                        tables.size() == 1 ? tables.get(0) : tables.size() + " tables",
                        tables.size() == 1 ? "changes" : "change",
                        to.lane(),
                        what))));
  }

  private static Set<Relation> without(Set<Relation> tables, Set<Relation> others) {
    var rest = new HashSet<>(tables);
    rest.removeAll(others);
    return rest;
  }
}
