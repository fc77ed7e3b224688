package dev.tributary.federation;

import java.time.Duration;
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
    var problems = SourcePreflight.of(desired, state);
    if (!problems.isEmpty()) {
      return Plan.blocked(problems);
    }
    var selection = TableSelection.of(desired, state);
    problems = SourcePreflight.ofOrigins(desired, state, selection.unsettled());
    problems.addAll(selection.problems());
    var steps = new ArrayList<Step>();
    if (desired.move()) {
      boolean mayMove = problems.isEmpty();
      if (mayMove) {
        steps.addAll(planSchema(desired, state));
        steps.addAll(planSearchPath(desired, state));
        selection.unsettled().forEach(t -> steps.add(move(desired, state, t)));
      }
      steps.addAll(planViews(desired, state, selection.settled()));
    }
    return new Plan(steps, problems);
  }

  private static MoveTable move(DesiredSchema desired, SourceState state, Table table) {
    return new MoveTable(table, desired, view(desired, state, table.schema(), table));
  }

  private static List<Step> planSchema(DesiredSchema desired, SourceState state) {
    Mark mark = Mark.of(desired.owner());
    var steps = new ArrayList<Step>();
    if (state.schema().isEmpty()) {
      steps.add(new Schemas.CreateSchema(Site.SOURCE, desired.name(), mark));
    } else {
      switch (Mark.ownership(state.schema().get().mark(), desired.owner())) {
        case RELEASED -> steps.add(new Schemas.MarkSchema(Site.SOURCE, desired.name(), mark));
        case UNMARKED, ANOTHERS -> {
          return List.of();
        }
        case OURS -> {}
      }
    }
    // Whoever could use the old schema has to reach the tables in the new one, and whoever could
    // create there will create here, once this schema stands first in the search_path.
    var there = state.schema().map(SchemaFacts::grants).orElse(List.of());
    var missing =
        state.origins().stream()
            .flatMap(origin -> origin.grants().stream())
            .distinct()
            .filter(g -> there.stream().noneMatch(t -> t.covers(g)))
            .toList();
    // A GRANT by somebody who is not the owner is a warning, not an error, and would be planned
    // again.
    boolean mayGrant = state.schema().map(SchemaFacts::mayGrant).orElse(true);
    if (!missing.isEmpty() && mayGrant) {
      steps.add(new Schemas.GrantOnSchema(desired.name(), missing));
    }
    return steps;
  }

  private static List<Step> planSearchPath(DesiredSchema desired, SourceState state) {
    var path = SearchPath.of(state.server().databaseSearchPath());
    if (desired.searchPath() && !path.contains(desired.name())) {
      return List.of(
          new SearchPath.SetSearchPath(state.server().database(), path.with(desired.name())));
    }
    return List.of();
  }

  private static List<Step> planViews(
      DesiredSchema desired, SourceState state, List<Table> settled) {
    var steps = new ArrayList<Step>();
    for (Table table : settled) {
      if (!table.mayAlter()) {
        continue;
      }
      var there = ourView(desired, state, table.name());
      if (!desired.views()) {
        there.ifPresent(
            v -> steps.add(new CompatibilityView.DropView(v.relation(), desired.lockTimeout())));
        continue;
      }
      // A table that the service's own migrations made in the new schema gets its view too:
      // sessions from before the move still look for it under the old name.
      String schema = there.map(View::schema).orElse(desired.from().get(0));
      var view = view(desired, state, schema, table);
      boolean missing = there.isEmpty() && !state.taken().contains(view.name());
      boolean outdated = there.isPresent() && !view.isAsDesired(there.get());
      if (missing || outdated) {
        steps.add(new CompatibilityView.MakeView(view, there, desired.lockTimeout()));
      }
    }
    return steps;
  }

  private static Optional<View> ourView(DesiredSchema desired, SourceState state, String name) {
    return state.views().stream()
        .filter(v -> v.name().equals(name))
        .filter(v -> v.mark().map(m -> m.owner().sameNameAs(desired.owner())).orElse(false))
        .findFirst();
  }

  private static CompatibilityView view(
      DesiredSchema desired, SourceState state, String schema, Table table) {
    return new CompatibilityView(
        new Relation(schema, table.name()),
        new Relation(desired.name(), table.name()),
        table,
        state.server().version() >= 150000,
        Mark.of(desired.owner()));
  }

  /**
   * What puts everything back to where it was: tables, views, schema, search_path. Nothing moves
   * while a publication knows a table by its name: its subscriber would stop, and its slot fill the
   * disk.
   */
  public static Plan remove(DesiredSchema desired, SourceState state) {
    var ownership = state.schema().map(s -> Mark.ownership(s.mark(), desired.owner()));
    boolean schemaIsOurs = ownership.equals(Optional.of(Mark.Ownership.OURS));
    boolean movedInto = desired.move() && ownership.equals(Optional.of(Mark.Ownership.UNMARKED));
    if (!schemaIsOurs && !movedInto) {
      return Plan.NOTHING;
    }
    var moves = new ArrayList<MoveTableBack>();
    for (Table table : state.tablesIn(desired.name())) {
      var view = ourView(desired, state, table.name());
      // In a schema that somebody else made, only what has our view was moved by us.
      if (view.isPresent() || schemaIsOurs) {
        String to = view.map(View::schema).orElse(desired.from().get(0));
        moves.add(new MoveTableBack(table, to, view.isPresent(), desired.lockTimeout()));
      }
    }
    var published =
        moves.stream()
            .map(MoveTableBack::table)
            .filter(t -> !t.publishedBy().isEmpty() || !t.flows().isEmpty())
            .map(SchemaMove::stillPublished)
            .toList();
    if (!published.isEmpty()) {
      return Plan.blocked(published);
    }
    var steps = new ArrayList<Step>(moves);
    if (schemaIsOurs) {
      // Before the search_path: while something of the service's own is left in the schema, it has
      // to be found.
      steps.add(new Schemas.DropSchema(Site.SOURCE, desired.name()));
    }
    var path = SearchPath.of(state.server().databaseSearchPath());
    if (desired.searchPath() && path.contains(desired.name())) {
      steps.add(
          new SearchPath.SetSearchPath(state.server().database(), path.without(desired.name())));
    }
    return Plan.of(steps);
  }

  private static Problem stillPublished(Table table) {
    var publications = new ArrayList<>(table.flows());
    publications.addAll(table.publishedBy());
    return new Problem(
        Reason.PublishedElsewhere,
        ("Table %s is still in the publication %s, whose subscriber knows it by this name: take that down first, with"
                + " its slot, or set deletionPolicy to Retain.")
            .formatted(table.readable(), String.join(", ", publications)));
  }

  /** What lets go of everything and leaves it as it is. */
  public static Plan release(DesiredSchema desired, SourceState state) {
    return state
        .schema()
        .filter(s -> Mark.ownership(s.mark(), desired.owner()) == Mark.Ownership.OURS)
        .map(
            s ->
                Plan.of(
                    List.of(
                        new Schemas.MarkSchema(
                            Site.SOURCE, s.name(), s.mark().orElseThrow().release()))))
        .orElse(Plan.NOTHING);
  }

  /** {@code SET LOCAL lock_timeout}, in milliseconds. */
  static String lockTimeout(Duration timeout) {
    return "SET LOCAL lock_timeout = " + timeout.toMillis();
  }

  /** Moves one table and leaves a view behind, in one transaction. */
  record MoveTable(Table table, DesiredSchema desired, CompatibilityView view) implements Step {
    @Override
    public Site site() {
      return Site.SOURCE;
    }

    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      sql.add(lockTimeout(desired.lockTimeout()));
      sql.add(
          "ALTER TABLE %s SET SCHEMA %s"
              .formatted(table.qualified(), Sql.identifier(desired.name())));
      if (desired.views()) {
        sql.addAll(view.make(Optional.empty()));
      }
      return sql;
    }

    @Override
    public String sentence() {
      return "Move table %s to schema %s%s"
          .formatted(
              table.readable(), desired.name(), desired.views() ? " and leave a view behind" : "");
    }

    @Override
    public boolean skippable() {
      return true;
    }
  }

  /** Moves one table back to where its view stands. */
  record MoveTableBack(Table table, String to, boolean dropView, Duration lockTimeout)
      implements Step {
    @Override
    public Site site() {
      return Site.SOURCE;
    }

    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      sql.add(SchemaMove.lockTimeout(lockTimeout));
      if (dropView) {
        sql.add("DROP VIEW " + Sql.qualified(to, table.name()));
      }
      sql.add("ALTER TABLE %s SET SCHEMA %s".formatted(table.qualified(), Sql.identifier(to)));
      return sql;
    }

    @Override
    public String sentence() {
      return "Move table %s back to schema %s".formatted(table.readable(), to);
    }

    @Override
    public boolean skippable() {
      return true;
    }
  }
}
