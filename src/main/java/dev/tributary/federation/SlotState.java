package dev.tributary.federation;

import java.util.Optional;

/**
 * A replication slot that is there.
 *
 * @param ready whether its making is finished: one that still waits for transactions has no
 *     position
 * @param walStatus {@code reserved}, {@code extended}, {@code unreserved} or {@code lost}
 * @param position where the server's WAL is, in bytes since 0/0
 * @param lagBytes WAL that the target has not confirmed, in bytes
 * @param retainedBytes WAL that the server keeps for it, in bytes
 * @param safeBytes WAL that can be written before the slot is in danger of being lost, in bytes;
 *     nothing where there is no limit
 * @param inactiveSince since when nobody has read from it, as the server writes it (17 and later)
 * @param failover whether it goes along when a standby is promoted (17 and later)
 */
public record SlotState(
    String name,
    boolean active,
    boolean ready,
    String walStatus,
    long position,
    long lagBytes,
    long retainedBytes,
    Optional<Long> safeBytes,
    Optional<String> inactiveSince,
    boolean failover) {

  /** Whether the server has removed WAL that the slot still needed, or given the slot up. */
  public boolean lost() {
    return "lost".equals(walStatus);
  }

  /** Up to where the target has everything, in bytes since 0/0. */
  public long confirmed() {
    return position - lagBytes;
  }
}
