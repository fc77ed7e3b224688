package dev.tributary.postgres;

import static java.util.stream.Collectors.toMap;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.tributary.federation.DefaultPrivilege;
import dev.tributary.federation.EventTriggerFunction;
import dev.tributary.federation.EventTriggerFunction.EventTrigger;
import dev.tributary.federation.EventTriggers;
import dev.tributary.federation.Grant;
import dev.tributary.federation.Mark;
import dev.tributary.federation.OpenTransaction;
import dev.tributary.federation.Provider;
import dev.tributary.federation.Receiving;
import dev.tributary.federation.RoleSearchPath;
import dev.tributary.federation.SchemaFacts;
import dev.tributary.federation.Sending;
import dev.tributary.federation.ServerFacts;
import dev.tributary.federation.Settings;
import dev.tributary.federation.Trouble;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The server, the database, the role and schemas: what both sides are asked. */
public final class ServerCatalog {
  /**
   * Whether a role, as a row {@code r} of pg_roles, may make slots and stream from them. Amazon RDS
   * gives a membership in place of the attribute.
   */
  static final String MAY_REPLICATE =
      """
      (r.rolsuper OR r.rolreplication
       OR EXISTS (SELECT FROM pg_roles p WHERE p.rolname = 'rds_replication' AND pg_has_role(r.oid, p.oid, 'MEMBER')))
      """;

  /**
   * Slots that a subscriber makes to copy a table are called like that (source, {@code
   * ReplicationSlotNameForTablesync}), and so are their walsenders.
   */
  private static final String SYNC = "'^pg_[0-9]+_sync_[0-9]+_[0-9]+$'";

  /**
   * Transactions that have written, oldest first. Who has begun to write is visible to all, since
   * when is not.
   */
  private static final String OPEN_TRANSACTIONS =
      """
      (SELECT coalesce(json_agg(t ORDER BY t.age DESC), '[]')
         FROM (SELECT a.pid, NULL AS gid, a.usename AS role, nullif(a.application_name, '') AS application,
                      a.datname AS database, extract(epoch FROM a.xact_start)::bigint AS since,
                      age(a.backend_xid) AS age
                 FROM pg_stat_activity a
                WHERE a.backend_xid IS NOT NULL AND a.pid <> pg_backend_pid()
                UNION ALL
               SELECT NULL, p.gid, p.owner, NULL, p.database, extract(epoch FROM p.prepared)::bigint,
                      age(p.transaction)
                 FROM pg_prepared_xacts p
                ORDER BY age DESC
                LIMIT 20) t)
      """;

