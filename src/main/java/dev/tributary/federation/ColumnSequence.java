package dev.tributary.federation;

/**
 * A sequence that a column takes its values from.
 *
 * @param column the column's name
 */
public record ColumnSequence(String schema, String name, String column, Kind kind) {

  /** How a sequence and a column hang together. */
  public enum Kind {
    /** The column is an identity column: the sequence cannot live elsewhere. */
    IDENTITY,
    /** {@code OWNED BY} the column, as serial makes it: it moves with the table. */
    OWNED,
    /** The column's default names it, and nobody owns it. */
    USED
  }

  public Relation relation() {
    return new Relation(schema, name);
  }
}
