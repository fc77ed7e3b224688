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
  private static final int OLDEST_SOURCE = 130000;

  private SchemaMove() {}

  /** What leads from the state to the desired one; nothing is moved while a table has a problem. */
  public static Plan plan(DesiredSchema desired, SourceState state) {
    var problems = preflight(desired, state);
    if (!problems.isEmpty()) {
      return Plan.blocked(problems);
    }
    var selection = TableSelection.of(desired, state);
    var steps = new ArrayList<Step>();
    if (desired.move()) {
      boolean mayMove = selection.problems().isEmpty();
      if (mayMove) {
        steps.addAll(planSchema(desired, state));
        steps.addAll(planSearchPath(desired, state));
        selection
            .unsettled()
            .forEach(
                t -> steps.add(new MoveTable(t, desired, view(desired, state, t.schema(), t))));
      }
      steps.addAll(planViews(desired, state, selection.settled()));
    }
    return new Plan(steps, selection.problems());
  }

  private static List<Problem> preflight(DesiredSchema desired, SourceState state) {
    ServerFacts server = state.server();
    var problems = new ArrayList<Problem>();
    if (server.version() < OLDEST_SOURCE) {
      problems.add(
          new Problem(
              Reason.ServerTooOld,
              "The server is PostgreSQL %s; a source has to be 13 or later: upgrade it."
                  .formatted(server.versionText())));
    }
    if (server.standby()) {
      problems.add(
          new Problem(
              Reason.ServerIsStandby,
              "The server is a standby and read-only: connect to its primary."));
    }
    if (!server.walLevel().equals("logical")) {
      problems.add(
          new Problem(
              Reason.WalLevelNotLogical,
              ("wal_level is %s: run ALTER SYSTEM SET wal_level = 'logical' and restart the server (Amazon RDS:"
                      + " rds.logical_replication, Cloud SQL: cloudsql.logical_decoding, Azure: the wal_level"
                      + " parameter).")
                  .formatted(server.walLevel())));
    }
    if (state.schema().isEmpty()) {
      if (!desired.move()) {
        problems.add(
            new Problem(
                Reason.SchemaMissing,
                "The schema %s does not exist, and with schema.method None nothing makes it: create it, or use method Move."
                    .formatted(desired.name())));
      } else if (!server.mayCreateSchema()) {
        problems.add(
            new Problem(
                Reason.NoRightToCreateSchema,
                "Role %s may not create the schema %s: run GRANT CREATE ON DATABASE %s TO %s."
                    .formatted(
                        server.role(),
                        desired.name(),
                        Sql.identifier(server.database()),
                        Sql.identifier(server.role()))));
      }
    } else {
      problems.addAll(preflightSchema(desired, state.schema().get(), server));
    }
    if (desired.move()
        && desired.searchPath()
        && !server.mayAlterDatabase()
        && !SearchPath.of(server.databaseSearchPath()).contains(desired.name())) {
      problems.add(
          new Problem(
              Reason.PermissionDenied,
              ("Role %s does not own the database, so it cannot put %s into its search_path: have the owner run ALTER"
                      + " DATABASE %s SET search_path = %s, or set schema.compatibility.searchPath to false.")
                  .formatted(
                      server.role(),
                      desired.name(),
                      Sql.identifier(server.database()),
                      SearchPath.of(server.databaseSearchPath()).with(desired.name()).sql())));
    }
    return problems;
  }

  private static List<Problem> preflightSchema(
      DesiredSchema desired, SchemaFacts schema, ServerFacts server) {
    if (!desired.move()) {
      return List.of();
    }
    if (Mark.ownership(schema.mark(), desired.owner()) == Mark.Ownership.ANOTHERS) {
      return List.of(
          Schemas.ownedByAnother("The schema " + desired.name(), schema.mark().orElseThrow()));
    }
    if (!schema.mayCreate()) {
      return List.of(
          new Problem(
              Reason.PermissionDenied,
              "Role %s may not create in the schema %s: run GRANT USAGE, CREATE ON SCHEMA %s TO %s."
                  .formatted(
                      server.role(),
                      desired.name(),
                      Sql.identifier(desired.name()),
                      Sql.identifier(server.role()))));
    }
    return List.of();
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
    // create there will
    // create here, once this schema stands first in the search_path.
    var there = state.schema().map(SchemaFacts::grants).orElse(List.of());
    var missing =
        state.origins().stream()
            .flatMap(origin -> origin.grants().stream())
            .distinct()
            .filter(g -> there.stream().noneMatch(t -> t.covers(g)))
            .toList();
    if (!missing.isEmpty()) {
      steps.add(new Schemas.GrantOnSchema(desired.name(), missing));
    }
    return steps;
  }

  private static List<Step> planSearchPath(DesiredSchema desired, SourceState state) {
    var path = SearchPath.of(state.server().databaseSearchPath());
    if (desired.searchPath() && !path.contains(desired.name())) {
      return List.of(new SetSearchPath(state.server().database(), path.with(desired.name())));
    }
    return List.of();
  }

  private static List<Step> planViews(
      DesiredSchema desired, SourceState state, List<Table> settled) {
    var steps = new ArrayList<Step>();
    for (Table table : settled) {
      var there = ourView(desired, state, table.name());
      if (!desired.views()) {
        there.ifPresent(
            v ->
                steps.add(
                    new CompatibilityView.DropView(v.schema(), v.name(), desired.lockTimeout())));
        continue;
      }
      // A table that the service's own migrations made in the new schema gets its view too:
      // sessions from before the
      // move still look for it under the old name.
      String schema = there.map(View::schema).orElse(desired.from().get(0));
      var view = view(desired, state, schema, table);
      boolean nameIsFree =
          state.view(schema, table.name()).isEmpty()
              && state.tablesIn(schema).stream().noneMatch(t -> t.name().equals(table.name()));
      if (there.isEmpty() && nameIsFree) {
        steps.add(new CompatibilityView.CreateView(view, false, desired.lockTimeout()));
      } else if (there.isPresent() && !view.isAsDesired(there.get())) {
        steps.add(new CompatibilityView.CreateView(view, true, desired.lockTimeout()));
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
        schema,
        table,
        desired.name(),
        state.server().version() >= 150000,
        Mark.of(desired.owner()));
  }

  /** What puts everything back to where it was: tables, views, search_path, schema. */
  public static Plan remove(DesiredSchema desired, SourceState state) {
    boolean schemaIsOurs =
        state
            .schema()
            .map(s -> Mark.ownership(s.mark(), desired.owner()) == Mark.Ownership.OURS)
            .orElse(false);
    var steps = new ArrayList<Step>();
    if (desired.move()) {
      for (Table table : state.tablesIn(desired.name())) {
        var view = ourView(desired, state, table.name());
        // In a schema that somebody else made, only what has our view was moved by us.
        if (view.isPresent() || schemaIsOurs) {
          steps.add(
              new MoveTableBack(
                  table.schema(),
                  table.name(),
                  view.map(View::schema).orElse(desired.from().get(0)),
                  view.isPresent(),
                  desired.lockTimeout()));
        }
      }
      var path = SearchPath.of(state.server().databaseSearchPath());
      if (desired.searchPath() && path.contains(desired.name())) {
        steps.add(new SetSearchPath(state.server().database(), path.without(desired.name())));
      }
    }
    if (schemaIsOurs) {
      steps.add(new Schemas.DropSchema(Site.SOURCE, desired.name()));
    }
    return Plan.of(steps);
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
        sql.addAll(view.create());
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
  record MoveTableBack(
      String schema, String name, String to, boolean dropView, Duration lockTimeout)
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
        sql.add("DROP VIEW " + Sql.qualified(to, name));
      }
      sql.add(
          "ALTER TABLE %s SET SCHEMA %s"
              .formatted(Sql.qualified(schema, name), Sql.identifier(to)));
      return sql;
    }

    @Override
    public String sentence() {
      return "Move table %s.%s back to schema %s".formatted(schema, name, to);
    }

    @Override
    public boolean skippable() {
      return true;
    }
  }

  /** Sets the search_path of new sessions in the database. */
  record SetSearchPath(String database, SearchPath path) implements Step {
    @Override
    public Site site() {
      return Site.SOURCE;
    }

    @Override
    public List<String> sql() {
      String alter = "ALTER DATABASE " + Sql.identifier(database);
      return List.of(
          path.equals(SearchPath.DEFAULT)
              ? alter + " RESET search_path"
              : alter + " SET search_path = " + path.sql());
    }

    @Override
    public String sentence() {
      return "Set the search_path of new sessions in database %s to %s"
          .formatted(database, String.join(", ", path.schemas()));
    }
  }
}