  private static final String SERVER =
      """
      SELECT current_setting('server_version_num')::int AS version,
             split_part(current_setting('server_version'), ' ', 1) AS version_text,
             current_setting('wal_level') AS wal_level,
             pg_is_in_recovery() AS standby,
             d.datname AS database,
             r.rolname AS role,
             r.rolsuper AS superuser,
             %s AS replication,
             has_database_privilege(d.oid, 'CREATE') AS may_create_schema,
             pg_has_role(d.datdba, 'USAGE') AS may_alter_database,
             EXISTS (SELECT FROM pg_roles p
                      WHERE p.rolname = 'pg_create_subscription' AND pg_has_role(p.oid, 'USAGE')) AS may_subscribe,
             ARRAY(SELECT p.rolname FROM pg_roles p
                    WHERE p.rolname IN ('rds_superuser', 'cloudsqlsuperuser', 'azure_pg_admin')) AS provider_roles,
             (SELECT json_agg(json_build_object('name', g.name, 'value', g.reset_val, 'unit', g.unit, 'source', g.source))
                FROM pg_settings g
               WHERE g.name IN ('default_transaction_read_only', 'idle_in_transaction_session_timeout',
                                'wal_sender_timeout', 'max_slot_wal_keep_size', 'idle_replication_slot_timeout',
                                'max_replication_slots', 'max_wal_senders', 'max_logical_replication_workers',
                                'max_worker_processes', 'max_sync_workers_per_subscription',
                                'max_active_replication_origins', 'wal_retrieve_retry_interval',
                                'wal_receiver_timeout', 'max_prepared_transactions')) AS settings,
             ARRAY(SELECT s.slot_name FROM pg_replication_slots s
                    WHERE NOT s.temporary AND s.slot_name !~ %s) AS slots,
             (SELECT count(*) FROM pg_stat_replication w
               WHERE w.application_name !~ %s
                 AND NOT EXISTS (SELECT FROM pg_replication_slots s WHERE s.active_pid = w.pid)) AS slotless,
             extract(epoch FROM clock_timestamp())::bigint AS now,
             %s AS open_transactions,
             (SELECT substr(c, length('search_path=') + 1)
                FROM pg_db_role_setting s, unnest(s.setconfig) c
               WHERE s.setdatabase = d.oid AND s.setrole = 0 AND c LIKE 'search\\_path=%%') AS search_path,
             (SELECT coalesce(json_agg(json_build_object(
                        'role', o.rolname, 'inDatabase', p.here, 'everywhere', p.everywhere,
                        'uses', has_database_privilege(o.oid, d.oid, 'CONNECT')
                                AND EXISTS (SELECT FROM pg_class c
                                             WHERE c.relkind IN ('r', 'p', 'v') AND c.oid >= 16384
                                               AND (pg_has_role(o.oid, c.relowner, 'USAGE')
                                                    OR EXISTS (SELECT FROM aclexplode(c.relacl) x
                                                                WHERE x.grantee <> 0
                                                                  AND pg_has_role(o.oid, x.grantee, 'USAGE')))),
                        'mayAlter', r.rolsuper OR o.oid = r.oid
                                    OR r.rolcreaterole AND NOT o.rolsuper
                                       AND (current_setting('server_version_num')::int < 160000
                                            OR EXISTS (SELECT FROM pg_auth_members m
                                                        WHERE m.roleid = o.oid AND m.member = r.oid AND m.admin_option)))
                        ORDER BY o.rolname), '[]')
                FROM (SELECT s.setrole,
                             max(substr(c, length('search_path=') + 1)) FILTER (WHERE s.setdatabase = d.oid) AS here,
                             max(substr(c, length('search_path=') + 1)) FILTER (WHERE s.setdatabase = 0) AS everywhere
                        FROM pg_db_role_setting s, unnest(s.setconfig) c
                       WHERE s.setdatabase IN (0, d.oid) AND s.setrole <> 0 AND c LIKE 'search\\_path=%%'
                       GROUP BY s.setrole) p
                JOIN pg_roles o ON o.oid = p.setrole) AS role_search_paths,
             (SELECT coalesce(json_agg(DISTINCT jsonb_build_object(
                        'grantee', coalesce(g.rolname, ''),
                        'privilege', x.privilege_type,
                        'grantable', x.is_grantable)), '[]')
                FROM pg_default_acl a, aclexplode(a.defaclacl) x
                LEFT JOIN pg_roles g ON g.oid = x.grantee
               WHERE a.defaclrole = r.oid AND a.defaclnamespace = 0 AND a.defaclobjtype = 'r'
                 AND (x.grantee = 0 OR g.oid IS NOT NULL)) AS table_defaults
        FROM pg_roles r, pg_database d
       WHERE r.rolname = current_user AND d.datname = current_database()
      """
          .formatted(MAY_REPLICATE, SYNC, SYNC, OPEN_TRANSACTIONS);

