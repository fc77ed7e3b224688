package dev.tributary.federation;

import java.util.Set;

/**
 * What of a server's capacity to send WAL is in use, by everybody. What PostgreSQL makes for the
 * initial copy of a table, and drops when that is done, is left out.
 *
 * @param slots the names of all slots, logical and physical
 * @param slotless processes that send WAL without a slot
 */
public record Sending(Set<String> slots, int slotless) {
  public Sending {
    slots = Set.copyOf(slots);
  }
}
