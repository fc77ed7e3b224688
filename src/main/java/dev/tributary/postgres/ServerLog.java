package dev.tributary.postgres;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.tributary.federation.ApplyEvidence.Logged;
import dev.tributary.federation.Trouble;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The end of the server's log, where the role may read it: pg_monitor for its name and size,
 * EXECUTE on pg_read_binary_file for the rest. Nothing depends on it.
 */
final class ServerLog {
  private static final String MAY_READ =
      "SELECT has_function_privilege('pg_current_logfile(text)', 'EXECUTE')"
          + " AND has_function_privilege('pg_ls_logdir()', 'EXECUTE')"
          + " AND has_function_privilege('pg_read_binary_file(text,bigint,bigint,boolean)', 'EXECUTE') AS may";

  /** Where its last 64 KiB begin. */
  private static final String FILE =
      """
      SELECT f.file, greatest(coalesce(l.size, 0) - 65536, 0) AS start
        FROM (SELECT coalesce(pg_current_logfile('jsonlog'), pg_current_logfile('stderr')) AS file) f
        LEFT JOIN pg_ls_logdir() l ON l.name = regexp_replace(f.file, '^.*/', '')
       WHERE f.file IS NOT NULL
      """;

  private static final String END = "SELECT pg_read_binary_file(?, ?, 65536, true) AS text";

  /** {@code log_line_prefix} may be anything, and translations keep what is in quotes. */
  private static final String SEVERITY = "ERROR:  ";

  private static final Pattern POSITION = Pattern.compile("\\b([0-9A-F]{1,8})/([0-9A-F]{1,8})\\b");
  private static final int LINES_OF_AN_ERROR = 50;
  private static final int LONGEST = 300;

  private ServerLog() {}

  private record End(String file, long start) {
    static End of(ResultSet row) throws SQLException {
      return new End(row.getString("file"), row.getLong("start"));
    }
  }

  /** The last error that the apply worker of a subscription has logged. */
  static Optional<Logged> lastApplyError(Session session, long subscription) {
    try {
      if (!session.query(MAY_READ, row -> row.getBoolean("may")).get(0)) {
        return Optional.empty();
      }
      var end = session.query(FILE, End::of).stream().findFirst();
      return end.isEmpty()
          ? Optional.empty()
          : lastApplyError(read(session, end.get()), end.get().file, subscription);
    } catch (Trouble e) {
      return Optional.empty();
    }
  }

  private static String read(Session session, End end) throws Trouble {
    byte[] bytes = session.query(END, row -> row.getBytes("text"), end.file, end.start).get(0);
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  private static Optional<Logged> lastApplyError(String log, String file, long subscription) {
    return file.endsWith(".json") ? inJson(log, subscription) : inLines(log, subscription);
  }

  /**
   * Its context names the replication origin, which is called after the subscription
   * (apply_error_callback in worker.c).
   */
  private static String origin(long subscription) {
    return "\"pg_" + subscription + "\"";
  }

  /** The format stderr: the context comes some lines below the message. */
  static Optional<Logged> inLines(String log, long subscription) {
    var lines = log.lines().toList();
    String origin = origin(subscription);
    for (int context = lines.size() - 1; context >= 0; context--) {
      if (!lines.get(context).contains(origin)) {
        continue;
      }
      int first = Math.max(0, context - LINES_OF_AN_ERROR);
      for (int i = context - 1; i >= first; i--) {
        int severity = lines.get(i).indexOf(SEVERITY);
        if (severity >= 0) {
          String message = lines.get(i).substring(severity + SEVERITY.length());
          return position(lines.get(context)).map(p -> new Logged(shortened(message), p));
        }
      }
    }
    return Optional.empty();
  }

  /** The format jsonlog: a line each. */
  static Optional<Logged> inJson(String log, long subscription) {
    var lines = log.lines().toList();
    for (int i = lines.size() - 1; i >= 0; i--) {
      // The first one may be cut off.
      if (lines.get(i).startsWith("{") && lines.get(i).contains("\"context\"")) {
        var entry = entry(lines.get(i));
        String context = String.valueOf(entry.get("context"));
        if ("ERROR".equals(entry.get("error_severity")) && context.contains(origin(subscription))) {
          String message = String.valueOf(entry.get("message"));
          return position(context).map(p -> new Logged(shortened(message), p));
        }
      }
    }
    return Optional.empty();
  }

  private static Map<String, Object> entry(String line) {
    try {
      return Json.read(line, new TypeReference<Map<String, Object>>() {});
    } catch (SQLException e) {
      return Map.of();
    }
  }

  /** "… in transaction 725, finished at 0/14C0378": the commit's beginning. */
  private static Optional<Long> position(String context) {
    return POSITION
        .matcher(context)
        .results()
        .reduce((before, last) -> last)
        .map(m -> (Long.parseLong(m.group(1), 16) << 32) + Long.parseLong(m.group(2), 16));
  }

  private static String shortened(String message) {
    String line = message.strip().replaceAll("\\s+", " ");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST - 1) + "…";
  }
}
