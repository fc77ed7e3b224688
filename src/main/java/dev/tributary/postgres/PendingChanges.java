package dev.tributary.postgres;

import dev.tributary.federation.DesiredFlow;
import dev.tributary.federation.FlowState;
import dev.tributary.federation.Pending;
import dev.tributary.federation.Site;
import dev.tributary.federation.Sql;
import dev.tributary.federation.SubscriptionState;
import dev.tributary.federation.TargetState;
import dev.tributary.federation.Trouble;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

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

  /** How often a worker has failed; its statistics are written just after its slot is free. */
  private static final String ERRORS =
      "SELECT apply_error_count FROM pg_stat_subscription_stats WHERE subid = ?";

  /** What took longer and came to nothing is not tried again before the worker gets somewhere. */
  private static final Duration LONG = Duration.ofSeconds(5);

  private record Position(long confirmed, Optional<Long> applied) {}

  private record Seen(Position at, Optional<Pending> pending) {}

  private final Clock clock;
  private final Map<String, Seen> seen = new ConcurrentHashMap<>();

  public PendingChanges(Clock clock) {
    this.clock = clock;
  }

  /** The same with what the slots would send next whose subscriptions do not run, but should. */
  public FlowState seen(Sessions sessions, FlowState source, TargetState target) throws Trouble {
    var found = new HashMap<String, Pending>();
    for (SubscriptionState s : source.stopped(target)) {
      String slot = s.slot().orElseThrow();
      var session = sessions.at(Site.TARGET);
      var applied = ReceivingCatalog.applied(session, s);
      var pending = of(sessions, source, s, applied);
      if (pending.isPresent()) {
        long errors =
            session.query(ERRORS, row -> row.getLong("apply_error_count"), s.oid()).stream()
                .findFirst()
                .orElse(0L);
        Pending ahead = applied.map(pending.get()::after).orElse(pending.get());
        found.put(slot, ahead.with(errors));
      }
    }
    return source.with(found);
  }

  /**
   * What waits for an apply worker, read once and kept for as long as it gets nowhere: decoding may
   * take long, and holds the slot meanwhile.
   *
   * @param applied see {@link ReceivingCatalog#applied}
   */
  public Optional<Pending> of(
      Sessions sessions, FlowState source, SubscriptionState subscription, Optional<Long> applied)
      throws Trouble {
    var slot =
        source.slots().stream()
            .filter(s -> subscription.slot().filter(s.name()::equals).isPresent())
            .findFirst();
    if (slot.isEmpty()) {
      return Optional.empty();
    }
    var at = new Position(slot.get().confirmed(), applied);
    Seen last = seen.get(slot.get().name());
    if (last != null && last.at.equals(at)) {
      return last.pending;
    }
    seen.remove(slot.get().name());
    if (subscription.running()) {
      return Optional.empty();
    }
    var begin = clock.instant();
    var pending =
        peek(sessions.at(source.siteOfSlots()), slot.get().name(), subscription.publications());
    boolean slow = Duration.between(begin, clock.instant()).compareTo(LONG) > 0;
    if (pending.isPresent() || slow) {
      seen.put(slot.get().name(), new Seen(at, pending));
    }
    return pending;
  }

  /** Forgets a flow that is gone, or goes on. */
  public void forget(DesiredFlow desired) {
    desired.lanes().forEach(lane -> seen.remove(lane.object()));
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
