package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    return Mark.refusal(
            "The schema %s on the target".formatted(desired.schema()), mark, desired.owner())
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

  /** Whether a table can be mirrored; what flows goes on flowing beside its problem. */
  static boolean supports(Table table) {
    return !table.flows().isEmpty() || problem(table).isEmpty();
  }

  /** What stands in the way of the tables that cannot be mirrored. */
  static List<Problem> unsupported(List<Table> tables) {
    return tables.stream().flatMap(t -> problem(t).stream()).toList();
  }

  private static Optional<Problem> problem(Table table) {
    if (table.inheritance().any()) {
      return Optional.of(
          new Problem(
              Reason.PartitionedTable,
              "Table %s is partitioned or inherits, which is not replicated yet: add it to tables.exclude."
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
  static Plan plan(DesiredFlow desired, List<Table> source, TargetState target) {
    var steps = new ArrayList<Step>();
    if (target.schema().isEmpty()) {
      steps.add(new Schemas.CreateSchema(Site.TARGET, desired.schema(), desired.mark()));
    } else if (Mark.ownership(target.schema().get().mark(), desired.owner())
        == Mark.Ownership.RELEASED) {
      steps.add(new Schemas.MarkSchema(Site.TARGET, desired.schema(), desired.mark()));
    }
    var problems = new ArrayList<Problem>();
    for (Table table : source) {
      var there = target.table(table.name());
      if (there.isEmpty()) {
        steps.add(new CreateTable(desired.schema(), table, desired.mark()));
      } else {
        problems.addAll(compare(desired, table, there.get()));
      }
    }
    return new Plan(steps, problems);
  }

  private static List<Problem> compare(DesiredFlow desired, Table source, Table target) {
    if (!isOurs(desired, target)) {
      return List.of(
          new Problem(
              Reason.NotOwned,
              "The target has a table %s that Tributary did not make: rename or drop it."
                  .formatted(target.readable())));
    }
    var there = target.columns().stream().collect(Collectors.toMap(Column::name, Column::type));
    return source.columns().stream()
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
  record CreateTable(String schema, Table source, Mark mark) implements Step {
    @Override
    public Site site() {
      return Site.TARGET;
    }

    @Override
    public List<String> sql() {
      String name = Sql.qualified(schema, source.name());
      var parts = new ArrayList<String>();
      for (Column column : source.columns()) {
        parts.add(
            Sql.identifier(column.name())
                + " "
                + column.type()
                + column
                    .generated()
                    .map(e -> " GENERATED ALWAYS AS (" + e + ") STORED")
                    .orElse(""));
      }
      if (!source.key().isEmpty()) {
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

  /** Drops a table that we made. */
  record DropTable(String schema, String name) implements Step {
    @Override
    public Site site() {
      return Site.TARGET;
    }

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
