package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/**
 * One column of a table.
 *
 * @param type as {@code format_type} writes it, fully qualified
 * @param builtIn whether every PostgreSQL has the type
 * @param generated the expression of a generated column
 * @param grants rights that were given on this column alone
 */
public record Column(
    String name,
    String type,
    boolean builtIn,
    Optional<String> generated,
    List<Grant> grants,
    Optional<String> comment) {
  public Column {
    grants = List.copyOf(grants);
  }
}