  /**
   * A subscription's origins are called by its oid (source, {@code
   * ReplicationOriginNameForLogicalRep}).
   */
  private static final String RECEIVING =
      """
      SELECT (SELECT coalesce(json_object_agg(s.subname, s.subenabled), '{}')
                FROM pg_subscription s WHERE s.subdbid = d.oid) AS subscriptions,
             (SELECT count(*) FROM pg_subscription s WHERE s.subdbid <> d.oid) AS elsewhere,
             (SELECT count(*) FROM pg_subscription s WHERE s.subdbid <> d.oid AND s.subenabled) AS enabled_elsewhere,
             (SELECT count(*) FROM pg_replication_origin o
               WHERE NOT EXISTS (SELECT FROM pg_subscription s
                                  WHERE o.roname = 'pg_' || s.oid OR o.roname LIKE 'pg\\_' || s.oid || '\\_%')) AS origins,
             CASE WHEN pg_has_role('pg_read_all_stats', 'USAGE') THEN
               (SELECT count(*) FROM pg_stat_activity a
                 WHERE a.backend_type NOT LIKE 'logical replication %'
                   AND a.backend_type NOT IN ('client backend', 'parallel worker', 'walsender', 'walreceiver',
                                              'autovacuum launcher', 'autovacuum worker', 'background writer',
                                              'checkpointer', 'walwriter', 'walsummarizer', 'archiver', 'logger',
                                              'startup', 'slotsync worker', 'io worker', 'standalone backend'))
             END AS other_workers
        FROM pg_database d
       WHERE d.datname = current_database()
      """;

  private static final String SCHEMAS =
      """
      SELECT n.nspname AS name,
             obj_description(n.oid, 'pg_namespace') AS comment,
             pg_has_role(n.nspowner, 'USAGE') AS may_grant,
             has_schema_privilege(n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'USAGE') AS may_create,
             (SELECT coalesce(json_agg(DISTINCT jsonb_build_object(
                        'grantee', coalesce(g.rolname, ''),
                        'privilege', a.privilege_type,
                        'grantable', a.is_grantable)), '[]')
                FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
                LEFT JOIN pg_roles g ON g.oid = a.grantee
               WHERE a.grantee = 0 OR g.oid IS NOT NULL) AS grants,
             (SELECT coalesce(json_agg(json_build_object(
                        'role', pg_get_userbyid(d.defaclrole),
                        'objects', CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
                                                        WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' END,
                        'grant', json_build_object('grantee', coalesce(g.rolname, ''),
                                                   'privilege', x.privilege_type,
                                                   'grantable', x.is_grantable),
                        'mayAlter', pg_has_role(d.defaclrole, 'USAGE'))
                        ORDER BY pg_get_userbyid(d.defaclrole), d.defaclobjtype, g.rolname, x.privilege_type), '[]')
                FROM pg_default_acl d, aclexplode(d.defaclacl) x
                LEFT JOIN pg_roles g ON g.oid = x.grantee
               WHERE d.defaclnamespace = n.oid AND d.defaclobjtype IN ('r', 'S', 'f', 'T')
                 AND (x.grantee = 0 OR g.oid IS NOT NULL)) AS defaults,
             (SELECT json_build_object(
                       'comment', obj_description(p.oid, 'pg_proc'),
                       'mayDrop', pg_has_role(p.proowner, 'USAGE')
                                  AND NOT EXISTS (SELECT FROM pg_event_trigger e
                                                   WHERE e.evtfoid = p.oid AND NOT pg_has_role(e.evtowner, 'USAGE')),
                       'triggers', (SELECT coalesce(json_agg(json_build_object(
                                             'name', e.evtname, 'enabled', e.evtenabled IN ('O', 'A'))
                                             ORDER BY e.evtname), '[]')
                                      FROM pg_event_trigger e WHERE e.evtfoid = p.oid))
                FROM pg_proc p
               WHERE p.pronamespace = n.oid AND p.proname = '%s' AND p.pronargs = 0) AS event_trigger_function
        FROM pg_namespace n
       WHERE n.nspname = ANY (?)
       ORDER BY n.nspname
      """
          .formatted(EventTriggers.FUNCTION);

  private ServerCatalog() {}

  /** One query. */
  public static ServerFacts server(Session session) throws Trouble {
    return session.query(SERVER, row -> server(row, session.serverSearchPath())).get(0);
  }

