package dev.tributary.federation;

import dev.tributary.api.ReplicationFederationSpec.OnLimit;
import dev.tributary.api.ReplicationFederationSpec.OnLost;
import java.util.Optional;

/**
 * How slots are dealt with.
 *
 * @param failover whether slots go along when a standby is promoted, where the server has that
 * @param maxRetainedBytes how much WAL the source may keep for one slot
 */
public record SlotRules(
    boolean failover, Optional<Long> maxRetainedBytes, OnLimit onLimit, OnLost onLost) {

  /** Whether the slot keeps more WAL than it may. */
  boolean isOverLimit(SlotState slot) {
    return maxRetainedBytes.filter(most -> slot.retainedBytes() > most).isPresent();
  }
}
