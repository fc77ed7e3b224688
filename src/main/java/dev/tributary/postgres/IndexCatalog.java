package dev.tributary.postgres;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.tributary.federation.Index;
import dev.tributary.federation.IndexBuild;
import dev.tributary.federation.Mark;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Relation;
import dev.tributary.federation.TargetIndexes;
import dev.tributary.federation.Trouble;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Indexes of the tables of a schema: one query, whatever their number. */
final class IndexCatalog {
  /**
   * Of partitioned tables those of the root. {@code pg_get_indexdef} locks the table for a moment
   * (source: set_relation_column_names in ruleutils.c), so it waits behind an ALTER TABLE, but not
   * for long: looking at everything else is worth more.
   *
   * <p>Objects with an OID below 16384 are PostgreSQL's own (source: transam.h,
   * FirstNormalObjectId).
   */
  private static final String INDEXES =
      """
      WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', '200ms', true) AS set)
      SELECT i.indexrelid::bigint AS oid,
             n.nspname AS schema,
             t.relname AS table,
             c.relname AS name,
             i.indisunique AND i.indimmediate AND NOT i.indisexclusion AS is_unique,
             i.indisvalid AND i.indisready AND i.indislive AS valid,
             CASE t.relreplident WHEN 'i' THEN i.indisreplident
                                 WHEN 'n' THEN false
                                 ELSE i.indisprimary AND i.indimmediate END AS key,
             substr(pg_get_indexdef(i.indexrelid),
                    length(format('CREATE %sINDEX %I ON %s%I.%I ',
                                  CASE WHEN i.indisunique THEN 'UNIQUE ' END, c.relname,
                                  CASE WHEN c.relkind = 'I' THEN 'ONLY ' END, n.nspname, t.relname)) + 1) AS definition,
             ARRAY(SELECT a.attname
                     FROM pg_attribute a
                    WHERE a.attrelid = t.oid AND a.attnum > 0
                      AND (a.attnum = ANY (i.indkey::int2[])
                           OR EXISTS (SELECT FROM pg_depend d
                                       WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                                         AND d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid
                                         AND d.refobjsubid = a.attnum))
                    ORDER BY a.attnum) AS columns,
             (SELECT coalesce(json_agg(DISTINCT jsonb_build_object(
                        'kind', o.kind, 'schema', o.schema, 'name', o.name, 'extension', x.extname)), '[]')
                FROM pg_depend d
                JOIN LATERAL (
                     SELECT 'type' AS kind, yn.nspname AS schema, coalesce(e.typname, y.typname) AS name,
                            coalesce(e.oid, y.oid) AS oid
                       FROM pg_type y
                       LEFT JOIN pg_type e ON e.oid = y.typelem AND y.typcategory = 'A'
                       JOIN pg_namespace yn ON yn.oid = coalesce(e.typnamespace, y.typnamespace)
                      WHERE d.refclassid = 'pg_type'::regclass AND y.oid = d.refobjid
                      UNION ALL
                     SELECT 'function', pn.nspname, p.proname, p.oid
                       FROM pg_proc p JOIN pg_namespace pn ON pn.oid = p.pronamespace
                      WHERE d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
                      UNION ALL
                     SELECT 'operator', rn.nspname, r.oprname, r.oid
                       FROM pg_operator r JOIN pg_namespace rn ON rn.oid = r.oprnamespace
                      WHERE d.refclassid = 'pg_operator'::regclass AND r.oid = d.refobjid
                      UNION ALL
                     SELECT 'operator class', kn.nspname, k.opcname, k.oid
                       FROM pg_opclass k JOIN pg_namespace kn ON kn.oid = k.opcnamespace
                      WHERE d.refclassid = 'pg_opclass'::regclass AND k.oid = d.refobjid
                      UNION ALL
                     SELECT 'collation', ln.nspname, l.collname, l.oid
                       FROM pg_collation l JOIN pg_namespace ln ON ln.oid = l.collnamespace
                      WHERE d.refclassid = 'pg_collation'::regclass AND l.oid = d.refobjid) o ON true
                LEFT JOIN pg_depend m ON m.classid = d.refclassid AND m.objid = o.oid AND m.deptype = 'e'
                LEFT JOIN pg_extension x ON x.oid = m.refobjid
               WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refobjid >= 16384) AS needs,
             obj_description(c.oid, 'pg_class') AS comment,
             c.relpages::bigint * current_setting('block_size')::bigint AS bytes
        FROM patience
        CROSS JOIN pg_index i
        JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_class t ON t.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = t.relnamespace
       WHERE patience.set IS NOT NULL AND n.nspname = ? AND t.relkind IN ('r', 'p') AND NOT t.relispartition
       ORDER BY n.nspname, t.relname, c.relname
      """;

