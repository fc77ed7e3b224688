package dev.tributary.federation;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a target has to do with the indexes of one flow.
 *
 * @param all the indexes of the tables of the flow's schema
 * @param taken names of all relations of that schema
 * @param types names of all types of that schema
 * @param extensions those of the database, by their schema
 * @param running builds that run in the database, as far as the role may see them
 * @param refused what the server said when it was last told to build an index, by that index' name
 *     while it is built; forgotten after some time
 */
public record TargetIndexes(
    List<Index> all,
    Set<String> taken,
    Set<String> types,
    Map<String, String> extensions,
    List<IndexBuild> running,
    Map<String, String> refused) {
  public static final TargetIndexes NONE =
      new TargetIndexes(List.of(), Set.of(), Set.of(), Map.of(), List.of(), Map.of());

  public TargetIndexes {
    all = List.copyOf(all);
    taken = Set.copyOf(taken);
    types = Set.copyOf(types);
    extensions = Map.copyOf(extensions);
    running = List.copyOf(running);
    refused = Map.copyOf(refused);
  }

  TargetIndexes refusing(Map<String, String> said) {
    return new TargetIndexes(all, taken, types, extensions, running, said);
  }

  List<Index> of(Relation table) {
    return all.stream().filter(i -> i.table().equals(table)).toList();
  }

  boolean isBuilding(Relation table) {
    return running.stream().anyMatch(b -> b.table().equals(table));
  }
}
