package dev.tributary.federation;

import java.util.List;

/**
 * A table's place in a family of partitions or of inheriting tables.
 *
 * @param partitioned whether it is a partitioned table itself
 * @param hasChildren whether it has partitions or inheriting tables
 * @param parents the tables that it is a partition of, or inherits from
 */
public record Inheritance(boolean partitioned, boolean hasChildren, List<Relation> parents) {
  public static final Inheritance NONE = new Inheritance(false, false, List.of());

  public Inheritance {
    parents = List.copyOf(parents);
  }

  /** Whether there is any family. */
  public boolean any() {
    return partitioned || hasChildren || !parents.isEmpty();
  }
}
