package dev.tributary.federation;

import dev.tributary.federation.Surroundings.How;
import java.util.List;
import java.util.Optional;

/** Whether a compatibility view can go without anybody missing it. */
final class ViewCleanup {
  private ViewCleanup() {}

  /** Why a view has to stay for now, if it has to. */
  static Optional<Problem> problem(DesiredSchema desired, SourceState state, View view) {
    // A view that was asked to go by its name goes for a migration of the service.
    boolean told = desired.compatibility().views() || desired.compatibility().dropViewsInUse();
    return dependents(view)
        .or(
            () ->
                told
                    ? Optional.empty()
                    : inOldSessions(state.surroundings(), view)
                        .or(() -> inFunctions(state.surroundings(), view))
                        .or(() -> seen(state.surroundings(), view)));
  }

  /** What would have to be dropped with it. */
  static Optional<Problem> dependents(View view) {
    return view.dependents().isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                Reason.ViewInUse,
                "The view %s cannot go while others depend on it: make %s anew without it."
                    .formatted(view.relation(), String.join(", ", view.dependents()))));
  }

  private static Optional<Problem> inOldSessions(Surroundings surroundings, View view) {
    return surroundings.oldSessions() == 0
        ? Optional.empty()
        : Optional.of(
            new Problem(
                Reason.ViewInUse,
                "The view %s stays: %d sessions were opened before the last table moved and find tables only where they were. End them, a restart of the service or its pooler does, or set schema.compatibility.viewsInUse to Drop."
                    .formatted(view.relation(), surroundings.oldSessions())));
  }

  private static Optional<Problem> inFunctions(Surroundings surroundings, View view) {
    return surroundings.uses().stream()
        .filter(u -> u.table().equals(view.relation()) && u.how() == How.FUNCTION_BODY)
        .findFirst()
        .map(
            u ->
                new Problem(
                    Reason.ViewInUse,
                    "The body of %s names %s, so its view stays: change the function, or set schema.compatibility.viewsInUse to Drop."
                        .formatted(u.object(), view.relation())));
  }

  private static Optional<Problem> seen(Surroundings surroundings, View view) {
    var statement = SeenStatements.naming(view.relation(), surroundings.statements());
    if (statement.isPresent()) {
      return Optional.of(
          new Problem(
              Reason.ViewInUse,
              ("pg_stat_statements shows a statement that names %s (%d calls), so its view stays: change it, then"
                      + " SELECT pg_stat_statements_reset(), or set schema.compatibility.viewsInUse to Drop.")
                  .formatted(view.relation(), statement.get().calls())));
    }
    if (surroundings.hiddenStatements() > 0) {
      return Optional.of(
          new Problem(
              Reason.ViewInUse,
              ("pg_stat_statements hides the statements of other roles, so nobody can say whether the view %s is still"
                      + " used: GRANT pg_read_all_stats to the role, or set schema.compatibility.viewsInUse to Drop.")
                  .formatted(view.relation())));
    }
    return Optional.empty();
  }

  /** Whether statements have to be looked at. */
  static boolean asks(DesiredSchema desired, List<View> ours) {
    return !desired.compatibility().views()
        && !desired.compatibility().dropViewsInUse()
        && !ours.isEmpty();
  }
}
