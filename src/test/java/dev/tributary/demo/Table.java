package dev.tributary.demo;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows as kubectl prints them: the first one is the head. */
record Table(List<List<String>> rows) {

  List<String> lines() {
    int columns = rows.get(0).size();
    int[] widths =
        IntStream.range(0, columns)
            .map(c -> rows.stream().mapToInt(row -> row.get(c).length()).max().orElse(0))
            .toArray();
    return IntStream.range(0, rows.size())
        .mapToObj(
            r -> {
              String line =
                  IntStream.range(0, columns)
                      .mapToObj(c -> ("%-" + widths[c] + "s").formatted(rows.get(r).get(c)))
                      .collect(Collectors.joining("   "));
              return (r == 0 ? line.toUpperCase(Locale.ROOT) : line).stripTrailing();
            })
        .toList();
  }
}
