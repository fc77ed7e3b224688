package dev.tributary.federation;

/**
 * A replication slot that is there.
 *
 * @param ready whether its making is finished: one that still waits for transactions has no
 *     position
 * @param walStatus {@code reserved}, {@code extended}, {@code unreserved} or {@code lost}
 * @param position where the server's WAL is, in bytes since 0/0
 * @param lagBytes WAL that the target has not confirmed, in bytes
 * @param retainedBytes WAL that the server keeps for it, in bytes
 */
public record SlotState(
    String name,
    boolean active,
    boolean ready,
    String walStatus,
    long position,
    long lagBytes,
    long retainedBytes) {

  /** Whether the server has removed WAL that the slot still needed. */
  public boolean lost() {
    return "lost".equals(walStatus);
  }
}
