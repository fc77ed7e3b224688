package dev.tributary.federation;

import dev.tributary.federation.SubscriptionSteps.CreateSubscription;
import dev.tributary.federation.SubscriptionSteps.DisableSubscription;
import dev.tributary.federation.SubscriptionSteps.DropSubscription;
import dev.tributary.federation.SubscriptionSteps.EmptyTable;
import dev.tributary.federation.SubscriptionSteps.EnableSubscription;
import dev.tributary.federation.SubscriptionSteps.MarkSubscription;
import dev.tributary.federation.SubscriptionSteps.RefreshSubscription;
import dev.tributary.federation.SubscriptionSteps.ResumeSubscription;
import dev.tributary.federation.SubscriptionSteps.SetConnection;
import dev.tributary.federation.SubscriptionSteps.StandStill;
import dev.tributary.federation.SubscriptionSteps.TryConnection;
import dev.tributary.federation.SubscriptionSteps.WelcomeTables;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A lane's subscription on the target. */
final class Subscriptions {
  private Subscriptions() {}

  /** Why the subscription of that name must not be touched, if it must not. */
  static Optional<Problem> refusal(DesiredFlow desired, LaneState lane) {
    return lane.subscription()
        .flatMap(
            s ->
                Mark.refusal(
                    "The subscription %s on the target".formatted(s.name()), s.mark(), desired));
  }

  /**
   * Gives a subscription that is there the mark and connection of today, and sets it going.
   *
   * @param waits whether it has to stand still
   */
  static List<Step> revive(DesiredFlow desired, LaneState lane, boolean waits) {
    if (lane.subscription().isEmpty()) {
      return List.of();
    }
    SubscriptionState there = lane.subscription().get();
    var steps = new ArrayList<Step>();
    Mark mark = desired.connectedMark(lane.lane());
    if (!there.mark().map(Subscriptions::withoutWaits).equals(Optional.of(mark))) {
      steps.add(new SetConnection(there.name(), withWaitsOf(there, mark)));
    }
    if (!there.enabled() && !waits) {
      steps.add(new EnableSubscription(there.name()));
    }
    return steps;
  }

  /** Tables that have rows of an earlier life, and that no subscription knows any more. */
  static List<Table> toEmpty(
      DesiredFlow desired,
      Collection<PublishedTable> wanted,
      Set<Relation> known,
      TargetState target) {
    var fresh =
        wanted.stream()
            .map(PublishedTable::relation)
            .filter(t -> !known.contains(t))
            .map(Relation::name)
            .collect(Collectors.toSet());
    return target.tables().stream()
        .filter(t -> t.bytes() > 0 && Mirror.isOurs(desired, t) && fresh.contains(t.name()))
        .toList();
  }

  /** Empties tables, and gives those another key that have another. */
  static List<Step> empty(
      DesiredFlow desired, Collection<PublishedTable> wanted, List<Table> tables) {
    var steps = new ArrayList<Step>();
    for (Table table : tables) {
      steps.add(new EmptyTable(table.relation()));
      wanted.stream()
          .filter(t -> t.relation().name().equals(table.name()))
          .flatMap(t -> Mirror.otherKey(desired, t, table, Timing.FREE).stream())
          .forEach(steps::add);
    }
    return steps;
  }

  /**
   * Makes the subscription, or makes it know the tables that are published by now.
   *
   * @param failover whether its slot goes along to a standby
   */
  static List<Step> plan(
      DesiredFlow desired,
      LaneState lane,
      Collection<PublishedTable> wanted,
      Set<Relation> published,
      boolean failover) {
    String name = lane.lane().object();
    if (lane.subscription().isEmpty()) {
      return List.of(
          new CreateSubscription(name, readable(lane), failover, desired.mark(lane.lane())),
          new SetConnection(name, desired.connectedMark(lane.lane())),
          new EnableSubscription(name),
          new RefreshSubscription(name));
    }
    var remembered = new HashSet<>(lane.known());
    remembered.retainAll(published);
    var tables = wanted.stream().map(PublishedTable::relation).collect(Collectors.toSet());
    return remembered.equals(tables) ? List.of() : List.of(new RefreshSubscription(name));
  }

