package dev.tributary.federation;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a table of the target remembers of the one that it mirrors, in the notes of its mark: by
 * this a renamed column is no dropped one and a new one.
 *
 * @param oid of the table on the source
 * @param file of the table on the source, when it was last looked at
 * @param columns the number of each column there, by its number here; 0 for one that has come and
 *     gone
 * @param expressions digests of the source's generation expressions, by the number of the column
 *     there: each server writes them in words of its own
 */
record Likeness(
    long oid, String file, Map<Integer, Integer> columns, Map<Integer, String> expressions) {
  static final String OF = "of";
  private static final String FILE = "file";
  private static final String COLUMNS = "columns";
  private static final String EXPRESSIONS = "expressions";

  private static final Pattern NUMBER = Pattern.compile("\\d{1,4}:\\d{1,4}");
  private static final Pattern DIGEST = Pattern.compile("\\d{1,4}:[0-9a-f]{16}");

  Likeness {
    columns = Map.copyOf(columns);
    expressions = Map.copyOf(expressions);
  }

  /** What a mark says; nothing when it was not written by us, or not yet. */
  static Optional<Likeness> of(Mark mark) {
    var notes = mark.notes();
    String oid = notes.getOrDefault(OF, "");
    String columns = notes.getOrDefault(COLUMNS, "");
    String expressions = notes.getOrDefault(EXPRESSIONS, "");
    boolean wellFormed =
        oid.matches("\\d{1,10}") && isListOf(NUMBER, columns) && isListOf(DIGEST, expressions);
    return wellFormed
        ? Optional.of(
            new Likeness(
                Long.parseLong(oid),
                notes.getOrDefault(FILE, ""),
                parse(columns, Integer::valueOf),
                parse(expressions, String::valueOf)))
        : Optional.empty();
  }

  private static boolean isListOf(Pattern entry, String text) {
    return text.isEmpty()
        || Arrays.stream(text.split(",", -1)).allMatch(e -> entry.matcher(e).matches());
  }

  private static <V> Map<Integer, V> parse(String text, Function<String, V> value) {
    var map = new TreeMap<Integer, V>();
    for (String entry : text.split(",")) {
      if (!entry.isEmpty()) {
        int colon = entry.indexOf(':');
        map.put(
            Integer.valueOf(entry.substring(0, colon)), value.apply(entry.substring(colon + 1)));
      }
    }
    return map;
  }

  /** The same with so many columns behind the last one that only rows on their way have. */
  Likeness withPassing(int last, int added) {
    var more = new TreeMap<>(columns);
    for (int i = 1; i <= added; i++) {
      more.put(last + i, 0);
    }
    return new Likeness(oid, file, more, expressions);
  }

  /** The mark with these notes. */
  Mark on(Mark mark) {
    Mark result = mark.with(OF, String.valueOf(oid));
    result = file.isEmpty() ? result.without(FILE) : result.with(FILE, file);
    result = columns.isEmpty() ? result.without(COLUMNS) : result.with(COLUMNS, text(columns));
    return expressions.isEmpty()
        ? result.without(EXPRESSIONS)
        : result.with(EXPRESSIONS, text(expressions));
  }

  private static String text(Map<Integer, ?> map) {
    return new TreeMap<>(map)
        .entrySet().stream()
            .map(e -> e.getKey() + ":" + e.getValue())
            .collect(Collectors.joining(","));
  }
}
