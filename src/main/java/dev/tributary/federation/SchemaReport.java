package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a source's schema stands.
 *
 * @param schema its name; nothing when everything is back where it was
 * @param settled tables in their schema
 * @param total tables that are taken
 * @param why the reason, and a sentence that says what to do
 * @param preflight what was found before tables moved, worst first; nothing when none had to
 * @param server what was found of the server, worst first
 * @param plan what is to be done, approved or not
 * @param hash of the plan, or of the approved plan that it is what is left of
 * @param begun the approved plan that is being executed
 */
public record SchemaReport(
    String serverVersion,
    Optional<String> schema,
    int settled,
    int total,
    Problem why,
    Optional<List<Finding>> preflight,
    List<Finding> server,
    Plan plan,
    Optional<String> hash,
    Optional<Approval.Begun> begun) {

  public SchemaReport {
    preflight = preflight.map(List::copyOf);
    server = List.copyOf(server);
  }

  /**
   * What the state and the outcome amount to.
   *
   * @param plan what is to be done, approved or not
   * @param wasBack whether the last report said that everything is back
   */
  public static SchemaReport of(
      DesiredSchema desired,
      SourceState state,
      Plan plan,
      Approval approval,
      Outcome outcome,
      boolean wasBack) {
    var selection = TableSelection.of(desired, state);
    int settled = selection.settled().size();
    int total = settled + selection.waiting().size() + selection.moving().size();
    var begun =
        plan.steps().isEmpty()
            ? Optional.<Approval.Begun>empty()
            : approval.covers(plan, desired.owner());
    var hash =
        plan.steps().isEmpty()
            ? Optional.<String>empty()
            : begun.map(Approval.Begun::hash).or(() -> Optional.of(plan.hash(desired.owner())));
    boolean back = isBack(desired, state, plan, outcome, wasBack);
    var allowed = approval.gate(plan, desired.owner());
    return new SchemaReport(
        state.server().versionText(),
        back ? Optional.empty() : Optional.of(desired.name()),
        settled,
        total,
        back ? movedBack(desired) : why(desired, state, allowed, outcome, total),
        MovePreflight.look(desired, state),
        Stream.concat(
                SourcePreflight.findings(state.server()).stream(),
                EventTriggers.finding(desired, state).stream())
            .toList(),
        plan,
        hash,
        begun);
  }

  /** The same with what was found before the first step, if tables had to move then. */
  public SchemaReport withPreflight(Optional<List<Finding>> findings) {
    return new SchemaReport(
        serverVersion,
        schema,
        settled,
        total,
        why,
        findings.or(() -> preflight),
        server,
        plan,
        hash,
        begun);
  }

  /** Everything that was found, worst first. */
  public List<Finding> all() {
    var all = new ArrayList<>(findings());
    all.addAll(server);
    all.sort(Finding.ORDER);
    return all;
  }

  /** The preflight of the tables and whatever else stands in the way, worst first. */
  public List<Finding> findings() {
    var findings = new ArrayList<>(preflight.orElse(List.of()));
    var said = Stream.concat(findings.stream(), server.stream()).map(Finding::problem).toList();
    plan.problems().stream()
        .distinct()
        .filter(p -> !said.contains(p))
        .map(p -> new Finding(Finding.Severity.Blocker, p.reason(), Optional.empty(), p.sentence()))
        .forEach(findings::add);
    findings.sort(Finding.ORDER);
    return findings;
  }

  /**
   * Whether the way back has come to its end: with nothing left of the move, only what was done
   * just now, or said last, tells that there was one.
   */
  private static boolean isBack(
      DesiredSchema desired, SourceState state, Plan plan, Outcome outcome, boolean wasBack) {
    return !desired.move()
        && state.schema().isEmpty()
        && plan.steps().isEmpty()
        && outcome.failures().isEmpty()
        && (outcome.done().stream().anyMatch(SchemaReport::takesBack) || wasBack);
  }

  /** What the role that replicates is given says nothing of the tables. */
  private static boolean takesBack(Step step) {
    return !(step instanceof ReplicationRole.Making);
  }

  private static Problem movedBack(DesiredSchema desired) {
    return new Problem(
        Reason.MovedBack,
        "Every table is back where it was; nothing of schema %s is left."
            .formatted(desired.name()));
  }

  private static Problem why(
      DesiredSchema desired, SourceState state, Plan plan, Outcome outcome, int total) {
    return Problems.first(plan, outcome)
        .orElseGet(
            () ->
                plan.steps().isEmpty()
                    ? new Problem(
                        Reason.Prepared,
                        "%s in schema %s%s."
                            .formatted(
                                total == 1 ? "1 table is" : total + " tables are",
                                desired.name(),
                                EventTriggers.announce(desired, state)
                                    ? "; event triggers announce DDL"
                                    : ""))
                    : new Problem(Reason.Preparing, plan.steps().get(0).sentence() + "."));
  }
}
