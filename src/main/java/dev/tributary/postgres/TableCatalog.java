package dev.tributary.postgres;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.tributary.federation.Column;
import dev.tributary.federation.ColumnSequence;
import dev.tributary.federation.Grant;
import dev.tributary.federation.IdentityFacts;
import dev.tributary.federation.Inheritance;
import dev.tributary.federation.Mark;
import dev.tributary.federation.Relation;
import dev.tributary.federation.ServerFacts;
import dev.tributary.federation.Table;
import dev.tributary.federation.Table.ReplicaIdentity;
import dev.tributary.federation.Trouble;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Tables with their columns, rights and keys: one query, whatever their number. */
final class TableCatalog {
  /**
   * The key is the index that UPDATE and DELETE are published by: with replica identity DEFAULT and
   * FULL the primary key, unless it is deferrable (documentation, ALTER TABLE, "REPLICA IDENTITY").
   * A role that Tributary keeps reads no views, so its rights are not among those that hold there.
   * What an expression needs is noted with the column before 15, with the expression since.
   */
  private static final String TABLES =
      """
      SELECT n.nspname AS schema,
             c.relname AS name,
             pg_get_userbyid(c.relowner) AS owner,
             pg_has_role(c.relowner, 'USAGE')
               AND CASE WHEN current_setting('server_version_num')::int >= 160000
                        THEN pg_has_role(c.relowner, 'SET') ELSE true END AS may_alter,
             c.relrowsecurity AS row_security,
             has_schema_privilege(c.relowner, n.oid, 'CREATE') AS owner_may_create,
             json_build_object(
               'partitioned', c.relkind = 'p',
               'hasChildren', EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = c.oid),
               'parents', (SELECT coalesce(json_agg(json_build_object('schema', pn.nspname, 'name', pc.relname)
                                                    ORDER BY h.inhseqno), '[]')
                             FROM pg_inherits h
                             JOIN pg_class pc ON pc.oid = h.inhparent
                             JOIN pg_namespace pn ON pn.oid = pc.relnamespace
                            WHERE h.inhrelid = c.oid)) AS inheritance,
             c.relpersistence = 'p' AS logged,
             EXISTS (SELECT FROM pg_depend e
                      WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e') AS extension,
             CASE WHEN c.relreplident = 'f' THEN 'FULL'
                  WHEN k.indexrelid IS NOT NULL THEN 'KEY'
                  ELSE 'NONE' END AS identity,
             ARRAY(SELECT a.attname
                     FROM generate_series(0, k.indnkeyatts - 1) i
                     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.indkey[i]
                    ORDER BY i) AS key,
             json_build_object(
               'setting', json_build_object(
                 'kind', CASE c.relreplident WHEN 'i' THEN 'INDEX' WHEN 'f' THEN 'FULL'
                                             WHEN 'n' THEN 'NOTHING' ELSE 'DEFAULT' END,
                 'index', coalesce((SELECT ic.relname FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
                                     WHERE c.relreplident = 'i' AND i.indrelid = c.oid AND i.indisreplident), '')),
               'uniqueIndexes', (SELECT coalesce(json_agg(json_build_object(
                                          'name', ic.relname,
                                          'columns', ARRAY(SELECT a.attname
                                                             FROM generate_series(0, i.indnkeyatts - 1) p
                                                             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[p]
                                                            ORDER BY p),
                                          'nullable', ARRAY(SELECT a.attname
                                                              FROM generate_series(0, i.indnkeyatts - 1) p
                                                              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[p]
                                                             WHERE NOT a.attnotnull ORDER BY p),
                                          'primary', i.indisprimary,
                                          'valid', i.indisvalid,
                                          'immediate', i.indimmediate,
                                          'partial', i.indpred IS NOT NULL,
                                          'expressions', i.indexprs IS NOT NULL) ORDER BY ic.relname), '[]')
                                   FROM pg_index i
                                   JOIN pg_class ic ON ic.oid = i.indexrelid
                                  WHERE i.indrelid = c.oid AND i.indisunique AND NOT i.indisexclusion),
               'leaves', (SELECT coalesce(json_agg(json_build_object(
                                   'relation', json_build_object('schema', ln.nspname, 'name', l.relname),
                                   'identity', CASE WHEN l.relreplident = 'f' THEN 'FULL'
                                                    WHEN lk.indexrelid IS NOT NULL THEN 'KEY'
                                                    ELSE 'NONE' END,
                                   'key', ARRAY(SELECT a.attname
                                                  FROM generate_series(0, lk.indnkeyatts - 1) p
                                                  JOIN pg_attribute a ON a.attrelid = l.oid AND a.attnum = lk.indkey[p]
                                                 ORDER BY p)) ORDER BY ln.nspname, l.relname), '[]')
                            FROM (%7$s) b
                            JOIN pg_class l ON l.oid = b.oid AND l.relkind = 'r'
                            JOIN pg_namespace ln ON ln.oid = l.relnamespace
                            LEFT JOIN LATERAL (%1$s) lk ON true),
               'publishedBy', ARRAY(SELECT p.pubname
                                      FROM pg_publication p
                                     WHERE (p.pubupdate OR p.pubdelete) AND (%2$s)
                                       AND coalesce(obj_description(p.oid, 'pg_publication'), '') NOT LIKE 'tributary.dev/%%'
                                     ORDER BY p.pubname)) AS identity_facts,
             (SELECT coalesce(json_agg(json_build_object(
                        'name', a.attname,
                        'number', a.attnum,
                        'type', %5$s,
                        'collation', CASE WHEN a.attcollation <> t.typcollation THEN %6$s END,
                        'notNull', a.attnotnull,
                        'generated', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
                        'portable', a.attgenerated = ''
                                    OR (a.atttypid < 16384 OR current_setting('server_version_num')::int >= 150000)
                                       AND NOT EXISTS (SELECT FROM pg_depend f
                                                    WHERE f.refobjid >= 16384 AND f.refobjid <> c.oid
                                                      AND (f.classid = 'pg_attrdef'::regclass AND f.objid = d.oid
                                                           OR f.classid = 'pg_class'::regclass AND f.objid = c.oid
                                                              AND f.objsubid = a.attnum
                                                              AND f.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass)
                                                              AND f.refobjid <> a.atttypid)),
                        'initial', CASE WHEN a.atthasmissing THEN (a.attmissingval::text::text[])[1]
                                        WHEN c.relkind = 'p' THEN (SELECT (l.attmissingval::text::text[])[1]
                                                                     FROM (%7$s) b
                                                                     JOIN pg_attribute l ON l.attrelid = b.oid
                                                                    WHERE l.attname = a.attname AND l.atthasmissing
                                                                    LIMIT 1) END,
                        'defaulted', d.oid IS NOT NULL AND a.attgenerated = '',
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
                JOIN pg_type t ON t.oid = a.atttypid
                LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
               WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
             (SELECT coalesce(json_agg(DISTINCT jsonb_build_object(
                        'grantee', coalesce(g.rolname, ''),
                        'privilege', x.privilege_type,
                        'grantable', x.is_grantable)), '[]')
                FROM aclexplode(c.relacl) x
                LEFT JOIN pg_roles g ON g.oid = x.grantee
               WHERE (x.grantee = 0 OR g.oid IS NOT NULL)
                 AND coalesce(shobj_description(g.oid, 'pg_authid'), '') NOT LIKE '%%tributary.dev/SourceDatabase %%') AS grants,
             (SELECT coalesce(json_agg(json_build_object(
                        'schema', sn.nspname, 'name', s.relname, 'column', a.attname, 'kind', q.kind)
                        ORDER BY a.attnum, s.relname), '[]')
                FROM (SELECT o.objid AS sequence, o.refobjsubid AS attnum,
                             CASE o.deptype WHEN 'i' THEN 'IDENTITY' ELSE 'OWNED' END AS kind
                        FROM pg_depend o
                       WHERE o.classid = 'pg_class'::regclass AND o.refclassid = 'pg_class'::regclass
                         AND o.refobjid = c.oid AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i')
                       UNION ALL
                      SELECT u.refobjid, d.adnum, 'USED'
                        FROM pg_attrdef d
                        JOIN pg_depend u ON u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid
                                        AND u.refclassid = 'pg_class'::regclass
                       WHERE d.adrelid = c.oid
                         AND NOT EXISTS (SELECT FROM pg_depend o
                                          WHERE o.classid = 'pg_class'::regclass AND o.objid = u.refobjid
                                            AND o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i'))) q
                JOIN pg_class s ON s.oid = q.sequence AND s.relkind = 'S'
                JOIN pg_namespace sn ON sn.oid = s.relnamespace
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = q.attnum) AS sequences,
             ARRAY(SELECT ic.relname FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
                    WHERE i.indrelid = c.oid ORDER BY ic.relname) AS indexes,
             ARRAY(SELECT p.pubname
                     FROM pg_publication p
                    WHERE (%2$s)
                      AND coalesce(obj_description(p.oid, 'pg_publication'), '') NOT LIKE 'tributary.dev/%%'
                    ORDER BY p.pubname) AS published_by,
             ARRAY(SELECT p.pubname
                     FROM pg_publication p
                     JOIN pg_publication_rel pr ON pr.prpubid = p.oid
                    WHERE pr.prrelid = c.oid AND obj_description(p.oid, 'pg_publication') LIKE 'tributary.dev/%%'
                    ORDER BY p.pubname) AS flows,
             coalesce(has_table_privilege(r.oid, c.oid, 'SELECT') AND has_schema_privilege(r.oid, n.oid, 'USAGE')
                      AND (NOT c.relrowsecurity OR r.rolsuper OR r.rolbypassrls
                           OR pg_has_role(r.oid, c.relowner, 'USAGE') AND NOT c.relforcerowsecurity), false)
               AS replicator_may_select,
             obj_description(c.oid, 'pg_class') AS comment,
             %3$s AS bytes,
             greatest(c.reltuples, 0)::bigint AS estimated_rows,
             c.oid::bigint AS oid,
             c.relnatts AS last_number,
             CASE WHEN c.relkind = 'p'
                  THEN (SELECT coalesce(md5(string_agg(l.relfilenode::text, ' ' ORDER BY l.relfilenode)), '')
                          FROM (%7$s) b JOIN pg_class l ON l.oid = b.oid AND l.relkind = 'r')
                  ELSE c.relfilenode::text END AS file
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_roles r ON r.rolname = ?
        LEFT JOIN LATERAL (%4$s) k ON true
       WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY (?)
       ORDER BY n.nspname, c.relname
      """;