  /** What else decides about the indexes of a schema. */
  private static final String AROUND =
      """
      SELECT ARRAY(SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = s.name) AS taken,
             ARRAY(SELECT t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                    WHERE n.nspname = s.name) AS types,
             (SELECT coalesce(json_object_agg(x.extname, n.nspname), '{}')
                FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace) AS extensions,
             (SELECT coalesce(json_agg(json_build_object(
                        'schema', n.nspname, 'table', t.relname, 'index', coalesce(c.relname, ''), 'phase', p.phase,
                        'blocksDone', p.blocks_done, 'blocksTotal', p.blocks_total,
                        'tuplesDone', p.tuples_done, 'tuplesTotal', p.tuples_total) ORDER BY p.pid), '[]')
                FROM pg_stat_progress_create_index p
                JOIN pg_class t ON t.oid = p.relid
                JOIN pg_namespace n ON n.oid = t.relnamespace
                LEFT JOIN pg_class c ON c.oid = p.index_relid
               WHERE p.datname = current_database()) AS running
        FROM (SELECT ?::name AS name) s
      """;

  private IndexCatalog() {}

  /** Those of a source; nothing while somebody keeps a table to himself. */
  static Optional<List<Index>> ofSource(Session session, String schema) throws Trouble {
    try {
      return Optional.of(indexes(session, schema));
    } catch (Trouble e) {
      if (e.problem().reason() == Reason.LockTimeout) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Two queries: those of a target, and what else decides about them. */
  static TargetIndexes ofTarget(Session session, String schema) throws Trouble {
    var indexes = indexes(session, schema);
    return session.query(AROUND, row -> around(indexes, row), schema).get(0);
  }

  private static List<Index> indexes(Session session, String schema) throws Trouble {
    return session.query(INDEXES, IndexCatalog::index, schema);
  }

  /** One that is dropped meanwhile has no definition any more. */
  private static Index index(ResultSet row) throws SQLException {
    var definition = Optional.ofNullable(row.getString("definition"));
    return new Index(
        row.getLong("oid"),
        new Relation(row.getString("schema"), row.getString("table")),
        row.getString("name"),
        row.getBoolean("is_unique"),
        row.getBoolean("valid") && definition.isPresent(),
        row.getBoolean("key"),
        definition.orElse(""),
        TableCatalog.texts(row, "columns"),
        Json.read(row.getString("needs"), new TypeReference<List<JsonNeed>>() {}).stream()
            .map(JsonNeed::need)
            .toList(),
        Mark.parse(row.getString("comment")),
        row.getLong("bytes"));
  }

  private static TargetIndexes around(List<Index> indexes, ResultSet row) throws SQLException {
    return new TargetIndexes(
        indexes,
        Set.copyOf(TableCatalog.texts(row, "taken")),
        Set.copyOf(TableCatalog.texts(row, "types")),
        Json.read(row.getString("extensions"), new TypeReference<Map<String, String>>() {}),
        Json.read(row.getString("running"), new TypeReference<List<JsonBuild>>() {}).stream()
            .map(JsonBuild::build)
            .toList(),
        Map.of());
  }

  private record JsonNeed(String kind, String schema, String name, String extension) {
    Index.Need need() {
      return new Index.Need(kind, schema, name, Optional.ofNullable(extension));
    }
  }

  private record JsonBuild(
      String schema,
      String table,
      String index,
      String phase,
      long blocksDone,
      long blocksTotal,
      long tuplesDone,
      long tuplesTotal) {
    IndexBuild build() {
      return new IndexBuild(
          new Relation(schema, table),
          index,
          phase,
          blocksDone,
          blocksTotal,
          tuplesDone,
          tuplesTotal);
    }
  }
}
