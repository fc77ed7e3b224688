package dev.tributary.federation;

import java.util.List;

/**
 * A table as it was at the point of the WAL where its rows were written: with the names that the
 * target has to know it and its columns by, whatever they are by now.
 *
 * @param oid of the table on the source
 * @param columns those that are sent, in the table's order
 */
public record PendingRelation(long oid, Relation relation, List<PendingColumn> columns) {
  public PendingRelation {
    columns = List.copyOf(columns);
  }

  public List<String> columnNames() {
    return columns.stream().map(PendingColumn::name).toList();
  }
}