  private static ServerFacts server(ResultSet row, Optional<String> serverSearchPath)
      throws SQLException {
    return new ServerFacts(
        row.getInt("version"),
        row.getString("version_text"),
        row.getString("wal_level"),
        row.getBoolean("standby"),
        row.getString("database"),
        row.getString("role"),
        row.getBoolean("superuser"),
        row.getBoolean("replication"),
        row.getBoolean("may_create_schema"),
        row.getBoolean("may_alter_database"),
        row.getBoolean("may_subscribe") || row.getBoolean("superuser"),
        Optional.ofNullable(row.getString("search_path")),
        serverSearchPath,
        Json.read(row.getString("role_search_paths"), new TypeReference<List<JsonSearchPath>>() {})
            .stream()
            .map(JsonSearchPath::path)
            .toList(),
        Json.read(row.getString("table_defaults"), new TypeReference<List<Grant>>() {}),
        Provider.of(TableCatalog.texts(row, "provider_roles")),
        new Settings(
            Json.read(row.getString("settings"), new TypeReference<List<JsonSetting>>() {}).stream()
                .collect(toMap(JsonSetting::name, JsonSetting::setting))),
        new Sending(Set.copyOf(TableCatalog.texts(row, "slots")), row.getInt("slotless")),
        Instant.ofEpochSecond(row.getLong("now")),
        openTransactions(row));
  }

  /** One query: who receives what on a target, and how much room is taken. */
  public static Receiving receiving(Session session) throws Trouble {
    return session
        .query(
            RECEIVING,
            row ->
                new Receiving(
                    Json.read(
                        row.getString("subscriptions"),
                        new TypeReference<Map<String, Boolean>>() {}),
                    row.getInt("elsewhere"),
                    row.getInt("enabled_elsewhere"),
                    row.getInt("origins"),
                    Optional.ofNullable(row.getString("other_workers")).map(Integer::valueOf)))
        .get(0);
  }

  /** One query: the transactions that have written and not ended, oldest first. */
  static List<OpenTransaction> openTransactions(Session session) throws Trouble {
    return session
        .query(
            "SELECT " + OPEN_TRANSACTIONS + " AS open_transactions",
            ServerCatalog::openTransactions)
        .get(0);
  }

  private static List<OpenTransaction> openTransactions(ResultSet row) throws SQLException {
    return Json.read(
            row.getString("open_transactions"), new TypeReference<List<JsonTransaction>>() {})
        .stream()
        .map(JsonTransaction::transaction)
        .toList();
  }

  /** One query: the schemas of these names that are there. */
  static List<SchemaFacts> schemas(Session session, Collection<String> names) throws Trouble {
    return session.query(
        SCHEMAS,
        row ->
            new SchemaFacts(
                row.getString("name"),
                Mark.parse(row.getString("comment")),
                row.getBoolean("may_grant"),
                row.getBoolean("may_create"),
                Json.read(row.getString("grants"), new TypeReference<List<Grant>>() {}),
                Json.read(
                    row.getString("defaults"), new TypeReference<List<DefaultPrivilege>>() {}),
                eventTriggerFunction(row.getString("event_trigger_function"))),
        (Object) names.toArray(String[]::new));
  }

  private static Optional<EventTriggerFunction> eventTriggerFunction(String json)
      throws SQLException {
    return json == null
        ? Optional.empty()
        : Optional.of(Json.read(json, new TypeReference<JsonFunction>() {}).function());
  }

  private record JsonFunction(String comment, boolean mayDrop, List<EventTrigger> triggers) {
    EventTriggerFunction function() {
      return new EventTriggerFunction(Mark.parse(comment), mayDrop, triggers);
    }
  }

  private record JsonSearchPath(
      String role, String inDatabase, String everywhere, boolean uses, boolean mayAlter) {
    RoleSearchPath path() {
      return new RoleSearchPath(
          role, Optional.ofNullable(inDatabase), Optional.ofNullable(everywhere), uses, mayAlter);
    }
  }

  private record JsonSetting(String name, String value, String unit, String source) {
    Settings.Setting setting() {
      return new Settings.Setting(value, Optional.ofNullable(unit), source);
    }
  }

  private record JsonTransaction(
      Integer pid,
      String gid,
      String role,
      String application,
      String database,
      Long since,
      Long age) {
    OpenTransaction transaction() {
      return new OpenTransaction(
          Optional.ofNullable(pid),
          Optional.ofNullable(gid),
          Optional.ofNullable(role),
          Optional.ofNullable(application),
          database,
          Optional.ofNullable(since).map(Instant::ofEpochSecond));
    }
  }
}
