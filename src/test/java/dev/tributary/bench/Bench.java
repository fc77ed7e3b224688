package dev.tributary.bench;

import java.util.Map;
import java.util.TreeMap;

/** {@code mvn -Pbench -Dbench=NAME}: runs the benchmark of that name. */
public final class Bench {
  private static final Map<String, Benchmark> ALL =
      new TreeMap<>(
          Map.of(SchemaMoveBench.NAME, SchemaMoveBench::main, DriftBench.NAME, DriftBench::main));

  private Bench() {}

  /** Prints and writes what it has measured. */
  @FunctionalInterface
  private interface Benchmark {
    void run() throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    String name = System.getProperty("bench", "");
    var benchmark = ALL.get(name);
    if (benchmark == null) {
      System.out.printf("There is no benchmark named \"%s\". There are:%n", name);
      ALL.keySet().forEach(known -> System.out.println("  mvn -Pbench -Dbench=" + known));
      System.exit(1);
    }
    benchmark.run();
    System.exit(0);
  }
}
