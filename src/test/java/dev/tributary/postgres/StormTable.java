package dev.tributary.postgres;

import static dev.tributary.federation.Sql.identifier;
import static dev.tributary.federation.Sql.literal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A table of the storm as the catalog has it at this moment, and values that fit into it.
 *
 * @param schema where it is now
 */
record StormTable(String schema, String name, List<Column> columns) {
  /**
   * One column.
   *
   * @param type as {@code format_type} writes it
   * @param base the type without its modifier, {@code enum} for every enum
   * @param modifier how many characters, or digits, it has; 0 where it has no limit
   * @param scale of a numeric
   * @param given whether a value comes by itself
   */
  record Column(
      String name,
      String type,
      String base,
      int modifier,
      int scale,
      boolean notNull,
      boolean key,
      boolean given,
      List<String> labels) {
    Column asNotNull() {
      return new Column(name, type, base, modifier, scale, true, key, given, labels);
    }
  }

  private static final String TABLES =
      """
      SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND n.nspname = ANY (current_schemas(false)) AND c.relname LIKE 'storm%'
       ORDER BY c.relname
      """;

  private static final String COLUMNS =
      """
      SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type,
             CASE WHEN t.typtype = 'e' THEN 'enum' ELSE format_type(a.atttypid, NULL) END AS base,
             CASE WHEN a.atttypmod < 4 THEN 0 WHEN t.typname = 'numeric' THEN (a.atttypmod - 4) >> 16
                  WHEN t.typname = 'varchar' THEN a.atttypmod - 4 ELSE 0 END AS modifier,
             CASE WHEN a.atttypmod < 4 OR t.typname <> 'numeric' THEN 0 ELSE (a.atttypmod - 4) & 2047 END AS scale,
             a.attnotnull,
             EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND (i.indisprimary OR i.indisreplident) AND a.attnum = ANY (i.indkey)) AS key,
             a.attidentity <> '' OR a.atthasdef AND pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%' AS given,
             ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels
        FROM pg_attribute a
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
       ORDER BY a.attnum
      """;

  String qualified() {
    return identifier(schema) + "." + identifier(name);
  }

  static List<String> names(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var result = statement.executeQuery(TABLES)) {
      var names = new ArrayList<String>();
      while (result.next()) {
        names.add(result.getString(2));
      }
      return names;
    }
  }

  /** The table as it is; the caller's lock keeps it like that. */
  static StormTable read(Connection connection, String name) throws SQLException {
    var columns = new ArrayList<Column>();
    String schema = "";
    try (var statement = connection.createStatement();
        var result = statement.executeQuery(TABLES)) {
      while (result.next()) {
        if (result.getString(2).equals(name)) {
          schema = result.getString(1);
          break;
        }
      }
    }
    if (schema.isEmpty()) {
      throw new SQLException("gone: " + name, "42P01");
    }
    String relation = identifier(schema) + "." + identifier(name);
    try (var statement = connection.createStatement();
        var result = statement.executeQuery(COLUMNS.replace("%s", literal(relation)))) {
      while (result.next()) {
        columns.add(
            new Column(
                result.getString(1),
                result.getString(2),
                result.getString(3),
                result.getInt(4),
                result.getInt(5),
                result.getBoolean(6),
                result.getBoolean(7),
                result.getBoolean(8),
                List.of((String[]) result.getArray(9).getArray())));
      }
    }
    return new StormTable(schema, name, List.copyOf(columns));
  }

  List<Column> keys() {
    return columns.stream().filter(Column::key).toList();
  }

  List<Column> others() {
    return columns.stream().filter(c -> !c.key()).toList();
  }

  Optional<Column> column(String name) {
    return columns.stream().filter(c -> c.name().equals(name)).findFirst();
  }

  /**
   * A value for a column, never the same twice where a key needs it.
   *
   * @param n counts on
   */
  static String value(Column column, long n, Random random) {
    if (!column.key() && !column.notNull() && random.nextInt(6) == 0) {
      return "NULL";
    }
    return switch (column.base()) {
      case "smallint" -> String.valueOf(n % 30_000);
      case "integer", "bigint" -> String.valueOf(n);
      case "numeric" -> number(column, n);
      case "double precision" -> n + ".25";
      case "boolean" -> String.valueOf(n % 2 == 0);
      case "character varying" -> literal(cut("v" + n, column.modifier()));
      case "text" -> literal("text " + n + (n % 7 == 0 ? " '\"\\ é🐘" : ""));
      case "timestamp with time zone" -> "to_timestamp(%d)".formatted(n);
      case "date" -> "date '2000-01-01' + %d".formatted(n % 10_000);
      case "uuid" -> "md5('%d')::uuid".formatted(n);
      case "jsonb" -> "jsonb_build_object('n', %d)".formatted(n);
      case "integer[]" -> "ARRAY[%d, NULL, %d]".formatted(n, -n);
      case "text[]" -> "ARRAY['%d', 'a \"b\"', NULL]".formatted(n);
      case "enum" -> literal(column.labels().get((int) (n % column.labels().size())));
      default -> throw new IllegalStateException("no values of " + column.type());
    };
  }

  private static String number(Column column, long n) {
    if (column.modifier() == 0) {
      return n + ".5";
    }
    int digits = Math.min(9, column.modifier() - column.scale());
    return String.valueOf(n % (long) Math.pow(10, digits));
  }

  private static String cut(String text, int length) {
    return length == 0 || text.length() <= length ? text : text.substring(text.length() - length);
  }
}