  /** The publications that the lane's slot can decode: all are there when there is no slot yet. */
  private static List<String> readable(LaneState lane) {
    return lane.slot().isEmpty()
        ? lane.lane().publications()
        : lane.publications().stream().map(PublicationState::name).toList();
  }

  private static Mark withoutWaits(Mark mark) {
    return mark.without(Mark.AFTER).without(Mark.FORGETS);
  }

  private static Mark withWaitsOf(SubscriptionState there, Mark mark) {
    Mark result = mark;
    for (String note : List.of(Mark.AFTER, Mark.FORGETS)) {
      var waits = there.mark().map(m -> m.notes().get(note));
      if (waits.isPresent()) {
        result = result.with(note, waits.get());
      }
    }
    return result;
  }

  /** Writes down what has to be confirmed before tables are forgotten. */
  static Step waitToForget(DesiredFlow desired, LaneState lane, Forgets forgets) {
    return new MarkSubscription(
        lane.lane().object(),
        desired.connectedMark(lane.lane()).with(Mark.FORGETS, forgets.text()));
  }

  /** What is waited for before tables are forgotten. */
  static Optional<Forgets> forgets(LaneState lane) {
    return lane.subscription()
        .flatMap(SubscriptionState::mark)
        .map(m -> m.notes().get(Mark.FORGETS))
        .flatMap(Forgets::parse);
  }

  /** Writes down which position of the source's WAL is waited for. */
  static Step waitFor(DesiredFlow desired, LaneState lane, long position) {
    return new MarkSubscription(
        lane.lane().object(),
        desired.connectedMark(lane.lane()).with(Mark.AFTER, String.valueOf(position)));
  }

  /** Stops the subscription until tables have come to it from other lanes. */
  static Step standStill(DesiredFlow desired, LaneState lane) {
    return new StandStill(
        lane.lane().object(), desired.connectedMark(lane.lane()).with(Mark.AFTER, "change"));
  }

  /** Whether the subscription stands still, or was left so. */
  static boolean standsStill(LaneState lane) {
    return lane.subscription()
        .flatMap(SubscriptionState::mark)
        .filter(m -> m.notes().containsKey(Mark.AFTER))
        .isPresent();
  }

  /** The position that is waited for. */
  static Optional<Long> awaited(LaneState lane) {
    return lane.subscription()
        .flatMap(SubscriptionState::mark)
        .map(m -> m.notes().get(Mark.AFTER))
        .filter(a -> a.matches("\\d{1,18}"))
        .map(Long::valueOf);
  }

  /** Waits for nothing any more. */
  static Step goOn(DesiredFlow desired, LaneState lane) {
    return new MarkSubscription(lane.lane().object(), desired.connectedMark(lane.lane()));
  }

  /** Goes on with a subscription that stood still until a position was confirmed. */
  static Step resume(DesiredFlow desired, LaneState lane) {
    return new ResumeSubscription(lane.lane().object(), desired.connectedMark(lane.lane()));
  }

  /** Whether the target's server reaches the source, with the very connection of today. */
  static Step tryConnection(String publication) {
    return new TryConnection(publication + "_trial", publication);
  }

  static Step disable(LaneState lane) {
    return new DisableSubscription(lane.lane().object());
  }

  static Step refresh(LaneState lane) {
    return new RefreshSubscription(lane.lane().object());
  }

  /** Makes the subscription know tables whose rows are there already. */
  static Step welcome(LaneState lane) {
    return new WelcomeTables(lane.lane().object());
  }

  static Step drop(SubscriptionState there) {
    return new DropSubscription(there.name());
  }

  static List<Step> remove(DesiredFlow desired, LaneState lane) {
    return lane.subscription()
        .filter(s -> Mark.ownership(s.mark(), desired.owner()) == Mark.Ownership.OURS)
        .<List<Step>>map(s -> List.of(drop(s)))
        .orElse(List.of());
  }

  static List<Step> release(DesiredFlow desired, LaneState lane) {
    return lane.subscription()
        .filter(s -> Mark.ownership(s.mark(), desired.owner()) == Mark.Ownership.OURS)
        .<List<Step>>map(
            s -> List.of(new MarkSubscription(s.name(), s.mark().orElseThrow().release())))
        .orElse(List.of());
  }
}
