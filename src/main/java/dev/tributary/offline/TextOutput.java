package dev.tributary.offline;

import static dev.tributary.federation.Script.oneLine;

import dev.tributary.controller.Preview;
import dev.tributary.federation.Finding;
import dev.tributary.federation.Finding.Severity;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** For a person. */
public final class TextOutput implements Output {
  @Override
  public String of(List<Planned> sources) {
    return sources.stream().map(TextOutput::of).collect(Collectors.joining("\n"));
  }

  private static String of(Planned source) {
    var text = new StringBuilder();
    text.append(oneLine(source.heading())).append('\n');
    source.trouble().ifPresent(t -> trouble(text, t));
    source.preview().ifPresent(p -> preview(text, source, p));
    return text.toString();
  }

  private static void trouble(StringBuilder text, Problem trouble) {
    text.append("1 blocker\n");
    line(text, Severity.Blocker, trouble.reason(), trouble.sentence());
    text.append("No plan.\n");
  }

  private static void preview(StringBuilder text, Planned source, Preview preview) {
    text.append(
            source.findings().isEmpty()
                ? "Nothing to say of the server and its tables."
                : Stream.of(Severity.values())
                    .filter(s -> source.count(s) > 0)
                    .map(s -> counted(source.count(s), s.name().toLowerCase(Locale.ROOT)))
                    .collect(Collectors.joining(", ")))
        .append('\n');
    for (Finding finding : source.findings()) {
      line(text, finding.severity(), finding.reason(), finding.sentence());
    }
    text.append(oneLine(summary(source, preview))).append('\n');
    int number = 0;
    for (String sentence : preview.report().plan().sentences()) {
      number++;
      text.append("%3d. %s\n".formatted(number, oneLine(sentence)));
    }
  }

  /** What the plan amounts to. */
  static String summary(Planned source, Preview preview) {
    int steps = preview.report().plan().steps().size();
    if (steps > 0) {
      return "Plan %s, %s:"
          .formatted(preview.report().hash().orElseThrow(), counted(steps, "step"));
    }
    return source.blockers() == 0
        ? "Nothing to do."
        : "Nothing is planned before the blockers are settled.";
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static void line(StringBuilder text, Severity severity, Reason reason, String sentence) {
    text.append("  %-7s  %-18s  %s\n".formatted(severity, reason, oneLine(sentence)));
  }
}
