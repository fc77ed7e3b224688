package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/**
 * One index of a table, as its server describes it.
 *
 * @param unique whether it refuses rows, each at once: that of a deferrable constraint does not,
 *     nor that of an exclusion constraint
 * @param valid whether it is whole: not one that is being built, or whose build was cut off
 * @param key whether UPDATE and DELETE find their rows by it
 * @param definition what CREATE INDEX says after the table's name, from USING on, in the words of
 *     {@code pg_get_indexdef}: it leaves out what is the default, and qualifies every name
 * @param columns of the table that it reads, in its key, expressions and predicate
 * @param needs what it names that not every PostgreSQL has
 * @param bytes its size, as of the last VACUUM or ANALYZE
 */
public record Index(
    long oid,
    Relation table,
    String name,
    boolean unique,
    boolean valid,
    boolean key,
    String definition,
    List<String> columns,
    List<Need> needs,
    Optional<Mark> mark,
    long bytes) {
  public Index {
    columns = List.copyOf(columns);
    needs = List.copyOf(needs);
  }

  /**
   * Something that is not PostgreSQL's own.
   *
   * @param kind {@link #TYPE}, or any other word for a sentence
   * @param extension the one that it belongs to
   */
  public record Need(String kind, String schema, String name, Optional<String> extension) {
    public static final String TYPE = "type";
  }

  boolean isLike(Index other) {
    return unique == other.unique && definition.equals(other.definition);
  }

  Relation relation() {
    return new Relation(table.schema(), name);
  }
}
