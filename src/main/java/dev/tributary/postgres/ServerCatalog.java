package dev.tributary.postgres;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.tributary.federation.DefaultPrivilege;
import dev.tributary.federation.Grant;
import dev.tributary.federation.Mark;
import dev.tributary.federation.RoleSearchPath;
import dev.tributary.federation.SchemaFacts;
import dev.tributary.federation.ServerFacts;
import dev.tributary.federation.Trouble;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The server, the database, the role and schemas: what both sides are asked. */
public final class ServerCatalog {
  private static final String SERVER =
      """
      SELECT current_setting('server_version_num')::int AS version,
             split_part(current_setting('server_version'), ' ', 1) AS version_text,
             current_setting('wal_level') AS wal_level,
             pg_is_in_recovery() AS standby,
             d.datname AS database,
             r.rolname AS role,
             r.rolsuper AS superuser,
             r.rolreplication AS replication,
             has_database_privilege(d.oid, 'CREATE') AS may_create_schema,
             pg_has_role(d.datdba, 'USAGE') AS may_alter_database,
             EXISTS (SELECT FROM pg_roles p
                      WHERE p.rolname = 'pg_create_subscription' AND pg_has_role(p.oid, 'USAGE')) AS may_subscribe,
             (SELECT substr(c, length('search_path=') + 1)
                FROM pg_db_role_setting s, unnest(s.setconfig) c
               WHERE s.setdatabase = d.oid AND s.setrole = 0 AND c LIKE 'search\\_path=%') AS search_path,
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
                       WHERE s.setdatabase IN (0, d.oid) AND s.setrole <> 0 AND c LIKE 'search\\_path=%'
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
                 AND (x.grantee = 0 OR g.oid IS NOT NULL)) AS defaults
        FROM pg_namespace n
       WHERE n.nspname = ANY (?)
       ORDER BY n.nspname
      """;

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
        Json.read(row.getString("table_defaults"), new TypeReference<List<Grant>>() {}));
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
                    row.getString("defaults"), new TypeReference<List<DefaultPrivilege>>() {})),
        (Object) names.toArray(String[]::new));
  }

  private record JsonSearchPath(
      String role, String inDatabase, String everywhere, boolean uses, boolean mayAlter) {
    RoleSearchPath path() {
      return new RoleSearchPath(
          role, Optional.ofNullable(inDatabase), Optional.ofNullable(everywhere), uses, mayAlter);
    }
  }
}
