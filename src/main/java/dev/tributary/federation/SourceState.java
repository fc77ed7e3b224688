package dev.tributary.federation;

import static java.util.stream.Collectors.toMap;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** The compatibility views that this resource made, by their names. */
  Map<String, View> viewsOf(Owner owner) {
    var owners = tables.stream().collect(toMap(Table::relation, Table::owner));
    return views.stream()
        .filter(v -> isOf(owner, v, owners))
        .collect(toMap(View::name, v -> v, (a, b) -> a, LinkedHashMap::new));
  }

  /** The compatibility view of this name that this resource made. */
  Optional<View> viewOf(Owner owner, String name) {
    return Optional.ofNullable(viewsOf(owner).get(name));
  }

  /**
   * Anybody can write a mark on a view of his own; so it has to be remembered too, or belong to
   * whom the table belongs. A remembered one may have lost its mark to somebody's COMMENT.
   */
  private boolean isOf(Owner owner, View view, Map<Relation, String> owners) {
    boolean marked = view.mark().map(m -> m.owner().sameNameAs(owner)).orElse(false);
    boolean remembered = remembered().remembers(Before.Thing.rights(view.relation()));
    boolean ofTheTablesOwner =
        view.base().map(owners::get).filter(view.owner()::equals).isPresent();
    return marked ? remembered || ofTheTablesOwner : remembered && ofTheTablesOwner;
  }
}
