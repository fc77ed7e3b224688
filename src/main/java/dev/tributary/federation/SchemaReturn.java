package dev.tributary.federation;

import dev.tributary.federation.Before.Thing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The way back: every table, sequence, right and search_path to where it was. What the service made
 * in the schema meanwhile comes along, for it was the search_path that had led it there.
 */
public final class SchemaReturn {
  private SchemaReturn() {}

  /** Whether it was this resource that moved tables into the schema. */
  static boolean isOurs(DesiredSchema desired, SourceState state) {
    return ownership(desired, state) == Mark.Ownership.OURS && !isInPlace(state);
  }

  /** Whether there is only a memory of tables that were not moved. */
  private static boolean isInPlace(SourceState state) {
    return state.schema().flatMap(SchemaFacts::mark).filter(m -> !m.released()).isEmpty()
        && state.remembered().inPlace();
  }

  private static Mark.Ownership ownership(DesiredSchema desired, SourceState state) {
    var mark =
        state.schema().flatMap(SchemaFacts::mark).or(() -> state.before().flatMap(Before::mark));
    return Mark.ownership(mark, desired.owner());
  }

  /**
   * What puts everything back to where it was, and nothing where this resource has moved nothing.
   * Nothing moves while a publication knows a table by its name: its subscriber would stop, and its
   * slot fill the disk.
   */
  public static Plan plan(DesiredSchema desired, SourceState state) {
    if (!isOurs(desired, state)) {
      boolean remembers =
          Mark.ownership(state.remembered().mark(), desired.owner()) == Mark.Ownership.OURS;
      return remembers && isInPlace(state)
          ? ReplicaIdentities.remove(desired, state)
          : Plan.NOTHING;
    }
    boolean schemaIsOurs = state.schema().flatMap(SchemaFacts::mark).isPresent();
    var views = new LinkedHashSet<>(state.viewsOf(desired.owner()).values());
    var problems = new ArrayList<Problem>();
    var steps = new ArrayList<Step>();
    if (schemaIsOurs) {
      // Before the tables: the server has named a function by the row types that it takes.
      state.strays().forEach(s -> steps.add(new MoveStrayBack(s, desired.from().get(0), desired)));
    }
    for (Table table : state.tablesIn(desired.name())) {
      String to = origin(desired, state, table);
      boolean leftAlone = table.extension() || to.equals(desired.name());
      if (leftAlone) {
        problems.addAll(ReplicaIdentities.problemsOfRestoring(desired, state, table));
        ReplicaIdentities.restore(desired, state, table).ifPresent(steps::add);
      } else {
        var ours = viewsOn(table, to, views);
        views.removeAll(ours);
        problems.addAll(problems(desired, state, table, to, ours));
        steps.add(back(desired, state, table, to, ours));
      }
    }
    if (!problems.isEmpty()) {
      return Plan.blocked(problems);
    }
    // Views of tables that are gone.
    views.forEach(v -> steps.add(new CompatibilityView.DropView(v.relation(), desired)));
    var end = new ArrayList<Step>();
    if (!schemaIsOurs) {
      end.addAll(SchemaRights.remove(desired, state));
    }
    end.addAll(SearchPaths.restore(desired, state));
    if (state.before().isPresent()) {
      end.add(new Before.DropBefore(desired.name()));
    }
    if (schemaIsOurs) {
      end.add(new Schemas.DropSchema(Site.SOURCE, desired.name()));
    }
    steps.add(new End(end));
    return Plan.of(steps);
  }

  /**
   * Puts the rest back, in one transaction: while something is left in the schema that cannot be
   * moved, it has to be found, and what is remembered has to be kept.
   */
  record End(List<Step> steps) implements Step.OnSource {
    End {
      steps = List.copyOf(steps);
    }

    @Override
    public List<String> sql() {
      return steps.stream().flatMap(s -> s.sql().stream()).toList();
    }

    @Override
    public String sentence() {
      return steps.stream().map(Step::sentence).collect(Collectors.joining("; "));
    }
  }

  /** Where a table belongs; what was made here meanwhile was meant for the first old schema. */
  private static String origin(DesiredSchema desired, SourceState state, Table table) {
    return SchemaMove.origin(state, table)
        .or(() -> state.viewOf(desired.owner(), table.name()).map(View::schema))
        .orElse(desired.from().get(0));
  }

  /** Our views that show a table, or that stand where it is to go. */
  private static List<View> viewsOn(Table table, String to, Set<View> views) {
    return views.stream()
        .filter(
            v ->
                v.base().equals(Optional.of(table.relation()))
                    || v.relation().equals(new Relation(to, table.name())))
        .toList();
  }

