package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * Whatever a source has: it is on the target, equal by value, or a problem names the table and says
 * why not. {@code -Dtributary.test.shape=enums,arrays} looks at these alone; {@code
 * -Dtributary.test.apart=true} gives each a source of its own.
 */
class MirrorCorpusIT {
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final Path RESULTS = Path.of("target", "mirror-corpus");

  private record Pair(int source, int target) {}

  /** Every pair in the long form, {@code -Dtributary.test.long=true}. */
  private static List<Pair> pairs() {
    return Boolean.getBoolean("tributary.test.long")
        ? Stream.of(13, 15, 17, 18)
            .flatMap(source -> Stream.of(new Pair(source, 17), new Pair(source, 18)))
            .toList()
        : List.of(new Pair(15, 18));
  }

  private static List<Shape> shapes(int major) {
    String wanted = System.getProperty("tributary.test.shape", "");
    var all = SchemaCorpus.of(major);
    return wanted.isEmpty()
        ? all
        : all.stream().filter(s -> Arrays.asList(wanted.split(",")).contains(s.name())).toList();
  }

  @TestFactory
  Stream<DynamicContainer> everyTableIsInSyncOrRefusedWithAReason() {
    // Not before it is their turn.
    return pairs().stream()
        .map(
            pair ->
                dynamicContainer(
                    "%d to %d".formatted(pair.source, pair.target),
                    Stream.of(pair).flatMap(MirrorCorpusIT::look)));
  }

  private static Stream<DynamicNode> look(Pair pair) {
    var shapes = shapes(pair.source);
    return Boolean.getBoolean("tributary.test.apart")
        ? shapes.stream().flatMap(shape -> look(pair, List.of(shape)))
        : look(pair, shapes);
  }

  private static Stream<DynamicNode> look(Pair pair, List<Shape> shapes) {
    var world = World.create("corpus_" + NEXT.incrementAndGet(), pair.source, pair.target);
    try (var run = CorpusRun.of(world, shapes)) {
      write(pair, run);
      return shapes.stream().map(shape -> test(pair, shape, run));
    } catch (Exception e) {
      return Stream.of(
          dynamicTest(
              shapes.toString(),
              () -> {
                throw e;
              }));
    }
  }

  private static DynamicNode test(Pair pair, Shape shape, CorpusRun run) {
    return dynamicTest(
        shape.name(),
        () -> {
          Assumptions.assumeFalse(run.skipped().containsKey(shape), () -> run.skipped().get(shape));
          assertThat(run.complaints().get(shape))
              .as("%s from %d to %d", shape, pair.source, pair.target)
              .isEmpty();
        });
  }

  /** For whoever wants to read all of it at once. */
  private static void write(Pair pair, CorpusRun run) throws IOException {
    var text = new StringBuilder();
    run.complaints()
        .forEach(
            (shape, lines) -> {
              text.append("%s %s%n".formatted(lines.isEmpty() ? "green" : "RED  ", shape));
              lines.forEach(line -> text.append("        ").append(line).append('\n'));
            });
    run.skipped().forEach((shape, why) -> text.append("skipped %s: %s%n".formatted(shape, why)));
    text.append("\nrefused\n");
    run.refused().forEach((table, why) -> text.append("  %s: %s%n".formatted(table, why)));
    Files.createDirectories(RESULTS);
    Files.writeString(RESULTS.resolve("%d-to-%d.txt".formatted(pair.source, pair.target)), text);
  }
}
