package dev.tributary.federation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A row filter, read as PostgreSQL's lexer would read it (documentation, "Lexical Structure"), and
 * refused wherever servers or clients could come to read it otherwise.
 *
 * <p>It is not parsed: what it calls and whether it is allowed in a publication says the server.
 *
 * @param names the identifiers that may be columns, more rather than less
 * @param wholeRow whether there is a {@code .*}
 * @param refusal why it must not become SQL
 */
record RowFilter(Set<String> names, boolean wholeRow, Optional<String> refusal) {
  /** The operators' characters, and commas and casts. */
  private static final String PLAIN = "+-*/<>=~!@#%^&|`?,:.";

  private static final Set<String> SYSTEM_COLUMNS =
      Set.of("ctid", "xmin", "xmax", "cmin", "cmax", "tableoid");

  RowFilter {
    names = Set.copyOf(names);
  }

  static RowFilter of(String expression) {
    return new Lexer(expression).read();
  }

  /** Columns of a table that the filter names; all of them where it has the row as a whole. */
  List<String> columnsOf(Table table) {
    return wholeRow || names.contains(table.name())
        ? table.columnNames()
        : table.columnNames().stream().filter(names::contains).toList();
  }

  /** A system column that the filter names, which no publication allows. */
  Optional<String> systemColumn(Collection<String> columns) {
    return names.stream()
        .filter(n -> SYSTEM_COLUMNS.contains(n) && !columns.contains(n))
        .sorted()
        .findFirst();
  }

  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String why) {
      super(why, null, false, false);
    }
  }

  private static final class Lexer {
    private final String text;
    private final Set<String> names = new LinkedHashSet<>();
    private final Deque<Character> open = new ArrayDeque<>();
    private boolean wholeRow;
    private boolean empty = true;
    private int at;

    Lexer(String text) {
      this.text = text;
    }

    RowFilter read() {
      try {
        whole();
        return new RowFilter(names, wholeRow, Optional.empty());
      } catch (Refused e) {
        return new RowFilter(Set.of(), true, Optional.of(e.getMessage()));
      }
    }

    private void whole() throws Refused {
      if (text.indexOf('\0') >= 0) {
        throw new Refused("it has a NUL byte");
      }
      // Whether a backslash escapes depends on a setting of the session.
      if (text.indexOf('\\') >= 0) {
        throw new Refused("it has a backslash");
      }
      for (int i = 0; i < text.length(); i++) {
        boolean pair =
            i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), peek(i + 1));
        if (Character.isSurrogate(text.charAt(i)) && !pair) {
          throw new Refused("it has half a character");
        }
        i += pair ? 1 : 0;
      }
      while (at < text.length()) {
        token();
      }
      if (!open.isEmpty()) {
        throw new Refused("a %s is not closed".formatted(open.peek()));
      }
      if (empty) {
        throw new Refused("it is empty");
      }
    }

    private char peek(int i) {
      return i < text.length() ? text.charAt(i) : '\0';
    }

    private void token() throws Refused {
      char c = text.charAt(at);
      char next = peek(at + 1);
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        at++;
        return;
      }
      empty = false;
      if (c == '\'') {
        quoted('\'', "a string");
      } else if (c == '"') {
        identifier(quoted('"', "a quoted name"));
      } else if (startsName(c)) {
        name();
      } else if (c == '-' && next == '-' || c == '/' && next == '*') {
        throw new Refused("it has a comment");
      } else if (c == '(' || c == '[') {
        open.push(c);
        at++;
      } else if (c == ')' || c == ']') {
        close(c);
      } else if (c == ';') {
        throw new Refused("it has a semicolon");
      } else if (c == '$') {
        throw new Refused("it has a dollar sign outside of quotes");
      } else if (c == ',' && open.isEmpty()) {
        throw new Refused("it is more than one expression");
      } else if (c == ':') {
        cast(next);
      } else if (isDigit(c) || PLAIN.indexOf(c) >= 0) {
        at++;
      } else {
        throw new Refused("it has the character U+%04X outside of quotes".formatted((int) c));
      }
    }

    /** A single colon is a variable to psql. */
    private void cast(char next) throws Refused {
      if (next != ':' || peek(at + 2) == ':') {
        throw new Refused("it has a colon that is no cast");
      }
      at += 2;
    }

    private void close(char c) throws Refused {
      boolean opened = !open.isEmpty() && open.pop() == (c == ')' ? '(' : '[');
      if (!opened) {
        throw new Refused("a %s closes nothing".formatted(c));
      }
      at++;
    }

    private String quoted(char quote, String what) throws Refused {
      var inside = new StringBuilder();
      for (at++; at < text.length(); at++) {
        char c = text.charAt(at);
        if (c != quote) {
          inside.append(c);
        } else if (peek(at + 1) == quote) {
          inside.append(quote);
          at++;
        } else {
          at++;
          return inside.toString();
        }
      }
      throw new Refused(what + " is not closed");
    }

    private void name() throws Refused {
      int start = at;
      while (at < text.length() && (startsName(text.charAt(at)) || isDigit(text.charAt(at)))) {
        at++;
      }
      String name = text.substring(start, at);
      char quote = peek(at + 1);
      if (name.equalsIgnoreCase("u") && peek(at) == '&' && (quote == '\'' || quote == '"')) {
        throw new Refused("it has a text of the kind U&");
      }
      identifier(folded(name));
      // Single-byte encodings fold other letters too.
      identifier(name.toLowerCase(Locale.ROOT));
    }

    /** What a dot follows is a schema or a table; what it is the dot of may be the whole row. */
    private void identifier(String name) throws Refused {
      if (name.getBytes(StandardCharsets.UTF_8).length > Names.MAX_BYTES) {
        throw new Refused("it has a name of more than %d bytes".formatted(Names.MAX_BYTES));
      }
      int dot = afterSpace(at);
      if (peek(dot) != '.') {
        names.add(name);
      } else if (peek(afterSpace(dot + 1)) == '*') {
        wholeRow = true;
      }
    }

    private int afterSpace(int from) {
      int i = from;
      while (" \t\n\r".indexOf(peek(i)) >= 0) {
        i++;
      }
      return i;
    }

    /** Only the letters of ASCII are folded in every encoding. */
    private static String folded(String name) {
      var folded = new StringBuilder();
      name.chars().forEach(c -> folded.append((char) (c >= 'A' && c <= 'Z' ? c + 32 : c)));
      return folded.toString();
    }

    private static boolean startsName(char c) {
      return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80;
    }

    private static boolean isDigit(char c) {
      return c >= '0' && c <= '9';
    }
  }
}
