package dev.tributary.federation;

import java.util.HashMap;
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
 * @param types what columns can be made of
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
    TargetTypes types,
    TargetIndexes indexes) {
  public TargetState {
    subscriptions = List.copyOf(subscriptions);
    subscriptionOids = Set.copyOf(subscriptionOids);
    tables = List.copyOf(tables);
  }

  /** The same with indexes. */
  public TargetState with(TargetIndexes seen) {
    return new TargetState(
        server, schema, tables, subscriptions, system, subscriptionOids, receiving, types, seen);
  }

  /** The same with what the server said of indexes that it was told to build. */
  public TargetState refusing(Map<String, String> said) {
    return with(indexes.refusing(said));
  }

  Optional<SubscriptionState> subscription(String name) {
    return subscriptions.stream().filter(s -> s.name().equals(name)).findFirst();
  }

  /** The table that remembers to mirror that one of the source. */
  Optional<Table> mirrorOf(long oid) {
    return tables.stream()
        .filter(t -> likeness(t).filter(l -> l.oid() == oid).isPresent())
        .findFirst();
  }

  /**
   * The table that mirrors one of the source: the one that remembers it, else that of its name.
   *
   * @param living OIDs of the source's tables; one that remembers another of them is that one's
   */
  Optional<Table> mirrorOf(Table source, Set<Long> living) {
    return mirrorOf(source.oid())
        .or(
            () ->
                table(source.name())
                    .filter(t -> likeness(t).filter(l -> living.contains(l.oid())).isEmpty()));
  }

  private static Optional<Likeness> likeness(Table table) {
    return table.mark().flatMap(Likeness::of);
  }

  /** What a table is called here whose name is that of another one of the source by now. */
  static Relation leftBehind(Relation table) {
    return new Relation(table.schema(), table.name() + " (left behind)");
  }

  /**
   * The same as subscriptions would see it if tables were called what they are called on the source
   * by now.
   */
  TargetState named(List<PublishedTable> published, Set<Long> living) {
    var names = new HashMap<Relation, Relation>();
    for (PublishedTable p : published) {
      mirrorOf(p.table(), living)
          .filter(t -> !t.name().equals(p.table().name()))
          .ifPresent(t -> names.put(t.relation(), new Relation(t.schema(), p.table().name())));
    }
    if (names.isEmpty()) {
      return this;
    }
    Set.copyOf(names.values()).stream()
        .filter(taken -> !names.containsKey(taken))
        .forEach(taken -> names.put(taken, leftBehind(taken)));
    return new TargetState(
        server,
        schema,
        tables.stream().map(t -> t.as(names.getOrDefault(t.relation(), t.relation()))).toList(),
        subscriptions.stream().map(s -> s.named(names)).toList(),
        system,
        subscriptionOids,
        receiving,
        types,
        indexes);
  }

  public Optional<Table> table(String name) {
    return tables.stream().filter(t -> t.name().equals(name)).findFirst();
  }
}
