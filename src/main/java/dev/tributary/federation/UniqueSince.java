package dev.tributary.federation;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Since when the unique indexes of a table are known. Rows of before may still be under way, and
 * such an index would refuse them; apply would stop for ever.
 *
 * @param position of the source's WAL, in bytes since 0/0
 * @param indexes digest of the indexes
 */
record UniqueSince(long position, String indexes) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})/([0-9a-f]+)");

  /** What a note says; nothing when it was not written by us. */
  static Optional<UniqueSince> parse(String note) {
    var m = TEXT.matcher(note);
    return m.matches()
        ? Optional.of(new UniqueSince(Long.parseLong(m.group(1)), m.group(2)))
        : Optional.empty();
  }

  String text() {
    return position + "/" + indexes;
  }
}
