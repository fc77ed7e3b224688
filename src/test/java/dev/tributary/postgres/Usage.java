package dev.tributary.postgres;

import java.util.List;
import java.util.Locale;

/**
 * Something that an application does with its tables. In its SQL {@code app.} stands for the name
 * as the session writes it, {@code real.} for the schema that the table is in by now, and {@code
 * form.} for the schema of the functions whose bodies write names as the session does.
 *
 * @param title as the page shows it
 * @param login who does it
 * @param once what the session does before the first time, and never again
 * @param sql what is done and then, in the last statement, how one sees that it was done
 * @param expected rows of the last statement, or the SQLSTATE with which the server has to refuse
 * @param instead what happens where it does something else, without an error
 * @param ways what to do where it does not work
 */
record Usage(
    String title,
    Login login,
    List<String> once,
    List<String> sql,
    String expected,
    String instead,
    List<Way> ways) {

  /** The roles of the service, each with the rights that {@link Shop} gives it. */
  enum Login {
    OWNER,
    READER,
    SUPPORT,
    TENANT;

    String role() {
      return "conformance_" + name().toLowerCase(Locale.ROOT);
    }
  }

  private static final String WHATEVER = "*";

  static Usage of(String title, String... sql) {
    return new Usage(title, Login.OWNER, List.of(), List.of(sql), "", "", List.of());
  }

  Usage by(Login who) {
    return new Usage(title, who, once, sql, expected, instead, ways);
  }

  Usage afterOnce(String... begin) {
    return new Usage(title, login, List.of(begin), sql, expected, instead, ways);
  }

  Usage gives(String rows) {
    return new Usage(title, login, once, sql, rows, instead, ways);
  }

  Usage isRefusedWith(String sqlState) {
    return gives(sqlState);
  }

  /** No answer is wrong: the page shows it. */
  Usage tells() {
    return gives(WHATEVER);
  }

  boolean isQuestion() {
    return expected.equals(WHATEVER);
  }

  Usage orElse(Way... round) {
    return new Usage(title, login, once, sql, expected, instead, List.of(round));
  }

  /** For what goes wrong without an error. */
  Usage orSilently(String what, Way... round) {
    return new Usage(title, login, once, sql, expected, what, List.of(round));
  }

  /** Whether the server refuses it within a transaction. */
  boolean outsideTransaction() {
    return sql.stream().anyMatch(s -> s.startsWith("VACUUM") || s.contains("CONCURRENTLY"));
  }
}
