package dev.tributary.federation;

import java.util.List;

/**
 * A table as the next transaction that the target has to apply describes it: with the names that it
 * had when that was written.
 *
 * @param oid of the table on the source
 * @param columns those that are sent, in their order there
 */
public record PendingRelation(long oid, Relation relation, List<PendingColumn> columns) {
  public PendingRelation {
    columns = List.copyOf(columns);
  }

  /**
   * A column that is sent.
   *
   * @param typeOid of its type on the source
   * @param key whether UPDATE and DELETE find rows by it
   */
  public record PendingColumn(String name, long typeOid, int typmod, boolean key) {}

  List<String> names() {
    return columns.stream().map(PendingColumn::name).toList();
  }
}
