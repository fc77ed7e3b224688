package dev.tributary.federation;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A table of the target as the apply worker finds it.
 *
 * @param owner its owner
 * @param actor the role that the worker acts as: the table's owner, or the subscription's where it
 *     has {@code run_as_owner}
 * @param mayAct whether the subscription's owner can act as that role
 * @param privileges what that role may do: INSERT, UPDATE, DELETE, TRUNCATE, SELECT
 * @param rowSecurity whether row-level security holds for that role
 * @param key columns of the replica identity's index or the primary key
 * @param unique its unique indexes on plain columns
 */
public record ReceivingTable(
    Relation relation,
    String owner,
    String actor,
    boolean mayAct,
    Set<String> privileges,
    boolean rowSecurity,
    List<Column> columns,
    List<String> key,
    List<Unique> unique) {
  public ReceivingTable {
    privileges = Set.copyOf(privileges);
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    unique = List.copyOf(unique);
  }

  /**
   * One column.
   *
   * @param type as {@code format_type} writes it, fully qualified
   * @param filled whether it has a value where none is sent: a default, or an identity
   */
  public record Column(
      String name,
      String type,
      boolean enumerated,
      boolean notNull,
      boolean filled,
      boolean generated) {}

  /** A unique index. */
  public record Unique(String name, List<String> columns, boolean primary) {
    public Unique {
      columns = List.copyOf(columns);
    }
  }

  Optional<Column> column(String name) {
    return columns.stream().filter(c -> c.name().equals(name)).findFirst();
  }
}
