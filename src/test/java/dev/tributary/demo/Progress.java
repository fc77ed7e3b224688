package dev.tributary.demo;

import dev.tributary.api.Phase;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.ReplicationFederationStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The live table, a line for each service: what the federation's status says, the rows in both
 * databases, and what the service meets that goes on writing.
 */
final class Progress {
  private static final Duration TICK = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String LINE = "%-9s %-10s %-7s %-7s %-4s %7s %10s %7s %7s %8s";
  private static final String HEAD =
      LINE.formatted(
          "SOURCE",
          "PHASE",
          "TABLES",
          "COPIED",
          "LAG",
          "ROWS",
          "ON TARGET",
          "WRITES",
          "FAILED",
          "SLOWEST");

  private final Cluster cluster;
  private final Search search;
  private final List<Writer> writers;
  private final OperatorChild operator;
  private final Screen screen;
  private final Map<String, String> told = new HashMap<>();
  private ReplicationFederation federation;

  Progress(
      Cluster cluster, Search search, List<Writer> writers, OperatorChild operator, Screen screen) {
    this.cluster = cluster;
    this.search = search;
    this.writers = writers;
    this.operator = operator;
    this.screen = screen;
  }

  /** Shows how it goes until this is so; throws Failure with the reason when it takes too long. */
  void await(BooleanSupplier done, Supplier<String> why) {
    Instant deadline = Instant.now().plus(PATIENCE);
    show();
    while (!done.getAsBoolean()) {
      if (Instant.now().isAfter(deadline)) {
        throw new Failure("Not done after %d s: %s".formatted(PATIENCE.toSeconds(), why.get()));
      }
      operator.mustRun(TICK);
      show();
    }
  }

  /** Shows how it goes until somebody ends it. */
  void showForever() {
    told.clear();
    while (true) {
      show();
      operator.mustRun(TICK);
    }
  }

  /** Shows how it stands: the whole table on a terminal, else the lines that say something new. */
  private void show() {
    federation = cluster.federation();
    List<String> lines = new ArrayList<>();
    if (screen.isTerminal() || told.isEmpty()) {
      lines.add(HEAD);
    }
    for (Writer writer : writers) {
      var name = writer.service().name();
      var tally = writer.tally();
      var source = source(name);
      String phase = source.map(s -> s.phase().name()).orElse("Pending");
      String tables = source.map(s -> s.tablesReady() + "/" + s.tablesTotal()).orElse("-");
      String copied = source.map(s -> s.copiedPercent() + "%").orElse("-");
      String lag = source.map(s -> s.lagSeconds()).map(seconds -> seconds + "s").orElse("-");
      source
          .filter(s -> s.phase() == Phase.Blocked)
          .ifPresent(s -> tellOnce(name + " is blocked", s.message()));
      if (tally.lastFailure() != null) {
        tellOnce(name + " had a statement fail", tally.lastFailure());
      }
      boolean news = isNews(name, phase + tables + copied + tally.failed());
      if (screen.isTerminal() || news) {
        lines.add(
            LINE.formatted(
                name,
                phase,
                tables,
                copied,
                lag,
                writer.service().rows(),
                search.rowsOf(writer.service()),
                tally.statements(),
                tally.failed(),
                tally.slowestMillis() + " ms"));
      }
    }
    if (!lines.isEmpty()) {
      screen.show(lines);
    }
  }

  /** Whether what was shown last is the end: every service streams, and the federation is ready. */
  boolean isInSync() {
    return writers.stream()
            .map(writer -> source(writer.service().name()))
            .allMatch(
                s ->
                    s.map(ReplicationFederationStatus.Source::phase)
                        .filter(Phase.Streaming::equals)
                        .isPresent())
        && federation.getStatus().conditions().stream()
            .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  /** What is in the way, in the status's own words. */
  String why() {
    return Optional.ofNullable(federation.getStatus())
        .flatMap(s -> s.conditions().stream().filter(c -> c.getType().equals("Ready")).findFirst())
        .map(c -> c.getReason() + ": " + c.getMessage())
        .orElse("The federation has no status yet.");
  }

  private void tellOnce(String what, String sentence) {
    if (isNews(what, sentence)) {
      screen.say(what + ": " + sentence);
    }
  }

  private boolean isNews(String about, String text) {
    return !Objects.equals(told.put(about, text), text);
  }

  private Optional<ReplicationFederationStatus.Source> source(String name) {
    return Optional.ofNullable(federation.getStatus()).stream()
        .flatMap(status -> status.sources().stream())
        .filter(source -> source.name().equals(name))
        .findFirst();
  }
}
