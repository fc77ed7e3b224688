package dev.tributary.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.tributary.fixtures.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a service notices while its tables are moved to a schema of their own, in two ways. */
final class SchemaMoveBench {
  static final String NAME = "schema-move";

  private static final int MAJOR = 17;
  private static final Map<String, String> SETTINGS = Map.of("shared_buffers", "256MB");
  private static final Path FILE = Path.of("target", "bench", NAME + ".json");

  private final Map<Scenario, List<Figures>> rounds = new EnumMap<>(Scenario.class);
  private final PostgresServer server;

  private SchemaMoveBench(PostgresServer server) {
    this.server = server;
  }

  /** In the order in which a round runs them. */
  private enum Scenario {
    BY_HAND("byHand"),
    TRIBUTARY("tributary"),
    BASELINE("baseline"),
    BY_HAND_WITH_READER("byHandWithReader"),
    TRIBUTARY_WITH_READER("tributaryWithReader");

    private final String key;

    Scenario(String key) {
      this.key = key;
    }
  }

  static void main() throws Exception {
    int count = Integer.getInteger("bench.rounds", 3);
    System.out.printf(
        "%d tables of %,d rows, %d transactions a second from %d connections, PostgreSQL %d, rounds: %d%n%n",
        Tables.COUNT, Tables.ROWS, Load.PER_SECOND, Load.CLIENTS, MAJOR, count);
    try (var server = PostgresServer.start(MAJOR, SETTINGS)) {
      Tables.createRole(server);
      // What the JVM compiles and loads, it takes from the cores that the measured ones need.
      Run.of(server, "warm_up", new TributaryMove(), false);
      var bench = new SchemaMoveBench(server);
      Screen.heading("round");
      for (int round = 1; round <= count; round++) {
        bench.run(round);
      }
      bench.report();
    }
  }

  private void run(int round) throws Exception {
    run(round, Scenario.BY_HAND, new MoveByHand(), false);
    run(round, Scenario.TRIBUTARY, new TributaryMove(), false);
    run(round, Scenario.BASELINE, noMove(), false);
    run(round, Scenario.BY_HAND_WITH_READER, new MoveByHand(), true);
    run(round, Scenario.TRIBUTARY_WITH_READER, new TributaryMove(), true);
  }

  /** As long as Tributary's move of this round. */
  private Move noMove() {
    var tributary = rounds.get(Scenario.TRIBUTARY);
    long millis = (long) tributary.get(tributary.size() - 1).moveMillis();
    return tables -> {
      Thread.sleep(millis);
      return new Move.Result(false, "no move");
    };
  }

  private void run(int round, Scenario scenario, Move move, boolean reader) throws Exception {
    String database = scenario.name().toLowerCase(Locale.ROOT) + "_" + round;
    var run = Run.of(server, database, move, reader);
    rounds.computeIfAbsent(scenario, s -> new ArrayList<>()).add(run.figures());
    Screen.line(String.valueOf(round), scenario.key, run.figures(), run.remark());
  }

  private void report() throws IOException {
    var json = new LinkedHashMap<String, Object>();
    Screen.heading("worst");
    for (var scenario : Scenario.values()) {
      var figures = worst(scenario);
      json.put(
          scenario.key, scenario == Scenario.BASELINE ? figures.jsonWithoutMove() : figures.json());
      Screen.line("", scenario.key, figures, "");
    }
    json.put("ratios", ratios());
    Files.createDirectories(FILE.getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(FILE.toFile(), json);
    System.out.printf("%nWritten to %s%n", FILE);
  }

  private Figures worst(Scenario scenario) {
    return Figures.worst(rounds.get(scenario));
  }

  private Map<String, Object> ratios() {
    var byHand = worst(Scenario.BY_HAND);
    var tributary = worst(Scenario.TRIBUTARY);
    var baseline = worst(Scenario.BASELINE);
    var byHandWithReader = worst(Scenario.BY_HAND_WITH_READER);
    var tributaryWithReader = worst(Scenario.TRIBUTARY_WITH_READER);
    var ratios = new LinkedHashMap<String, Object>();
    ratios.put("byHandOverTributary", byHand.jsonOver(tributary));
    ratios.put(
        "byHandWithReaderOverTributaryWithReader", byHandWithReader.jsonOver(tributaryWithReader));
    ratios.put("tributaryOverBaseline", tributary.jsonOverWithoutMove(baseline));
    ratios.put(
        "tributaryWithReaderOverBaseline", tributaryWithReader.jsonOverWithoutMove(baseline));
    return ratios;
  }
}
