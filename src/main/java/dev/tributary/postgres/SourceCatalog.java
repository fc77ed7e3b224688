package dev.tributary.postgres;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.federation.Before;
import dev.tributary.federation.DataType;
import dev.tributary.federation.DesiredFlow;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.FlowState;
import dev.tributary.federation.Grant;
import dev.tributary.federation.Mark;
import dev.tributary.federation.PublicationState;
import dev.tributary.federation.Relation;
import dev.tributary.federation.SchemaFacts;
import dev.tributary.federation.SchemaMove;
import dev.tributary.federation.ServerFacts;
import dev.tributary.federation.SlotState;
import dev.tributary.federation.SourceState;
import dev.tributary.federation.Stray;
import dev.tributary.federation.Surroundings;
import dev.tributary.federation.SyncSlot;
import dev.tributary.federation.Table;
import dev.tributary.federation.Trouble;
import dev.tributary.federation.View;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a source's catalog says. */
public final class SourceCatalog {
  private static final String RELATIONS =
      """
      SELECT n.nspname AS schema,
             c.relname AS name,
             c.relkind = 'v' AS is_view,
             pg_get_userbyid(c.relowner) AS owner,
             b.schema AS base_schema,
             b.name AS base_name,
             (SELECT coalesce(json_agg(json_build_object(
                        'name', a.attname,
                        'comment', col_description(c.oid, a.attnum),
                        'grants', (SELECT coalesce(json_agg(DISTINCT jsonb_build_object(
                                             'grantee', coalesce(g.rolname, ''),
                                             'privilege', x.privilege_type,
                                             'grantable', x.is_grantable)), '[]')
                                     FROM aclexplode(a.attacl) x
                                     LEFT JOIN pg_roles g ON g.oid = x.grantee
                                    WHERE x.grantee = 0 OR g.oid IS NOT NULL))
                        ORDER BY a.attnum), '[]')
                FROM pg_attribute a
               WHERE c.relkind = 'v' AND a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
             CASE WHEN c.relkind = 'v' THEN
               ARRAY(SELECT DISTINCT
                            CASE WHEN o.oid IS NULL THEN pg_describe_object(d.classid, d.objid, d.objsubid)
                                 ELSE 'view ' || o.ev_class::regclass END AS dependent
                       FROM pg_depend d
                       LEFT JOIN pg_rewrite o ON d.classid = 'pg_rewrite'::regclass AND o.oid = d.objid
                      WHERE (d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
                             OR d.refclassid = 'pg_type'::regclass AND d.refobjid = c.reltype)
                        AND d.deptype = 'n' AND o.ev_class IS DISTINCT FROM c.oid
                      ORDER BY dependent)
             END AS dependents,
             (SELECT coalesce(json_agg(DISTINCT jsonb_build_object(
                        'grantee', coalesce(g.rolname, ''),
                        'privilege', x.privilege_type,
                        'grantable', x.is_grantable)), '[]')
                FROM aclexplode(c.relacl) x
                LEFT JOIN pg_roles g ON g.oid = x.grantee
               WHERE c.relkind = 'v' AND (x.grantee = 0 OR g.oid IS NOT NULL)
                 AND coalesce(shobj_description(g.oid, 'pg_authid'), '') NOT LIKE '%tributary.dev/SourceDatabase %') AS grants,
             EXISTS (SELECT FROM unnest(c.reloptions) o
                      WHERE o IN ('security_invoker=true', 'security_invoker=on', 'security_invoker=1')) AS invoker,
             obj_description(c.oid, 'pg_class') AS comment
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN LATERAL (
             SELECT bn.nspname AS schema, bc.relname AS name
               FROM pg_rewrite r
               JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                               AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
               JOIN pg_class bc ON bc.oid = d.refobjid
               JOIN pg_namespace bn ON bn.oid = bc.relnamespace
              WHERE c.relkind = 'v' AND r.ev_class = c.oid
              LIMIT 1) b ON true
       WHERE n.nspname = ANY (?)
       ORDER BY n.nspname, c.relname
      """;

