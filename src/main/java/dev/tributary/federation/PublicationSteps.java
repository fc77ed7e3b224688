package dev.tributary.federation;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is done to publications: each step prints without a database. */
final class PublicationSteps {
  private PublicationSteps() {}

  /** Makes and marks the publication, and adds its first tables. */
  record CreatePublication(
      String name, List<Operation> operations, Optional<AddTables> first, Mark mark)
      implements Step.OnSource {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      sql.add(
          "CREATE PUBLICATION %s WITH (publish = %s, publish_via_partition_root = true)"
              .formatted(Sql.identifier(name), publish(operations)));
      sql.add(comment(name, mark));
      first.ifPresent(add -> sql.addAll(add.sql()));
      return sql;
    }

    @Override
    public String sentence() {
      return first
          .map(add -> "Publish %s as %s".formatted(names(add.tables), name))
          .orElseGet(() -> "Create the publication " + name);
    }
  }

  /** Writes whose the publication is. */
  record MarkPublication(String name, Mark mark) implements Step.OnSource {
    @Override
    public List<String> sql() {
      return List.of(comment(name, mark));
    }

    @Override
    public String sentence() {
      return mark.notes().containsKey(Mark.DROPPED)
          ? "Give up the slot %s, which keeps too much WAL".formatted(name)
          : "%s the publication %s".formatted(mark.released() ? "Release" : "Mark", name);
    }
  }

  /**
   * Publishes further tables, unless that would make their UPDATE or DELETE fail: EXPLAIN raises
   * the very error that the application would get, and executes nothing (source:
   * CheckValidResultRel in execMain.c).
   */
  record AddTables(String name, List<PublishedTable> tables, List<Operation> operations, Mark mark)
      implements Step.OnSource {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      sql.add(
          "ALTER PUBLICATION %s ADD TABLE %s".formatted(Sql.identifier(name), definitions(tables)));
      sql.add(comment(name, mark));
      tables.stream().map(PublishedTable::table).forEach(t -> sql.addAll(trial(t)));
      return sql;
    }

    private List<String> trial(Table table) {
      var sql = new ArrayList<String>();
      if (operations.contains(Operation.UPDATE) && !table.columns().isEmpty()) {
        String column = Sql.identifier(table.columns().get(0).name());
        sql.add(
            trial(
                table,
                "UPDATE",
                "EXPLAIN UPDATE %s SET %s = DEFAULT".formatted(table.qualified(), column)));
      }
      if (operations.contains(Operation.DELETE)) {
        sql.add(trial(table, "DELETE", "EXPLAIN DELETE FROM " + table.qualified()));
      }
      return sql;
    }

    /** Who may not do it himself cannot try it; an owner may have taken the right from himself. */
    private static String trial(Table table, String privilege, String explain) {
      String body =
          "BEGIN IF has_table_privilege(%s, %s) THEN EXECUTE %s; END IF; END"
              .formatted(
                  Sql.literal(table.qualified()), Sql.literal(privilege), Sql.literal(explain));
      return "DO " + Sql.literal(body);
    }

    @Override
    public String sentence() {
      return "Add %s to the publication %s".formatted(names(tables), name);
    }
  }

  /** Takes one table out of publications and adds it to another, in one transaction. */
  record ChangePublication(List<String> from, AddTables to) implements Step.OnSource {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      from.forEach(
          name -> sql.addAll(new DropTables(name, List.of(to.tables.get(0).relation())).sql()));
      sql.addAll(to.sql());
      return sql;
    }

    @Override
    public String sentence() {
      return "Move %s from the publication %s to %s"
          .formatted(names(to.tables), from.get(0), to.name);
    }
  }

  /** Tries whether the lock can be had that a change of lanes needs. */
  record TryLock(Relation table) implements Step.OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE NOWAIT".formatted(table.qualified()));
    }

    @Override
    public String sentence() {
      return "Try whether table %s can be locked for a moment".formatted(table);
    }

    @Override
    public boolean changes() {
      return false;
    }
  }

  /**
   * Publishes a table in another lane from this moment on. The lock keeps transactions from having
   * changes on both sides of it, which walsenders until 2025 decoded by a publication that they
   * remembered (release notes of 17.5, "logical decoding").
   */
  record HandOver(Relation table, Lane to, ChangePublication change) implements Step.OnSource {
    private static final Duration LOCK_TIMEOUT = Duration.ofMillis(500);

    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      // A position that is read afterwards lies behind all that was committed before.
      sql.add("SET LOCAL synchronous_commit = local");
      sql.add("LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE".formatted(table.qualified()));
      sql.addAll(change.sql());
      return sql;
    }

    @Override
    public String sentence() {
      return "Publish %s in %s from now on".formatted(table, to);
    }

    @Override
    public Optional<Lock> lock() {
      return Optional.of(new Lock(table, LOCK_TIMEOUT));
    }
  }

  /** Publishes some tables no longer. */
  record DropTables(String name, List<Relation> tables) implements Step.OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER PUBLICATION %s DROP TABLE %s".formatted(Sql.identifier(name), tableList(tables)));
    }

    @Override
    public String sentence() {
      return "Take %s out of the publication %s".formatted(some(tables), name);
    }
  }

  /** Publishes other operations. */
  record SetOperations(String name, List<Operation> operations) implements Step.OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER PUBLICATION %s SET (publish = %s)"
              .formatted(Sql.identifier(name), publish(operations)));
    }

    @Override
    public String sentence() {
      return "Publish %s by %s"
          .formatted(
              operations.stream().map(o -> o.name().toLowerCase(Locale.ROOT)).toList(), name);
    }
  }

  /** Drops the publication. */
  record DropPublication(String name) implements Step.OnSource {
    @Override
    public List<String> sql() {
      return List.of("DROP PUBLICATION " + Sql.identifier(name));
    }

    @Override
    public String sentence() {
      return "Drop the publication " + name;
    }
  }

  private static String tableList(List<Relation> tables) {
    return tables.stream().map(Relation::qualified).collect(Collectors.joining(", "));
  }

  private static String definitions(List<PublishedTable> tables) {
    return tables.stream().map(PublicationSteps::definition).collect(Collectors.joining(", "));
  }

  /** Without ONLY a table's children would come along. */
  private static String definition(PublishedTable table) {
    String columns = table.columns().isEmpty() ? "" : " (" + Sql.identifiers(table.columns()) + ")";
    String where = table.where().map(w -> " " + Sql.where(w)).orElse("");
    return "ONLY " + table.table().qualified() + columns + where;
  }

  private static String names(List<PublishedTable> tables) {
    return some(tables.stream().map(PublishedTable::relation).toList());
  }

  private static String comment(String name, Mark mark) {
    return "COMMENT ON PUBLICATION %s IS %s"
        .formatted(Sql.identifier(name), Sql.literal(mark.text()));
  }

  private static String publish(List<Operation> operations) {
    return Sql.literal(
        operations.stream()
            .map(o -> o.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", ")));
  }

  private static String some(List<Relation> tables) {
    String first = tables.stream().limit(3).map(Relation::name).collect(Collectors.joining(", "));
    return tables.size() <= 3 ? first : "%s and %d more".formatted(first, tables.size() - 3);
  }
}
