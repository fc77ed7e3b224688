package dev.tributary.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The operator in a JVM of its own, from the classes that Maven has just compiled. */
final class OperatorChild implements AutoCloseable {
  private static final int LAST_LINES = 15;

  private final Process process;
  private final Path log;
  private final Thread atExit = new Thread(this::end, "operator");

  private OperatorChild(Process process, Path log) {
    this.process = process;
    this.log = log;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  static OperatorChild start(Path kubeconfig, Path log) {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            // A second to start counts more than throughput.
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            // The tests' own settings stand before it on the class path.
            "-Dlogback.configurationFile=logback.xml",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.tributary.Tributary",
            "run",
            "--namespace",
            "default",
            "--poll-interval",
            "1s",
            "--health-port",
            "0");
    builder.environment().put("KUBECONFIG", kubeconfig.toAbsolutePath().toString());
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    try {
      return new OperatorChild(builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits this long and throws the last lines of the log when the operator ends meanwhile. */
  void mustRun(Duration time) {
    try {
      if (process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new Failure(
            "The operator has ended with status %d. The last lines of %s:\n%s"
                .formatted(process.exitValue(), log, lastLines()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("The demo was interrupted.", e);
    }
  }

  private String lastLines() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  /** Stops it as Kubernetes stops a pod. */
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
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
    }
  }
}
