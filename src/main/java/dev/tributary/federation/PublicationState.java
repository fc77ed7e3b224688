package dev.tributary.federation;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import java.util.Optional;
import java.util.Set;

/** A publication that is there. */
public record PublicationState(
    String name, Optional<Mark> mark, Set<Operation> operations, Set<Relation> tables) {
  public PublicationState {
    operations = Set.copyOf(operations);
    tables = Set.copyOf(tables);
  }
}