  /** What is below a partitioned table, at any depth. */
  private static final String BELOW =
      """
      WITH RECURSIVE below AS (
        SELECT h.inhrelid AS oid FROM pg_inherits h WHERE c.relkind = 'p' AND h.inhparent = c.oid
         UNION ALL
        SELECT h.inhrelid FROM below JOIN pg_inherits h ON h.inhparent = below.oid)
      SELECT oid FROM below""";

  /** The index whose key finds the rows of a table, whose alias is put in. */
  private static final String KEY =
      """
      SELECT i.indexrelid, i.indnkeyatts, i.indkey
        FROM pg_index i
       WHERE i.indrelid = %1$s.oid AND i.indisvalid
         AND CASE %1$s.relreplident WHEN 'i' THEN i.indisreplident
                                    WHEN 'n' THEN false
                                    ELSE i.indisprimary AND i.indimmediate END
       LIMIT 1
      """;

  private static final String IN_PUBLICATION =
      "p.puballtables OR EXISTS (SELECT FROM pg_publication_rel pr WHERE pr.prpubid = p.oid AND pr.prrelid = c.oid)";

  private static final String IN_PUBLISHED_SCHEMA =
      " OR EXISTS (SELECT FROM pg_publication_namespace pn WHERE pn.pnpubid = p.oid AND pn.pnnspid = n.oid)";

