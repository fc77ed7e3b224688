package dev.tributary.postgres;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.tributary.federation.ColumnType;
import dev.tributary.federation.DataType;
import dev.tributary.federation.DataType.Attribute;
import dev.tributary.federation.DataType.Kind;
import dev.tributary.federation.DataType.Label;
import dev.tributary.federation.Mark;
import dev.tributary.federation.Relation;
import dev.tributary.federation.ServerFacts;
import dev.tributary.federation.TargetTypes;
import dev.tributary.federation.Trouble;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The types that somebody has made in a database: one query, whatever their number. */
final class TypeCatalog {
  /**
   * Row types of tables are not among them: two tables of one name, on both sides, have them
   * already. Neither are types of extensions, nor what only C can make.
   */
  private static final String TYPES =
      """
      SELECT coalesce(json_agg(json_build_object(
               'oid', t.oid::bigint,
               'name', json_build_object('schema', n.nspname, 'name', t.typname),
               'kind', CASE t.typtype WHEN 'e' THEN 'ENUM' WHEN 'd' THEN 'DOMAIN' WHEN 'r' THEN 'RANGE' ELSE 'COMPOSITE' END,
               'labels', (SELECT coalesce(json_agg(json_build_object('oid', e.oid::bigint, 'text', e.enumlabel)
                                                   ORDER BY e.enumsortorder), '[]')
                            FROM pg_enum e WHERE e.enumtypid = t.oid),
               'base', CASE t.typtype WHEN 'd' THEN %1$s WHEN 'r' THEN %2$s END,
               'collation', CASE WHEN t.typtype = 'd' AND t.typcollation <> b.typcollation THEN %3$s
                                 WHEN t.typtype = 'r' AND r.rngcollation <> s.typcollation THEN %4$s END,
               'attributes', (SELECT coalesce(json_agg(json_build_object(
                                       'name', a.attname,
                                       'type', %5$s,
                                       'collation', CASE WHEN a.attcollation <> y.typcollation THEN %6$s END)
                                       ORDER BY a.attnum), '[]')
                                FROM pg_attribute a
                                JOIN pg_type y ON y.oid = a.atttypid
                               WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
               'multirange', %7$s,
               'comment', obj_description(t.oid, 'pg_type'),
               'used', EXISTS (SELECT FROM pg_depend d
                                WHERE d.refclassid = 'pg_type'::regclass AND d.deptype = 'n'
                                  AND (d.refobjid = t.oid OR d.refobjid = t.typarray AND t.typarray <> 0)))
               ORDER BY n.nspname, t.typname), '[]')
        FROM pg_type t
        JOIN pg_namespace n ON n.oid = t.typnamespace
        LEFT JOIN pg_class c ON c.oid = t.typrelid
        LEFT JOIN pg_type b ON b.oid = t.typbasetype
        LEFT JOIN pg_range r ON r.rngtypid = t.oid
        LEFT JOIN pg_type s ON s.oid = r.rngsubtype
       WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c')
         AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%%'
         AND NOT EXISTS (SELECT FROM pg_depend e
                          WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
      """;

  /** Since when ranges have multiranges. */
  private static final int MULTIRANGES = 140000;

  private static final String MULTIRANGE =
      "(SELECT json_build_object('schema', mn.nspname, 'name', m.typname) FROM pg_type m"
          + " JOIN pg_namespace mn ON mn.oid = m.typnamespace WHERE m.oid = r.rngmultitypid)";

  private static final String ON_TARGET =
      """
      SELECT (%s AND n.nspname = ?)::text AS types,
             (SELECT coalesce(json_object_agg(e.extname, n.nspname), '{}')
                FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace)::text AS extensions,
             (SELECT coalesce(json_object_agg(v.name, v.anybody), '{}')
                FROM (SELECT name, bool_or(trusted OR NOT superuser
                                           OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)) AS anybody
                        FROM pg_available_extension_versions GROUP BY name) v)::text AS available,
             ARRAY(SELECT collname FROM pg_collation
                    WHERE collnamespace = 'pg_catalog'::regnamespace
                      AND collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database())))
               AS collations
      """;

  private TypeCatalog() {}

