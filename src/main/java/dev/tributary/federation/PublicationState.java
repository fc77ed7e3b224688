package dev.tributary.federation;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A publication that is there, with its tables. */
public record PublicationState(
    String name, Optional<Mark> mark, Set<Operation> operations, Map<Relation, Entry> tables) {
  public PublicationState {
    operations = Set.copyOf(operations);
    tables = Map.copyOf(tables);
  }

  /**
   * How a table is published.
   *
   * @param filtered whether it has a row filter; which one, the publication's mark says
   * @param columns its column list; all columns when empty
   */
  public record Entry(boolean filtered, List<String> columns) {
    public static final Entry WHOLE = new Entry(false, List.of());

    public Entry {
      columns = List.copyOf(columns);
    }
  }

  /** Whether the table is in it, with this row filter and these columns. */
  boolean has(PublishedTable table) {
    Entry entry = tables.get(table.relation());
    return entry != null
        && Set.copyOf(entry.columns).equals(Set.copyOf(table.columns()))
        && entry.filtered == table.where().isPresent()
        && (!entry.filtered || filterOf(table.relation()).equals(table.where().map(Names::digest)));
  }

  private Optional<String> filterOf(Relation table) {
    return mark.map(m -> m.notes().get(filterNote(table)));
  }

  /**
   * The note of the mark that says which row filter a table has: the server tells it in words of
   * its own.
   */
  static String filterNote(Relation table) {
    return "where_" + Names.digest(table.schema(), table.name());
  }
}
