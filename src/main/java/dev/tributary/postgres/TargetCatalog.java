package dev.tributary.postgres;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.tributary.federation.DesiredFlow;
import dev.tributary.federation.Mark;
import dev.tributary.federation.Owner;
import dev.tributary.federation.Relation;
import dev.tributary.federation.SubscriptionState;
import dev.tributary.federation.SubscriptionState.State;
import dev.tributary.federation.SubscriptionState.Sync;
import dev.tributary.federation.TargetState;
import dev.tributary.federation.Trouble;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the target has of a flow, in four queries. */
public final class TargetCatalog {
  /**
   * {@code relid IS NULL} is the apply worker, the others copy tables; parallel ones have a leader.
   */
  private static final String SUBSCRIPTION =
      """
      SELECT s.subname AS name,
             obj_description(s.oid, 'pg_subscription') AS comment,
             s.subpublications AS publications,
             s.subslotname AS slot,
             s.subenabled AS enabled,
             EXISTS (SELECT FROM pg_stat_subscription a
                      WHERE a.subid = s.oid AND a.relid IS NULL AND a.leader_pid IS NULL AND a.pid IS NOT NULL) AS running,
             (SELECT coalesce(json_agg(json_build_object(
                        'schema', n.nspname, 'name', c.relname, 'state', r.srsubstate,
                        'copied', coalesce(p.tuples_processed, 0))), '[]')
                FROM pg_subscription_rel r
                JOIN pg_class c ON c.oid = r.srrelid
                JOIN pg_namespace n ON n.oid = c.relnamespace
                LEFT JOIN pg_stat_progress_copy p ON p.relid = r.srrelid AND p.command = 'COPY FROM'
               WHERE r.srsubid = s.oid) AS tables,
             coalesce(e.apply_error_count, 0) AS apply_errors,
             coalesce(e.sync_error_count, 0) AS sync_errors
        FROM pg_subscription s
        LEFT JOIN pg_stat_subscription_stats e ON e.subid = s.oid
       WHERE s.subname = ? AND s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
      """;

  private static final String OURS =
      """
      SELECT n.nspname AS schema, obj_description(n.oid, 'pg_namespace') AS comment
        FROM pg_namespace n
       WHERE obj_description(n.oid, 'pg_namespace') LIKE 'tributary.dev/%'
       ORDER BY n.nspname
      """;

  private TargetCatalog() {}

  /** Four queries: the server, the schema, its tables, the subscription. */
  public static TargetState observe(Session session, DesiredFlow desired) throws Trouble {
    var server = ServerCatalog.server(session);
    // pg_stat_subscription has leader_pid from 16; older targets are refused, not looked into.
    boolean readable = server.version() >= 160000;
    return new TargetState(
        server,
        ServerCatalog.schemas(session, List.of(desired.schema())).stream().findFirst(),
        TableCatalog.ofTarget(session, server, desired.schema()),
        readable
            ? session.query(SUBSCRIPTION, TargetCatalog::subscription, desired.name()).stream()
                .findFirst()
            : Optional.empty());
  }

  /** One query: the schemas that a federation has on the target, by the source they are of. */
  public static Map<String, String> schemasBySource(Session session, Owner federation)
      throws Trouble {
    var found = new HashMap<String, String>();
    session
        .query(
            OURS, row -> Map.entry(row.getString("schema"), Mark.parse(row.getString("comment"))))
        .forEach(
            e ->
                e.getValue()
                    .filter(m -> Mark.ownership(Optional.of(m), federation) == Mark.Ownership.OURS)
                    .map(m -> m.notes().get(Mark.SOURCE))
                    .ifPresent(source -> found.put(source, e.getKey())));
    return found;
  }

  private static SubscriptionState subscription(ResultSet row) throws SQLException {
    var tables = new HashMap<Relation, Sync>();
    for (JsonTable t :
        Json.read(row.getString("tables"), new TypeReference<List<JsonTable>>() {})) {
      tables.put(new Relation(t.schema, t.name), new Sync(state(t.state), t.copied));
    }
    return new SubscriptionState(
        row.getString("name"),
        Mark.parse(row.getString("comment")),
        Set.copyOf(TableCatalog.texts(row, "publications")),
        Optional.ofNullable(row.getString("slot")),
        row.getBoolean("enabled"),
        row.getBoolean("running"),
        tables,
        row.getLong("apply_errors"),
        row.getLong("sync_errors"));
  }

  private static State state(String srsubstate) {
    return switch (srsubstate) {
      case "i" -> State.Waiting;
      case "d" -> State.Copying;
      case "r" -> State.Ready;
      default -> State.CatchingUp;
    };
  }

  private record JsonTable(String schema, String name, String state, long copied) {}
}
