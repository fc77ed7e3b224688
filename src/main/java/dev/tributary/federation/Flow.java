package dev.tributary.federation;

import static java.util.stream.Collectors.toSet;

import dev.tributary.api.ReplicationFederationSpec.OnLost;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One source's flow into the target, put together: mirror, publication, slot, subscription, in the
 * order in which nothing is sent before it can be received.
 */
public final class Flow {
  private static final Problem WAITING =
      new Problem(
          Reason.WaitingForSource, "The source's tables are on their way to their own schema.");

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
    var harmful = selection.unpublishable().stream().map(Table::relation).collect(toSet());
    var urgent = new ArrayList<>(unpublishHarmful(desired, harmful, source));
    var refused = refusals(desired, source, target);
    if (!refused.isEmpty()) {
      return new Plan(urgent, refused);
    }
    var subscription = target.subscription();
    if (!desired.enabled()) {
      subscription
          .filter(SubscriptionState::enabled)
          .ifPresent(s -> urgent.add(new Subscriptions.DisableSubscription(s.name())));
      return Plan.of(urgent);
    }
    if (subscription.isEmpty() && !move.isEmpty()) {
      return new Plan(urgent, waiting(move));
    }
    var unsupported = Mirror.unsupported(selection.settled());
    if (subscription.isEmpty() && !unsupported.isEmpty()) {
      return new Plan(urgent, unsupported);
    }
    var tables = selection.settled().stream().filter(Mirror::supports).toList();
    var revive = subscription.map(s -> Subscriptions.revive(desired, s)).orElse(List.of());
    var inTheWay = preflight(desired, tables, source);
    // Tables that are on their way would seem to be gone.
    boolean waits = !selection.unsettled().isEmpty();
    if (waits || !inTheWay.isEmpty()) {
      return Plan.of(urgent)
          .then(new Plan(revive, waits ? waiting(move) : move.problems()))
          .then(Plan.blocked(inTheWay));
    }
    var afterLoss = planAfterLoss(desired, source, target);
    if (!afterLoss.isEmpty()) {
      return Plan.of(urgent).then(afterLoss);
    }
    return Plan.of(urgent)
        .then(Plan.of(revive))
        .then(build(desired, tables, harmful, source, target))
        .then(Plan.blocked(unsupported))
        .then(Plan.blocked(move.problems()));
  }

  /** What an application suffers from is ended whatever else is in the way. */
  private static List<Step> unpublishHarmful(
      DesiredFlow desired, Set<Relation> harmful, FlowState source) {
    boolean mayTouch =
        SourcePreflight.of(source.server()).isEmpty()
            && Publications.refusal(desired, source.publication()).isEmpty();
    return mayTouch
        ? Publications.unpublish(desired, source.publication(), harmful::contains)
        : List.of();
  }

  private static List<Problem> waiting(Plan move) {
    return move.problems().isEmpty() ? List.of(WAITING) : move.problems();
  }

  /** Mirror, publication, slot, subscription. */
  private static Plan build(
      DesiredFlow desired,
      List<Table> tables,
      Set<Relation> unpublished,
      FlowState source,
      TargetState target) {
    var wanted = tables.stream().map(Table::relation).toList();
    var mirror = Mirror.plan(desired, tables, target);
    if (mirror.problems().stream().anyMatch(p -> p.reason() != Reason.SchemaDrift)) {
      return Plan.blocked(mirror.problems());
    }
    var steps = new ArrayList<Step>();
    steps.addAll(
        Publications.unpublish(
            desired, source.publication(), t -> !wanted.contains(t) && !unpublished.contains(t)));
    var published =
        source.publication().map(PublicationState::tables).orElse(Set.of()).stream()
            .filter(wanted::contains)
            .collect(toSet());
    steps.addAll(Subscriptions.forget(desired, wanted, published, target));
    steps.addAll(Publications.plan(desired, wanted, source.publication()));
    var slot = Slots.plan(desired, source);
    var upToTheSlot = mirror.then(Plan.of(steps)).then(slot);
    return slot.problems().isEmpty()
        ? upToTheSlot.then(Plan.of(Subscriptions.plan(desired, wanted, published, target)))
        : upToTheSlot;
  }

  /** What must not be touched; and nothing is read from a server that cannot be written to. */
  private static List<Problem> refusals(DesiredFlow desired, FlowState source, TargetState target) {
    var problems = new ArrayList<Problem>(SourcePreflight.of(source.server()));
    problems.addAll(TargetPreflight.of(target.server()));
    Publications.refusal(desired, source.publication()).ifPresent(problems::add);
    Subscriptions.refusal(desired, target.subscription()).ifPresent(problems::add);
    Mirror.refusal(desired, target.schema()).ifPresent(problems::add);
    return problems;
  }

  private static List<Problem> preflight(DesiredFlow desired, List<Table> tables, FlowState flow) {
    var problems = new ArrayList<Problem>();
    if (!flow.mayReplicate()) {
      problems.add(
          new Problem(
              Reason.NoRightToReplicate,
              "Role %s may not replicate from the source: run ALTER ROLE %s REPLICATION there."
                  .formatted(desired.replicator(), Sql.identifier(desired.replicator()))));
    }
    for (Table table : tables) {
      if (!table.replicatorMaySelect()) {
        problems.add(
            new Problem(
                Reason.NoRightToReplicate,
                "Role %s, which replicates, may not read all of table %s: run GRANT USAGE ON SCHEMA %s TO %s and GRANT SELECT ON %s TO %s, and with row-level security ALTER ROLE %s BYPASSRLS."
                    .formatted(
                        desired.replicator(),
                        table.readable(),
                        Sql.identifier(table.schema()),
                        Sql.identifier(desired.replicator()),
                        table.qualified(),
                        Sql.identifier(desired.replicator()),
                        Sql.identifier(desired.replicator()))));
      }
    }
    return problems;
  }

  /**
   * Changes that were made while there was no publication or no slot, or that were not published,
   * were never sent, so the tables have to be copied again. First of all the subscription goes:
   * from then on the catalogs say that there is a copy to make, wherever this is cut off. Then goes
   * a slot that lies before its publication: what it would read first cannot be decoded.
   */
  private static Plan planAfterLoss(DesiredFlow desired, FlowState source, TargetState target) {
    boolean slotLost = source.slot().map(SlotState::lost).orElse(false);
    boolean slotIsUseless = slotLost || source.publication().isEmpty();
    if (target.subscription().isEmpty()) {
      return slotIsUseless ? Plan.of(Slots.remove(source)) : Plan.NOTHING;
    }
    if (slotLost && desired.onLost() == OnLost.Hold) {
      return Plan.blocked(
          List.of(
              new Problem(
                  Reason.SlotLost,
                  ("The source's server has removed WAL that the slot %s still needed, so changes are missing: set"
                          + " slots.onLost to Resync to copy this source's tables again.")
                      .formatted(desired.name()))));
    }
    SubscriptionState subscription = target.subscription().get();
    boolean unsent =
        source
            .publication()
            .filter(p -> p.operations().containsAll(desired.operations()))
            .isEmpty();
    boolean readsElsewhere =
        !subscription.publications().equals(Set.of(desired.name()))
            || !subscription.slot().equals(Optional.of(desired.name()));
    if (!unsent && !slotLost && source.slot().isPresent() && !readsElsewhere) {
      return Plan.NOTHING;
    }
    var steps = new ArrayList<Step>();
    steps.add(new Subscriptions.DropSubscription(subscription.name()));
    if (slotIsUseless) {
      steps.addAll(Slots.remove(source));
    }
    return Plan.of(steps);
  }

  /**
   * What takes the flow down, subscription first, so that no slot is left that nobody reads. A side
   * that cannot be reached is left out.
   */
  public static Plan remove(
      DesiredFlow desired, Optional<FlowState> source, Optional<TargetState> target) {
    var steps = new ArrayList<Step>();
    target.ifPresent(t -> steps.addAll(Subscriptions.remove(desired, t)));
    // The slot bears no mark; the publication and the subscription of its name say whose it is.
    boolean anothersSubscription =
        target.flatMap(t -> Subscriptions.refusal(desired, t.subscription())).isPresent();
    source
        .filter(s -> !anothersSubscription)
        .filter(
            s ->
                s.publication()
                    .filter(p -> Mark.ownership(p.mark(), desired.owner()) != Mark.Ownership.OURS)
                    .isEmpty())
        .ifPresent(
            s -> {
              steps.addAll(Slots.remove(s));
              steps.addAll(Publications.remove(desired, s.publication()));
            });
    target.ifPresent(t -> steps.addAll(Mirror.remove(desired, t)));
    return Plan.of(steps);
  }

  /**
   * What lets go of everything and leaves it flowing, for the next federation of this name. A side
   * that cannot be reached is left out.
   */
  public static Plan release(
      DesiredFlow desired, Optional<FlowState> source, Optional<TargetState> target) {
    var steps = new ArrayList<Step>();
    target.ifPresent(t -> steps.addAll(Subscriptions.release(desired, t)));
    source.ifPresent(s -> steps.addAll(Publications.release(desired, s.publication())));
    // Last, because this mark is what remembers the others when it is cut off.
    target.ifPresent(t -> steps.addAll(Mirror.release(desired, t)));
    return Plan.of(steps);
  }
}
