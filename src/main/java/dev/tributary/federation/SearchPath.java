package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The schemas of a {@code search_path} setting, in order. */
record SearchPath(List<String> schemas) {

  /** PostgreSQL's own default. */
  static final SearchPath DEFAULT = new SearchPath(List.of("$user", "public"));

  SearchPath {
    schemas = List.copyOf(schemas);
  }

  /** Reads a setting as pg_db_role_setting stores it: identifiers, quoted where they need it. */
  static SearchPath parse(String setting) {
    var schemas = new ArrayList<String>();
    var word = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < setting.length(); i++) {
      char c = setting.charAt(i);
      if (c == '"') {
        boolean doubled = quoted && i + 1 < setting.length() && setting.charAt(i + 1) == '"';
        if (doubled) {
          word.append('"');
          i++;
        } else {
          quoted = !quoted;
        }
      } else if (c == ',' && !quoted) {
        add(schemas, word);
      } else if (quoted || !Character.isWhitespace(c)) {
        word.append(c);
      }
    }
    add(schemas, word);
    return new SearchPath(schemas);
  }

  private static void add(List<String> schemas, StringBuilder word) {
    if (!word.isEmpty()) {
      schemas.add(word.toString());
      word.setLength(0);
    }
  }

  static SearchPath of(Optional<String> setting) {
    return setting.map(SearchPath::parse).orElse(DEFAULT);
  }

  boolean contains(String schema) {
    return schemas.contains(schema);
  }

  SearchPath with(String schema) {
    var all = new ArrayList<String>();
    all.add(schema);
    all.addAll(schemas);
    return new SearchPath(all);
  }

  SearchPath without(String schema) {
    return new SearchPath(schemas.stream().filter(s -> !s.equals(schema)).toList());
  }

  String sql() {
    return Sql.identifiers(schemas);
  }

  /** Sets the search_path of new sessions in the database. */
  record SetSearchPath(String database, SearchPath path) implements Step {
    @Override
    public Site site() {
      return Site.SOURCE;
    }

    @Override
    public List<String> sql() {
      String alter = "ALTER DATABASE " + Sql.identifier(database);
      return List.of(
          path.equals(SearchPath.DEFAULT)
              ? alter + " RESET search_path"
              : alter + " SET search_path = " + path.sql());
    }

    @Override
    public String sentence() {
      return "Set the search_path of new sessions in database %s to %s"
          .formatted(database, String.join(", ", path.schemas()));
    }
  }
}