  /**
   * From 14 on the server tells more of a slot with each version; a filter or a column list is
   * there from 15. The position is where WAL is inserted, not written: with synchronous_commit =
   * off a commit is seen before it is written.
   */
  private static final String FLOW =
      """
      SELECT pg_wal_lsn_diff(now.lsn, '0/0')::bigint AS position,
             EXISTS (SELECT FROM pg_roles r WHERE r.rolname = ? AND %5$s) AS may_replicate,
             (SELECT shobj_description(r.oid, 'pg_authid') FROM pg_roles r WHERE r.rolname = ?) AS replicator_comment,
             (SELECT coalesce(json_agg(json_build_object(
                        'name', p.pubname,
                        'comment', obj_description(p.oid, 'pg_publication'),
                        'insert', p.pubinsert, 'update', p.pubupdate,
                        'delete', p.pubdelete, 'truncate', p.pubtruncate,
                        'tables', (SELECT coalesce(json_agg(json_build_object(
                                            'schema', n.nspname, 'name', c.relname,
                                            'filtered', %1$s, 'columns', %2$s)), '[]')
                                     FROM pg_publication_rel r
                                     JOIN pg_class c ON c.oid = r.prrelid
                                     JOIN pg_namespace n ON n.oid = c.relnamespace
                                    WHERE r.prpubid = p.oid))
                        ORDER BY p.pubname), '[]')
                FROM pg_publication p
               WHERE p.pubname = ANY (?)
                  OR obj_description(p.oid, 'pg_publication') LIKE 'tributary.dev/%%') AS publications,
             (SELECT coalesce(json_agg(json_build_object(
                        'name', s.slot_name,
                        'active', s.active,
                        'ready', s.confirmed_flush_lsn IS NOT NULL,
                        'walStatus', s.wal_status,
                        'lag', pg_wal_lsn_diff(now.lsn, s.confirmed_flush_lsn)::bigint,
                        'retained', pg_wal_lsn_diff(now.lsn, s.restart_lsn)::bigint,
                        'safe', s.safe_wal_size,
                        'inactiveSince', %3$s,
                        'failover', %4$s)), '[]')
                FROM pg_replication_slots s
               WHERE s.database = current_database() AND s.slot_type = 'logical'
                 AND (s.slot_name LIKE 'tributary\\_%%' OR s.slot_name LIKE 'pg\\_%%\\_sync\\_%%')) AS slots
        FROM (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END AS lsn) now
      """;

  /** What the search_path has led into a schema, and what can be moved out of it by itself. */
  private static final String STRAYS =
      """
      SELECT 4 AS place, CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END AS kind,
             format('%I.%I', n.nspname, t.typname) AS identity
        FROM pg_type t
        JOIN pg_namespace n ON n.oid = t.typnamespace
        LEFT JOIN pg_class c ON c.oid = t.typrelid
       WHERE n.nspname = ? AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c')
         AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = t.oid AND e.deptype = 'e')
       UNION ALL
      SELECT 2, CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                               WHEN 'S' THEN 'SEQUENCE' ELSE 'FOREIGN TABLE' END,
             format('%I.%I', n.nspname, c.relname)
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = ? AND c.relkind IN ('v', 'm', 'S', 'f')
         AND NOT EXISTS (SELECT FROM pg_depend e
                          WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                            AND (e.deptype = 'e' OR c.relkind = 'S' AND e.deptype IN ('a', 'i')))
       UNION ALL
      SELECT 1, CASE p.prokind WHEN 'a' THEN 'AGGREGATE' ELSE 'ROUTINE' END, p.oid::regprocedure::text
        FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
       WHERE n.nspname = ?
         AND NOT EXISTS (SELECT FROM pg_depend e
                          WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))
         AND coalesce(obj_description(p.oid, 'pg_proc'), '') NOT LIKE 'tributary.dev/SourceDatabase %'
       UNION ALL
      SELECT 3, 'STATISTICS', format('%I.%I', n.nspname, s.stxname)
        FROM pg_statistic_ext s
        JOIN pg_namespace n ON n.oid = s.stxnamespace
       WHERE n.nspname = ?
       UNION ALL
      SELECT 0, 'EXTENSION', quote_ident(e.extname)
        FROM pg_extension e
        JOIN pg_namespace n ON n.oid = e.extnamespace
       WHERE n.nspname = ? AND e.extrelocatable
       ORDER BY place, identity
      """;

