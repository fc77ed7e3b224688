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
 * @param views every view of the schemas they come from
 * @param taken names of all relations, whatever they are, in all these schemas
 */
public record SourceState(
    ServerFacts server,
    Optional<SchemaFacts> schema,
    List<SchemaFacts> origins,
    List<Table> tables,
    List<View> views,
    Set<Relation> taken) {
  public SourceState {
    origins = List.copyOf(origins);
    tables = List.copyOf(tables);
    views = List.copyOf(views);
    taken = Set.copyOf(taken);
  }

  public List<Table> tablesIn(String schemaName) {
    return tables.stream().filter(t -> t.schema().equals(schemaName)).toList();
  }
}
