package dev.tributary.federation;

import dev.tributary.federation.Before.Thing;
import dev.tributary.federation.ColumnSequence.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The statements that the move and the way back are made of, as PostgreSQL reads them. */
final class SourceStatements {
  private SourceStatements() {}

  /** What a statement does. */
  @FunctionalInterface
  interface Statement {
    void execute(SourceWorld world, Words words);
  }

  /** The words of a statement, one after the other. */
  static final class Words {
    private final Matcher m;
    private int next = 1;

    Words(Matcher m) {
      this.m = m;
    }

    /** The next word, without its quotes; null where it is left out. */
    String next() {
      return unquoted(m.group(next++));
    }

    boolean there() {
      return m.group(next++) != null;
    }

    Relation relation() {
      return new Relation(next(), next());
    }

    /** A role; empty for PUBLIC. */
    String role() {
      String role = m.group(next++);
      return role.equals("PUBLIC") ? "" : unquoted(role);
    }

    List<String> list() {
      var all = new ArrayList<String>();
      if (m.group(next) == null) {
        next++;
        return all;
      }
      var words = Pattern.compile(NAME + "|" + LITERAL, Pattern.DOTALL).matcher(m.group(next++));
      while (words.find()) {
        all.add(unquoted(words.group()));
      }
      return all;
    }
  }

  private static final String NAME = "\"(?:[^\"]|\"\")+\"";
  private static final String LITERAL = " ?(?:E'(?:[^'\\\\]|''|\\\\.)*'|'(?:[^']|'')*')";

  private static String unquoted(String word) {
    if (word == null) {
      return null;
    }
    String text = word.strip();
    if (text.startsWith("\"")) {
      return text.substring(1, text.length() - 1).replace("\"\"", "\"");
    } else if (text.startsWith("E'")) {
      return text.substring(2, text.length() - 1).replace("''", "'").replaceAll("\\\\(.)", "$1");
    }
    return text.startsWith("'") ? text.substring(1, text.length() - 1).replace("''", "'") : text;
  }

  /** Names are written n, n.n for a relation, literals l, arrays a, roles r. */
  private static Pattern pattern(String sql) {
    String name = "(" + NAME + ")";
    return Pattern.compile(
        sql.replace("<n>", name)
            .replace("<r>", "(PUBLIC|" + NAME + ")")
            .replace("<l>", "(" + LITERAL + ")")
            .replace("<c>", "(?: \\((" + NAME + "(?:, " + NAME + ")*)\\))?")
            .replace("<a>", "ARRAY\\[((?:" + LITERAL + "(?:, )?)*)\\]::text\\[\\]"),
        Pattern.DOTALL);
  }

  static final Map<Pattern, Statement> ALL = new LinkedHashMap<>();

  private static void define(String sql, Statement statement) {
    ALL.put(pattern(sql), statement);
  }

  static {
    schemas();
    memory();
    searchPaths();
    tables();
    views();
    rights();
  }

  private static void schemas() {
    define("CREATE SCHEMA <n>", (w, x) -> w.createSchema(x.next()));
    define("DROP SCHEMA <n>", (w, x) -> w.dropSchema(x.next()));
    define(
        "COMMENT ON SCHEMA <n> IS <l>",
        (w, x) -> {
          x.next();
          w.schema(Mark.parse(x.next()), w.schema().grants(), w.schema().defaults());
        });
    define(
        "GRANT (\\w+) ON SCHEMA <n> TO <r>( WITH GRANT OPTION)?",
        (w, x) -> {
          String privilege = x.next();
          x.next();
          w.schema(
              w.schema().mark(),
              Altered.given(w.schema().grants(), new Grant(x.role(), privilege, x.there())),
              w.schema().defaults());
        });
    define(
        "REVOKE (GRANT OPTION FOR )?(\\w+) ON SCHEMA <n> FROM <r>",
        (w, x) -> {
          boolean option = x.there();
          String privilege = x.next();
          x.next();
          w.schema(
              w.schema().mark(),
              Altered.taken(w.schema().grants(), new Grant(x.role(), privilege, option)),
              w.schema().defaults());
        });
    define(
        "ALTER DEFAULT PRIVILEGES FOR ROLE <n> IN SCHEMA <n> GRANT (\\w+) ON (\\w+) TO <r>( WITH GRANT OPTION)?",
        (w, x) -> {
          String role = x.next();
          x.next();
          String privilege = x.next();
          String objects = x.next();
          defaults(
              w, role, objects, g -> Altered.given(g, new Grant(x.role(), privilege, x.there())));
        });
    define(
        "ALTER DEFAULT PRIVILEGES FOR ROLE <n> IN SCHEMA <n> REVOKE (GRANT OPTION FOR )?(\\w+) ON (\\w+) FROM <r>",
        (w, x) -> {
          String role = x.next();
          x.next();
          boolean option = x.there();
          String privilege = x.next();
          String objects = x.next();
          defaults(w, role, objects, g -> Altered.taken(g, new Grant(x.role(), privilege, option)));
        });
    define(
        "ALTER (VIEW|MATERIALIZED VIEW|SEQUENCE|FOREIGN TABLE|ROUTINE|AGGREGATE|TYPE|DOMAIN|STATISTICS) (svc\\..*) SET SCHEMA <n>",
        (w, x) -> w.moveStray(x.next(), x.next()));
  }

