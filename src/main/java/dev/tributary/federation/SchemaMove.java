package dev.tributary.federation;

import dev.tributary.federation.Before.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gives a source's tables a schema of their own, one short transaction a table, so that no
 * application waits or fails.
 *
 * <p>Measured: all tables in one transaction deadlock with two-table transactions and stop the
 * application for seconds; one transaction a table with a lock timeout is not noticed.
 */
public final class SchemaMove {
  private SchemaMove() {}

  /** What leads from the state to the desired one; nothing is moved while a table has a problem. */
  public static Plan plan(DesiredSchema desired, SourceState state) {
    if (!desired.move() && SchemaReturn.isOurs(desired, state)) {
      return SchemaReturn.plan(desired, state);
    }
    var problems = SourcePreflight.of(desired, state);
    if (!problems.isEmpty()) {
      return Plan.blocked(problems);
    }
    var selection = TableSelection.of(desired, state);
    problems.addAll(blockers(desired, state, selection));
    if (!desired.move()) {
      return inPlace(desired, state, selection, problems);
    }
    var steps = new ArrayList<Step>();
    boolean free = problems.isEmpty();
    if (free) {
      steps.addAll(planSchema(desired, state));
      steps.addAll(SchemaRights.plan(desired, state));
      steps.addAll(SearchPaths.plan(desired, state));
    }
    // What has to do with a table that is there already waits for no other.
    if (free || state.before().isPresent()) {
      steps.addAll(identitiesInPlace(desired, selection));
    }
    if (free) {
      selection.unsettled().forEach(t -> steps.add(move(desired, state, t, selection)));
    }
    // What a person had in the schema before gets no view, and the memory will say so.
    boolean known =
        state.before().isPresent()
            || problems.isEmpty() && state.schema().flatMap(SchemaFacts::mark).isPresent();
    if (known) {
      var views = CompatibilityViews.plan(desired, state, selection.settled());
      steps.addAll(views.steps());
      problems.addAll(views.problems());
    }
    problems.addAll(selection.beingLetGo());
    return new Plan(steps, problems);
  }

  private static List<SetReplicaIdentity> identitiesInPlace(
      DesiredSchema desired, TableSelection selection) {
    return selection.identities().stream()
        .filter(i -> i.table().schema().equals(desired.name()))
        .toList();
  }

  /** Nothing moves; replica identities are changed all the same, and that has to be remembered. */
  private static Plan inPlace(
      DesiredSchema desired, SourceState state, TableSelection selection, List<Problem> problems) {
    var steps = new ArrayList<Step>();
    var identities = identitiesInPlace(desired, selection);
    var all = new ArrayList<>(problems);
    if (!identities.isEmpty()) {
      var inTheWay = SourcePreflight.ofRemembering(desired, state);
      all.addAll(inTheWay);
      if (inTheWay.isEmpty() && (problems.isEmpty() || state.before().isPresent())) {
        steps.addAll(memoryInPlace(desired, state));
        steps.addAll(identities);
      }
    }
    all.addAll(selection.beingLetGo());
    return new Plan(steps, all);
  }

  private static List<Step> memoryInPlace(DesiredSchema desired, SourceState state) {
    Mark mark = Mark.of(desired.owner());
    if (state.before().isEmpty()) {
      return List.of(new Before.CreateInPlace(desired.name(), mark));
    }
    return Mark.ownership(state.remembered().mark(), desired.owner()) == Mark.Ownership.RELEASED
        ? List.of(new Before.TakeUpInPlace(desired.name(), mark))
        : List.of();
  }

  /** Whether what uses the tables has to be known: something is about to change for it. */
  public static boolean looksAround(DesiredSchema desired, SourceState state) {
    return desired.move()
        && (!TableSelection.of(desired, state).moving().isEmpty()
            || ViewCleanup.asks(desired, List.copyOf(state.viewsOf(desired.owner()).values())));
  }

  private static List<Problem> blockers(
      DesiredSchema desired, SourceState state, TableSelection selection) {
    return MovePreflight.of(desired, state, selection).stream()
        .filter(f -> f.severity() == Finding.Severity.Blocker)
        .map(Finding::problem)
        .toList();
  }

  private static MoveTable move(
      DesiredSchema desired, SourceState state, Table table, TableSelection selection) {
    return new MoveTable(
        table,
        desired,
        CompatibilityView.of(desired, state, table.schema(), table, Optional.empty()),
        selection.identity(table));
  }

