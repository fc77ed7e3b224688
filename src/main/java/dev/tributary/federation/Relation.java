package dev.tributary.federation;

/** The name of a table or view, with its schema. */
public record Relation(String schema, String name) {
  /** As SQL. */
  public String qualified() {
    return Sql.qualified(schema, name);
  }

  /** For a sentence. */
  @Override
  public String toString() {
    return schema + "." + name;
  }
}
