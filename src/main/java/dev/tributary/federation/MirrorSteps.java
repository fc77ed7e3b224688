package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What is done to mirrored tables on the target. */
final class MirrorSteps {
  private MirrorSteps() {}

  /**
   * Makes a table that can receive the rows of another: its columns by name and type, and the key
   * that UPDATE and DELETE find their rows by.
   *
   * <p>No defaults, checks, foreign keys: apply checks none of them, the source has (documentation,
   * "Logical Replication", restrictions).
   */
  record CreateTable(Relation table, List<ColumnChange.Add> columns, List<String> key, Mark mark)
      implements Step.OnTarget {
    @Override
    public List<String> sql() {
      var parts = new ArrayList<String>();
      for (ColumnChange.Add c : columns) {
        parts.add(ColumnChange.definition(c.column(), c.type(), c.collation(), c.generated()));
      }
      if (!key.isEmpty()) {
        parts.add("PRIMARY KEY (" + Sql.identifiers(key) + ")");
      }
      return List.of(
          parts.isEmpty()
              ? "CREATE TABLE %s ()".formatted(table.qualified())
              : "CREATE TABLE %s (\n  %s\n)"
                  .formatted(table.qualified(), String.join(",\n  ", parts)),
          comment(table, mark));
    }

    @Override
    public String sentence() {
      return "Create the table %s on the target".formatted(table);
    }
  }

  /**
   * Makes a table follow the one that it mirrors.
   *
   * @param empties whether its rows go first, because all of them are copied again
   */
  record AlterTable(Relation table, boolean empties, List<ColumnChange> columns, Mark mark)
      implements Step.OnTarget {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      if (empties) {
        sql.add("TRUNCATE TABLE ONLY " + table.qualified());
      }
      columns.forEach(c -> sql.add(c.sql(table)));
      sql.add(comment(table, mark));
      return sql;
    }

    @Override
    public String sentence() {
      return columns.isEmpty()
          ? "Remember how the columns of %s correspond".formatted(table)
          : "Change %s of the table %s on the target"
              .formatted(
                  columns.stream()
                      .map(ColumnChange::column)
                      .distinct()
                      .limit(3)
                      .collect(Collectors.joining(", ")),
                  table);
    }

    /** A rewrite that takes longer than a statement may is for a person to do. */
    @Override
    public Reason whenTimedOut() {
      return Reason.SchemaDrift;
    }
  }

  /** Gives a table the name that it has on the source. */
  record RenameTable(Relation table, String to, Mark mark) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of(
          comment(table, mark),
          "ALTER TABLE %s RENAME TO %s".formatted(table.qualified(), Sql.identifier(to)));
    }

    @Override
    public String sentence() {
      return "Rename the table %s on the target to %s".formatted(table, to);
    }
  }

  /**
   * Gives a table the key that UPDATE and DELETE find its rows by.
   *
   * @param another whether it has another one so far
   */
  record SetKey(Relation table, boolean another, List<String> key) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      String add =
          "ALTER TABLE %s ADD PRIMARY KEY (%s)".formatted(table.qualified(), Sql.identifiers(key));
      return another ? List.of(dropKey(), add) : List.of(add);
    }

    private String dropKey() {
      String body =
          "BEGIN EXECUTE (SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname) FROM pg_constraint WHERE contype = 'p' AND conrelid = %s::regclass); END"
              .formatted(Sql.literal(table.qualified()));
      return "DO " + Sql.literal(body);
    }

    @Override
    public String sentence() {
      return "Set the primary key of %s on the target".formatted(table);
    }
  }

  /** Takes over a table that nobody has marked. */
  record MarkTable(Relation table, Mark mark) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of(comment(table, mark));
    }

    @Override
    public String sentence() {
      return "Take over the table %s on the target".formatted(table);
    }
  }

  /** Drops a table that we made. */
  record DropTable(Relation table) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of("DROP TABLE " + table.qualified());
    }

    @Override
    public String sentence() {
      return "Drop the table %s on the target".formatted(table);
    }
  }

  private static String comment(Relation table, Mark mark) {
    return "COMMENT ON TABLE %s IS %s".formatted(table.qualified(), Sql.literal(mark.text()));
  }
}