  private static List<Step> planSchema(DesiredSchema desired, SourceState state) {
    Mark mark = Mark.of(desired.owner());
    var steps = new ArrayList<Step>();
    if (state.schema().isEmpty()) {
      steps.add(new Schemas.CreateSchema(Site.SOURCE, desired.name(), mark));
    } else if (Mark.ownership(state.schema().get().mark(), desired.owner())
        == Mark.Ownership.RELEASED) {
      steps.add(new Schemas.MarkSchema(Site.SOURCE, desired.name(), mark));
    }
    if (state.before().isEmpty()) {
      boolean ofAPerson = state.schema().isPresent() && state.schema().get().mark().isEmpty();
      var there = ofAPerson ? state.tablesIn(desired.name()) : List.<Table>of();
      steps.add(
          new Before.CreateBefore(desired.name(), mark, there.stream().map(Table::name).toList()));
    } else if (Mark.ownership(state.before().get().mark(), desired.owner())
        == Mark.Ownership.RELEASED) {
      steps.add(new Before.MarkBefore(desired.name(), mark));
    }
    if (state.remembered().inPlace()) {
      var there = state.tablesIn(desired.name()).stream().map(Table::name).toList();
      steps.add(new Before.BeginToMove(desired.name(), there));
    }
    return steps;
  }

  /** The schema that a table was in before, as far as it is remembered. */
  static Optional<String> origin(SourceState state, Table table) {
    return state
        .remembered()
        .of(Thing.table(table.name()))
        .flatMap(was -> was.stream().findFirst());
  }

  /** What lets go of everything and leaves it as it is. */
  public static Plan release(DesiredSchema desired, SourceState state) {
    var steps = new ArrayList<Step>();
    state
        .before()
        .flatMap(Before::mark)
        .filter(m -> Mark.ownership(Optional.of(m), desired.owner()) == Mark.Ownership.OURS)
        .ifPresent(m -> steps.add(new Before.MarkBefore(desired.name(), m.release())));
    state
        .schema()
        .flatMap(SchemaFacts::mark)
        .filter(m -> Mark.ownership(Optional.of(m), desired.owner()) == Mark.Ownership.OURS)
        .ifPresent(
            m -> steps.add(new Schemas.MarkSchema(Site.SOURCE, desired.name(), m.release())));
    return Plan.of(steps);
  }

  /**
   * Moves one table and leaves a view behind, in one transaction.
   *
   * @param identity what is to be done about its replica identity, by the same lock
   */
  record MoveTable(
      Table table,
      DesiredSchema desired,
      CompatibilityView view,
      Optional<SetReplicaIdentity> identity)
      implements Step.OnSource {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      // The table first: that is the order in which applications lock a table and its sequence.
      sql.add(
          "ALTER TABLE %s SET SCHEMA %s"
              .formatted(table.qualified(), Sql.identifier(desired.name())));
      identity.ifPresent(i -> sql.addAll(0, i.sql()));
      if (desired.keepSequences()) {
        table.sequences().stream()
            .filter(s -> s.kind() == ColumnSequence.Kind.OWNED)
            .forEach(s -> sql.addAll(leaveBehind(s)));
      }
      sql.add(
          Before.rememberAnew(desired.name(), Thing.table(table.name()), List.of(table.schema())));
      if (hasView()) {
        sql.addAll(view.make(Optional.empty(), Right.on(table), desired.name()));
      }
      return sql;
    }

    /** A sequence moves with its table whatever owns it then; so it goes back by itself. */
    private List<String> leaveBehind(ColumnSequence s) {
      Relation moved = desired.in(s.name());
      return List.of(
          "ALTER SEQUENCE %s OWNED BY NONE".formatted(moved.qualified()),
          "ALTER SEQUENCE %s SET SCHEMA %s"
              .formatted(moved.qualified(), Sql.identifier(s.schema())),
          Before.rememberAnew(
              desired.name(), Thing.sequence(s.relation()), List.of(table.name(), s.column())));
    }

    private boolean hasView() {
      return desired.wantsViewOf(table.name());
    }

    @Override
    public String sentence() {
      return "Move table %s to schema %s%s%s"
          .formatted(
              table.readable(),
              desired.name(),
              hasView() ? " and leave a view behind" : "",
              identity.map(SetReplicaIdentity::clause).orElse(""));
    }

    @Override
    public Optional<Lock> lock() {
      return Optional.of(new Lock(table.relation(), desired.lockTimeout()));
    }
  }
}
