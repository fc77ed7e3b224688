package dev.tributary.federation;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * The only place where a value becomes SQL text.
 *
 * <p>PostgreSQL documentation, "Lexical Structure": identifiers in double quotes, literals in
 * single quotes, both doubled inside; a NUL byte exists in neither.
 */
public final class Sql {
  private Sql() {}

  /** A quoted identifier; throws IllegalArgumentException for a NUL or an empty name. */
  public static String identifier(String name) {
    if (name.isEmpty() || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("not an identifier: empty, or with a NUL byte");
    }
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** {@code "schema"."name"}. */
  public static String qualified(String schema, String name) {
    return identifier(schema) + '.' + identifier(name);
  }

  /** {@code "a", "b"}. */
  public static String identifiers(Collection<String> names) {
    return names.stream().map(Sql::identifier).collect(Collectors.joining(", "));
  }

  /**
   * A quoted string literal, whatever {@code standard_conforming_strings} is set to; throws
   * IllegalArgumentException for a NUL.
   */
  public static String literal(String value) {
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("not a literal: with a NUL byte");
    }
    String doubled = value.replace("'", "''");
    return value.indexOf('\\') < 0
        ? '\'' + doubled + '\''
        : " E'" + doubled.replace("\\", "\\\\") + '\'';
  }

  /** An array of string literals. */
  public static String array(Collection<String> values) {
    return values.stream()
        .map(v -> literal(v).strip())
        .collect(Collectors.joining(", ", "ARRAY[", "]::text[]"));
  }

  /**
   * A row filter of a publication; throws IllegalArgumentException for what is not just one
   * expression.
   */
  public static String where(String expression) {
    RowFilter.of(expression)
        .refusal()
        .ifPresent(
            why -> {
              throw new IllegalArgumentException("not a row filter: " + why);
            });
    return "WHERE (" + expression + ")";
  }

  /** A value of a libpq connection string (documentation, "Connection Strings", keyword/value). */
  public static String conninfoValue(String value) {
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("not a connection parameter: with a NUL byte");
    }
    return '\'' + value.replace("\\", "\\\\").replace("'", "\\'") + '\'';
  }
}
