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
   * Which is which; nothing when the names are no trouble, or it cannot be told. Columns are sent
   * in the order of their numbers.
   *
   * @param source columns on the source as they are by now
   * @param here columns of the target, by their numbers on the source
   */
  static Optional<PendingNames> of(
      PendingRelation pending, List<Column> source, Map<Integer, Column> here, Table target) {
    var sent = pending.columnNames();
    if (target.columnNames().containsAll(sent)) {
      return Optional.empty();
    }
    var current = new TreeMap<Integer, String>();
    source.stream()
        .filter(c -> c.generated().isEmpty())
        .forEach(c -> current.put(c.number(), c.name()));
    if (sent.equals(List.copyOf(current.values()))) {
      return Optional.of(new PendingNames(current, List.of()));
    }
    var possible = new TreeMap<>(current);
    here.forEach((number, column) -> possible.put(number, column.name()));
    return align(sent, numbered(sent, current, here), possible);
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
      List<String> sent, List<Integer> numbers, TreeMap<Integer, String> possible) {
    var names = new HashMap<Integer, String>();
    var passing = new ArrayList<String>();
    for (int i = 0; i < sent.size(); i++) {
      if (numbers.get(i) > 0) {
        names.put(numbers.get(i), sent.get(i));
        continue;
      }
      int before = i == 0 ? 0 : numbers.subList(0, i).stream().mapToInt(n -> n).max().orElse(0);
      int after =
          numbers.subList(i, sent.size()).stream()
              .filter(n -> n > 0)
              .mapToInt(n -> n)
              .min()
              .orElse(Integer.MAX_VALUE);
      var between = possible.keySet().stream().filter(n -> n > before && n < after).toList();
      boolean alone =
          (i == 0 || numbers.get(i - 1) > 0) && (i == sent.size() - 1 || numbers.get(i + 1) > 0);
      if (between.isEmpty()) {
        passing.add(sent.get(i));
      } else if (between.size() == 1 && alone) {
        names.put(between.get(0), sent.get(i));
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(new PendingNames(names, passing));
  }
}
