package dev.tributary.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The operator as it is deployed, in a JVM of its own, from the classes just compiled. */
final class OperatorJvm implements AutoCloseable {
  private static final Path BIN = Path.of(System.getProperty("java.home"), "bin");
  private static final Path LOGS = Path.of("target", "bench");

  private final Process process;
  private final Path log;
  private final Thread atExit = new Thread(this::end, "operator");

  private OperatorJvm(Process process, Path log) {
    this.process = process;
    this.log = log;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** With its own poll interval, and no more memory than its limit leaves it. */
  static OperatorJvm start(Path kubeconfig, String name, String... more) throws IOException {
    Path log = Files.createDirectories(LOGS).resolve("operator-" + name + ".log");
    var command =
        new ArrayList<>(
            List.of(
                BIN.resolve("java").toString(),
                "-Xmx256m",
                "-Dlogback.configurationFile=logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.tributary.Tributary",
                "run",
                "--namespace",
                "default",
                "--health-port",
                "0"));
    command.addAll(List.of(more));
    var builder = new ProcessBuilder(command);
    builder.environment().put("KUBECONFIG", kubeconfig.toAbsolutePath().toString());
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    return new OperatorJvm(builder.start(), log);
  }

  void mustRun() {
    if (!process.isAlive()) {
      throw new IllegalStateException("the operator has ended, see " + log);
    }
  }

  /** MiB of the heap that are in use after a collection of all garbage. */
  double usedHeapMiB() throws IOException, InterruptedException {
    // Collects first; the last line is "Total <instances> <bytes>".
    var histogram =
        new ProcessBuilder(
                BIN.resolve("jcmd").toString(), String.valueOf(process.pid()), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    try (var lines = histogram.inputReader()) {
      String total = lines.lines().filter(l -> l.startsWith("Total")).findFirst().orElseThrow();
      return Long.parseLong(total.strip().split("\\s+")[2]) / 1024.0 / 1024.0;
    } finally {
      histogram.waitFor();
    }
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // Ctrl-C: the hook is running.
    }
  }

  private void end() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What it said last, for an exception. */
  String lastWords() {
    try {
      var lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