  private static void defaults(
      SourceWorld w, String role, String objects, UnaryOperator<List<Grant>> change) {
    var others =
        new ArrayList<>(
            w.schema().defaults().stream()
                .filter(d -> !d.role().equals(role) || !d.objects().equals(objects))
                .toList());
    var these =
        w.schema().defaults().stream()
            .filter(d -> d.role().equals(role) && d.objects().equals(objects))
            .map(DefaultPrivilege::grant)
            .toList();
    change.apply(these).forEach(g -> others.add(new DefaultPrivilege(role, objects, g, true)));
    w.schema(w.schema().mark(), w.schema().grants(), others);
  }

  private static void memory() {
    define(
        "CREATE TABLE <n>\\.\"tributary_before\" \\(kind text, .*\\)",
        (w, x) -> w.before(Optional.of(Mark.of(new Owner("nobody", "n", "n", "n")))));
    define(
        "COMMENT ON TABLE <n>\\.\"tributary_before\" IS <l>",
        (w, x) -> {
          x.next();
          w.before(Mark.parse(x.next()));
        });
    define("DROP TABLE <n>\\.\"tributary_before\"", (w, x) -> w.before(Optional.empty()));
    define(
        "INSERT INTO <n>\\.\"tributary_before\" \\(kind, name, was\\) VALUES \\(<l>, <a>, <a>\\)"
            + " ON CONFLICT \\(kind, name\\) DO (NOTHING|UPDATE SET was = EXCLUDED.was, since = now\\(\\))",
        (w, x) -> {
          x.next();
          var thing = new Thing(Before.Kind.valueOf(x.next()), x.list());
          w.remember(thing, x.list(), !x.next().equals("NOTHING"));
        });
    define(
        "DELETE FROM <n>\\.\"tributary_before\" WHERE \\(kind, name\\) = \\(<l>, <a>\\)",
        (w, x) -> {
          x.next();
          w.forget(new Thing(Before.Kind.valueOf(x.next()), x.list()));
        });
  }

  private static void searchPaths() {
    define(
        "ALTER DATABASE <n> SET search_path = (.*)",
        (w, x) -> {
          x.next();
          w.searchPath(Optional.empty(), Optional.of(x.m.group(2)));
        });
    define(
        "ALTER DATABASE <n> RESET search_path",
        (w, x) -> w.searchPath(Optional.empty(), Optional.empty()));
    define(
        "ALTER ROLE <n> IN DATABASE <n> SET search_path = (.*)",
        (w, x) -> w.searchPath(Optional.of(x.next()), Optional.of(x.m.group(3))));
    define(
        "ALTER ROLE <n> IN DATABASE <n> RESET search_path",
        (w, x) -> w.searchPath(Optional.of(x.next()), Optional.empty()));
  }

  private static void tables() {
    define(
        "ALTER TABLE <n>\\.<n> REPLICA IDENTITY (DEFAULT|FULL|NOTHING)",
        (w, x) ->
            w.identify(
                x.relation(), new IdentitySetting(IdentitySetting.Kind.valueOf(x.next()), "")));
    define(
        "ALTER TABLE <n>\\.<n> REPLICA IDENTITY USING INDEX <n>",
        (w, x) -> w.identify(x.relation(), IdentitySetting.using(x.next())));
    define("ALTER TABLE <n>\\.<n> SET SCHEMA <n>", (w, x) -> w.moveTable(x.relation(), x.next()));
    define(
        "COMMENT ON TABLE <n>\\.<n> IS <l>",
        (w, x) -> {
          var table = w.table(x.relation());
          w.change(Altered.commented(table, Optional.of(x.next())));
        });
    define(
        "ALTER SEQUENCE <n>\\.<n> OWNED BY NONE",
        (w, x) ->
            w.sequence(
                x.relation(),
                s -> new ColumnSequence(s.schema(), s.name(), s.column(), Kind.USED)));
    define(
        "ALTER SEQUENCE <n>\\.<n> OWNED BY <n>\\.<n>\\.<n>",
        (w, x) -> {
          var sequence = x.relation();
          x.relation();
          String column = x.next();
          w.sequence(sequence, s -> new ColumnSequence(s.schema(), s.name(), column, Kind.OWNED));
        });
    define(
        "ALTER SEQUENCE <n>\\.<n> SET SCHEMA <n>",
        (w, x) ->
            w.sequence(
                x.relation(), s -> new ColumnSequence(x.next(), s.name(), s.column(), s.kind())));
  }

