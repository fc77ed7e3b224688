package dev.tributary.federation;

import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The definition of an index with other schemas in the names that it qualifies.
 *
 * <p>With an empty search_path {@code pg_get_indexdef} qualifies each name that is not PostgreSQL's
 * own, and never a column (source: ruleutils.c, deparse_context_for makes no prefix where there is
 * one table), so schema, dot and name are always that.
 */
final class IndexDefinition {
  private static final Pattern TOKEN =
      Pattern.compile(
          // A literal, with a backslash only in E'…'.
          "[Ee]'(?:[^'\\\\]|''|\\\\.)*'|'(?:[^']|'')*'"
              + "|(?<schema>"
              + "\"(?:[^\"]|\"\")+\"|[\\p{L}_][\\p{L}\\p{N}_$]*"
              + ")(?:\\.(?<name>\"(?:[^\"]|\"\")+\"|[\\p{L}_][\\p{L}\\p{N}_$]*|[-+*/<>=~!@#%^&|`?]+))?",
          Pattern.DOTALL);

  private IndexDefinition() {}

  /**
   * The definition with each needed name in the schema where it is here.
   *
   * @param schemaOf where it is
   */
  static String in(
      String definition, List<Index.Need> needs, Function<Index.Need, String> schemaOf) {
    var text = new StringBuilder();
    Matcher m = TOKEN.matcher(definition);
    while (m.find()) {
      String found = m.group();
      if (m.group("name") != null) {
        String schema = unquoted(m.group("schema"));
        String name = unquoted(m.group("name"));
        found =
            needs.stream()
                .filter(n -> n.schema().equals(schema) && n.name().equals(name))
                .findFirst()
                .map(n -> Sql.identifier(schemaOf.apply(n)) + "." + m.group("name"))
                .orElse(found);
      }
      m.appendReplacement(text, Matcher.quoteReplacement(found));
    }
    m.appendTail(text);
    return text.toString();
  }

  private static String unquoted(String identifier) {
    return identifier.startsWith("\"")
        ? identifier.substring(1, identifier.length() - 1).replace("\"\"", "\"")
        : identifier;
  }
}
