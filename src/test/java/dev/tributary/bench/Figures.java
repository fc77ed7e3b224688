package dev.tributary.bench;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What the service noticed of a move.
 *
 * @param maxMillis the slowest transaction, from when it began until it was committed, with what it
 *     took to try again
 * @param fromSchedule the same from when it was due: with the time for which the service waited
 *     before it could begin
 */
record Figures(
    int failedStatements,
    double maxMillis,
    double p99Millis,
    double moveMillis,
    FromSchedule fromSchedule,
    int transactions) {

  record FromSchedule(double maxMillis, double p99Millis) {}

  static Figures of(int failures, double moveMillis, long[] durations, long[] delays) {
    return new Figures(
        failures,
        millis(durations[durations.length - 1]),
        millis(percentile99(durations)),
        moveMillis,
        new FromSchedule(millis(delays[delays.length - 1]), millis(percentile99(delays))),
        durations.length);
  }

  /** The worst of every round; failures add up. */
  static Figures worst(List<Figures> rounds) {
    return new Figures(
        rounds.stream().mapToInt(Figures::failedStatements).sum(),
        most(rounds, Figures::maxMillis),
        most(rounds, Figures::p99Millis),
        most(rounds, Figures::moveMillis),
        new FromSchedule(
            most(rounds, f -> f.fromSchedule.maxMillis),
            most(rounds, f -> f.fromSchedule.p99Millis)),
        rounds.stream().mapToInt(Figures::transactions).sum());
  }

  private static double most(List<Figures> rounds, ToDoubleFunction<Figures> figure) {
    return rounds.stream().map(figure::applyAsDouble).max(Comparator.naturalOrder()).orElseThrow();
  }

  Map<String, Object> json() {
    var json = jsonWithoutMove();
    json.put("moveMillis", moveMillis);
    return json;
  }

  Map<String, Object> jsonWithoutMove() {
    var json = new LinkedHashMap<String, Object>();
    json.put("failedStatements", failedStatements);
    json.put("maxMillis", maxMillis);
    json.put("p99Millis", p99Millis);
    return json;
  }

  /** How many times more than the other. */
  Map<String, Double> jsonOver(Figures other) {
    var json = jsonOverWithoutMove(other);
    json.put("moveMillis", rounded(moveMillis / other.moveMillis));
    return json;
  }

  Map<String, Double> jsonOverWithoutMove(Figures other) {
    var json = new LinkedHashMap<String, Double>();
    json.put("maxMillis", rounded(maxMillis / other.maxMillis));
    json.put("p99Millis", rounded(p99Millis / other.p99Millis));
    return json;
  }

  static double millis(long nanos) {
    return rounded(nanos / 1e6);
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }

  /** Nearest rank. */
  private static long percentile99(long[] sorted) {
    return sorted[(int) Math.ceil(0.99 * sorted.length) - 1];
  }
}
