package dev.tributary.federation;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads what pg_stat_statements keeps: which statements name a relation, and what they do. */
final class SeenStatements {
  private static final Pattern COMMENTS =
      Pattern.compile("^(?:\\s+|--[^\\n]*\\n|/\\*.*?\\*/)+", Pattern.DOTALL);

  /** What an application does with rows; not what Tributary, or a migration, does with a view. */
  private static final Pattern OF_APPLICATIONS =
      Pattern.compile(
          "(?:select|insert|update|delete|merge|with|table|copy|truncate|lock|declare|prepare)\\b.*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private SeenStatements() {}

  /** The first statement of an application that names this relation with its schema. */
  static Optional<Surroundings.Statement> naming(
      Relation relation, List<Surroundings.Statement> statements) {
    var name = Pattern.compile(word(relation.schema()) + "\\s*\\.\\s*" + word(relation.name()));
    return statements.stream()
        .filter(s -> OF_APPLICATIONS.matcher(withoutComments(s)).matches())
        .filter(s -> name.matcher(s.text()).find())
        .findFirst();
  }

  /** What was done with a table that no view allows: {@code TRUNCATE}, {@code COPY} and so on. */
  static List<String> refusedByViews(Relation relation, List<Surroundings.Statement> statements) {
    String table = "(?:" + word(relation.schema()) + "\\s*\\.\\s*)?" + word(relation.name());
    return List.of(
            refused("TRUNCATE", "truncate\\s+(?:table\\s+)?(?:only\\s+)?[^;]*?" + table),
            refused("COPY", "copy\\s+" + table),
            refused(
                "CREATE INDEX",
                "create\\s+(?:unique\\s+)?index\\b.*?\\son\\s+(?:only\\s+)?" + table),
            refused("ALTER TABLE", "alter\\s+table\\s+(?:if\\s+exists\\s+)?(?:only\\s+)?" + table),
            refused(
                "ON CONFLICT ON CONSTRAINT",
                "insert\\s+into\\s+" + table + ".*?on\\s+conflict\\s+on\\s+constraint"))
        .stream()
        .filter(
            r -> statements.stream().anyMatch(s -> r.pattern.matcher(withoutComments(s)).find()))
        .map(Refused::name)
        .toList();
  }

  private record Refused(String name, Pattern pattern) {}

  private static Refused refused(String name, String regex) {
    return new Refused(
        name, Pattern.compile("^" + regex, Pattern.CASE_INSENSITIVE | Pattern.DOTALL));
  }

  private static String withoutComments(Surroundings.Statement statement) {
    return COMMENTS.matcher(statement.text()).replaceFirst("");
  }

  /** An identifier as it may be written: quoted, or folded to lower case. */
  private static String word(String name) {
    String quoted = Pattern.quote('"' + name.replace("\"", "\"\"") + '"');
    boolean plain = name.matches("[\\p{Ll}_][\\p{Ll}\\p{Nd}_$]*");
    return plain
        ? "(?:" + quoted + "|(?<![\\w$\"])(?i:" + Pattern.quote(name) + ")(?![\\w$\"]))"
        : quoted;
  }
}