  private SourceCatalog() {}

  /**
   * Four queries: the server, the schemas, the tables, the other relations. One more where it is
   * remembered how things were, and some while tables or views are about to move.
   *
   * @param replicator the role whose right to read the tables is asked for
   */
  public static SourceState observe(Session session, DesiredSchema desired, String replicator)
      throws Trouble {
    var names = new HashSet<>(desired.from());
    names.add(desired.name());
    var server = ServerCatalog.server(session);
    var schemas = ServerCatalog.schemas(session, names);
    var tables = TableCatalog.ofSource(session, server, names, replicator);
    var relations = session.query(RELATIONS, Found::of, (Object) names.toArray(String[]::new));
    var state =
        new SourceState(
            server,
            named(schemas, desired.name()),
            schemas.stream().filter(s -> desired.from().contains(s.name())).toList(),
            tables,
            relations.stream().filter(Found::isView).map(Found::view).toList(),
            relations.stream().map(r -> r.view().relation()).collect(Collectors.toSet()),
            before(session, desired, tables),
            strays(session, desired),
            Surroundings.NONE);
    return SchemaMove.looksAround(desired, state)
        ? state.with(
            SurroundingsCatalog.observe(
                session,
                desired.from(),
                state.before().map(b -> new Relation(desired.name(), Before.TABLE))))
        : state;
  }

  private static Optional<Before> before(Session session, DesiredSchema desired, List<Table> tables)
      throws Trouble {
    var table =
        tables.stream()
            .filter(t -> t.schema().equals(desired.name()) && t.name().equals(Before.TABLE))
            .filter(t -> t.mark().isPresent())
            .findFirst();
    if (table.isEmpty()) {
      return Optional.empty();
    }
    var was = new HashMap<Before.Thing, List<String>>();
    record Row(String kind, List<String> name, List<String> was) {}
    session
        .query(
            "SELECT kind, name, was FROM " + table.get().qualified(),
            row ->
                new Row(
                    row.getString("kind"),
                    Arrays.asList((String[]) row.getArray("name").getArray()),
                    Arrays.asList((String[]) row.getArray("was").getArray())))
        .stream()
        .filter(r -> Before.isWellFormed(r.kind, r.name, r.was))
        .forEach(r -> was.put(new Before.Thing(Before.Kind.valueOf(r.kind), r.name), r.was));
    return Optional.of(new Before(table.get().mark(), was));
  }

  private static List<Stray> strays(Session session, DesiredSchema desired) throws Trouble {
    String name = desired.name();
    return desired.move()
        ? List.of()
        : session.query(
            STRAYS,
            row -> new Stray(row.getString("kind"), row.getString("identity")),
            name,
            name,
            name,
            name,
            name);
  }

  private static Optional<SchemaFacts> named(List<SchemaFacts> schemas, String name) {
    return schemas.stream().filter(s -> s.name().equals(name)).findFirst();
  }

  /** A relation of any kind, described as if it were a view. */
  private record Found(View view, boolean isView) {
    static Found of(ResultSet row) throws SQLException {
      String base = row.getString("base_name");
      return new Found(
          new View(
              row.getString("schema"),
              row.getString("name"),
              row.getString("owner"),
              base == null
                  ? Optional.empty()
                  : Optional.of(new Relation(row.getString("base_schema"), base)),
              Json.read(row.getString("columns"), new TypeReference<List<JsonColumn>>() {}).stream()
                  .map(JsonColumn::column)
                  .toList(),
              Json.read(row.getString("grants"), new TypeReference<List<Grant>>() {}),
              row.getBoolean("invoker"),
              Mark.above(row.getString("comment")),
              Mark.parse(row.getString("comment")),
              row.getArray("dependents") == null
                  ? List.of()
                  : TableCatalog.texts(row, "dependents")),
          row.getBoolean("is_view"));
    }
  }

