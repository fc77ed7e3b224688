package dev.tributary.federation;

import java.util.List;

/** Schemas, on either side: making them, marking them, letting go of them. */
final class Schemas {
  private Schemas() {}

  /** Makes a schema and marks it. */
  record CreateSchema(Site site, String name, Mark mark) implements Step {
    @Override
    public List<String> sql() {
      return List.of(
          "CREATE SCHEMA " + Sql.identifier(name),
          "COMMENT ON SCHEMA %s IS %s".formatted(Sql.identifier(name), Sql.literal(mark.text())));
    }

    @Override
    public String sentence() {
      return "Create the schema %s on the %s"
          .formatted(name, site == Site.TARGET ? "target" : "source");
    }
  }

  /** Writes whose a schema is. */
  record MarkSchema(Site site, String name, Mark mark) implements Step {
    @Override
    public List<String> sql() {
      return List.of(
          "COMMENT ON SCHEMA %s IS %s".formatted(Sql.identifier(name), Sql.literal(mark.text())));
    }

    @Override
    public String sentence() {
      return "%s the schema %s on the %s"
          .formatted(
              mark.released() ? "Release" : "Take up",
              name,
              site == Site.TARGET ? "target" : "source");
    }
  }

  /** Drops a schema that is empty. */
  record DropSchema(Site site, String name) implements Step {
    @Override
    public List<String> sql() {
      return List.of("DROP SCHEMA " + Sql.identifier(name));
    }

    @Override
    public String sentence() {
      return "Drop the schema %s on the %s"
          .formatted(name, site == Site.TARGET ? "target" : "source");
    }
  }
}
