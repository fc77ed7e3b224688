package dev.tributary.federation;

import static java.util.stream.Collectors.toSet;

import dev.tributary.api.ReplicationFederationSpec.OnLimit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * One source's flow into the target, put together: mirror, then each lane's publications, slot and
 * subscription, in the order in which nothing is sent before it can be received.
 */
public final class Flow {
  private static final Problem WAITING =
      new Problem(
          Reason.WaitingForSource, "The source's tables are on their way to their own schema.");

  private static final Problem WAITING_FOR_ROLE =
      new Problem(
          Reason.WaitingForSource,
          "The role that replicates is about to get its password and rights.");

  private Flow() {}

  /**
   * What leads from the state of both sides to the desired flow.
   *
   * @param selection the tables of the source that are taken
   * @param move what is still to be done to give those tables their schema
   */
  public static Plan plan(
      DesiredFlow desired,
      TableSelection selection,
      Plan move,
      FlowState source,
      TargetState target) {
    var named = target.named(Mirror.ofRoots(selection.published()), selection.living());
    var lanes = LaneState.of(desired, Optional.of(source), Optional.of(named));
    var urgent = protect(desired, selection, source, lanes);
    var refused = refusals(desired, source, target, lanes);
    if (!refused.isEmpty()) {
      return urgent.then(Plan.blocked(refused));
    }
    if (!urgent.steps().isEmpty()) {
      // What follows is planned for what that leaves.
      return urgent.then(Plan.blocked(move.problems()));
    }
    if (!desired.enabled()) {
      return urgent.then(disable(lanes));
    }
    boolean begun = lanes.stream().anyMatch(l -> l.subscription().isPresent());
    if (!begun && !move.isEmpty()) {
      return urgent.then(Plan.blocked(waiting(move)));
    }
    var roots = Mirror.ofRoots(selection.published());
    var room =
        shortages(desired, Allocation.of(desired, roots, lanes), lanes, source, target).stream()
            .noneMatch(Finding::blocks);
    var mirror = new Mirror(desired, selection, source, target, lanes, room);
    var unsupported = mirror.unsupported();
    if (!begun && !unsupported.isEmpty()) {
      return urgent.then(Plan.blocked(unsupported));
    }
    var tables = mirror.supported();
    var allocation = Allocation.of(desired, tables, lanes);
    var handovers = lanes.stream().map(l -> new Handover(desired, l, allocation, lanes)).toList();
    var leading = Handover.leading(handovers);
    var flows =
        handovers.stream().map(h -> new LaneFlow(desired, allocation, h, lanes, source)).toList();
    var revive = Plan.of(flows.stream().flatMap(f -> f.revive(leading).stream()).toList());
    if (!ReplicationRole.hasPassword(source.replicatorMark(), desired.password())) {
      return urgent.then(Plan.blocked(List.of(WAITING_FOR_ROLE)));
    }
    var inTheWay = preflight(desired, tables, source);
    var made = mirror.steps();
    boolean mirrored = begun || made.problems().isEmpty();
    var indexes = Indexes.of(desired, tables, lanes, source, named);
    // Tables that are on their way would seem to be gone.
    boolean waits = !selection.unsettled().isEmpty();
    if (waits || !inTheWay.isEmpty() || !mirrored) {
      // What stands still for a change of lanes does not wait for anybody else.
      return urgent
          .then(revive)
          .then(finish(flows, leading))
          .then(Plan.blocked(waits ? waiting(move) : move.problems()))
          .then(Plan.blocked(inTheWay))
          .then(Plan.blocked(mirrored ? List.of() : made.problems()));
    }
    if (!mirror.isNamed()) {
      // A subscription that looks at its publications would not find those tables.
      return urgent.then(revive).then(made).then(finish(flows, leading));
    }
    return urgent
        .then(revive)
        .then(indexes.map(Indexes::cancel).orElse(Plan.NOTHING))
        .then(made)
        .then(build(shortages(desired, allocation, lanes, source, target), flows, leading, named))
        .then(Plan.of(Slots.removeLeftovers(source, target, lanes)))
        .then(indexes.map(Indexes::plan).orElse(Plan.NOTHING))
        .then(Plan.blocked(unsupported))
        .then(Plan.blocked(move.problems()));
  }

  private static Plan finish(List<LaneFlow> flows, Optional<Handover> leading) {
    return flows.stream()
        .filter(f -> f.leads(leading))
        .map(f -> f.finish(leading))
        .findFirst()
        .orElse(Plan.NOTHING);
  }