  private static List<Problem> problems(
      DesiredSchema desired, SourceState state, Table table, String to, List<View> ours) {
    var problems = new ArrayList<Problem>();
    var publications = new ArrayList<>(table.flows());
    if (publications.isEmpty() && table.mayAlter()) {
      problems.addAll(ReplicaIdentities.problemsOfRestoring(desired, state, table));
    }
    // Whoever said that the subscribers of others are ready for a new name said it for both ways.
    publications.addAll(desired.tables().moveIfPublished() ? List.of() : table.publishedBy());
    if (!publications.isEmpty()) {
      problems.add(
          new Problem(
              Reason.PublishedElsewhere,
              ("Table %s is still in the publication %s, whose subscriber knows it by this name: take that down first,"
                      + " with its slot, or set deletionPolicy to Retain.")
                  .formatted(table.readable(), String.join(", ", publications))));
    }
    ours.forEach(v -> ViewCleanup.dependents(v).ifPresent(problems::add));
    if (!table.mayAlter()) {
      problems.add(
          new Problem(
              Reason.NotTableOwner,
              "Table %s belongs to role %s, and %s is not a member of it, so it cannot go back: GRANT %s TO %s."
                  .formatted(
                      table.readable(),
                      table.owner(),
                      state.server().role(),
                      Sql.identifier(table.owner()),
                      Sql.identifier(state.server().role()))));
    }
    TableSelection.movesWith(table)
        .map(name -> new Relation(to, name))
        .filter(state.taken()::contains)
        .filter(target -> ours.stream().noneMatch(v -> v.relation().equals(target)))
        .findFirst()
        .ifPresent(
            target ->
                problems.add(
                    new Problem(
                        Reason.NameTaken,
                        "Table %s cannot go back to schema %s, where something called %s exists by now: rename one of them."
                            .formatted(table.readable(), to, target.name()))));
    return problems;
  }

  private static MoveTableBack back(
      DesiredSchema desired, SourceState state, Table table, String to, List<View> ours) {
    var rights =
        ours.stream()
            .filter(v -> v.name().equals(table.name()))
            .findFirst()
            .map(v -> CompatibilityView.rights(table, v, state.remembered()))
            .orElseGet(() -> Right.on(table));
    return new MoveTableBack(
        table,
        to,
        ours,
        rights,
        sequences(state, table),
        ReplicaIdentities.restore(desired, state, table),
        desired);
  }

  /** The sequences that a column of the table owned, by what is remembered. */
  private static List<ColumnSequence> sequences(SourceState state, Table table) {
    var owned = new ArrayList<ColumnSequence>();
    for (Thing thing : state.remembered().all(Before.Kind.SEQUENCE)) {
      var sequence = new Relation(thing.name().get(0), thing.name().get(1));
      var was = state.remembered().of(thing).orElseThrow();
      String column = was.get(1);
      boolean its = was.get(0).equals(table.name()) && table.columnNames().contains(column);
      if (its && state.taken().contains(sequence)) {
        owned.add(
            new ColumnSequence(
                sequence.schema(), sequence.name(), column, ColumnSequence.Kind.OWNED));
      }
    }
    owned.sort(Comparator.comparing(ColumnSequence::name));
    return owned;
  }

  /** Moves one table back to where its view stands. */
  record MoveTableBack(
      Table table,
      String to,
      List<View> views,
      Set<Right> rights,
      List<ColumnSequence> sequences,
      Optional<SetReplicaIdentity> identity,
      DesiredSchema desired)
      implements Step.OnSource {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      // The order in which applications lock them: the view, then its table.
      views.forEach(v -> sql.add("DROP VIEW " + v.relation().qualified()));
      identity.ifPresent(i -> sql.addAll(i.sql()));
      sql.add("ALTER TABLE %s SET SCHEMA %s".formatted(table.qualified(), Sql.identifier(to)));
      var back = new Relation(to, table.name());
      for (ColumnSequence s : sequences) {
        sql.add(
            "ALTER SEQUENCE %s OWNED BY %s.%s"
                .formatted(s.relation().qualified(), back.qualified(), Sql.identifier(s.column())));
        sql.add(Before.forget(desired.name(), Thing.sequence(s.relation())));
      }
      sql.addAll(Right.change(back, Right.on(table), rights));
      views.forEach(v -> sql.add(Before.forget(desired.name(), Thing.rights(v.relation()))));
      sql.add(Before.forget(desired.name(), Thing.table(table.name())));
      return sql;
    }

    @Override
    public String sentence() {
      return "Move table %s back to schema %s%s"
          .formatted(table.readable(), to, identity.map(SetReplicaIdentity::clause).orElse(""));
    }

    @Override
    public Optional<Lock> lock() {
      return Optional.of(new Lock(table.relation(), desired.lockTimeout()));
    }
  }

  /** Moves something else to where it would have been made without us. */
  record MoveStrayBack(Stray stray, String to, DesiredSchema desired) implements Step.OnSource {
    @Override
    public Optional<Lock> lock() {
      return Optional.of(
          new Lock(new Relation(desired.name(), stray.identity()), desired.lockTimeout()));
    }

    @Override
    public List<String> sql() {
      return List.of(
          "ALTER %s %s SET SCHEMA %s"
              .formatted(stray.kind(), stray.identity(), Sql.identifier(to)));
    }

    @Override
    public String sentence() {
      return "Move %s %s to schema %s"
          .formatted(stray.kind().toLowerCase(Locale.ROOT), stray.identity(), to);
    }
  }
}
