package dev.tributary.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether the target has every row of every service, and the services met no trouble. */
record Comparison(Search search, List<Writer> writers) {
  /** Statements of each service after all was in sync: two rounds of everything it does. */
  private static final int SAMPLE = 10;

  /** What was found, when all is well; throws Failure when not. */
  String run(Progress progress) {
    int enough = SAMPLE + writers.stream().mapToInt(w -> w.tally().statements()).max().orElse(0);
    progress.await(
        () -> writers.stream().allMatch(w -> w.tally().statements() >= enough),
        () -> "The services do not write any more.");
    writers.forEach(Writer::stop);
    progress.await(() -> differences().isEmpty(), () -> String.join("\n", differences()));
    for (Writer writer : writers) {
      if (writer.tally().failed() > 0) {
        throw new Failure(
            "%d statements of %s have failed, the last one with: %s"
                .formatted(
                    writer.tally().failed(),
                    writer.service().name(),
                    writer.tally().lastFailure()));
      }
    }
    return """
        All %,d rows are on the target, each as it is in its service.
        The services executed %,d statements on the old names; none failed, the slowest took %d ms.
        """
        .formatted(
            writers.stream().mapToLong(w -> w.service().rows()).sum(),
            writers.stream().mapToInt(w -> w.tally().statements()).sum(),
            writers.stream().mapToLong(w -> w.tally().slowestMillis()).max().orElse(0));
  }

  /** A sentence for each table whose rows are not the same on both sides. */
  private List<String> differences() {
    List<String> differences = new ArrayList<>();
    for (Writer writer : writers) {
      Service service = writer.service();
      for (String table : Service.TABLES) {
        String name = service.name() + "." + table;
        var there = service.database().rows("public." + table, "id");
        var here = search.database().rows(name, "id");
        if (!here.equals(there)) {
          differences.add(
              "%s: %,d of %,d rows have not arrived, %,d of the target's %,d are not the service's."
                  .formatted(
                      name, without(there, here), there.size(), without(here, there), here.size()));
        }
      }
    }
    return differences;
  }

  private static long without(List<List<String>> rows, List<List<String>> others) {
    var set = Set.copyOf(others);
    return rows.stream().filter(row -> !set.contains(row)).count();
  }
}
