package dev.tributary.federation;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Whether a plan may be executed: at once, or when a person has approved just this one.
 *
 * @param manual whether a person has to approve
 * @param given the hash that a person has approved
 * @param begun the approved plan whose execution has begun
 */
public record Approval(boolean manual, Optional<String> given, Optional<Begun> begun) {
  public static final Approval AUTOMATIC = new Approval(false, Optional.empty(), Optional.empty());

  /**
   * An approved plan: what is left of it when it was cut off, or waits for a lock, needs no second
   * approval.
   *
   * @param hash the plan's
   * @param steps the hashes of all its steps
   */
  public record Begun(String hash, List<String> steps) {
    public Begun {
      steps = List.copyOf(steps);
    }
  }

  /** The approved plan that the steps of a plan belong to, if they all do. */
  public Optional<Begun> covers(Plan plan, Owner owner) {
    String hash = plan.hash(owner);
    if (given.equals(Optional.of(hash))) {
      return Optional.of(new Begun(hash, plan.stepHashes(owner)));
    }
    return begun
        .filter(b -> given.equals(Optional.of(b.hash)))
        .filter(b -> new HashSet<>(b.steps).containsAll(plan.stepHashes(owner)));
  }

  /** The same with the execution of a plan begun. */
  public Approval with(Begun plan) {
    return new Approval(manual, given, Optional.of(plan));
  }

  /**
   * What of a plan may be executed now: all of it, or what needs no approval and the reason why not
   * the rest.
   */
  public Plan gate(Plan plan, Owner owner) {
    long waiting = plan.steps().stream().filter(Step::awaitsApproval).count();
    if (!manual || waiting == 0 || covers(plan, owner).isPresent()) {
      return plan;
    }
    return new Plan(
        plan.steps().stream().filter(s -> !s.awaitsApproval()).toList(),
        plan.then(
                Plan.blocked(
                    List.of(
                        new Problem(
                            Reason.AwaitingApproval,
                            "%s: read the plan in status.plan, or by tributary plan, then set schema.approvedPlan to %s."
                                .formatted(
                                    waiting == 1
                                        ? "1 step waits for approval"
                                        : waiting + " steps wait for approval",
                                    plan.hash(owner))))))
            .problems());
  }
}
