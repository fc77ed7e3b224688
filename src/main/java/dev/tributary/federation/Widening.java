package dev.tributary.federation;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Changes of a column's type that leave every value what it is: rows that are there can be
 * converted, and rows of the old type that are still on their way fit. A real is none that becomes
 * a double: 1.1 is 1.10000002384185791 then, and 1.1 in a row on its way.
 */
final class Widening {
  private static final List<String> INTEGERS = List.of("smallint", "integer", "bigint");

  private static final Pattern VARCHAR = Pattern.compile("character varying(?:\\((\\d+)\\))?");
  private static final Pattern NUMERIC = Pattern.compile("numeric(?:\\((\\d+),(-?\\d+)\\))?");

  private Widening() {}

  /** Whether a column of one type becomes one of the other without a value being touched. */
  static boolean is(ColumnType from, ColumnType to) {
    if (!from.isBuiltIn() || !to.isBuiltIn()) {
      return false;
    }
    String a = from.written();
    String b = to.written();
    return isLater(INTEGERS, a, b)
        || INTEGERS.contains(a) && b.equals("numeric")
        || isText(a) && b.equals("text")
        || a.equals("text") && b.equals("character varying")
        || isLongerVarchar(a, b)
        || isWiderNumeric(a, b);
  }

  private static boolean isLater(List<String> order, String a, String b) {
    return order.contains(a) && order.indexOf(b) > order.indexOf(a);
  }

  private static boolean isText(String type) {
    return VARCHAR.matcher(type).matches();
  }

  private static boolean isLongerVarchar(String a, String b) {
    var from = length(a);
    var to = length(b);
    return from.isPresent() && to.isPresent() && to.get() > from.get();
  }

  private static Optional<Integer> length(String type) {
    var m = VARCHAR.matcher(type);
    return m.matches()
        ? Optional.of(m.group(1) == null ? Integer.MAX_VALUE : Integer.valueOf(m.group(1)))
        : Optional.empty();
  }

  /** More digits before the point; another scale would round, or show more zeros. */
  private static boolean isWiderNumeric(String a, String b) {
    var from = NUMERIC.matcher(a);
    var to = NUMERIC.matcher(b);
    if (!from.matches() || !to.matches() || from.group(1) == null) {
      return false;
    }
    return to.group(1) == null
        || from.group(2).equals(to.group(2))
            && Integer.parseInt(to.group(1)) > Integer.parseInt(from.group(1));
  }
}
