package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The tables on the target: what a source's tables look like, ready to receive their rows. */
final class Mirror {
  private Mirror() {}

  /** Why the schema of that name must not be touched, if it must not. */
  static Optional<Problem> refusal(DesiredFlow desired, Optional<SchemaFacts> there) {
    if (there.isEmpty()) {
      return Optional.empty();
    }
    Optional<Mark> mark = there.get().mark();
    return Mark.refusal("The schema %s on the target".formatted(desired.schema()), mark, desired)
        .or(
            () ->
                mark.map(m -> m.notes().get(Mark.SOURCE))
                    .filter(source -> !source.equals(desired.source()))
                    .map(
                        source ->
                            new Problem(
                                Reason.NameTaken,
                                "The schema %s on the target belongs to the source %s of this federation: give one of the two another schema.name."
                                    .formatted(desired.schema(), source))));
  }

  /**
   * The tables that can be mirrored, partitioned ones by their roots; what flows goes on flowing
   * beside its problem.
   */
  static List<PublishedTable> supported(List<PublishedTable> tables) {
    return ofRoots(tables).stream()
        .filter(t -> !t.table().flows().isEmpty() || problem(t.table()).isEmpty())
        .toList();
  }

  /** What stands in the way of the tables that cannot be mirrored. */
  static List<Problem> unsupported(List<PublishedTable> tables) {
    return ofRoots(tables).stream().flatMap(t -> problem(t.table()).stream()).toList();
  }

  /** The tables without partitions, whose rows come by their root. */
  static List<PublishedTable> ofRoots(List<PublishedTable> tables) {
    var roots =
        tables.stream()
            .map(PublishedTable::table)
            .filter(t -> t.inheritance().partitioned())
            .map(Table::relation)
            .collect(Collectors.toSet());
    return tables.stream()
        .filter(t -> t.table().inheritance().parents().stream().noneMatch(roots::contains))
        .toList();
  }

  private static Optional<Problem> problem(Table table) {
    if (table.inheritance().any() && !table.inheritance().partitioned()) {
      return Optional.of(
          new Problem(
              Reason.PartitionedTable,
              "Table %s inherits or is inherited from, which is not replicated yet: add it to tables.exclude."
                  .formatted(table.readable())));
    }
    return table.columns().stream()
        .filter(c -> !c.builtIn())
        .findFirst()
        .map(
            c ->
                new Problem(
                    Reason.UnsupportedColumnType,
                    "Column %s of table %s has the type %s or an expression that is not one of PostgreSQL's own, which is not replicated yet: add the table to tables.exclude."
                        .formatted(c.name(), table.readable(), c.type())));
  }

  /** Makes what is missing of the schema and its tables. */
  static Plan plan(DesiredFlow desired, List<PublishedTable> source, TargetState target) {
    var steps = new ArrayList<Step>();
    if (target.schema().isEmpty()) {
      steps.add(new Schemas.CreateSchema(Site.TARGET, desired.schema(), desired.mark()));
    } else if (Mark.ownership(target.schema().get().mark(), desired.owner())
        != Mark.Ownership.OURS) {
      steps.add(new Schemas.MarkSchema(Site.TARGET, desired.schema(), desired.mark()));
    }
    var problems = new ArrayList<Problem>();
    for (PublishedTable published : source) {
      Table table = published.table();
      var there = target.table(table.name());
      var columns = columns(published);
      if (there.isEmpty()) {
        steps.add(new CreateTable(desired.schema(), table, columns, desired.mark()));
      } else if (there.get().mark().isEmpty() && desired.adopt()) {
        steps.add(new MarkTable(there.get().relation(), desired.mark()));
      } else {
        problems.addAll(compare(desired, table, columns, there.get()));
        // One with rows that does not flow is emptied first: they may not be unique.
        if (there.get().bytes() == 0 || !table.flows().isEmpty()) {
          otherKey(desired, published, there.get()).ifPresent(steps::add);
        }
      }
    }
    return new Plan(steps, problems);
  }

  /** The columns that flow. */
  private static List<Column> columns(PublishedTable table) {
    return table.table().columns().stream()
        .filter(c -> table.columns().isEmpty() || table.columns().contains(c.name()))
        .toList();
  }

  /** What gives a table the key that it has on the source by now. */
  static Optional<Step> otherKey(DesiredFlow desired, PublishedTable source, Table target) {
    var key = source.table().key();
    boolean differs =
        hasKey(source.table(), columns(source))
            && !Set.copyOf(target.key()).equals(Set.copyOf(key));
    boolean mayHave = isOurs(desired, target) && target.columnNames().containsAll(key);
    return differs && mayHave
        ? Optional.of(new SetKey(target.relation(), !target.key().isEmpty(), key))
        : Optional.empty();
  }