  private record JsonColumn(String name, String comment, List<Grant> grants) {
    View.ViewColumn column() {
      return new View.ViewColumn(name, grants, Optional.ofNullable(comment));
    }
  }

  /**
   * Three queries: publications and slots of a flow, the types in the database, and last the
   * indexes, which may wait in vain.
   */
  public static FlowState flow(Session session, ServerFacts server, DesiredFlow desired)
      throws Trouble {
    boolean lists = server.version() >= 150000;
    boolean synced = server.version() >= 170000;
    String sql =
        FLOW.formatted(
            lists ? "r.prqual IS NOT NULL" : "false",
            lists
                ? "(SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]') FROM pg_attribute a"
                    + " WHERE a.attrelid = c.oid AND a.attnum = ANY (r.prattrs))"
                : "'[]'::json",
            synced
                ? "to_char(s.inactive_since AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
                : "NULL",
            synced ? "s.failover" : "false",
            ServerCatalog.MAY_REPLICATE);
    var types = TypeCatalog.ofSource(session, server);
    return session
        .query(
            sql,
            row -> flow(server, types, row),
            desired.replicator(),
            desired.replicator(),
            names(desired))
        .get(0)
        .with(IndexCatalog.ofSource(session, desired.schema()));
  }

  private static String[] names(DesiredFlow desired) {
    return desired.lanes().stream().flatMap(l -> l.publications().stream()).toArray(String[]::new);
  }

  private static FlowState flow(ServerFacts server, List<DataType> types, ResultSet row)
      throws SQLException {
    long position = row.getLong("position");
    var slots = Json.read(row.getString("slots"), new TypeReference<List<JsonSlot>>() {});
    return new FlowState(
        server,
        Json.read(row.getString("publications"), new TypeReference<List<JsonPublication>>() {})
            .stream()
            .map(JsonPublication::publication)
            .toList(),
        slots.stream()
            .filter(s -> SyncSlot.of(s.name, s.active).isEmpty())
            .map(s -> s.slot(position))
            .toList(),
        slots.stream().flatMap(s -> SyncSlot.of(s.name, s.active).stream()).toList(),
        position,
        row.getBoolean("may_replicate"),
        Mark.parse(row.getString("replicator_comment")),
        types,
        Map.of(),
        Optional.empty());
  }

  private record JsonSlot(
      String name,
      boolean active,
      boolean ready,
      String walStatus,
      long lag,
      long retained,
      Long safe,
      String inactiveSince,
      boolean failover) {
    SlotState slot(long position) {
      return new SlotState(
          name,
          active,
          ready,
          walStatus,
          position,
          lag,
          retained,
          Optional.ofNullable(safe),
          Optional.ofNullable(inactiveSince),
          failover);
    }
  }

  private record JsonPublication(
      String name,
      String comment,
      boolean insert,
      boolean update,
      boolean delete,
      boolean truncate,
      List<JsonEntry> tables) {
    PublicationState publication() {
      var operations = EnumSet.noneOf(Operation.class);
      if (insert) {
        operations.add(Operation.INSERT);
      }
      if (update) {
        operations.add(Operation.UPDATE);
      }
      if (delete) {
        operations.add(Operation.DELETE);
      }
      if (truncate) {
        operations.add(Operation.TRUNCATE);
      }
      return new PublicationState(
          name,
          Mark.parse(comment),
          operations,
          tables.stream()
              .collect(
                  Collectors.toMap(
                      t -> new Relation(t.schema, t.name),
                      t -> new PublicationState.Entry(t.filtered, t.columns))));
    }
  }

  private record JsonEntry(String schema, String name, boolean filtered, List<String> columns) {}
}
