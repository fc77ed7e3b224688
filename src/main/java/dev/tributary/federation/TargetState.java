package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/**
 * What the target has of one flow.
 *
 * @param tables the tables of the flow's schema
 */
public record TargetState(
    ServerFacts server,
    Optional<SchemaFacts> schema,
    List<Table> tables,
    Optional<SubscriptionState> subscription) {
  public TargetState {
    tables = List.copyOf(tables);
  }

  public Optional<Table> table(String name) {
    return tables.stream().filter(t -> t.name().equals(name)).findFirst();
  }
}
