package dev.tributary.postgres;

import static dev.tributary.federation.Sql.identifier;

import dev.tributary.postgres.StormTable.Column;
import java.util.List;

/** What columns of a storm are, and what becomes of them. */
final class StormColumns {
  static final List<String> TYPES =
      List.of(
          "smallint",
          "integer",
          "bigint",
          "numeric",
          "numeric(8,2)",
          "double precision",
          "boolean",
          "varchar",
          "varchar(12)",
          "text",
          "timestamptz",
          "date",
          "uuid",
          "jsonb",
          "integer[]",
          "text[]");

  /** Rows that are there have the value too, and nothing is rewritten. */
  static final List<String> WITH_CONSTANT =
      List.of(
          "ADD COLUMN %s integer DEFAULT 7",
          "ADD COLUMN %s text NOT NULL DEFAULT 'it''s \"so\" \\ é'",
          "ADD COLUMN %s numeric(8,2) NOT NULL DEFAULT 1.5",
          "ADD COLUMN %s timestamptz DEFAULT now()",
          "ADD COLUMN %s integer[] DEFAULT '{1,NULL}'",
          "ADD COLUMN %s varchar(12) DEFAULT 'twelve chars'",
          "ADD COLUMN %s boolean NOT NULL DEFAULT false");

  /** Each row that is there gets a value of its own. */
  static final List<String> WITH_VOLATILE =
      List.of(
          "ADD COLUMN %s double precision DEFAULT random()",
          "ADD COLUMN %s timestamptz NOT NULL DEFAULT clock_timestamp()",
          "ADD COLUMN %s uuid DEFAULT md5(random()::text)::uuid");

  static final List<String> NUMBERED =
      List.of(
          "ADD COLUMN %s serial",
          "ADD COLUMN %s bigserial", "ADD COLUMN %s bigint GENERATED ALWAYS AS IDENTITY");

  private StormColumns() {}

  static String widened(String alter, Column column) {
    String wider =
        switch (column.type()) {
          case "smallint" -> "integer";
          case "integer" -> "bigint";
          case "character varying(12)" -> "varchar(40)";
          case "character varying(40)" -> "varchar";
          case "character varying" -> "text";
          case "numeric(8,2)" -> "numeric(14,2)";
          case "numeric(14,2)" -> "numeric";
          default -> "";
        };
    return wider.isEmpty() ? "" : retype(alter, column, wider, "");
  }

  /** Defaults need not be castable. */
  static String retyped(String alter, Column column) {
    String name = identifier(column.name());
    return switch (column.base()) {
      case "bigint" -> retype(alter, column, "integer", " USING (%s %% 1000)::int".formatted(name));
      case "integer" -> retype(alter, column, "text", " USING 'number ' || " + name);
      case "text", "character varying" ->
          retype(alter, column, "varchar(6)", " USING left(%s, 6)".formatted(name));
      case "numeric" -> retype(alter, column, "double precision", "");
      case "boolean" -> retype(alter, column, "integer", " USING %s::int".formatted(name));
      case "date" -> retype(alter, column, "timestamptz", "");
      case "timestamp with time zone" ->
          retype(alter, column, "date", " USING %s::date".formatted(name));
      case "enum" -> retype(alter, column, "text", "");
      default -> "";
    };
  }

  private static String retype(String alter, Column column, String type, String using) {
    String name = identifier(column.name());
    return alter
        + "ALTER COLUMN %1$s DROP DEFAULT, ALTER COLUMN %1$s TYPE %2$s%3$s"
            .formatted(name, type, using);
  }
}
