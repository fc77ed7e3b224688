package dev.tributary.controller;

import dev.tributary.federation.FlowReport;
import dev.tributary.federation.FlowState;
import dev.tributary.federation.LaneReport;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Site;
import dev.tributary.federation.StoppedApply;
import dev.tributary.federation.SubscriptionState;
import dev.tributary.federation.Trouble;
import dev.tributary.postgres.PendingChanges;
import dev.tributary.postgres.ReceivingCatalog;
import dev.tributary.postgres.Sessions;
import java.util.Optional;

/** Finds out why apply workers stop. */
final class StoppedLanes {
  private final PendingChanges pending;

  StoppedLanes(PendingChanges pending) {
    this.pending = pending;
  }

  /** The reason of the first lane of which one can be told. */
  Optional<Problem> why(FlowReport report, FlowState source, Sessions sessions) {
    return report.lanes().stream()
        .flatMap(lane -> why(lane, source, sessions).stream())
        .findFirst();
  }

  private Optional<Problem> why(LaneReport lane, FlowState source, Sessions sessions) {
    if (lane.subscription().isEmpty()) {
      return Optional.empty();
    }
    SubscriptionState subscription = lane.subscription().get();
    try {
      var target = sessions.at(Site.TARGET);
      var applied = ReceivingCatalog.applied(target, subscription);
      var waits = pending.of(sessions, source, subscription, applied);
      return waits.isEmpty()
          ? Optional.empty()
          : StoppedApply.why(ReceivingCatalog.observe(target, subscription, waits.get(), applied));
    } catch (Trouble e) {
      return Optional.empty();
    }
  }
}
