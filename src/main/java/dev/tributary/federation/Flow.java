package dev.tributary.federation;

import dev.tributary.api.ReplicationFederationSpec.OnLost;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One source's flow into the target, put together: mirror, publication, slot, subscription, in the
 * order in which nothing is sent before it can be received.
 */
public final class Flow {
  private static final int OLDEST_TARGET = 170000;

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
      FlowState flow,
      TargetState target) {
    if (!desired.enabled()) {
      return target
          .subscription()
          .filter(SubscriptionState::enabled)
          .filter(s -> Mark.ownership(s.mark(), desired.owner()) == Mark.Ownership.OURS)
          .map(s -> Plan.of(List.of(new Subscriptions.DisableSubscription(s.name()))))
          .orElse(Plan.NOTHING);
    }
    // Before the first copy everything has to be in order. Later a table that waits or has a
    // problem stops nobody
    // else, but while tables are on their way nothing is published anew or no longer.
    boolean begun = target.subscription().isPresent();
    if (begun ? !selection.unsettled().isEmpty() : !move.isEmpty()) {
      return Plan.blocked(move.problems().isEmpty() ? List.of(WAITING) : move.problems());
    }
    var problems = preflight(desired, selection, flow, target);
    if (!problems.isEmpty()) {
      return Plan.blocked(problems);
    }
    var lost = planAfterLoss(desired, flow, target);
    if (!lost.isEmpty()) {
      return lost;
    }
    var tables = selection.settled();
    var mirror = Mirror.plan(desired, tables, target);
    if (mirror.problems().stream().anyMatch(p -> p.reason() != Reason.SchemaDrift)) {
      return Plan.blocked(mirror.problems());
    }
    var names = tables.stream().map(Table::name).toList();
    var publication = Publications.plan(desired, names, flow.publication());
    var slot = Slots.plan(desired, flow);
    var upToTheSlot = mirror.then(publication).then(slot);
    boolean subscribable = publication.problems().isEmpty() && slot.problems().isEmpty();
    var all =
        subscribable ? upToTheSlot.then(Subscriptions.plan(desired, tables, target)) : upToTheSlot;
    return all.then(Plan.blocked(move.problems()));
  }

  private static List<Problem> preflight(
      DesiredFlow desired, TableSelection selection, FlowState flow, TargetState target) {
    var problems = new ArrayList<Problem>(preflight(target.server()));
    if (!flow.mayReplicate()) {
      problems.add(
          new Problem(
              Reason.NoRightToReplicate,
              "Role %s may not replicate from the source: run ALTER ROLE %s REPLICATION there."
                  .formatted(desired.replicator(), Sql.identifier(desired.replicator()))));
    }
    for (Table table : selection.settled()) {
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

  /** What a target has to be, whatever flows into it. */
  public static List<Problem> preflight(ServerFacts target) {
    var problems = new ArrayList<Problem>();
    if (target.version() < OLDEST_TARGET) {
      problems.add(
          new Problem(
              Reason.ServerTooOld,
              "The target is PostgreSQL %s; it has to be 17 or later: upgrade it."
                  .formatted(target.versionText())));
    }
    if (target.standby()) {
      problems.add(
          new Problem(
              Reason.ServerIsStandby,
              "The target is a standby and read-only: connect to its primary."));
    }
    if (!target.maySubscribe()) {
      problems.add(
          new Problem(
              Reason.NoRightToSubscribe,
              "Role %s may not create subscriptions: run GRANT pg_create_subscription TO %s on the target."
                  .formatted(target.role(), Sql.identifier(target.role()))));
    }
    if (!target.mayCreateSchema()) {
      problems.add(
          new Problem(
              Reason.NoRightToCreateSchema,
              "Role %s may not create schemas on the target: run GRANT CREATE ON DATABASE %s TO %s."
                  .formatted(
                      target.role(),
                      Sql.identifier(target.database()),
                      Sql.identifier(target.role()))));
    }
    return problems;
  }

  /**
   * Changes that were made while there was no publication or no slot were never sent, so the tables
   * have to be copied again. First of all the subscription goes: from then on every reader of the
   * catalogs sees that there is a copy to make, wherever this is cut off.
   */
  private static Plan planAfterLoss(DesiredFlow desired, FlowState flow, TargetState target) {
    if (target.subscription().isEmpty()) {
      // A slot without its subscription may be lost as well: nothing can be read from it.
      return flow.slot().filter(SlotState::lost).isPresent()
          ? Plan.of(Slots.remove(flow))
          : Plan.NOTHING;
    }
    SubscriptionState subscription = target.subscription().get();
    if (Mark.ownership(subscription.mark(), desired.owner()) == Mark.Ownership.ANOTHERS) {
      return Plan.NOTHING;
    }
    boolean slotLost = flow.slot().map(SlotState::lost).orElse(false);
    if (slotLost && desired.onLost() == OnLost.Hold) {
      return Plan.blocked(
          List.of(
              new Problem(
                  Reason.SlotLost,
                  ("The source's server has removed WAL that the slot %s still needed, so changes are missing: set"
                          + " slots.onLost to Resync to copy this source's tables again.")
                      .formatted(desired.name()))));
    }
    if (flow.publication().isEmpty() || flow.slot().isEmpty() || slotLost) {
      var steps = new ArrayList<Step>();
      steps.add(new Subscriptions.DropSubscription(subscription.name()));
      steps.addAll(Slots.remove(flow));
      return Plan.of(steps);
    }
    return Plan.of(
        Subscriptions.forgetUnpublished(desired, flow.publication().get(), subscription));
  }

  /**
   * What takes the flow down, subscription first, so that no slot is left that nobody reads. A side
   * that cannot be reached is left out.
   */
  public static Plan remove(
      DesiredFlow desired, Optional<FlowState> source, Optional<TargetState> target) {
    var steps = new ArrayList<Step>();
    target.ifPresent(t -> steps.addAll(Subscriptions.remove(desired, t)));
    // The slot bears no mark; the publication of the same name says whose it is.
    source
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
    target.ifPresent(
        t -> {
          steps.addAll(Subscriptions.release(desired, t));
          steps.addAll(Mirror.release(desired, t));
        });
    source.ifPresent(s -> steps.addAll(Publications.release(desired, s.publication())));
    return Plan.of(steps);
  }
}
