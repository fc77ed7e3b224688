package dev.tributary.federation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A unique index of a table.
 *
 * @param columns of its key, in index order, without expressions
 * @param nullable those of them that may be NULL
 * @param immediate whether it checks each row at once, so not deferrable
 * @param partial whether it holds for some rows only
 * @param expressions whether its key has expressions
 */
public record UniqueIndex(
    String name,
    List<String> columns,
    List<String> nullable,
    boolean primary,
    boolean valid,
    boolean immediate,
    boolean partial,
    boolean expressions) {

  /** The best for a replica identity first: what is sent with each change is its key. */
  static final Comparator<UniqueIndex> BEST =
      Comparator.comparing((UniqueIndex i) -> !i.primary)
          .thenComparing(i -> i.columns.size())
          .thenComparing(UniqueIndex::name);

  public UniqueIndex {
    columns = List.copyOf(columns);
    nullable = List.copyOf(nullable);
  }

  /**
   * Why it cannot be a replica identity, as the end of a sentence (documentation, ALTER TABLE,
   * "REPLICA IDENTITY"); empty if it can.
   */
  Optional<String> unfit(List<String> generated) {
    var why = new ArrayList<String>();
    if (!valid) {
      why.add("is not valid");
    }
    if (!immediate) {
      why.add("is deferrable");
    }
    if (partial) {
      why.add("is partial");
    }
    if (expressions) {
      why.add("has an expression");
    }
    if (!nullable.isEmpty()) {
      why.add("has the column %s, which may be NULL".formatted(nullable.get(0)));
    }
    // A generated column is computed on the target and not sent.
    columns.stream()
        .filter(generated::contains)
        .findFirst()
        .ifPresent(c -> why.add("has the generated column " + c));
    return why.isEmpty() ? Optional.empty() : Optional.of(String.join(" and ", why));
  }
}
