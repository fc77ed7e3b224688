package dev.tributary.federation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is done to indexes on the target: each step prints without a database. */
final class IndexSteps {
  /** Apply waits behind whoever waits for ACCESS EXCLUSIVE. */
  private static final Duration LONGEST_WAIT = Duration.ofMillis(500);

  private IndexSteps() {}

  /** A step for the sake of indexes: rows flow without it. */
  interface OfIndexes extends Step.OnTarget {}

  /**
   * Builds an index under a name that says whose it is, and gives it its own name and mark when it
   * is whole. Cut off anywhere, its name tells what is left.
   *
   * @param building its name meanwhile
   * @param mark its mark, unless the index of its name has to go first
   */
  record BuildIndex(
      Relation table,
      String building,
      String name,
      boolean unique,
      String definition,
      Optional<Mark> mark)
      implements OfIndexes, Step.InBackground {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      sql.add(
          "CREATE %sINDEX CONCURRENTLY %s ON %s %s"
              .formatted(
                  unique ? "UNIQUE " : "",
                  Sql.identifier(building),
                  table.qualified(),
                  definition));
      mark.ifPresent(m -> sql.addAll(named(table.schema(), building, name, m)));
      return sql;
    }

    @Override
    public String sentence() {
      return "Build the index %s on %s".formatted(name, table);
    }

    @Override
    public boolean transactional() {
      return false;
    }

    @Override
    public String object() {
      return building;
    }
  }

  /** Gives an index of ours the name and the mark that it is to have. */
  record NameIndex(Relation index, String name, Mark mark) implements OfIndexes {
    @Override
    public List<String> sql() {
      return named(index.schema(), index.name(), name, mark);
    }

    @Override
    public String sentence() {
      return index.name().equals(name)
          ? "Mark the index %s on the target".formatted(index)
          : "Rename the index %s on the target to %s".formatted(index, name);
    }
  }

  /** Gives the index of the key that rows are found by the name that it has on the source. */
  record NameKey(Relation index, String name) implements OfIndexes {
    @Override
    public List<String> sql() {
      return List.of(rename(index.schema(), index.name(), name));
    }

    @Override
    public String sentence() {
      return "Rename the primary key %s on the target to %s".formatted(index, name);
    }
  }

  /** Puts an index in the place of another one. */
  record SwapIndex(Relation table, String before, String building, String name, Mark mark)
      implements OfIndexes {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      sql.add("DROP INDEX " + Sql.qualified(table.schema(), before));
      sql.addAll(named(table.schema(), building, name, mark));
      return sql;
    }

    @Override
    public String sentence() {
      return "Put the index %s of %s in the place of the one before it".formatted(name, table);
    }

    @Override
    public Optional<Lock> lock() {
      return Optional.of(new Lock(table, LONGEST_WAIT));
    }
  }

  /** Drops an index of ours. */
  record DropIndex(Relation table, String name) implements OfIndexes {
    @Override
    public List<String> sql() {
      return List.of("DROP INDEX " + Sql.qualified(table.schema(), name));
    }

    @Override
    public String sentence() {
      return "Drop the index %s of %s on the target".formatted(name, table);
    }

    @Override
    public Optional<Lock> lock() {
      return Optional.of(new Lock(table, LONGEST_WAIT));
    }
  }

  /** Ends the build of an index that is not wanted any more. */
  record CancelBuild(Relation index) implements OfIndexes {
    @Override
    public List<String> sql() {
      return List.of(
          "SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index WHERE index_relid = to_regclass(%s)"
              .formatted(Sql.literal(index.qualified())));
    }

    @Override
    public String sentence() {
      return "End the build of the index " + index;
    }
  }

  /** Writes down since when the source's unique indexes are known. */
  record NoteUnique(Relation table, Mark mark) implements OfIndexes {
    @Override
    public List<String> sql() {
      return List.of(
          "COMMENT ON TABLE %s IS %s".formatted(table.qualified(), Sql.literal(mark.text())));
    }

    @Override
    public String sentence() {
      return "Note on %s what has to be applied before its unique indexes are built"
          .formatted(table);
    }
  }

  /** The mark first: with it the index is known whatever its name is. */
  private static List<String> named(String schema, String from, String to, Mark mark) {
    var sql = new ArrayList<String>();
    sql.add(
        "COMMENT ON INDEX %s IS %s"
            .formatted(Sql.qualified(schema, from), Sql.literal(mark.text())));
    if (!from.equals(to)) {
      sql.add(rename(schema, from, to));
    }
    return sql;
  }

  private static String rename(String schema, String from, String to) {
    return "ALTER INDEX %s RENAME TO %s".formatted(Sql.qualified(schema, from), Sql.identifier(to));
  }
}
