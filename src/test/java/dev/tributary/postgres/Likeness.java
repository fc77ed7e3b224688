package dev.tributary.postgres;

import static java.util.stream.Collectors.joining;

import dev.tributary.federation.Sql;
import dev.tributary.fixtures.Db;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Whether tables of a schema are the same in two databases: their columns, the types of these, and
 * their rows by value. Every value is compared as its output function writes it under the same
 * settings (a cast to text is something else for xml), types without the schema that they are in.
 */
final class Likeness implements AutoCloseable {
  private static final String[] SETTINGS = {
    "SET search_path = ''",
    "SET timezone = 'UTC'",
    "SET datestyle = 'ISO, MDY'",
    "SET intervalstyle = 'postgres'",
    "SET extra_float_digits = 1",
    "SET bytea_output = 'hex'",
    "SET lc_monetary = 'C'"
  };

  /** Without what stands for the schema in front of a type. */
  private static final String UNQUALIFIED =
      "regexp_replace(format_type(%s), '^(\"([^\"]|\"\")*\"|[^\".(]+)\\.', '')";

  private static final String COLUMNS =
      """
      SELECT a.attname, %s
        FROM pg_attribute a
       WHERE a.attrelid = %%s AND a.attnum > 0 AND NOT a.attisdropped
       ORDER BY a.attname COLLATE "C"
      """
          .formatted(UNQUALIFIED.formatted("a.atttypid, a.atttypmod"));

  /** Every type that is not PostgreSQL's or an extension's, as far as the table's rows have it. */
  private static final String TYPES =
      """
      WITH RECURSIVE used(oid) AS (
        SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = %%s AND a.attnum > 0 AND NOT a.attisdropped
         UNION
        SELECT r.oid
          FROM used u
          JOIN pg_type t ON t.oid = u.oid
         CROSS JOIN LATERAL (
               SELECT t.typelem WHERE t.typcategory = 'A'
                UNION ALL
               SELECT t.typbasetype WHERE t.typbasetype <> 0
                UNION ALL
               SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
                UNION ALL
               SELECT g.rngsubtype FROM pg_range g WHERE g.rngtypid = t.oid
                UNION ALL
               SELECT g.rngtypid FROM pg_range g WHERE to_jsonb(g) ->> 'rngmultitypid' = t.oid::text) r(oid))
      SELECT t.typname, t.typtype::text,
             CASE t.typtype
               WHEN 'e' THEN (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)
               WHEN 'c' THEN (SELECT string_agg(quote_ident(a.attname) || ' ' || %s, ', ' ORDER BY a.attnum)
                                FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)
               WHEN 'd' THEN %s
               WHEN 'r' THEN (SELECT %s FROM pg_range g WHERE g.rngtypid = t.oid)
             END
        FROM used u
        JOIN pg_type t ON t.oid = u.oid
       WHERE t.typtype IN ('e', 'c', 'd', 'r', 'm') AND t.oid >= 16384
         AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = 'pg_type'::regclass AND x.objid = t.oid AND x.deptype = 'e')
       ORDER BY t.typname COLLATE "C"
      """
          .formatted(
              UNQUALIFIED.formatted("a.atttypid, a.atttypmod"),
              UNQUALIFIED.formatted("t.typbasetype, t.typtypmod"),
              UNQUALIFIED.formatted("g.rngsubtype, NULL"));

  private static final String EXISTS =
      "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s";

  private final Connection source;
  private final Connection target;
  private final String schema;

  Likeness(Db source, Db target, String schema) throws SQLException {
    this.source = source.connect();
    this.target = target.connect();
    this.schema = schema;
    for (String setting : SETTINGS) {
      execute(this.source, setting);
      execute(this.target, setting);
    }
  }

  boolean isOnTarget(String table) {
    return !rows(target, EXISTS.formatted(Sql.literal(schema), Sql.literal(table))).isEmpty();
  }

  /** What is not the same of a table, in a line; empty where all is. */
  Optional<String> difference(String table, boolean withTypes) {
    if (!isOnTarget(table)) {
      return Optional.of("not on the target");
    }
    return shapeDifference(table, withTypes).or(() -> rowDifference(table));
  }

  /** The same of its columns and their types alone. */
  Optional<String> shapeDifference(String table, boolean withTypes) {
    String relation = Sql.literal(Sql.qualified(schema, table)) + "::regclass";
    var there = rows(source, COLUMNS.formatted(relation));
    var here = rows(target, COLUMNS.formatted(relation));
    if (!withTypes) {
      return difference("columns", firsts(there), firsts(here));
    }
    return difference("columns", there, here)
        .or(
            () ->
                difference(
                    "types",
                    rows(source, TYPES.formatted(relation)),
                    rows(target, TYPES.formatted(relation))));
  }

  /** The same of its rows alone. */
  Optional<String> rowDifference(String table) {
    String relation = Sql.literal(Sql.qualified(schema, table)) + "::regclass";
    var columns = firsts(rows(source, COLUMNS.formatted(relation)));
    String texts =
        columns.stream()
            .map(c -> "format('%L', " + Sql.identifier(c.get(0)) + ")")
            .collect(joining(", "));
    String select = "SELECT %s FROM %s".formatted(texts, Sql.qualified(schema, table));
    return difference("rows", sorted(rows(source, select)), sorted(rows(target, select)));
  }

  private static List<List<String>> firsts(List<List<String>> rows) {
    return rows.stream().map(row -> List.of(row.get(0))).toList();
  }

  private static List<List<String>> sorted(List<List<String>> rows) {
    return rows.stream().sorted(Comparator.comparing(List::toString)).toList();
  }

  /** The first rows that only one of the two has. */
  private static Optional<String> difference(
      String what, List<List<String>> source, List<List<String>> target) {
    if (source.equals(target)) {
      return Optional.empty();
    }
    return Optional.of(
        "%s differ: only on the source %s, only on the target %s"
            .formatted(what, without(source, target), without(target, source)));
  }

  private static String without(List<List<String>> some, List<List<String>> others) {
    var counts = new TreeMap<String, Integer>();
    others.forEach(row -> counts.merge(row.toString(), 1, Integer::sum));
    var left = new ArrayList<String>();
    for (var row : some) {
      if (counts.merge(row.toString(), -1, Integer::sum) < 0) {
        String text = row.toString();
        left.add(text.length() > 300 ? text.substring(0, 300) + "…" : text);
      }
    }
    return left.stream().limit(3).toList() + (left.size() > 3 ? " and more" : "");
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<List<String>> rows(Connection connection, String sql) {
    try (var statement = connection.createStatement();
        var result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      var rows = new ArrayList<List<String>>();
      while (result.next()) {
        var row = new ArrayList<String>();
        for (int i = 1; i <= columns; i++) {
          row.add(result.getString(i));
        }
        rows.add(row);
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(sql + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws SQLException {
    source.close();
    target.close();
  }
}
