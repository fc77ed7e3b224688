package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/** A view as the catalog describes it. */
public record View(
    String schema,
    String name,
    List<String> columns,
    boolean securityInvoker,
    Optional<Mark> mark) {
  public View {
    columns = List.copyOf(columns);
  }
}
