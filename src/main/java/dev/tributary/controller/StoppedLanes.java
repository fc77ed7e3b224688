package dev.tributary.controller;

import dev.tributary.federation.DesiredFlow;
import dev.tributary.federation.FlowReport;
import dev.tributary.federation.FlowState;
import dev.tributary.federation.LaneReport;
import dev.tributary.federation.Pending;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Site;
import dev.tributary.federation.SlotState;
import dev.tributary.federation.StoppedApply;
import dev.tributary.federation.SubscriptionState;
import dev.tributary.federation.Trouble;
import dev.tributary.postgres.PendingChanges;
import dev.tributary.postgres.ReceivingCatalog;
import dev.tributary.postgres.Sessions;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds out why apply workers stop. What waits for one is read once and kept for as long as the
 * worker gets nowhere: decoding may take long, and holds the slot meanwhile.
 */
final class StoppedLanes {
  private record Position(long confirmed, Optional<Long> applied) {}

  private record Seen(Position at, Optional<Pending> pending) {}

  /** What took longer and came to nothing is not tried again before the worker gets somewhere. */
  private static final Duration LONG = Duration.ofSeconds(5);

  private final Clock clock;
  private final Map<String, Seen> seen = new ConcurrentHashMap<>();

  StoppedLanes(Clock clock) {
    this.clock = clock;
  }

  /** The reason of the first lane of which one can be told. */
  Optional<Problem> why(FlowReport report, FlowState source, Sessions sessions) {
    return report.lanes().stream()
        .flatMap(lane -> why(lane, source, sessions).stream())
        .findFirst();
  }

  private Optional<Problem> why(LaneReport lane, FlowState source, Sessions sessions) {
    var slot = source.slots().stream().filter(s -> s.name().equals(lane.publication())).findFirst();
    if (slot.isEmpty() || lane.subscription().isEmpty()) {
      return Optional.empty();
    }
    SubscriptionState subscription = lane.subscription().get();
    try {
      var target = sessions.at(Site.TARGET);
      var applied = ReceivingCatalog.applied(target, subscription);
      var at = new Position(slot.get().confirmed(), applied);
      var pending = pending(slot.get(), subscription, at, source, sessions);
      return pending.isEmpty()
          ? Optional.empty()
          : StoppedApply.why(
              ReceivingCatalog.observe(target, subscription, pending.get(), applied));
    } catch (Trouble e) {
      return Optional.empty();
    }
  }

  private Optional<Pending> pending(
      SlotState slot,
      SubscriptionState subscription,
      Position at,
      FlowState source,
      Sessions sessions)
      throws Trouble {
    Seen last = seen.get(slot.name());
    if (last != null && last.at.equals(at)) {
      return last.pending;
    }
    seen.remove(slot.name());
    if (subscription.running()) {
      return Optional.empty();
    }
    var begin = clock.instant();
    var pending =
        PendingChanges.peek(
            sessions.at(source.siteOfSlots()), slot.name(), subscription.publications());
    boolean slow = Duration.between(begin, clock.instant()).compareTo(LONG) > 0;
    if (pending.isPresent() || slow) {
      seen.put(slot.name(), new Seen(at, pending));
    }
    return pending;
  }

  /** Forgets a flow that is gone, or goes on. */
  void forget(DesiredFlow desired) {
    desired.lanes().forEach(lane -> seen.remove(lane.object()));
  }
}
