package dev.tributary.federation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the target has of one flow.
 *
 * @param tables the tables of the flow's schema
 * @param subscriptions those of the flow's names, and all that bear a mark of Tributary
 * @param system identifier of the cluster
 * @param subscriptionOids of all subscriptions in the cluster
 * @param receiving what of its capacity is in use, where it may receive at all
 * @param indexes what it has to do with the flow's indexes
 */
public record TargetState(
    ServerFacts server,
    Optional<SchemaFacts> schema,
    List<Table> tables,
    List<SubscriptionState> subscriptions,
    String system,
    Set<Long> subscriptionOids,
    Optional<Receiving> receiving,
    TargetIndexes indexes) {
  public TargetState {
    subscriptions = List.copyOf(subscriptions);
    subscriptionOids = Set.copyOf(subscriptionOids);
    tables = List.copyOf(tables);
  }

  /** The same with indexes. */
  public TargetState with(TargetIndexes seen) {
    return new TargetState(
        server, schema, tables, subscriptions, system, subscriptionOids, receiving, seen);
  }

  /** The same with what the server said of indexes that it was told to build. */
  public TargetState refusing(Map<String, String> said) {
    return with(indexes.refusing(said));
  }

  Optional<SubscriptionState> subscription(String name) {
    return subscriptions.stream().filter(s -> s.name().equals(name)).findFirst();
  }

  public Optional<Table> table(String name) {
    return tables.stream().filter(t -> t.name().equals(name)).findFirst();
  }
}
