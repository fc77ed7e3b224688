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

  public Relation relation() {
    return table.relation();
  }
}
