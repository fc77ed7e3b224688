package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Choosing the one problem that a condition speaks of. */
final class Problems {
  private Problems() {}

  /** The first that needs a person, else the first, with a word about how many there are. */
  static Optional<Problem> first(Plan plan, Outcome outcome) {
    var all = new ArrayList<>(plan.problems());
    all.addAll(outcome.failures());
    var distinct = all.stream().distinct().toList();
    return distinct.stream()
        .filter(p -> p.reason().blocked())
        .findFirst()
        .or(() -> distinct.stream().findFirst())
        .map(p -> withCount(p, distinct));
  }

  private static Problem withCount(Problem problem, List<Problem> all) {
    int others = all.size() - 1;
    return others == 0
        ? problem
        : new Problem(problem.reason(), "%s (And %d more.)".formatted(problem.sentence(), others));
  }
}