  /**
   * By a key that is not sent no row would be found (logicalrep_rel_mark_updatable in relation.c).
   */
  private static boolean hasKey(Table source, List<Column> columns) {
    var sent = columns.stream().filter(c -> c.generated().isEmpty()).map(Column::name).toList();
    return !source.key().isEmpty() && sent.containsAll(source.key());
  }

  private static List<Problem> compare(
      DesiredFlow desired, Table source, List<Column> columns, Table target) {
    if (!isOurs(desired, target)) {
      return List.of(
          new Problem(
              Reason.NotOwned,
              "The target has a table %s that Tributary did not make: rename or drop it."
                  .formatted(target.readable())));
    }
    var there = target.columns().stream().collect(Collectors.toMap(Column::name, Column::type));
    return columns.stream()
        .filter(c -> !c.type().equals(there.get(c.name())))
        .limit(1)
        .map(
            c ->
                new Problem(
                    Reason.SchemaDrift,
                    there.containsKey(c.name())
                        ? "Column %s of %s is %s on the source and %s on the target, so its rows cannot be applied: make them equal with ALTER TABLE on the target."
                            .formatted(c.name(), source.readable(), c.type(), there.get(c.name()))
                        : "Column %s (%s) of %s is missing on the target, so its rows cannot be applied: add it with ALTER TABLE on the target, nothing is lost meanwhile."
                            .formatted(c.name(), c.type(), source.readable())))
        .toList();
  }

  /** The schema says whose its marked tables are; their own marks may be of an earlier life. */
  static boolean isOurs(DesiredFlow desired, Table target) {
    return target.mark().map(m -> m.owner().sameNameAs(desired.owner())).orElse(false);
  }

  /** Drops the tables that we made, and the schema. */
  static List<Step> remove(DesiredFlow desired, TargetState target) {
    var steps = new ArrayList<Step>();
    boolean ours =
        target
            .schema()
            .map(s -> Mark.ownership(s.mark(), desired.owner()) == Mark.Ownership.OURS)
            .orElse(false);
    if (ours) {
      target.tables().stream()
          .filter(t -> isOurs(desired, t))
          .forEach(t -> steps.add(new DropTable(t.schema(), t.name())));
      steps.add(new Schemas.DropSchema(Site.TARGET, desired.schema()));
    }
    return steps;
  }

  static List<Step> release(DesiredFlow desired, TargetState target) {
    return target
        .schema()
        .filter(s -> Mark.ownership(s.mark(), desired.owner()) == Mark.Ownership.OURS)
        .<List<Step>>map(
            s ->
                List.of(
                    new Schemas.MarkSchema(
                        Site.TARGET, s.name(), s.mark().orElseThrow().release())))
        .orElse(List.of());
  }

  /**
   * Makes a table that can receive the rows of another: its columns by name and type, and the key
   * that UPDATE and DELETE find their rows by.
   *
   * <p>No defaults, checks, foreign keys: apply checks none of them, the source has (documentation,
   * "Logical Replication", restrictions).
   */
  record CreateTable(String schema, Table source, List<Column> columns, Mark mark)
      implements Step.OnTarget {
    @Override
    public List<String> sql() {
      String name = Sql.qualified(schema, source.name());
      var parts = new ArrayList<String>();
      for (Column column : columns) {
        parts.add(
            Sql.identifier(column.name())
                + " "
                + column.type()
                + column
                    .generated()
                    .map(e -> " GENERATED ALWAYS AS (" + e + ") STORED")
                    .orElse(""));
      }
      if (hasKey(source, columns)) {
        parts.add("PRIMARY KEY (" + Sql.identifiers(source.key()) + ")");
      }
      return List.of(
          "CREATE TABLE %s (\n  %s\n)".formatted(name, String.join(",\n  ", parts)),
          "COMMENT ON TABLE %s IS %s".formatted(name, Sql.literal(mark.text())));
    }

    @Override
    public String sentence() {
      return "Create the table %s.%s on the target".formatted(schema, source.name());
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
      return List.of(
          "COMMENT ON TABLE %s IS %s".formatted(table.qualified(), Sql.literal(mark.text())));
    }

    @Override
    public String sentence() {
      return "Take over the table %s on the target".formatted(table);
    }
  }

  /** Drops a table that we made. */
  record DropTable(String schema, String name) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of("DROP TABLE " + Sql.qualified(schema, name));
    }

    @Override
    public String sentence() {
      return "Drop the table %s.%s on the target".formatted(schema, name);
    }
  }
}
