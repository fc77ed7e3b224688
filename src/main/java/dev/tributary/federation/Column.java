package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/**
 * One column of a table.
 *
 * @param number {@code attnum}, which it keeps when it is renamed
 * @param collation the one it has been given; none when it has its type's
 * @param generated the expression of a generated column
 * @param portable whether that calls nothing but what every PostgreSQL has
 * @param initial what rows have in it that were there before it, as text, if that is not NULL
 * @param defaulted whether rows that come without it get a value
 * @param grants rights that were given on this column alone
 */
public record Column(
    int number,
    String name,
    ColumnType type,
    Optional<Relation> collation,
    boolean notNull,
    Optional<String> generated,
    boolean portable,
    Optional<String> initial,
    boolean defaulted,
    List<Grant> grants,
    Optional<String> comment) {
  public Column {
    grants = List.copyOf(grants);
  }

  /** The same with other rights. */
  Column with(List<Grant> others) {
    return new Column(
        number, name, type, collation, notNull, generated, portable, initial, defaulted, others,
        comment);
  }
}
