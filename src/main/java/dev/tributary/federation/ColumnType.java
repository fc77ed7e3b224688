package dev.tributary.federation;

import java.util.Optional;

/**
 * The type of a column, an attribute, or what another type is made of.
 *
 * @param written as {@code format_type} writes it, fully qualified
 * @param origin where the type comes from; of an array, the type of its elements
 * @param name that type
 * @param extension the extension that it belongs to
 * @param suffix what follows the name, such as {@code (3)}, {@code []} or {@code (Point,4326)[]}
 */
public record ColumnType(
    String written, Origin origin, Relation name, Optional<String> extension, String suffix) {

  /** Where a type comes from. */
  public enum Origin {
    /** Every PostgreSQL has it. */
    BUILT_IN,
    /** Somebody has made it in this database. */
    OWN,
    /** An extension brings it. */
    EXTENSION
  }

  /** One that every PostgreSQL has. */
  public static ColumnType builtIn(String written) {
    return new ColumnType(
        written, Origin.BUILT_IN, new Relation("pg_catalog", written), Optional.empty(), "");
  }

  boolean isBuiltIn() {
    return origin == Origin.BUILT_IN;
  }

  boolean isOwn() {
    return origin == Origin.OWN;
  }

  /** The same type under another name. */
  ColumnType as(Relation other) {
    return new ColumnType(other.qualified() + suffix, origin, other, extension, suffix);
  }

  /** How it is written in a statement. */
  String sql() {
    return isBuiltIn() ? written : name.qualified() + suffix;
  }

  /** Whether a column of this type is one of that type. */
  boolean isSameAs(ColumnType other) {
    return sql().equals(other.sql());
  }
}
