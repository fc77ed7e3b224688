package dev.tributary.federation;

import java.util.Map;

/**
 * An index that a table of the target is to have.
 *
 * @param source the one that it is of
 * @param unique whether it may refuse rows
 * @param definition the source's, with the names of the target
 * @param building its name while it is built
 */
record WantedIndex(Index source, boolean unique, String definition, String building, Mark mark) {

  static WantedIndex of(DesiredFlow desired, Index source, boolean unique, String definition) {
    String digest = Names.digest(unique ? "unique" : "", definition);
    return new WantedIndex(
        source,
        unique,
        definition,
        Names.building(desired.owner(), desired.source(), source.oid(), digest),
        Mark.of(
            desired.owner(),
            Map.of(
                Mark.SOURCE,
                desired.source(),
                Mark.OF,
                String.valueOf(source.oid()),
                Mark.DEFINITION,
                digest)));
  }

  String name() {
    return source.name();
  }

  private String digest() {
    return mark.notes().get(Mark.DEFINITION);
  }

  /** Whether this is the one that the mark of an index speaks of. */
  boolean isOf(Index there) {
    return String.valueOf(source.oid()).equals(note(there, Mark.OF));
  }

  /**
   * Whether an index is as this one is to be. Servers of two versions may write the same in other
   * words, and a column that was renamed is in the words of today.
   */
  boolean isLike(Index there) {
    return digest().equals(note(there, Mark.DEFINITION))
        || there.unique() == unique && there.definition().equals(definition);
  }

  /** Whether an index has this one's name and mark. */
  boolean isNamed(Index there) {
    return there.name().equals(name())
        && isOf(there)
        && digest().equals(note(there, Mark.DEFINITION));
  }

  private static String note(Index there, String note) {
    return there.mark().map(m -> m.notes().get(note)).orElse("");
  }
}
