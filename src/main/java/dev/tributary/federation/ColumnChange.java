package dev.tributary.federation;

import java.util.Optional;

/** One thing that is changed of a column of a mirrored table. */
sealed interface ColumnChange {
  /** The statement. */
  String sql(Relation table);

  /** The column that it is about. */
  String column();

  /**
   * A new column, with what the rows have in it that are there.
   *
   * @param initial as text
   */
  record Add(
      String column,
      ColumnType type,
      Optional<Relation> collation,
      Optional<String> generated,
      Optional<String> initial)
      implements ColumnChange {
    @Override
    public String sql(Relation table) {
      return "ALTER TABLE %s ADD COLUMN %s%s"
          .formatted(
              table.qualified(),
              definition(column, type, collation, generated),
              initial
                  .map(v -> " DEFAULT " + Sql.literal(v).strip() + "::" + type.sql())
                  .orElse(""));
    }
  }

  /** A column as CREATE TABLE has it. */
  static String definition(
      String column, ColumnType type, Optional<Relation> collation, Optional<String> generated) {
    return Sql.identifier(column)
        + " "
        + type.sql()
        + collation.map(c -> " COLLATE " + c.qualified()).orElse("")
        + generated.map(e -> " GENERATED ALWAYS AS (" + e + ") STORED").orElse("");
  }

  /** Another name. */
  record Rename(String column, String to) implements ColumnChange {
    @Override
    public String sql(Relation table) {
      return "ALTER TABLE %s RENAME COLUMN %s TO %s"
          .formatted(table.qualified(), Sql.identifier(column), Sql.identifier(to));
    }
  }

  /** The column goes. */
  record Drop(String column) implements ColumnChange {
    @Override
    public String sql(Relation table) {
      return alter(table, column, "DROP COLUMN");
    }
  }

  /**
   * Another type.
   *
   * @param empty whether there are no rows, and nothing to convert
   */
  record SetType(String column, ColumnType type, Optional<Relation> collation, boolean empty)
      implements ColumnChange {
    @Override
    public String sql(Relation table) {
      return "ALTER TABLE %s ALTER COLUMN %s TYPE %s%s%s"
          .formatted(
              table.qualified(),
              Sql.identifier(column),
              type.sql(),
              collation.map(c -> " COLLATE " + c.qualified()).orElse(""),
              empty ? " USING NULL" : "");
    }
  }

  /** Rows come without the column no more. */
  record DropDefault(String column) implements ColumnChange {
    @Override
    public String sql(Relation table) {
      return alter(table, column, "ALTER COLUMN") + " DROP DEFAULT";
    }
  }

  /** It may be NULL. */
  record DropNotNull(String column) implements ColumnChange {
    @Override
    public String sql(Relation table) {
      return alter(table, column, "ALTER COLUMN") + " DROP NOT NULL";
    }
  }

  /** It is generated in another way. */
  record SetExpression(String column, String expression) implements ColumnChange {
    @Override
    public String sql(Relation table) {
      return alter(table, column, "ALTER COLUMN") + " SET EXPRESSION AS (" + expression + ")";
    }
  }

  /** It is generated no more. */
  record DropExpression(String column) implements ColumnChange {
    @Override
    public String sql(Relation table) {
      return alter(table, column, "ALTER COLUMN") + " DROP EXPRESSION";
    }
  }

  private static String alter(Relation table, String column, String what) {
    return "ALTER TABLE %s %s %s".formatted(table.qualified(), what, Sql.identifier(column));
  }
}