  private static void views() {
    define(
        "CREATE (OR REPLACE )?VIEW <n>\\.<n>( WITH \\(security_invoker = true\\))? AS SELECT (.*) FROM <n>\\.<n>",
        (w, x) -> {
          boolean replace = x.there();
          var name = x.relation();
          boolean invoker = x.there();
          var columns =
              x.list().stream()
                  .map(c -> new View.ViewColumn(c, List.of(), Optional.empty()))
                  .toList();
          w.view(
              new View(
                  name.schema(),
                  name.name(),
                  "",
                  Optional.of(x.relation()),
                  columns,
                  List.of(),
                  invoker,
                  Optional.empty(),
                  Optional.empty(),
                  List.of()),
              replace);
        });
    define("DROP VIEW <n>\\.<n>", (w, x) -> w.dropView(x.relation()));
    define(
        "ALTER VIEW <n>\\.<n> OWNER TO <n>",
        (w, x) -> {
          var view = w.view(x.relation()).orElseThrow();
          String owner = x.next();
          var grants = view.grants().stream().filter(g -> !g.grantee().equals(owner)).toList();
          w.change(Altered.copy(view, view.base(), owner, grants));
        });
    define(
        "COMMENT ON VIEW <n>\\.<n> IS <l>",
        (w, x) -> {
          var v = w.view(x.relation()).orElseThrow();
          String text = x.next();
          w.change(
              new View(
                  v.schema(),
                  v.name(),
                  v.owner(),
                  v.base(),
                  v.columns(),
                  v.grants(),
                  v.securityInvoker(),
                  Mark.above(text),
                  Mark.parse(text),
                  v.dependents()));
        });
    define(
        "COMMENT ON COLUMN <n>\\.<n>\\.<n> IS (?:NULL|<l>)",
        (w, x) -> {
          var v = w.view(x.relation()).orElseThrow();
          String column = x.next();
          var comment = Optional.ofNullable(x.next());
          w.change(
              Altered.with(
                  v,
                  v.columns().stream()
                      .map(
                          c ->
                              c.name().equals(column)
                                  ? new View.ViewColumn(c.name(), c.grants(), comment)
                                  : c)
                      .toList(),
                  v.grants()));
        });
  }

  private static void rights() {
    define(
        "GRANT (\\w+)<c> ON <n>\\.<n> TO <r>( WITH GRANT OPTION)?",
        (w, x) -> {
          String privilege = x.next();
          var columns = x.list();
          var on = x.relation();
          var grant = new Grant(x.role(), privilege, x.there());
          onRelation(w, on, columns, g -> Altered.given(g, grant), g -> g);
        });
    define(
        "REVOKE (GRANT OPTION FOR )?(\\w+)<c> ON <n>\\.<n> FROM <r>",
        (w, x) -> {
          boolean option = x.there();
          String privilege = x.next();
          var columns = x.list();
          var on = x.relation();
          var right = new Grant(x.role(), privilege, option);
          UnaryOperator<List<Grant>> take = g -> Altered.taken(g, right);
          // Taken from a table, a right is taken from its columns too.
          onRelation(w, on, columns, take, take);
        });
  }

  private static void onRelation(
      SourceWorld w,
      Relation on,
      List<String> columns,
      UnaryOperator<List<Grant>> change,
      UnaryOperator<List<Grant>> onColumns) {
    var view = w.view(on);
    if (view.isPresent()) {
      var v = view.get();
      w.change(
          Altered.with(
              v,
              v.columns().stream()
                  .map(
                      c ->
                          new View.ViewColumn(
                              c.name(),
                              column(c.name(), c.grants(), columns, change, onColumns),
                              c.comment()))
                  .toList(),
              columns.isEmpty() ? change.apply(v.grants()) : v.grants()));
      return;
    }
    var t = w.table(on);
    w.change(
        Altered.copy(
            t,
            t.schema(),
            columns.isEmpty() ? change.apply(t.grants()) : t.grants(),
            t.columns().stream()
                .map(c -> c.with(column(c.name(), c.grants(), columns, change, onColumns)))
                .toList(),
            t.sequences()));
  }

  private static List<Grant> column(
      String name,
      List<Grant> grants,
      List<String> columns,
      UnaryOperator<List<Grant>> change,
      UnaryOperator<List<Grant>> onColumns) {
    if (columns.isEmpty()) {
      return onColumns.apply(grants);
    }
    return columns.contains(name) ? change.apply(grants) : grants;
  }
}