  /** What has to be done for the source's sake even while the target cannot be reached. */
  public static Plan planWithoutTarget(
      DesiredFlow desired, TableSelection selection, FlowState source) {
    var lanes = LaneState.of(desired, Optional.of(source), Optional.empty());
    return Plan.of(protect(desired, selection, source, lanes).steps());
  }

  /**
   * What an application suffers from is ended whatever else is in the way: a table that cannot be
   * updated because it is published, a disk that fills up.
   */
  private static Plan protect(
      DesiredFlow desired, TableSelection selection, FlowState source, List<LaneState> lanes) {
    if (!mayTouch(source)) {
      return Plan.NOTHING;
    }
    var harmful = selection.unpublishable().stream().map(Table::relation).collect(toSet());
    var wanted = new LinkedHashMap<Relation, PublishedTable>();
    selection.published().forEach(t -> wanted.put(t.relation(), t));
    var plan = Plan.NOTHING;
    for (LaneState lane : lanes) {
      if (Publications.refusal(desired, lane).isPresent()) {
        continue;
      }
      plan = plan.then(Plan.of(Publications.unpublishHarmful(desired, lane, harmful, wanted)));
      plan = plan.then(limit(desired, lane, source));
    }
    return plan;
  }

  /** What keeps more WAL than it may is given up, and dropped as soon as nobody reads it. */
  private static Plan limit(DesiredFlow desired, LaneState lane, FlowState source) {
    if (LaneFlow.isDropped(desired, lane)) {
      var steps = new ArrayList<Step>();
      boolean read = lane.slot().filter(SlotState::active).isPresent();
      if (lane.slot().isPresent() && (!read || lane.subscription().isPresent())) {
        lane.subscription()
            .filter(SubscriptionState::enabled)
            .ifPresent(s -> steps.add(Subscriptions.disable(lane)));
        steps.addAll(Slots.remove(lane, source.server()));
      }
      return Plan.of(steps);
    }
    var over = Slots.overLimit(desired, lane);
    if (over.isEmpty()) {
      return Plan.NOTHING;
    }
    boolean drop = desired.slots().onLimit() == OnLimit.Drop && lane.publication().isPresent();
    return drop
        ? Plan.of(List.of(Publications.giveUp(desired, lane)))
        : Plan.blocked(List.of(over.get()));
  }

  private static boolean mayTouch(FlowState source) {
    return SourcePreflight.of(source.server()).isEmpty();
  }

  private static Plan disable(List<LaneState> lanes) {
    return Plan.of(
        lanes.stream()
            .filter(l -> l.subscription().filter(SubscriptionState::enabled).isPresent())
            .map(Subscriptions::disable)
            .toList());
  }

  private static List<Problem> waiting(Plan move) {
    return move.problems().isEmpty() ? List.of(WAITING) : move.problems();
  }

  /** Every lane; none is begun for which a server has no room. */
  private static Plan build(
      List<Finding> shortages,
      List<LaneFlow> flows,
      Optional<Handover> leading,
      TargetState target) {
    var noRoom = shortages.stream().filter(Finding::blocks).map(Finding::problem).toList();
    var plan = Plan.blocked(noRoom);
    var possible =
        flows.stream()
            .filter(f -> noRoom.isEmpty() || f.lane().subscription().isPresent())
            .toList();
    var losses = Plan.NOTHING;
    for (LaneFlow flow : possible) {
      losses = losses.then(flow.planLoss());
    }
    if (!losses.steps().isEmpty()) {
      // A lane that goes on because another has brought everything must not take that one's word.
      return plan.then(losses);
    }
    for (LaneFlow flow : possible) {
      plan = plan.then(flow.plan(target, leading));
    }
    return plan;
  }

  /**
   * What the servers are short of, counted for all lanes of the source. Nothing of it holds up
   * lanes that are there.
   */
  static List<Finding> shortages(
      DesiredFlow desired,
      Allocation allocation,
      List<LaneState> lanes,
      FlowState source,
      TargetState target) {
    var wanted = lanes.stream().filter(l -> allocation.needs(desired, l)).toList();
    var demand =
        new Demand(
            wanted.stream()
                .map(l -> new Demand.Lane(l.lane().object(), allocation.toCopy(l)))
                .toList(),
            desired.others());
    boolean allThere = wanted.stream().allMatch(l -> l.subscription().isPresent());
    var findings =
        new ArrayList<>(
            Budget.ofSource(source.server(), Budget.syncWorkers(target.server()), demand));
    target.receiving().ifPresent(r -> findings.addAll(Budget.ofTarget(target.server(), r, demand)));
    return findings.stream().map(f -> allThere ? f.asWarning() : f).toList();
  }

