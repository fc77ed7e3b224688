package dev.tributary.federation;

import java.util.List;

/**
 * Which indexes of a source's tables the target is to have.
 *
 * @param any whether it is to have any
 * @param only patterns of their names; all when empty
 */
public record IndexRules(boolean any, List<String> only) {
  public static final IndexRules ALL = new IndexRules(true, List.of());
  public static final IndexRules NONE = new IndexRules(false, List.of());

  public IndexRules {
    only = List.copyOf(only);
  }

  boolean takes(String name) {
    return any && (only.isEmpty() || only.stream().anyMatch(p -> new NamePattern(p).matches(name)));
  }
}
