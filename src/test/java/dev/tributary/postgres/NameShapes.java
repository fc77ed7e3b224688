package dev.tributary.postgres;

import dev.tributary.postgres.Shape.Fate;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Names of tables, columns, types and labels with everything in them that a name may have. */
final class NameShapes {
  private static final String LONGEST = "n".repeat(61) + "é";

  private static final List<String> NAMES =
      List.of(
          "Upper Case",
          "select",
          "user",
          "dotted.name",
          "per%cent %s %1$s %n",
          "dollar$1 $$",
          "back\\slash",
          "quo\"te",
          "\"",
          "apos'trophe",
          "naïve_表_🐘",
          " spaces ",
          "new\nline",
          "tab\tbed",
          "{curly}",
          "comma,paren)(",
          "dash--dash",
          "/* comment */",
          "question?",
          "colon:x ::y",
          "semi;colon",
          "123",
          "-",
          "E'x",
          "U&\"x",
          "NULL",
          "ctid ",
          "........pg.dropped.9........",
          "_",
          "tributary_before_x",
          LONGEST);

  private NameShapes() {}

  static List<Shape> all() {
    return List.of(
        oddTables(),
        oddColumns(),
        oddTypes(),
        keyedByOddColumns(),
        systemLike(),
        Shape.of(
            "lower",
            List.of("lower", "Lower", "LOWER"),
            """
            CREATE TABLE lower (id int PRIMARY KEY, a int, "A" int, "a " int);
            CREATE TABLE "Lower" (id int PRIMARY KEY, b int);
            CREATE TABLE "LOWER" ("ID" int PRIMARY KEY, id int);
            INSERT INTO lower VALUES (1, 2, 3, 4);
            INSERT INTO "Lower" VALUES (1, 2);
            INSERT INTO "LOWER" VALUES (1, 2);
            """,
            "UPDATE lower SET \"A\" = 5;\nUPDATE \"LOWER\" SET id = 6;\nDELETE FROM \"Lower\";\n"));
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static Shape oddTables() {
    var ddl =
        NAMES.stream()
            .map(
                n ->
                    "CREATE TABLE %1$s (id int PRIMARY KEY, v text); INSERT INTO %1$s VALUES (1, 'a'), (2, NULL)"
                        .formatted(quoted(n)))
            .collect(Collectors.joining(";\n"));
    var workload =
        NAMES.stream()
            .map(n -> "UPDATE %1$s SET v = 'b' WHERE id = 2".formatted(quoted(n)))
            .collect(Collectors.joining(";\n"));
    return Shape.of("odd_table_names", NAMES, ddl, workload);
  }

  private static Shape oddColumns() {
    String columns = NAMES.stream().map(n -> quoted(n) + " text").collect(Collectors.joining(", "));
    String values = NAMES.stream().map(NameShapes::literal).collect(Collectors.joining(", "));
    return Shape.of(
        "odd_column_names",
        "CREATE TABLE odd_column_names (id int PRIMARY KEY, %s); INSERT INTO odd_column_names VALUES (1, %s)"
            .formatted(columns, values),
        NAMES.stream()
            .map(n -> "UPDATE odd_column_names SET %1$s = 'b' || %1$s".formatted(quoted(n)))
            .collect(Collectors.joining(";\n")));
  }

  /** Each an enum whose label, a composite type whose attribute, and a domain, is called so. */
  private static Shape oddTypes() {
    var ddl = new StringBuilder();
    var columns = new StringBuilder();
    var values = new StringBuilder();
    int n = 0;
    for (String odd : NAMES) {
      // A name of 63 bytes has no room for what tells these from tables of the name.
      String base = odd.equals(LONGEST) ? odd.substring(0, 58) : odd;
      String anEnum = quoted(base + " e");
      String composite = quoted(base + " c");
      String domain = quoted(base + " d");
      ddl.append("CREATE TYPE %s AS ENUM (%s);\n".formatted(anEnum, literal(odd)));
      ddl.append("CREATE TYPE %s AS (%s %s[]);\n".formatted(composite, quoted(odd), anEnum));
      ddl.append("CREATE DOMAIN %s AS %s;\n".formatted(domain, composite));
      n++;
      columns.append(", e%d %s, c%d %s[], d%d %s".formatted(n, anEnum, n, composite, n, domain));
      String label = literal(odd);
      values.append(
          ", %1$s, ARRAY[ROW(ARRAY[%1$s]::%2$s[])::%3$s], ROW(ARRAY[%1$s]::%2$s[])::%3$s"
              .formatted(label, anEnum, composite));
    }
    return Shape.of(
        "odd_type_names",
        "%s CREATE TABLE odd_type_names (id int PRIMARY KEY%s); INSERT INTO odd_type_names VALUES (1%s), (2%s)"
            .formatted(
                ddl,
                columns,
                values,
                IntStream.range(0, 3 * n).mapToObj(i -> ", NULL").collect(Collectors.joining())),
        "INSERT INTO odd_type_names VALUES (3%s);\nDELETE FROM odd_type_names WHERE id = 2;\n"
            .formatted(values));
  }

  private static Shape keyedByOddColumns() {
    String key = NAMES.stream().map(NameShapes::quoted).collect(Collectors.joining(", "));
    String columns = NAMES.stream().map(n -> quoted(n) + " int").collect(Collectors.joining(", "));
    String values =
        IntStream.range(0, NAMES.size())
            .mapToObj(String::valueOf)
            .collect(Collectors.joining(", "));
    return Shape.of(
        "keyed_by_odd_columns",
        "CREATE TABLE keyed_by_odd_columns (%s, v int, PRIMARY KEY (%s)); INSERT INTO keyed_by_odd_columns VALUES (%s, 1)"
            .formatted(columns, key, values),
        "UPDATE keyed_by_odd_columns SET v = 2;\nUPDATE keyed_by_odd_columns SET \"select\" = -1;\n");
  }

  /** What is a system column or a part of one elsewhere. */
  private static Shape systemLike() {
    return Shape.of(
            "pg_stat_like",
            List.of("pg_class", "pg_stat_like", "columns", "sys__oid"),
            """
            CREATE TABLE public.pg_class (oid int PRIMARY KEY, relname text);
            CREATE TABLE pg_stat_like (id int PRIMARY KEY, oid oid, "ctid_" tid, "XMIN" xid, tableoids int, attname name, public text, pg_catalog int, whole_row int);
            CREATE TABLE columns (columns int PRIMARY KEY, "table" text, "primary" text, generated int);
            CREATE TABLE sys__oid (sys__oid int PRIMARY KEY, nspname text, n int, c int, t int);
            INSERT INTO public.pg_class VALUES (1, 'not a catalog');
            INSERT INTO pg_stat_like VALUES (1, 2, '(1,1)', '3', 4, 'five', 'six', 7, 8);
            INSERT INTO columns VALUES (1, 'a', 'b', 2);
            INSERT INTO sys__oid VALUES (1, 'a', 2, 3, 4);
            """,
            "UPDATE pg_stat_like SET whole_row = 9;\nUPDATE columns SET \"table\" = 'c';\nDELETE FROM sys__oid;\n")
        .becomes("pg_class", Fate.IN_SYNC);
  }
}