  /** What tells why a subscription does not run, as far as the way to the source is the reason. */
  public static Plan trial(LaneReport lane) {
    return Plan.of(List.of(Subscriptions.tryConnection(lane.publication())));
  }

  /** What must not be touched; and nothing is read from a server that cannot be written to. */
  private static List<Problem> refusals(
      DesiredFlow desired, FlowState source, TargetState target, List<LaneState> lanes) {
    var problems = new ArrayList<Problem>(SourcePreflight.of(source.server()));
    problems.addAll(TargetPreflight.of(target.server()));
    for (LaneState lane : lanes) {
      Publications.refusal(desired, lane).ifPresent(problems::add);
      Subscriptions.refusal(desired, lane).ifPresent(problems::add);
    }
    Mirror.refusal(desired, target.schema()).ifPresent(problems::add);
    return problems;
  }

  private static List<Problem> preflight(
      DesiredFlow desired, List<PublishedTable> tables, FlowState flow) {
    var problems = new ArrayList<Problem>();
    // What the role of a source lacks that Tributary keeps, it is about to get.
    boolean kept = desired.password().isPresent();
    if (!flow.mayReplicate()) {
      problems.add(
          kept
              ? WAITING_FOR_ROLE
              : new Problem(
                  Reason.NoRightToReplicate,
                  "Role %s may not replicate from the source: run %s there."
                      .formatted(
                          desired.replicator(),
                          flow.server().provider().grantReplication(desired.replicator()))));
    }
    tables.stream()
        .map(PublishedTable::table)
        .filter(t -> !t.replicatorMaySelect())
        .map(t -> kept ? WAITING_FOR_ROLE : mayNotRead(desired, t))
        .forEach(problems::add);
    return problems;
  }

  private static Problem mayNotRead(DesiredFlow desired, Table table) {
    String role = Sql.identifier(desired.replicator());
    return new Problem(
        Reason.NoRightToReplicate,
        "Role %s, which replicates, may not read all of table %s: run GRANT USAGE ON SCHEMA %s TO %s and GRANT SELECT ON %s TO %s, and with row-level security ALTER ROLE %s BYPASSRLS."
            .formatted(
                desired.replicator(),
                table.readable(),
                Sql.identifier(table.schema()),
                role,
                table.qualified(),
                role,
                role));
  }

  /**
   * What takes the flow down, subscription first, so that no slot is left that nobody reads. A side
   * that cannot be reached is left out.
   */
  public static Plan remove(
      DesiredFlow desired, Optional<FlowState> source, Optional<TargetState> target) {
    var steps = new ArrayList<Step>();
    var lanes = LaneState.of(desired, source, target);
    for (LaneState lane : lanes) {
      steps.addAll(Subscriptions.remove(desired, lane));
      if (source.isPresent() && slotIsOurs(desired, lane)) {
        steps.addAll(Slots.remove(lane, source.get().server()));
      }
      steps.addAll(Publications.remove(desired, lane));
    }
    if (source.isPresent() && target.isPresent()) {
      steps.addAll(Slots.removeLeftovers(source.get(), target.get(), lanes));
    }
    target.ifPresent(t -> steps.addAll(Indexes.remove(desired, t)));
    target.ifPresent(t -> steps.addAll(Mirror.remove(desired, t)));
    return Plan.of(steps);
  }

  /** A slot bears no mark; the publication and the subscription of its name say whose it is. */
  private static boolean slotIsOurs(DesiredFlow desired, LaneState lane) {
    boolean anothers =
        lane.subscription()
            .filter(s -> Mark.refusal("", s.mark(), desired.owner()).isPresent())
            .isPresent();
    boolean published =
        lane.publication()
            .filter(p -> Mark.ownership(p.mark(), desired.owner()) != Mark.Ownership.OURS)
            .isEmpty();
    return !anothers && published;
  }

  /**
   * What lets go of everything and leaves it flowing, for the next federation of this name. A side
   * that cannot be reached is left out.
   */
  public static Plan release(
      DesiredFlow desired, Optional<FlowState> source, Optional<TargetState> target) {
    var steps = new ArrayList<Step>();
    for (LaneState lane : LaneState.of(desired, source, target)) {
      steps.addAll(Subscriptions.release(desired, lane));
      steps.addAll(Publications.release(desired, lane));
    }
    // Last, because this mark is what remembers the others when it is cut off.
    target.ifPresent(t -> steps.addAll(Mirror.release(desired, t)));
    return Plan.of(steps);
  }
}
