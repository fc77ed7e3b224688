package dev.tributary.federation;

import java.util.Collection;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a subscription has to confirm before it forgets tables.
 *
 * @param position of the source's WAL, in bytes since 0/0
 * @param tables digest of the tables
 */
record Forgets(long position, String tables) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})/([0-9a-f]+)");

  static Forgets of(Collection<Relation> tables, long position) {
    return new Forgets(
        position,
        Names.digest(tables.stream().map(Relation::qualified).sorted().toArray(String[]::new)));
  }

  /** What a note says; nothing when it was not written by us. */
  static Optional<Forgets> parse(String note) {
    var m = TEXT.matcher(note);
    return m.matches()
        ? Optional.of(new Forgets(Long.parseLong(m.group(1)), m.group(2)))
        : Optional.empty();
  }

  String text() {
    return position + "/" + tables;
  }

  boolean isOfTheSameTables(Forgets other) {
    return tables.equals(other.tables);
  }
}
