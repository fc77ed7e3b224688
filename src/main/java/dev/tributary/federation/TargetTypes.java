package dev.tributary.federation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the target has to make columns of.
 *
 * @param types of the flow's schema
 * @param extensions that are installed, with the schema that their objects are in
 * @param available extensions that could be, and whether the connected role may do that
 * @param collations that every schema sees
 */
public record TargetTypes(
    List<DataType> types,
    Map<String, String> extensions,
    Map<String, Boolean> available,
    Set<String> collations) {
  public static final TargetTypes NONE = new TargetTypes(List.of(), Map.of(), Map.of(), Set.of());

  public TargetTypes {
    types = List.copyOf(types);
    extensions = Map.copyOf(extensions);
    available = Map.copyOf(available);
    collations = Set.copyOf(collations);
  }

  /** The enum that a column of the target is of, if it is of one. */
  Optional<DataType> enumOf(Column column) {
    return column.type().isOwn() && column.type().suffix().isEmpty()
        ? type(column.type().name().name()).filter(t -> t.kind() == DataType.Kind.ENUM)
        : Optional.empty();
  }

  Optional<DataType> type(String name) {
    return types.stream().filter(t -> t.name().name().equals(name)).findFirst();
  }
}
