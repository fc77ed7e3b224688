package dev.tributary.federation;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a slot would send next: the first transactions that the target has not confirmed, as the
 * apply worker gets them.
 *
 * <p>The target may have applied some of them already: what it confirms lags behind, and a worker
 * that stops does not confirm at all ({@code send_feedback} in PostgreSQL's {@code worker.c}).
 *
 * @param transactions in the order of their commits; those without a change are left out, the first
 *     one is whole but for the rows beyond {@link Transaction#rows}
 * @param types the names of types that not every PostgreSQL has, by OID
 * @param applyErrors how often the apply worker had failed when it was looked at
 */
public record Pending(List<Transaction> transactions, Map<Long, Relation> types, long applyErrors) {
  public static final Pending NOTHING = new Pending(List.of(), Map.of(), 0);

  public Pending {
    transactions = List.copyOf(transactions);
    types = Map.copyOf(types);
  }

  /**
   * One transaction.
   *
   * @param position of its commit in the source's WAL, in bytes since 0/0
   * @param relations the tables that it changes, in order of appearance; one that was altered
   *     between two changes is there twice
   * @param rows its first changes, as many as were read; TRUNCATE has none
   */
  public record Transaction(long position, List<PendingRelation> relations, List<PendingRow> rows) {
    public Transaction {
      relations = List.copyOf(relations);
      rows = List.copyOf(rows);
    }
  }

  /** The first transaction, which the apply worker cannot get past while it is down. */
  public Optional<Transaction> first() {
    return transactions.stream().findFirst();
  }

  /** The tables of the first transaction, in order of appearance. */
  public List<PendingRelation> relations() {
    return first().map(Transaction::relations).orElse(List.of());
  }

  /**
   * Without what the target has applied.
   *
   * @param applied where its replication origin is, in bytes since 0/0 on the source
   */
  public Pending after(long applied) {
    // The origin is at the end of the commit, the position is the commit's beginning.
    return new Pending(
        transactions.stream().filter(t -> t.position() >= applied).toList(), types, applyErrors);
  }

  /** The same with how often the apply worker has failed. */
  public Pending with(long errors) {
    return new Pending(transactions, types, errors);
  }
}
