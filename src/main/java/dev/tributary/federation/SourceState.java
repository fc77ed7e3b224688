package dev.tributary.federation;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a source's catalog says, as far as its tables' schema is concerned.
 *
 * @param schema the schema of their own, when it is there
 * @param origins the schemas the tables come from
 * @param tables every table of that schema and of the schemas they come from
 * @param views every view of these schemas
 * @param taken names of all relations, whatever they are, in all these schemas
 * @param before how things were before tables moved, when that is remembered
 * @param strays what else is in the tables' schema; looked for when the schema is to go
 * @param surroundings what uses the tables; looked for when tables or views are about to go
 */
public record SourceState(
    ServerFacts server,
    Optional<SchemaFacts> schema,
    List<SchemaFacts> origins,
    List<Table> tables,
    List<View> views,
    Set<Relation> taken,
    Optional<Before> before,
    List<Stray> strays,
    Surroundings surroundings) {
  public SourceState {
    origins = List.copyOf(origins);
    // The table that remembers is no table of the service.
    tables = tables.stream().filter(t -> !isBefore(t)).toList();
    views = List.copyOf(views);
    taken = Set.copyOf(taken);
    strays = List.copyOf(strays);
  }

  /** The same with what uses the tables. */
  public SourceState with(Surroundings seen) {
    return new SourceState(server, schema, origins, tables, views, taken, before, strays, seen);
  }

  private static boolean isBefore(Table table) {
    return table.name().equals(Before.TABLE) && table.mark().isPresent();
  }

  public List<Table> tablesIn(String schemaName) {
    return tables.stream().filter(t -> t.schema().equals(schemaName)).toList();
  }

  /** What is remembered; nothing when there is no such table. */
  Before remembered() {
    return before.orElse(Before.NOTHING);
  }

  Optional<SchemaFacts> origin(String schemaName) {
    return origins.stream().filter(o -> o.name().equals(schemaName)).findFirst();
  }

  /** The compatibility views that this resource made. */
  List<View> viewsOf(Owner owner) {
    return views.stream()
        .filter(v -> v.mark().map(m -> m.owner().sameNameAs(owner)).orElse(false))
        .toList();
  }

  /** The compatibility view of this name that this resource made. */
  Optional<View> viewOf(Owner owner, String name) {
    return viewsOf(owner).stream().filter(v -> v.name().equals(name)).findFirst();
  }
}