  /** A {@link JsonType} of the type with that OID, or null. */
  static String type(String oid, String modifier) {
    return """
        (SELECT json_build_object(
                  'written', format_type(ty.oid, %2$s),
                  'origin', CASE WHEN ty.base < 16384 AND bn.nspname = 'pg_catalog' THEN 'BUILT_IN'
                                 WHEN ex.extname IS NOT NULL THEN 'EXTENSION' ELSE 'OWN' END,
                  'name', json_build_object('schema', bn.nspname, 'name', bt.typname),
                  'extension', ex.extname,
                  'suffix', substr(format_type(ty.base, %2$s), length(format_type(ty.base, NULL)) + 1)
                            || CASE WHEN ty.base <> ty.oid THEN '[]' ELSE '' END)
           FROM (SELECT t0.oid, coalesce(e0.oid, t0.oid) AS base
                   FROM pg_type t0
                   LEFT JOIN pg_type e0 ON e0.oid = t0.typelem AND e0.typarray = t0.oid
                  WHERE t0.oid = %1$s) ty
           JOIN pg_type bt ON bt.oid = ty.base
           JOIN pg_namespace bn ON bn.oid = bt.typnamespace
           LEFT JOIN pg_depend dx ON bt.oid >= 16384 AND dx.classid = 'pg_type'::regclass AND dx.objid = bt.oid
                                 AND dx.deptype = 'e'
           LEFT JOIN pg_extension ex ON ex.oid = dx.refobjid)"""
        .formatted(oid, modifier);
  }

  /** The collation with that OID, or null. */
  static String collation(String oid) {
    return ("(SELECT json_build_object('schema', cn.nspname, 'name', co.collname) FROM pg_collation co"
            + " JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = %s)")
        .formatted(oid);
  }

  /** Those of a source, in whatever schema. */
  static List<DataType> ofSource(Session session, ServerFacts server) throws Trouble {
    return session
        .query(
            "SELECT (%s)::text AS types".formatted(types(server)),
            row -> types(row.getString("types")))
        .get(0);
  }

  /** Those of the flow's schema, and what else columns can be made of. */
  static TargetTypes ofTarget(Session session, ServerFacts server, String schema) throws Trouble {
    return session
        .query(ON_TARGET.formatted(types(server)), TypeCatalog::targetTypes, schema)
        .get(0);
  }

  private static String types(ServerFacts server) {
    return TYPES.formatted(
        type("t.typbasetype", "t.typtypmod"),
        type("r.rngsubtype", "-1"),
        collation("t.typcollation"),
        collation("r.rngcollation"),
        type("a.atttypid", "a.atttypmod"),
        collation("a.attcollation"),
        server.version() >= MULTIRANGES ? MULTIRANGE : "NULL");
  }

  private static TargetTypes targetTypes(ResultSet row) throws SQLException {
    return new TargetTypes(
        types(row.getString("types")),
        Json.read(row.getString("extensions"), new TypeReference<Map<String, String>>() {}),
        Json.read(row.getString("available"), new TypeReference<Map<String, Boolean>>() {}),
        Set.of((String[]) row.getArray("collations").getArray()));
  }

  private static List<DataType> types(String json) throws SQLException {
    return Json.read(json, new TypeReference<List<JsonDataType>>() {}).stream()
        .map(JsonDataType::type)
        .toList();
  }

  /** What {@link #type} gives. */
  record JsonType(
      String written, ColumnType.Origin origin, Relation name, String extension, String suffix) {
    ColumnType type() {
      return new ColumnType(written, origin, name, Optional.ofNullable(extension), suffix);
    }
  }

  private record JsonDataType(
      long oid,
      Relation name,
      Kind kind,
      List<Label> labels,
      JsonType base,
      Relation collation,
      List<JsonAttribute> attributes,
      Relation multirange,
      String comment,
      boolean used) {
    DataType type() {
      return new DataType(
          oid,
          name,
          kind,
          labels,
          Optional.ofNullable(base).map(JsonType::type),
          Optional.ofNullable(collation),
          attributes.stream().map(JsonAttribute::attribute).toList(),
          Optional.ofNullable(multirange),
          Mark.parse(comment),
          used);
    }
  }

  private record JsonAttribute(String name, JsonType type, Relation collation) {
    Attribute attribute() {
      return new Attribute(name, type.type(), Optional.ofNullable(collation));
    }
  }
}
