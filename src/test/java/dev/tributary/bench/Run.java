package dev.tributary.bench;

import dev.tributary.fixtures.PostgresServer;
import java.time.Duration;
import java.util.Map;

/**
 * One move on a fresh database under load.
 *
 * @param remark what else is worth telling
 */
record Run(Figures figures, String remark) {
  private static final Duration WARM_UP = Duration.ofSeconds(2);
  private static final Duration AFTERWARDS = Duration.ofSeconds(1);

  /** With or without a reader whose transaction is open when the move starts. */
  static Run of(PostgresServer server, String database, Move move, boolean reader)
      throws Exception {
    try (var tables = Tables.create(server, database);
        var load = Load.start(tables)) {
      Thread.sleep(WARM_UP.toMillis());
      return reader ? besideReader(tables, load, move) : run(tables, load, move);
    }
  }

  private static Run besideReader(Tables tables, Load load, Move move) throws Exception {
    var reader = Reader.open(tables);
    try {
      return run(tables, load, move);
    } finally {
      reader.end();
    }
  }

  private static Run run(Tables tables, Load load, Move move) throws Exception {
    long start = System.nanoTime();
    var result = move.run(tables);
    long end = System.nanoTime();
    Thread.sleep(AFTERWARDS.toMillis());
    load.stop();
    Check.nothingLost(tables, load.ledger());
    if (result.moved()) {
      Check.allMoved(tables);
    }
    var failures = load.failures();
    var figures =
        Figures.of(
            failures.values().stream().mapToInt(Integer::intValue).sum(),
            Figures.millis(end - start),
            load.sorted(recording -> recording.durationsSince(start)),
            load.sorted(recording -> recording.delaysSince(start)));
    return new Run(figures, result.remark() + told(failures));
  }

  private static String told(Map<String, Integer> failures) {
    return failures.isEmpty() ? "" : "; failures by SQLSTATE " + failures;
  }
}
