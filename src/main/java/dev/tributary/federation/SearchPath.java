package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The schemas of a {@code search_path} setting, in order. */
record SearchPath(List<String> schemas) {

  /** PostgreSQL's own default. */
  static final SearchPath DEFAULT = new SearchPath(List.of("$user", "public"));

  SearchPath {
    schemas = List.copyOf(schemas);
  }

  /**
   * Reads a setting as pg_db_role_setting stores it: identifiers, quoted where they need it, else
   * folded to lower case.
   */
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
      } else if (quoted) {
        word.append(c);
      } else if (!Character.isWhitespace(c)) {
        word.append(String.valueOf(c).toLowerCase(Locale.ROOT));
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

  /** The path that sessions have by these settings, the first that is there. */
  static SearchPath effective(Optional<String> setting, Optional<String> otherwise) {
    return setting.or(() -> otherwise).map(SearchPath::parse).orElse(DEFAULT);
  }

  /**
   * The path with a schema right before the first of those that its tables came from, so that
   * unqualified names reach the tables exactly where they reached them before; the same path where
   * none of those is in it.
   *
   * @param user whose name {@code $user} stands for
   */
  SearchPath with(String schema, List<String> from, String user) {
    if (schemas.contains(schema)) {
      return this;
    }
    for (int i = 0; i < schemas.size(); i++) {
      String found = schemas.get(i).equals("$user") ? user : schemas.get(i);
      if (from.contains(found)) {
        var all = new ArrayList<>(schemas);
        all.add(i, schema);
        return new SearchPath(all);
      }
    }
    return this;
  }

  SearchPath without(String schema) {
    return new SearchPath(schemas.stream().filter(s -> !s.equals(schema)).toList());
  }

  String sql() {
    return schemas.isEmpty() ? "''" : Sql.identifiers(schemas);
  }
}
