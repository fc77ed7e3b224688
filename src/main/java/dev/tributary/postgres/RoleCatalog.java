package dev.tributary.postgres;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.tributary.federation.Mark;
import dev.tributary.federation.Relation;
import dev.tributary.federation.RoleFacts;
import dev.tributary.federation.RoleState;
import dev.tributary.federation.Trouble;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The roles of a source's server that matter to it, and what may be done with them. */
public final class RoleCatalog {
  private static final String FACTS =
      """
      SELECT r.rolcreaterole AS create_role,
             r.rolbypassrls AS bypass_row_security,
             (SELECT CASE WHEN current_setting('server_version_num')::int >= 160000
                          THEN pg_has_role(g.oid, 'MEMBER WITH ADMIN OPTION')
                          ELSE r.rolcreaterole END
                FROM pg_roles g WHERE g.rolname = 'rds_replication') AS may_grant_rds_replication,
             (SELECT coalesce(json_agg(json_build_object('name', s.slot_name, 'active', s.active)
                                       ORDER BY s.slot_name), '[]')
                FROM pg_replication_slots s
               WHERE s.database = current_database() AND s.slot_name LIKE 'tributary\\_%') AS slots
        FROM pg_roles r
       WHERE r.rolname = current_user
      """;

  /**
   * What was granted by the owner of a thing can be taken back by whoever is the owner. Everything
   * else that pg_shdepend has of a role stands in the way of dropping it. Until 13 it has an entry
   * of the first superuser that names nothing.
   */
  private static final String ROLES =
      """
      WITH here AS (SELECT * FROM pg_database WHERE datname = current_database()),
      role AS (
        SELECT r.*, shobj_description(r.oid, 'pg_authid') AS comment
          FROM pg_roles r
         WHERE r.rolname = ? OR shobj_description(r.oid, 'pg_authid') LIKE '%tributary.dev/SourceDatabase %'),
      given AS (
        SELECT r.oid AS role, 'pg_database'::regclass AS classid, d.oid AS objid, NULL::name AS schema, NULL::name AS name
          FROM role r, here d, aclexplode(d.datacl) x
         WHERE x.grantee = r.oid AND x.grantor = d.datdba AND x.privilege_type = 'CONNECT'
           AND pg_has_role(d.datdba, 'USAGE')
         UNION ALL
        SELECT r.oid, 'pg_namespace'::regclass, n.oid, n.nspname, NULL
          FROM role r, pg_namespace n, aclexplode(n.nspacl) x
         WHERE x.grantee = r.oid AND x.grantor = n.nspowner AND x.privilege_type = 'USAGE'
           AND pg_has_role(n.nspowner, 'USAGE')
         UNION ALL
        SELECT r.oid, 'pg_class'::regclass, c.oid, n.nspname, c.relname
          FROM role r
          JOIN pg_shdepend s ON s.refclassid = 'pg_authid'::regclass AND s.refobjid = r.oid
                            AND s.classid = 'pg_class'::regclass AND s.objsubid = 0 AND s.deptype = 'a'
                            AND s.dbid = (SELECT oid FROM here)
          JOIN pg_class c ON c.oid = s.objid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
          JOIN pg_namespace n ON n.oid = c.relnamespace,
               aclexplode(c.relacl) x
         WHERE x.grantee = r.oid AND x.grantor = c.relowner AND x.privilege_type = 'SELECT'
           AND pg_has_role(c.relowner, 'USAGE'))
      SELECT r.rolname AS name,
             r.comment,
             r.rolcanlogin AS login,
             r.rolsuper AS superuser,
             r.rolreplication AS replication,
             r.rolreplication OR r.rolsuper
               OR EXISTS (SELECT FROM pg_roles g
                           WHERE g.rolname = 'rds_replication' AND pg_has_role(r.oid, g.oid, 'MEMBER')) AS may_replicate,
             r.rolbypassrls AS bypass_row_security,
             has_database_privilege(r.oid, d.oid, 'CONNECT') AS may_connect,
             coalesce((SELECT has_schema_privilege(r.oid, n.oid, 'USAGE')
                         FROM pg_namespace n WHERE n.nspname = ?), false) AS may_use_schema,
             pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION') AS administered,
             EXISTS (SELECT FROM given g WHERE g.role = r.oid AND g.classid = 'pg_database'::regclass) AS connect,
             ARRAY(SELECT g.schema FROM given g
                    WHERE g.role = r.oid AND g.classid = 'pg_namespace'::regclass) AS schemas,
             (SELECT coalesce(json_agg(json_build_object('schema', g.schema, 'name', g.name)), '[]')
                FROM given g WHERE g.role = r.oid AND g.classid = 'pg_class'::regclass) AS relations,
             ARRAY(SELECT DISTINCT
                          CASE WHEN s.dbid IN (0, d.oid) THEN pg_describe_object(s.classid, s.objid, s.objsubid)
                               ELSE 'something in database ' || (SELECT o.datname FROM pg_database o WHERE o.oid = s.dbid)
                               END AS thing
                     FROM pg_shdepend s
                    WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = r.oid AND s.deptype <> 'p'
                      AND NOT EXISTS (SELECT FROM given g
                                       WHERE g.role = r.oid AND g.classid = s.classid AND g.objid = s.objid
                                         AND s.deptype = 'a')
                    ORDER BY thing) AS elsewhere,
             EXISTS (SELECT FROM pg_stat_activity a WHERE a.usesysid = r.oid) AS connected
        FROM role r, here d
       ORDER BY r.rolname
      """;

  private RoleCatalog() {}

  /**
   * One query, and another where a role is kept, or was.
   *
   * @param kept whether the role is to be kept
   * @param role name of the role that replicates
   * @param schema of the tables
   */
  public static RoleFacts observe(Session session, boolean kept, String role, String schema)
      throws Trouble {
    var roles = session.query(ROLES, RoleCatalog::role, role, schema);
    if (!kept && roles.stream().allMatch(r -> r.mark().isEmpty())) {
      return new RoleFacts(false, false, Optional.empty(), List.of(), roles);
    }
    return session
        .query(
            FACTS,
            row ->
                new RoleFacts(
                    row.getBoolean("create_role"),
                    row.getBoolean("bypass_row_security"),
                    Optional.ofNullable((Boolean) row.getObject("may_grant_rds_replication")),
                    Json.read(row.getString("slots"), new TypeReference<List<RoleFacts.Slot>>() {}),
                    roles))
        .get(0);
  }

  private static RoleState role(ResultSet row) throws SQLException {
    return new RoleState(
        row.getString("name"),
        Mark.parse(row.getString("comment")),
        Mark.above(row.getString("comment")),
        row.getBoolean("login"),
        row.getBoolean("superuser"),
        row.getBoolean("replication"),
        row.getBoolean("may_replicate"),
        row.getBoolean("bypass_row_security"),
        row.getBoolean("may_connect"),
        row.getBoolean("may_use_schema"),
        row.getBoolean("administered"),
        row.getBoolean("connect"),
        Set.copyOf(TableCatalog.texts(row, "schemas")),
        Json.read(row.getString("relations"), new TypeReference<Set<Relation>>() {}),
        TableCatalog.texts(row, "elsewhere"),
        row.getBoolean("connected"));
  }
}
