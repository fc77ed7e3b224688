package dev.tributary.controller;

import dev.tributary.federation.Reason;
import java.time.Duration;

/**
 * When to look again.
 *
 * @param poll while nothing happens, and for trouble that only others can mend
 */
public record Pace(Duration poll) {
  private static final Duration SOON = Duration.ofSeconds(1);
  private static final Duration EVERY_FEW = Duration.ofSeconds(3);

  /** The time until the next look at something that is as this reason says. */
  Duration after(Reason reason) {
    return switch (reason) {
      // Short-lived: steps that wait for a lock, for each other, or for PostgreSQL's own workers.
      case Preparing,
          LockTimeout,
          ObjectInUse,
          WaitingForSource,
          WaitingForTransactions,
          WaitingForApply,
          HandingOver,
          WaitingForFederation,
          Deleting ->
          SOON.compareTo(poll) < 0 ? SOON : poll;
      // A status is no metrics store.
      case Copying, Indexing -> EVERY_FEW.compareTo(poll) < 0 ? EVERY_FEW : poll;
      default -> poll;
    };
  }
}
