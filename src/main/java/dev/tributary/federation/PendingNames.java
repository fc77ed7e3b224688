package dev.tributary.federation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which column is which in a transaction that the target cannot apply because it does not have
 * their names.
 *
 * @param names by the number of the column
 * @param passing names of columns that the source has no more and that never came here
 */
record PendingNames(Map<Integer, String> names, List<String> passing) {

  /**
   * Which is which; nothing when it cannot be told. Columns are sent in the order of their numbers,
   * of which each is given once.
   *
   * @param source columns on the source as they are by now
   * @param here columns of the target, by their numbers on the source
   * @param last number of a column that was given on the source, dropped ones included
   */
  static Optional<PendingNames> of(
      PendingRelation pending, List<Column> source, Map<Integer, Column> here, int last) {
    var sent = pending.columnNames();
    var current = new TreeMap<Integer, String>();
    source.stream()
        .filter(c -> c.generated().isEmpty())
        .forEach(c -> current.put(c.number(), c.name()));
    if (sent.equals(List.copyOf(current.values()))) {
      return Optional.of(new PendingNames(current, List.of()));
    }
    var possible = new TreeMap<>(current);
    here.forEach((number, column) -> possible.put(number, column.name()));
    return align(sent, numbered(sent, current, here), possible, last);
  }

  /** The numbers that names tell; 0 where they do not. */
  private static List<Integer> numbered(
      List<String> sent, Map<Integer, String> current, Map<Integer, Column> here) {
    var numbers = new ArrayList<Integer>();
    int last = 0;
    for (String name : sent) {
      int number = 0;
      for (var e : here.entrySet()) {
        number = e.getValue().name().equals(name) && e.getKey() > last ? e.getKey() : number;
      }
      for (var e : current.entrySet()) {
        number =
            number == 0 && e.getValue().equals(name) && e.getKey() > last ? e.getKey() : number;
      }
      numbers.add(number);
      last = Math.max(last, number);
    }
    return numbers;
  }

  private static Optional<PendingNames> align(
      List<String> sent, List<Integer> numbers, Map<Integer, String> possible, int last) {
    var names = new HashMap<Integer, String>();
    var passing = new ArrayList<String>();
    int i = 0;
    while (i < sent.size()) {
      if (numbers.get(i) > 0) {
        names.put(numbers.get(i), sent.get(i));
        i++;
        continue;
      }
      int end = i;
      while (end < sent.size() && numbers.get(end) == 0) {
        end++;
      }
      int before = i == 0 ? 0 : numbers.get(i - 1);
      int after = end == sent.size() ? last + 1 : numbers.get(end);
      if (after - before - 1 != end - i) {
        return Optional.empty();
      }
      for (int k = 0; k < end - i; k++) {
        int number = before + 1 + k;
        if (possible.containsKey(number)) {
          names.put(number, sent.get(i + k));
        } else {
          passing.add(sent.get(i + k));
        }
      }
      i = end;
    }
    return Optional.of(new PendingNames(names, passing));
  }
}
