package dev.tributary.bench;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the service was told is committed.
 *
 * @param changes how many times each row was changed that was there from the start
 */
record Ledger(Map<Seeded, Integer> changes, Set<Added> added) {

  /** A row that was there from the start. */
  record Seeded(String table, int id) {}

  /** A row that a client added. */
  record Added(String table, int client, int sequence) {}

  static Ledger empty() {
    return new Ledger(new HashMap<>(), new HashSet<>());
  }

  void enter(Transaction committed) {
    changes.merge(committed.row(), 1, Integer::sum);
    committed.added().ifPresent(added::add);
  }

  void enterAll(Ledger other) {
    other.changes.forEach((row, times) -> changes.merge(row, times, Integer::sum));
    added.addAll(other.added);
  }
}
