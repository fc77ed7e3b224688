package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads what pg_stat_statements keeps: which statements name a relation, and what they do. */
final class SeenStatements {
  /** What Tributary itself, or a migration, does with a view or a table as such. */
  private static final Pattern DEFINITION =
      pattern("(?:create|alter|drop|comment|grant|revoke)\\b");

  /** {@code CREATE TABLE … AS} reads rows. */
  private static final Pattern READING_DEFINITION =
      pattern(
          "create\\s+(?!(?:or\\s+replace\\s+)?view\\b).*?\\bas\\s*\\(?\\s*(?:select|with|table|values)\\b");

  private static final int MERGE_INTO_VIEWS = 170000;

  private SeenStatements() {}

  /** The first statement that uses this relation by its name with its schema. */
  static Optional<Surroundings.Statement> naming(
      Relation relation, List<Surroundings.Statement> statements) {
    var name = pattern(word(relation.schema()) + "\\s*\\.\\s*" + word(relation.name()));
    return statements.stream()
        .filter(s -> s.mayName(relation))
        .filter(s -> usesRows(withoutComments(s)))
        .filter(s -> name.matcher(s.text()).find())
        .findFirst();
  }

  private static boolean usesRows(String statement) {
    return !DEFINITION.matcher(statement).lookingAt()
        || READING_DEFINITION.matcher(statement).lookingAt();
  }

  /**
   * What was done with a table that no view allows: {@code TRUNCATE}, {@code COPY} and so on.
   *
   * @param version of the server, as {@code server_version_num}
   */
  static List<String> refusedByViews(
      Relation relation, List<Surroundings.Statement> statements, int version) {
    String table =
        "(?:%s\\s*\\.\\s*%s|(?<!\\.\\s{0,9})%s)"
            .formatted(word(relation.schema()), word(relation.name()), word(relation.name()));
    var refused = new ArrayList<Refused>();
    refused.add(new Refused("TRUNCATE", "truncate\\s+[^;]*?" + table));
    refused.add(new Refused("COPY", "copy\\s+" + table));
    refused.add(
        new Refused(
            "CREATE INDEX", "create\\s+(?:unique\\s+)?index\\b.*?\\son\\s+[^(;]*?" + table));
    refused.add(
        new Refused("ALTER TABLE", "alter\\s+table\\s+(?:if\\s+exists\\s+)?(?:only\\s+)?" + table));
    refused.add(new Refused("REFERENCES", "(?:create|alter)\\s+[^;]*?\\breferences\\s+" + table));
    String rows = "(?:select\\b.*?\\sfrom|update|delete\\s+from)\\s+(?:only\\s+)?" + table;
    refused.add(new Refused("ctid", "(?=.*?\\bctid\\b)" + rows));
    refused.add(new Refused("xmin", "(?=.*?\\bxmin\\b)" + rows));
    refused.add(
        new Refused(
            "ON CONFLICT ON CONSTRAINT",
            "insert\\s+into\\s+" + table + ".*?on\\s+conflict\\s+on\\s+constraint"));
    if (version < MERGE_INTO_VIEWS) {
      refused.add(new Refused("MERGE", "merge\\s+into\\s+(?:only\\s+)?" + table));
    }
    var concerned =
        statements.stream()
            .filter(s -> s.mayName(relation))
            .map(SeenStatements::withoutComments)
            .toList();
    return refused.stream()
        .filter(
            r -> {
              var beginning = pattern(r.regex);
              return concerned.stream().anyMatch(s -> beginning.matcher(s).lookingAt());
            })
        .map(Refused::name)
        .toList();
  }

  private record Refused(String name, String regex) {}

  private static Pattern pattern(String regex) {
    return Pattern.compile(
        regex, Pattern.CASE_INSENSITIVE | Pattern.DOTALL | Pattern.UNICODE_CHARACTER_CLASS);
  }

  /** Without what stands before the first word; comments nest (documentation, "Comments"). */
  private static String withoutComments(Surroundings.Statement statement) {
    String text = statement.text();
    int at = 0;
    int depth = 0;
    while (at < text.length()) {
      if (text.startsWith("/*", at)) {
        depth++;
        at += 2;
      } else if (depth > 0 && text.startsWith("*/", at)) {
        depth--;
        at += 2;
      } else if (depth == 0 && text.startsWith("--", at)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (depth > 0 || Character.isWhitespace(text.charAt(at)) || text.charAt(at) == '(') {
        at++;
      } else {
        break;
      }
    }
    return text.substring(at);
  }

  /** An identifier as it may be written: quoted, or folded to lower case. */
  private static String word(String name) {
    String quoted = Pattern.quote('"' + name.replace("\"", "\"\"") + '"');
    boolean plain = name.matches("[\\p{Ll}_][\\p{Ll}\\p{Nd}_$]*");
    return plain
        ? "(?:(?-i:" + quoted + ")|(?<![\\w$\"])(?i:" + Pattern.quote(name) + ")(?![\\w$\"]))"
        : "(?-i:" + quoted + ")";
  }
}
