package dev.tributary.postgres;

import dev.tributary.federation.Relation;
import dev.tributary.federation.Sql;
import dev.tributary.federation.Surroundings;
import dev.tributary.federation.Surroundings.How;
import dev.tributary.federation.Surroundings.Statement;
import dev.tributary.federation.Surroundings.Use;
import dev.tributary.federation.Trouble;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What uses the tables of some schemas: asked only when something is about to change for it. */
final class SurroundingsCatalog {
  /** A body is text to the server; one pass finds every qualified name in it. */
  private static final String USES =
      """
      WITH t AS (
        SELECT c.oid, c.reltype, n.nspname AS schema, c.relname AS name
          FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname = ANY (?)),
      f AS (
        SELECT DISTINCT p.oid, coalesce(m[1], lower(m[2])) AS schema, coalesce(m[3], lower(m[4])) AS name
          FROM pg_proc p
          JOIN pg_namespace n ON n.oid = p.pronamespace
          JOIN pg_language l ON l.oid = p.prolang
         CROSS JOIN regexp_matches(
                 p.prosrc, '(?:"([^"]+)"|(\\w+))\\s*\\.\\s*(?:"([^"]+)"|(\\w+))', 'g') m
         WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
           AND l.lanname NOT IN ('internal', 'c'))
      SELECT 'FUNCTION_BODY' AS how, t.schema, t.name, f.oid::regprocedure::text AS object
        FROM f
        JOIN t ON t.schema = f.schema AND t.name = f.name
       UNION
      SELECT 'EVENT_TRIGGER_BODY', t.schema, t.name, e.evtname::text
        FROM pg_event_trigger e
        JOIN f ON f.oid = e.evtfoid
        JOIN t ON t.schema = f.schema AND t.name = f.name
       WHERE e.evtenabled <> 'D' AND e.evtevent IN ('ddl_command_start', 'ddl_command_end', 'sql_drop')
       UNION
      SELECT 'ROW_TYPE', t.schema, t.name, p.oid::regprocedure::text
        FROM t
        JOIN pg_type y ON y.oid = t.reltype
        JOIN pg_proc p ON y.oid = ANY (p.proargtypes) OR y.typarray = ANY (p.proargtypes)
       UNION
      SELECT 'TRANSITION_TABLE', t.schema, t.name, g.tgname::text
        FROM t
        JOIN pg_trigger g ON g.tgrelid = t.oid
       WHERE g.tgoldtable IS NOT NULL OR g.tgnewtable IS NOT NULL
       UNION
      SELECT CASE v.relkind WHEN 'm' THEN 'MATERIALIZED_VIEW' ELSE 'VIEW' END, t.schema, t.name, v.oid::regclass::text
        FROM t
        JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid
                        AND d.classid = 'pg_rewrite'::regclass
        JOIN pg_rewrite r ON r.oid = d.objid
        JOIN pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
       UNION
      SELECT 'EVENT_TRIGGER', NULL, NULL, evtname::text
        FROM pg_event_trigger
       WHERE evtenabled <> 'D' AND evtevent IN ('ddl_command_start', 'ddl_command_end', 'sql_drop')
         AND coalesce(obj_description(oid, 'pg_event_trigger'), '') NOT LIKE 'tributary.dev/%'
       ORDER BY 1, 2, 3, 4
      """;

  /** The extension may be there without its library, and then fails. */
  private static final String STATEMENTS_SCHEMA =
      """
      SELECT n.nspname AS schema
        FROM pg_extension e
        JOIN pg_namespace n ON n.oid = e.extnamespace
       WHERE e.extname = 'pg_stat_statements'
         AND EXISTS (SELECT FROM pg_settings WHERE name = 'pg_stat_statements.max')
      """;

  private static final String STATEMENTS =
      """
      SELECT s.query, sum(s.calls)::bigint AS calls
        FROM %s s
       WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       GROUP BY s.query
       ORDER BY calls DESC
      """;

  /** When a session of another role began is known to members of pg_read_all_stats only. */
  private static final String OLD_SESSIONS =
      """
      SELECT count(*) AS sessions
        FROM pg_stat_activity a
       WHERE a.datname = current_database() AND a.backend_type = 'client backend'
         AND a.backend_start < (SELECT max(since) FROM %s WHERE kind = 'TABLE')
      """;

  private static final String HIDDEN = "<insufficient privilege>";

  private SurroundingsCatalog() {}

  /**
   * Two queries, one more where pg_stat_statements is there, and one where tables have moved.
   *
   * @param before the table that remembers when tables moved
   */
  static Surroundings observe(
      Session session, Collection<String> schemas, Optional<Relation> before) throws Trouble {
    record Found(String how, String schema, String name, String object) {}
    var found =
        session.query(
            USES,
            row ->
                new Found(
                    row.getString("how"),
                    row.getString("schema"),
                    row.getString("name"),
                    row.getString("object")),
            (Object) schemas.toArray(String[]::new));
    var statements = statements(session);
    return new Surroundings(
        found.stream()
            .filter(f -> f.schema != null)
            .map(f -> new Use(How.valueOf(f.how), new Relation(f.schema, f.name), f.object))
            .toList(),
        found.stream().filter(f -> f.schema == null).map(Found::object).toList(),
        statements.stream().filter(s -> !s.text().equals(HIDDEN)).toList(),
        statements.stream().filter(s -> s.text().equals(HIDDEN)).count(),
        oldSessions(session, before));
  }

  private static long oldSessions(Session session, Optional<Relation> before) throws Trouble {
    return before.isEmpty()
        ? 0
        : session
            .query(OLD_SESSIONS.formatted(before.get().qualified()), row -> row.getLong("sessions"))
            .get(0);
  }

  private static List<Statement> statements(Session session) throws Trouble {
    var schema = session.query(STATEMENTS_SCHEMA, row -> row.getString("schema"));
    return schema.isEmpty()
        ? List.of()
        : session.query(
            STATEMENTS.formatted(Sql.qualified(schema.get(0), "pg_stat_statements")),
            row -> new Statement(row.getString("query"), row.getLong("calls")));
  }
}
