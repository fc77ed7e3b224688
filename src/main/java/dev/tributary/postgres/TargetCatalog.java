package dev.tributary.postgres;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.tributary.federation.DesiredFlow;
import dev.tributary.federation.Lane;
import dev.tributary.federation.Mark;
import dev.tributary.federation.Owner;
import dev.tributary.federation.Receiving;
import dev.tributary.federation.Relation;
import dev.tributary.federation.SchemaFacts;
import dev.tributary.federation.ServerFacts;
import dev.tributary.federation.SubscriptionState;
import dev.tributary.federation.SubscriptionState.State;
import dev.tributary.federation.SubscriptionState.Sync;
import dev.tributary.federation.Table;
import dev.tributary.federation.TargetIndexes;
import dev.tributary.federation.TargetPreflight;
import dev.tributary.federation.TargetState;
import dev.tributary.federation.TargetTypes;
import dev.tributary.federation.Trouble;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What the target has of a flow. */
public final class TargetCatalog {
  /**
   * {@code relid IS NULL} is the apply worker, the others copy tables; parallel ones have a leader.
   */
  private static final String SUBSCRIPTIONS =
      """
      SELECT c.system_identifier::text AS system,
             ARRAY(SELECT oid::bigint FROM pg_subscription) AS oids,
             (SELECT coalesce(json_agg(json_build_object(
                        'name', s.subname,
                        'oid', s.oid::bigint,
                        'comment', obj_description(s.oid, 'pg_subscription'),
                        'publications', s.subpublications,
                        'slot', s.subslotname,
                        'enabled', s.subenabled,
                        'running', EXISTS (SELECT FROM pg_stat_subscription a
                                            WHERE a.subid = s.oid AND a.relid IS NULL
                                              AND a.leader_pid IS NULL AND a.pid IS NOT NULL),
                        'tables', (SELECT coalesce(json_agg(json_build_object(
                                            'schema', n.nspname, 'name', c.relname, 'oid', r.srrelid::bigint,
                                            'state', r.srsubstate, 'copied', coalesce(p.tuples_processed, 0))), '[]')
                                     FROM pg_subscription_rel r
                                     JOIN pg_class c ON c.oid = r.srrelid
                                     JOIN pg_namespace n ON n.oid = c.relnamespace
                                     LEFT JOIN pg_stat_progress_copy p
                                            ON p.relid = r.srrelid AND p.command = 'COPY FROM'
                                    WHERE r.srsubid = s.oid),
                        'applyErrors', coalesce(e.apply_error_count, 0),
                        'syncErrors', coalesce(e.sync_error_count, 0))), '[]')
                FROM pg_subscription s
                LEFT JOIN pg_stat_subscription_stats e ON e.subid = s.oid
               WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                 AND (s.subname = ANY (?) OR obj_description(s.oid, 'pg_subscription') LIKE 'tributary.dev/%')) AS subscriptions
        FROM pg_control_system() c
      """;

  private static final String OURS =
      """
      SELECT n.nspname AS schema, obj_description(n.oid, 'pg_namespace') AS comment
        FROM pg_namespace n
       WHERE obj_description(n.oid, 'pg_namespace') LIKE 'tributary.dev/%'
       ORDER BY n.nspname
      """;

  private TargetCatalog() {}

  /**
   * Eight queries: the server, the schema, its tables, what it receives, types, the subscriptions,
   * and two about indexes.
   */
  public static TargetState observe(Session session, DesiredFlow desired) throws Trouble {
    var server = ServerCatalog.server(session);
    var schema = ServerCatalog.schemas(session, List.of(desired.schema())).stream().findFirst();
    var tables = TableCatalog.ofTarget(session, server, desired.schema());
    // Older ones are refused, not looked into: they tell less.
    if (server.version() < TargetPreflight.OLDEST) {
      return new TargetState(
          server,
          schema,
          tables,
          List.of(),
          "",
          Set.of(),
          Optional.empty(),
          TargetTypes.NONE,
          TargetIndexes.NONE);
    }
    String[] names = desired.lanes().stream().map(Lane::object).toArray(String[]::new);
    var receiving = ServerCatalog.receiving(session);
    var types = TypeCatalog.ofTarget(session, server, desired.schema());
    return session
        .query(
            SUBSCRIPTIONS,
            row -> state(server, schema, tables, receiving, types, row),
            (Object) names)
        .get(0)
        .with(IndexCatalog.ofTarget(session, desired.schema()));
  }

  private static TargetState state(
      ServerFacts server,
      Optional<SchemaFacts> schema,
      List<Table> tables,
      Receiving receiving,
      TargetTypes types,
      ResultSet row)
      throws SQLException {
    return new TargetState(
        server,
        schema,
        tables,
        Json.read(row.getString("subscriptions"), new TypeReference<List<JsonSubscription>>() {})
            .stream()
            .map(JsonSubscription::subscription)
            .toList(),
        row.getString("system"),
        Set.of((Long[]) row.getArray("oids").getArray()),
        Optional.of(receiving),
        types,
        TargetIndexes.NONE);
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

  private static State state(String srsubstate) {
    return switch (srsubstate) {
      case "i" -> State.Waiting;
      case "d" -> State.Copying;
      case "r" -> State.Ready;
      default -> State.CatchingUp;
    };
  }

  private record JsonSubscription(
      String name,
      long oid,
      String comment,
      List<String> publications,
      String slot,
      boolean enabled,
      boolean running,
      List<JsonTable> tables,
      long applyErrors,
      long syncErrors) {
    SubscriptionState subscription() {
      return new SubscriptionState(
          name,
          oid,
          Mark.parse(comment),
          Set.copyOf(publications),
          Optional.ofNullable(slot),
          enabled,
          running,
          tables.stream()
              .collect(
                  Collectors.toMap(
                      t -> new Relation(t.schema, t.name),
                      t -> new Sync(t.oid, state(t.state), t.copied))),
          applyErrors,
          syncErrors);
    }
  }

  private record JsonTable(String schema, String name, long oid, String state, long copied) {}
}
