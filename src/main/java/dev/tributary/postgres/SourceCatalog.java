package dev.tributary.postgres;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.federation.DesiredFlow;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.FlowState;
import dev.tributary.federation.Grant;
import dev.tributary.federation.Mark;
import dev.tributary.federation.PublicationState;
import dev.tributary.federation.Relation;
import dev.tributary.federation.SchemaFacts;
import dev.tributary.federation.ServerFacts;
import dev.tributary.federation.SlotState;
import dev.tributary.federation.SourceState;
import dev.tributary.federation.Trouble;
import dev.tributary.federation.View;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a source's catalog says, in five queries at most. */
public final class SourceCatalog {
  private static final String RELATIONS =
      """
      SELECT n.nspname AS schema,
             c.relname AS name,
             c.relkind = 'v' AS is_view,
             pg_get_userbyid(c.relowner) AS owner,
             b.schema AS base_schema,
             b.name AS base_name,
             ARRAY(SELECT a.attname FROM pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS columns,
             (SELECT coalesce(json_agg(DISTINCT jsonb_build_object(
                        'grantee', coalesce(g.rolname, ''),
                        'privilege', x.privilege_type,
                        'grantable', x.is_grantable)), '[]')
                FROM aclexplode(c.relacl) x
                LEFT JOIN pg_roles g ON g.oid = x.grantee
               WHERE c.relkind = 'v' AND (x.grantee = 0 OR g.oid IS NOT NULL)) AS grants,
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
      """;

  private static final String FLOW =
      """
      SELECT p.pubname IS NOT NULL AS published,
             obj_description(p.oid, 'pg_publication') AS comment,
             p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate,
             (SELECT coalesce(json_agg(json_build_object('schema', n.nspname, 'name', c.relname)), '[]')
                FROM pg_publication_rel r
                JOIN pg_class c ON c.oid = r.prrelid
                JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE r.prpubid = p.oid) AS tables,
             s.slot_name IS NOT NULL AS has_slot,
             s.active,
             s.confirmed_flush_lsn IS NOT NULL AS ready,
             s.wal_status,
             pg_wal_lsn_diff(now_lsn.lsn, '0/0')::bigint AS position,
             pg_wal_lsn_diff(now_lsn.lsn, s.confirmed_flush_lsn)::bigint AS lag,
             pg_wal_lsn_diff(now_lsn.lsn, s.restart_lsn)::bigint AS retained,
             EXISTS (SELECT FROM pg_roles WHERE rolname = ? AND (rolreplication OR rolsuper)) AS may_replicate
        FROM (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn) now_lsn
        LEFT JOIN pg_publication p ON p.pubname = ?
        LEFT JOIN pg_replication_slots s ON s.slot_name = ?
      """;

  private SourceCatalog() {}

  /**
   * Four queries: the server, the schemas, the tables, the other relations.
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
    return new SourceState(
        server,
        named(schemas, desired.name()),
        schemas.stream().filter(s -> desired.from().contains(s.name())).toList(),
        tables,
        relations.stream().filter(Found::isView).map(Found::view).toList(),
        relations.stream().map(r -> r.view().relation()).collect(Collectors.toSet()));
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
              TableCatalog.texts(row, "columns"),
              Json.read(row.getString("grants"), new TypeReference<List<Grant>>() {}),
              row.getBoolean("invoker"),
              Mark.parse(row.getString("comment"))),
          row.getBoolean("is_view"));
    }
  }

  /** One query: publication and slot of a flow. */
  public static FlowState flow(Session session, ServerFacts server, DesiredFlow desired)
      throws Trouble {
    return session
        .query(
            FLOW,
            row -> flow(server, row, desired.name()),
            desired.replicator(),
            desired.name(),
            desired.name())
        .get(0);
  }

  private static FlowState flow(ServerFacts server, ResultSet row, String name)
      throws SQLException {
    Optional<PublicationState> publication = Optional.empty();
    if (row.getBoolean("published")) {
      publication =
          Optional.of(
              new PublicationState(
                  name,
                  Mark.parse(row.getString("comment")),
                  operations(row),
                  Json.read(row.getString("tables"), new TypeReference<Set<Relation>>() {})));
    }
    Optional<SlotState> slot = Optional.empty();
    if (row.getBoolean("has_slot")) {
      slot =
          Optional.of(
              new SlotState(
                  name,
                  row.getBoolean("active"),
                  row.getBoolean("ready"),
                  row.getString("wal_status"),
                  row.getLong("position"),
                  row.getLong("lag"),
                  row.getLong("retained")));
    }
    return new FlowState(server, publication, slot, row.getBoolean("may_replicate"));
  }

  private static Set<Operation> operations(ResultSet row) throws SQLException {
    var operations = EnumSet.noneOf(Operation.class);
    for (Operation operation : Operation.values()) {
      if (row.getBoolean("pub" + operation.name().toLowerCase(java.util.Locale.ROOT))) {
        operations.add(operation);
      }
    }
    return operations;
  }
}
