package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/**
 * A table that is taken, and how.
 *
 * @param insertsOnly whether only new rows are published, because UPDATE and DELETE have nothing to
 *     find rows by
 * @param where the row filter, an expression that has been found harmless
 * @param columns the columns that flow; all when empty
 */
public record PublishedTable(
    Table table, boolean insertsOnly, Optional<String> where, List<String> columns) {
  public PublishedTable {
    columns = List.copyOf(columns);
  }

  /** The columns that flow. */
  List<Column> columnsThatFlow() {
    return table.columns().stream()
        .filter(c -> columns.isEmpty() || columns.contains(c.name()))
        .toList();
  }

  /**
   * The key that rows are found by on the target: by one that is not sent none would be
   * (logicalrep_rel_mark_updatable in relation.c).
   */
  List<String> key() {
    var sent =
        columnsThatFlow().stream().filter(c -> c.generated().isEmpty()).map(Column::name).toList();
    return sent.containsAll(table.key()) ? table.key() : List.of();
  }

  public Relation relation() {
    return table.relation();
  }
}
