package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/**
 * A type that somebody has made in a database.
 *
 * @param oid which it keeps when it is renamed
 * @param labels of an enum, in their order
 * @param base what a domain is over, or a range is of
 * @param collation of a domain or a range, when it is not that type's
 * @param attributes of a composite type, in their order
 * @param multirange the type that comes along with a range
 * @param used whether anything in the database is of that type
 */
public record DataType(
    long oid,
    Relation name,
    Kind kind,
    List<Label> labels,
    Optional<ColumnType> base,
    Optional<Relation> collation,
    List<Attribute> attributes,
    Optional<Relation> multirange,
    Optional<Mark> mark,
    boolean used) {
  public DataType {
    labels = List.copyOf(labels);
    attributes = List.copyOf(attributes);
  }

  /** What kind of type it is. */
  public enum Kind {
    ENUM,
    DOMAIN,
    COMPOSITE,
    RANGE
  }

  /** One value of an enum; its OID stays when it is renamed. */
  public record Label(long oid, String text) {}

  /** One attribute of a composite type. */
  public record Attribute(String name, ColumnType type, Optional<Relation> collation) {}

  /** The names that columns may have it by. */
  List<Relation> names() {
    return multirange.map(m -> List.of(name, m)).orElseGet(() -> List.of(name));
  }

  /** The types that it is made of. */
  List<ColumnType> parts() {
    return kind == Kind.COMPOSITE
        ? attributes.stream().map(Attribute::type).toList()
        : base.stream().toList();
  }
}