  /**
   * As of the last VACUUM or ANALYZE. Asking for the true size would wait behind an ALTER TABLE.
   */
  private static final String ESTIMATED_SIZE =
      "c.relpages::bigint * current_setting('block_size')::bigint";

  private static final String TRUE_SIZE = "coalesce(pg_relation_size(c.oid), 0)";

  private TableCatalog() {}

  /**
   * The tables of these schemas of a source, with estimated sizes.
   *
   * @param replicator the role whose right to read them is asked for
   */
  static List<Table> ofSource(
      Session session, ServerFacts server, Collection<String> schemas, String replicator)
      throws Trouble {
    return tables(session, server, schemas, replicator, ESTIMATED_SIZE);
  }

  /**
   * The tables of a schema of the target, with true sizes: whether one is empty has to be right.
   */
  static List<Table> ofTarget(Session session, ServerFacts server, String schema) throws Trouble {
    return tables(session, server, List.of(schema), server.role(), TRUE_SIZE);
  }

  private static List<Table> tables(
      Session session,
      ServerFacts server,
      Collection<String> schemas,
      String replicator,
      String size)
      throws Trouble {
    return session.query(
        TABLES.formatted(
            KEY.formatted("l"),
            IN_PUBLICATION + (server.version() >= 150000 ? IN_PUBLISHED_SCHEMA : ""),
            size,
            KEY.formatted("c"),
            TypeCatalog.type("a.atttypid", "a.atttypmod"),
            TypeCatalog.collation("a.attcollation"),
            BELOW),
        TableCatalog::table,
        replicator,
        schemas.toArray(String[]::new));
  }

