package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a source's schema stands.
 *
 * @param settled tables in their schema
 * @param total tables that are taken
 * @param why the reason, and a sentence that says what to do
 * @param preflight what was found before the last tables moved, worst first
 * @param plan what is to be done, approved or not
 * @param hash of the plan, or of the approved plan that it is what is left of
 * @param begun the approved plan that is being executed
 */
public record SchemaReport(
    String serverVersion,
    String schema,
    int settled,
    int total,
    Problem why,
    List<Finding> preflight,
    Plan plan,
    Optional<String> hash,
    Optional<Approval.Begun> begun) {

  public SchemaReport {
    preflight = List.copyOf(preflight);
  }

  /**
   * What the state and the outcome amount to.
   *
   * @param plan what is to be done, approved or not
   * @param reasonBefore what the last report gave
   */
  public static SchemaReport of(
      DesiredSchema desired,
      SourceState state,
      Plan plan,
      Approval approval,
      Outcome outcome,
      Optional<Reason> reasonBefore) {
    var selection = TableSelection.of(desired, state);
    int settled = selection.settled().size();
    int total = settled + selection.unsettled().size();
    var begun =
        plan.steps().isEmpty()
            ? Optional.<Approval.Begun>empty()
            : approval.covers(plan, desired.owner());
    var hash =
        plan.steps().isEmpty()
            ? Optional.<String>empty()
            : begun.map(Approval.Begun::hash).or(() -> Optional.of(plan.hash(desired.owner())));
    return new SchemaReport(
        state.server().versionText(),
        desired.name(),
        settled,
        total,
        why(desired, state, approval.gate(plan, desired.owner()), outcome, total, reasonBefore),
        MovePreflight.of(desired, state, selection),
        plan,
        hash,
        begun);
  }

  /** The same with what was found before the first step, while tables still had to move. */
  public SchemaReport withPreflight(List<Finding> findings) {
    return new SchemaReport(
        serverVersion, schema, settled, total, why, findings, plan, hash, begun);
  }

  /** The preflight and whatever else stands in the way, worst first. */
  public List<Finding> findings() {
    var findings = new ArrayList<>(preflight);
    var said = preflight.stream().map(Finding::problem).toList();
    plan.problems().stream()
        .distinct()
        .filter(p -> !said.contains(p))
        .map(p -> new Finding(Finding.Severity.Blocker, p.reason(), Optional.empty(), p.sentence()))
        .forEach(findings::add);
    findings.sort(Finding.ORDER);
    return findings;
  }

  private static Problem why(
      DesiredSchema desired,
      SourceState state,
      Plan plan,
      Outcome outcome,
      int total,
      Optional<Reason> reasonBefore) {
    // With nothing left of the move, only what was done just now, or said last, tells that there
    // was one.
    boolean back =
        !desired.move()
            && state.schema().isEmpty()
            && plan.steps().isEmpty()
            && outcome.failures().isEmpty()
            && (!outcome.done().isEmpty() || reasonBefore.equals(Optional.of(Reason.MovedBack)));
    if (back) {
      return new Problem(
          Reason.MovedBack,
          "Every table is back where it was; nothing of schema %s is left."
              .formatted(desired.name()));
    }
    return Problems.first(plan, outcome)
        .orElseGet(
            () ->
                plan.steps().isEmpty()
                    ? new Problem(
                        Reason.Prepared,
                        "%s in schema %s."
                            .formatted(
                                total == 1 ? "1 table is" : total + " tables are", desired.name()))
                    : new Problem(Reason.Preparing, plan.steps().get(0).sentence() + "."));
  }
}
