package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/**
 * A view as the catalog describes it.
 *
 * @param base a relation that it reads from
 */
public record View(
    String schema,
    String name,
    String owner,
    Optional<Relation> base,
    List<String> columns,
    List<Grant> grants,
    boolean securityInvoker,
    Optional<Mark> mark) {
  public View {
    columns = List.copyOf(columns);
    grants = List.copyOf(grants);
  }

  public Relation relation() {
    return new Relation(schema, name);
  }
}
