package dev.tributary.federation;

import dev.tributary.api.Phase;
import dev.tributary.federation.LaneReport.Unsynced;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** How one source's flow stands. */
public record FlowReport(
    String source,
    Phase phase,
    Problem why,
    String schema,
    List<LaneReport> lanes,
    List<Finding> findings,
    List<String> pending,
    IndexReport indexes) {

  /** One of a flow without indexes. */
  public FlowReport(
      String source,
      Phase phase,
      Problem why,
      String schema,
      List<LaneReport> lanes,
      List<Finding> findings,
      List<String> pending) {
    this(source, phase, why, schema, lanes, findings, pending, IndexReport.NONE);
  }

  public FlowReport {
    findings = List.copyOf(findings);
    lanes = List.copyOf(lanes);
    pending = List.copyOf(pending);
  }

  /** A flow that could not be looked at. */
  public static FlowReport unknown(String source, String schema, Problem why) {
    return new FlowReport(
        source,
        why.reason().blocked() ? Phase.Blocked : Phase.Pending,
        why,
        schema,
        List.of(),
        List.of(),
        List.of());
  }

  /**
   * What the states and the outcome amount to.
   *
   * @param lags age of the oldest change that is not applied, at most, by slot, where it is known
   * @param applyErrorsBefore by lane, how many there were when the last report was made
   */
  public static FlowReport of(
      DesiredFlow desired,
      TableSelection selection,
      FlowState source,
      TargetState target,
      Plan plan,
      Outcome outcome,
      Map<String, Duration> lags,
      Map<String, Long> applyErrorsBefore) {
    var roots = Mirror.ofRoots(selection.published());
    var named = target.named(roots, selection.living());
    var states = LaneState.of(desired, Optional.of(source), Optional.of(named));
    var allocation = Allocation.of(desired, roots, states);
    var lanes = new ArrayList<LaneReport>();
    for (LaneState state : states) {
      boolean there = state.slot().isPresent() || state.subscription().isPresent();
      if (there || allocation.needs(desired, state)) {
        lanes.add(
            LaneReport.of(
                state,
                allocation.of(state).values(),
                desired.schema(),
                Optional.ofNullable(lags.get(state.lane().object()))));
      }
    }
    var indexes = Indexes.of(desired, roots, states, source, named);
    var indexReport = indexes.map(Indexes::report).orElse(IndexReport.NONE);
    Problem why = why(desired, lanes, plan, outcome, applyErrorsBefore, indexReport);
    var findings =
        Stream.concat(
                Flow.shortages(desired, allocation, states, source, target).stream(),
                indexes.stream().flatMap(i -> i.findings().stream()))
            .sorted(Finding.WORST_FIRST)
            .toList();
    return new FlowReport(
        desired.source(),
        phase(desired, why, lanes, indexReport),
        why,
        desired.schema(),
        lanes,
        findings,
        plan.sentences(),
        indexReport);
  }

  /** The same with a reason that says more. */
  public FlowReport with(Problem better) {
    return new FlowReport(
        source,
        better.reason().blocked() ? Phase.Blocked : phase,
        better,
        schema,
        lanes,
        findings,
        pending,
        indexes);
  }

  public int tablesReady() {
    return lanes.stream().mapToInt(LaneReport::tablesReady).sum();
  }

  public int tablesTotal() {
    return lanes.stream().mapToInt(LaneReport::tablesTotal).sum();
  }

  public long bytesTotal() {
    return lanes.stream().mapToLong(LaneReport::bytesTotal).sum();
  }

  /** How much of the copy is done, by size. */
  public int copiedPercent() {
    return copiedPercent(lanes);
  }

  private static int copiedPercent(List<LaneReport> lanes) {
    long bytes = lanes.stream().mapToLong(LaneReport::bytesTotal).sum();
    // No tables: all is copied once there is a subscription to say so.
    int nothing = !lanes.isEmpty() && isComplete(lanes) ? 100 : 0;
    double copied = lanes.stream().mapToDouble(LaneReport::copiedBytes).sum();
    return bytes == 0 ? nothing : (int) Math.floor(100 * copied / bytes);
  }

  /** The greatest lag of a lane, in bytes. */
  public Optional<Long> lagBytes() {
    return lanes.stream().flatMap(l -> l.lagBytes().stream()).max(Comparator.naturalOrder());
  }

  /** The greatest lag of a lane, in seconds; nothing while that of one is not known. */
  public Optional<Long> lagSeconds() {
    boolean known = lanes.stream().allMatch(l -> l.lagSeconds().isPresent());
    return known
        ? lanes.stream().flatMap(l -> l.lagSeconds().stream()).max(Comparator.naturalOrder())
        : Optional.empty();
  }

  /** Tables that are not in sync yet. */
  public List<Unsynced> unsynced() {
    return lanes.stream().flatMap(l -> l.unsynced().stream()).toList();
  }

  private static boolean isComplete(List<LaneReport> lanes) {
    return lanes.stream().allMatch(l -> l.subscription().isPresent());
  }

  private static Problem why(
      DesiredFlow desired,
      List<LaneReport> lanes,
      Plan plan,
      Outcome outcome,
      Map<String, Long> applyErrorsBefore,
      IndexReport indexes) {
    var problem = Problems.first(plan, outcome);
    if (problem.isPresent()) {
      return problem.get();
    }
    if (!desired.enabled()) {
      return new Problem(
          Reason.Suspended, "Suspended: the source keeps its WAL until spec.suspend is false.");
    }
    var steps = plan.steps().stream().filter(s -> !(s instanceof IndexSteps.OfIndexes)).toList();
    if (!steps.isEmpty() || !isComplete(lanes)) {
      return new Problem(
          Reason.Preparing, steps.isEmpty() ? "Not begun yet." : steps.get(0).sentence() + ".");
    }
    return lanes.stream()
        .flatMap(l -> failing(l, applyErrorsBefore.getOrDefault(l.name(), Long.MAX_VALUE)).stream())
        .findFirst()
        .orElseGet(() -> progress(lanes, indexes));
  }

  private static Optional<Problem> failing(LaneReport lane, long errorsBefore) {
    SubscriptionState s = lane.subscription().get();
    boolean stopped = !s.running() && lane.tablesReady() == lane.tablesTotal();
    return s.applyErrors() > errorsBefore || stopped
        ? Optional.of(
            new Problem(
                Reason.ApplyFailing,
                "The apply worker of subscription %s is not running (%d apply errors so far): the log of the target's server has the reason; it is tried again by itself."
                    .formatted(s.name(), s.applyErrors())))
        : Optional.empty();
  }

  private static Problem progress(List<LaneReport> lanes, IndexReport indexes) {
    int ready = lanes.stream().mapToInt(LaneReport::tablesReady).sum();
    int total = lanes.stream().mapToInt(LaneReport::tablesTotal).sum();
    if (ready == total && !indexes.isComplete()) {
      return new Problem(Reason.Indexing, indexes.sentence());
    }
    if (ready == total) {
      return new Problem(
          Reason.InSync, total == 1 ? "1 table is in sync." : total + " tables are in sync.");
    }
    long errors = lanes.stream().mapToLong(l -> l.subscription().get().syncErrors()).sum();
    return new Problem(
        Reason.Copying,
        "%d of %d tables are in sync, %d%% copied%s."
            .formatted(
                ready,
                total,
                copiedPercent(lanes),
                errors == 0
                    ? ""
                    : "; copying failed %d times, the log of the target's server has the reason"
                        .formatted(errors)));
  }

  private static Phase phase(
      DesiredFlow desired, Problem why, List<LaneReport> lanes, IndexReport indexes) {
    if (why.reason().blocked()) {
      return Phase.Blocked;
    }
    if (!desired.enabled()) {
      return Phase.Suspended;
    }
    if (!isComplete(lanes)) {
      return Phase.Preparing;
    }
    if (lanes.stream().anyMatch(l -> l.tablesReady() < l.tablesTotal())) {
      return Phase.Copying;
    }
    return indexes.isComplete() ? Phase.Streaming : Phase.Indexing;
  }
}
