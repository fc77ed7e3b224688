package dev.tributary.federation;

import dev.tributary.federation.Table.ReplicaIdentity;
import java.util.List;
import java.util.Optional;

/**
 * What a table's replica identity is set to, what else it could be, and who relies on it.
 *
 * @param leaves the partitions that hold the rows of a partitioned table
 * @param publishedBy publications of others that publish the table's UPDATE or DELETE
 */
public record IdentityFacts(
    IdentitySetting setting,
    List<UniqueIndex> uniqueIndexes,
    List<Leaf> leaves,
    List<String> publishedBy) {
  public IdentityFacts {
    uniqueIndexes = List.copyOf(uniqueIndexes);
    leaves = List.copyOf(leaves);
    publishedBy = List.copyOf(publishedBy);
  }

  /** A partition that holds rows, and what its UPDATE and DELETE are published by. */
  public record Leaf(Relation relation, ReplicaIdentity identity, List<String> key) {
    public Leaf {
      key = List.copyOf(key);
    }
  }

  Optional<UniqueIndex> index(String name) {
    return uniqueIndexes.stream().filter(i -> i.name().equals(name)).findFirst();
  }

  Optional<UniqueIndex> primaryKey() {
    return uniqueIndexes.stream().filter(UniqueIndex::primary).findFirst();
  }
}
