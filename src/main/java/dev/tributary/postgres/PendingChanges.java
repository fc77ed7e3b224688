package dev.tributary.postgres;

import dev.tributary.federation.FlowState;
import dev.tributary.federation.Pending;
import dev.tributary.federation.Sql;
import dev.tributary.federation.SubscriptionState;
import dev.tributary.federation.TargetState;
import dev.tributary.federation.Trouble;
import java.util.Collection;
import java.util.HashMap;
import java.util.Optional;

/**
 * What a slot would send next, read without taking it: nothing is confirmed, and what is read is
 * sent all the same (documentation, {@code pg_logical_slot_peek_binary_changes}).
 *
 * <p>The catalog is that of the time when a row was written, so tables and columns have the names
 * that they had then (tried on 13, 15, 17, 18).
 */
public final class PendingChanges {
  /** How long decoding may take. */
  private static final String TIMEOUT = "SELECT set_config('statement_timeout', '20000', true)";

  /** The server stops at the end of the transaction with which there are so many messages. */
  private static final int MESSAGES = 2_000;

  /** Before 15 transactions that changed nothing here are sent too, and may be many. */
  private static final int MORE_MESSAGES = 200_000;

  private static final int ROWS = 2_000;
  private static final int BYTES = 8 << 20;

  /**
   * Of the changes beyond the limits only one for each table, cut off behind the table's OID.
   * Options of pgoutput: documentation, "Logical Streaming Replication Parameters".
   */
  private static final String PEEK =
      """
      SELECT CASE WHEN NOT is_change OR changes <= %1$d AND bytes <= %2$d THEN data
                  ELSE substr(data, 1, 5) END AS message
        FROM (SELECT *, row_number() OVER (PARTITION BY is_change, tx, announced, substr(data, 1, 5) ORDER BY n) AS of_table
                FROM (SELECT m.n, m.data, m.tx::text AS tx, k.is_change,
                             count(*) FILTER (WHERE get_byte(m.data, 0) = ascii('R')) OVER so_far AS announced,
                             count(*) FILTER (WHERE k.is_change) OVER so_far AS changes,
                             sum(octet_length(m.data)) FILTER (WHERE k.is_change) OVER so_far AS bytes
                        FROM pg_logical_slot_peek_binary_changes(?, NULL, %3$d, 'proto_version', '1', 'publication_names', ?)
                             WITH ORDINALITY AS m (lsn, tx, data, n)
                       CROSS JOIN LATERAL (SELECT chr(get_byte(m.data, 0)) IN ('I', 'U', 'D') AS is_change) k
                      WINDOW so_far AS (ORDER BY m.n ROWS UNBOUNDED PRECEDING)) counted) numbered
       WHERE NOT is_change OR changes <= %1$d AND bytes <= %2$d OR of_table = 1
       ORDER BY n
      """;

  private PendingChanges() {}

  /** The same with what the slots would send next whose subscriptions do not run, but should. */
  public static FlowState seen(Sessions sessions, FlowState source, TargetState target)
      throws Trouble {
    var stopped = source.stopped(target);
    var seen = new HashMap<String, Pending>();
    for (SubscriptionState s : stopped) {
      String slot = s.slot().orElseThrow();
      peek(sessions.at(source.siteOfSlots()), slot, s.publications())
          .ifPresent(p -> seen.put(slot, p));
    }
    return source.with(seen);
  }

  /**
   * The first transactions that are not confirmed; nothing when that cannot be said: somebody reads
   * the slot, the role may not, or it takes too long.
   *
   * @param session of a role that may replicate, see {@code FlowState.siteOfSlots}
   * @param publications that the subscription reads
   */
  public static Optional<Pending> peek(
      Session session, String slot, Collection<String> publications) {
    try {
      Pending pending = peek(session, slot, publications, MESSAGES);
      return Optional.of(
          pending.transactions().isEmpty()
              ? peek(session, slot, publications, MORE_MESSAGES)
              : pending);
    } catch (Trouble e) {
      return Optional.empty();
    }
  }

  private static Pending peek(
      Session session, String slot, Collection<String> publications, int messages) throws Trouble {
    var reader = new PgOutput();
    session.inSnapshot(
        () -> {
          session.query(TIMEOUT, row -> null);
          return session.query(
              PEEK.formatted(ROWS, BYTES, messages),
              row -> {
                reader.read(row.getBytes("message"));
                return null;
              },
              slot,
              Sql.identifiers(publications));
        });
    return reader.pending();
  }
}
