package dev.tributary.federation;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A plan as SQL that a person runs, in the transactions in which the operator would. */
public final class Script {
  /** What would end a comment, or tell a terminal to do something. */
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029]");

  private Script() {}

  /** The steps, each below its sentence. */
  public static String of(Plan plan) {
    // The operator's sessions have it too: no function of a user's stands before PostgreSQL's own.
    var script = new StringBuilder("SET search_path = pg_catalog;\n");
    int number = 0;
    for (Step step : plan.steps()) {
      number++;
      script.append('\n').append(comment(number + ". " + step.sentence())).append(sql(step));
    }
    return script.toString();
  }

  private static String sql(Step step) {
    if (step instanceof Step.WithSecret secret) {
      return comment("Left to the operator, which has the " + secret.secret() + ".");
    }
    String statements = lines(step.sql());
    if (!step.transactional()) {
      return statements;
    }
    String timeout =
        step.lock()
            .map(l -> "SET LOCAL lock_timeout = '%dms';\n".formatted(l.atMost().toMillis()))
            .orElse("");
    return "BEGIN;\n" + timeout + statements + "COMMIT;\n";
  }

  private static String lines(List<String> statements) {
    return statements.stream().map(s -> s + ";\n").collect(Collectors.joining());
  }

  /** A line that does nothing, whatever stands in the text. */
  public static String comment(String text) {
    return "-- " + oneLine(text) + "\n";
  }

  /** A text in one line of characters that can be seen: names may hold any others. */
  public static String oneLine(String text) {
    return CONTROL.matcher(text).replaceAll("?");
  }

  /** psql's command that goes on in another database. */
  public static String connect(Map<String, String> parameters) {
    String conninfo =
        parameters.entrySet().stream()
            .map(e -> e.getKey() + "=" + Sql.conninfoValue(e.getValue()))
            .collect(Collectors.joining(" "));
    return "\\connect '%s'\n"
        .formatted(
            conninfo
                .replace("\\", "\\\\")
                .replace("'", "''")
                .replace("\n", "\\n")
                .replace("\r", "\\r"));
  }
}
