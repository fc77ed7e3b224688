package dev.tributary.federation;

import java.util.List;

/**
 * How a source's schema stands.
 *
 * @param settled tables in their schema
 * @param total tables that are taken
 * @param why the reason, and a sentence that says what to do
 */
public record SchemaReport(
    String serverVersion,
    String schema,
    int settled,
    int total,
    Problem why,
    List<String> pending) {

  public SchemaReport {
    pending = List.copyOf(pending);
  }

  public static SchemaReport of(
      DesiredSchema desired, SourceState state, Plan plan, Outcome outcome) {
    var selection = TableSelection.of(desired, state);
    int settled = selection.settled().size();
    int total = settled + selection.unsettled().size();
    Problem why =
        Problems.first(plan, outcome)
            .orElseGet(
                () ->
                    plan.steps().isEmpty()
                        ? new Problem(
                            Reason.Prepared,
                            "%s in schema %s."
                                .formatted(
                                    total == 1 ? "1 table is" : total + " tables are",
                                    desired.name()))
                        : new Problem(Reason.Preparing, plan.steps().get(0).sentence() + "."));
    return new SchemaReport(
        state.server().versionText(), desired.name(), settled, total, why, plan.sentences());
  }
}
