package dev.tributary.federation;

import dev.tributary.federation.Before.Thing;
import dev.tributary.federation.CompatibilityView.CommentColumns;
import dev.tributary.federation.CompatibilityView.DropView;
import dev.tributary.federation.CompatibilityView.EqualRights;
import dev.tributary.federation.CompatibilityView.MakeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The views of the tables that are in their schema: made, kept as their tables are, dropped. */
final class CompatibilityViews {
  private CompatibilityViews() {}

  /**
   * What leads to a view for each table that is to have one, and to none for the others. A view
   * that is there is kept as its table is, whatever else is said of the table: through it rows and
   * rights are seen.
   */
  static Plan plan(DesiredSchema desired, SourceState state, List<Table> settled) {
    var ours = state.viewsOf(desired.owner());
    var steps = new ArrayList<Step>();
    var problems = new ArrayList<Problem>();
    for (Table table : state.tablesIn(desired.name())) {
      var origin = SchemaMove.origin(state, table);
      boolean wasHereBefore = origin.equals(Optional.of(desired.name()));
      var there = Optional.ofNullable(ours.get(table.name()));
      boolean concerned = there.isPresent() || settled.contains(table);
      if (table.mayAlter() && !wasHereBefore && concerned) {
        var plan = plan(desired, state, table, there, origin);
        steps.addAll(plan.steps());
        problems.addAll(plan.problems());
      }
    }
    return new Plan(steps, problems);
  }

  private static Plan plan(
      DesiredSchema desired,
      SourceState state,
      Table table,
      Optional<View> there,
      Optional<String> origin) {
    if (bypassesRowSecurity(state, table)) {
      // Rows that somebody must not see weigh more than a name that is missing.
      return there
          .map(v -> Plan.of(List.of(new DropView(v.relation(), desired))))
          .orElse(Plan.NOTHING);
    }
    if (!desired.wantsViewOf(table.name())) {
      return there.map(v -> drop(desired, state, v)).orElse(Plan.NOTHING);
    }
    // A table that the service's own migrations made in the new schema gets its view too: sessions
    // from before the move still look for it under the old name.
    String schema = there.map(View::schema).or(() -> origin).orElse(desired.from().get(0));
    var view = CompatibilityView.of(desired, state, schema, table, there);
    if (there.isEmpty()) {
      boolean taken = state.taken().contains(view.name());
      return taken ? Plan.NOTHING : make(desired, state, view, there);
    }
    if (!view.isAsDesired(there.get())) {
      return replace(desired, state, view, there.get());
    }
    var rights = equalRights(desired, state, view, there.get());
    return view.hasComments(there.get())
        ? rights
        : rights.then(Plan.of(List.of(new CommentColumns(view, there.get(), desired))));
  }

  private static boolean bypassesRowSecurity(SourceState state, Table table) {
    return table.rowSecurity() && state.server().version() < 150000;
  }

  private static Plan drop(DesiredSchema desired, SourceState state, View view) {
    return ViewCleanup.problem(desired, state, view)
        .map(p -> Plan.blocked(List.of(p)))
        .orElseGet(() -> Plan.of(List.of(new DropView(view.relation(), desired))));
  }

  private static Plan replace(
      DesiredSchema desired, SourceState state, CompatibilityView view, View there) {
    return Optional.of(there)
        .filter(view::mustReplace)
        .flatMap(ViewCleanup::dependents)
        .map(p -> Plan.blocked(List.of(p)))
        .orElseGet(() -> make(desired, state, view, Optional.of(there)));
  }

  private static Plan make(
      DesiredSchema desired, SourceState state, CompatibilityView view, Optional<View> there) {
    var rights = view.rights(there, state.remembered());
    return Plan.of(List.of(new MakeView(view, there, rights, desired)));
  }

  private static Plan equalRights(
      DesiredSchema desired, SourceState state, CompatibilityView view, View there) {
    var rights = view.rights(Optional.of(there), state.remembered());
    var known = state.remembered().of(Thing.rights(view.name()));
    boolean equal =
        Right.on(there, view.table()).equals(rights)
            && Right.on(view.table()).equals(rights)
            && known.equals(Optional.of(Right.digests(rights)));
    return equal ? Plan.NOTHING : Plan.of(List.of(new EqualRights(view, there, rights, desired)));
  }
}
