package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/**
 * What can be seen of an apply worker that stops.
 *
 * @param subscription its name
 * @param owner of the subscription
 * @param applied where its replication origin is, in bytes since 0/0 on the source, if the role may
 *     see that
 * @param pending what waits for it, without what is known to be applied
 * @param tables of the target that the pending changes are for, as far as they are there
 * @param misfits values that the target's types refuse
 * @param conflicts rows that are on the target already
 * @param logged the worker's last error in the server's log, if the role may read that
 */
public record ApplyEvidence(
    String subscription,
    String owner,
    Optional<Long> applied,
    Pending pending,
    List<ReceivingTable> tables,
    List<Misfit> misfits,
    List<Conflict> conflicts,
    Optional<Logged> logged) {
  public ApplyEvidence {
    tables = List.copyOf(tables);
    misfits = List.copyOf(misfits);
    conflicts = List.copyOf(conflicts);
  }

  /** A value that the type of its column on the target refuses, with the server's words. */
  public record Misfit(PendingRow row, String column, String message) {}

  /** A row that would be there twice, by the index that forbids it. */
  public record Conflict(PendingRow row, ReceivingTable.Unique index) {}

  /**
   * An error in the server's log.
   *
   * @param position of the commit of the transaction that it came with, in bytes since 0/0 on the
   *     source
   */
  public record Logged(String message, long position) {}
}