  private static Table table(ResultSet row) throws SQLException {
    return new Table(
        row.getString("schema"),
        row.getString("name"),
        row.getString("owner"),
        row.getBoolean("may_alter"),
        row.getBoolean("owner_may_create"),
        row.getBoolean("row_security"),
        Json.read(row.getString("inheritance"), new TypeReference<Inheritance>() {}),
        row.getBoolean("logged"),
        row.getBoolean("extension"),
        ReplicaIdentity.valueOf(row.getString("identity")),
        texts(row, "key"),
        Json.read(row.getString("identity_facts"), new TypeReference<IdentityFacts>() {}),
        Json.read(row.getString("columns"), new TypeReference<List<JsonColumn>>() {}).stream()
            .map(JsonColumn::column)
            .toList(),
        Json.read(row.getString("grants"), new TypeReference<List<Grant>>() {}),
        Mark.above(row.getString("comment")),
        Json.read(row.getString("sequences"), new TypeReference<List<ColumnSequence>>() {}),
        texts(row, "indexes"),
        texts(row, "published_by"),
        texts(row, "flows"),
        row.getBoolean("replicator_may_select"),
        Mark.parse(row.getString("comment")),
        row.getLong("bytes"),
        row.getLong("estimated_rows"),
        row.getLong("oid"),
        row.getString("file"),
        row.getInt("last_number"));
  }

  static List<String> texts(ResultSet row, String column) throws SQLException {
    return List.of((String[]) row.getArray(column).getArray());
  }

  private record JsonColumn(
      int number,
      String name,
      TypeCatalog.JsonType type,
      Relation collation,
      boolean notNull,
      String generated,
      boolean portable,
      String initial,
      boolean defaulted,
      String comment,
      List<Grant> grants) {
    Column column() {
      return new Column(
          number,
          name,
          type.type(),
          Optional.ofNullable(collation),
          notNull,
          Optional.ofNullable(generated),
          portable,
          Optional.ofNullable(initial),
          defaulted,
          grants,
          Optional.ofNullable(comment));
    }
  }
}
