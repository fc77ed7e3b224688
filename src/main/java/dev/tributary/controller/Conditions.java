package dev.tributary.controller;

import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * The only place where conditions are made: Ready, Reconciling and Stalled, as kstatus reads them
 * (sigs.k8s.io/cli-utils, pkg/kstatus), so that kubectl wait, Argo CD and Flux understand them.
 */
final class Conditions {
  static final String READY = "Ready";

  /** Holds while a target's status remembers what federations have left behind. */
  static final String ORPHANS = "Orphans";

  private static final int LONGEST_MESSAGE = 1024;

  private Conditions() {}

  /** The conditions that say this, with the time of the last change where nothing changed. */
  static List<Condition> of(Problem why, Long generation, List<Condition> before, Clock clock) {
    Reason reason = why.reason();
    return List.of(
        condition(READY, reason.good(), why, generation, before, clock),
        condition("Reconciling", reason.waiting(), why, generation, before, clock),
        condition("Stalled", reason.blocked(), why, generation, before, clock));
  }

  /** A condition beside them that holds. */
  static Condition beside(
      String type, Problem why, Long generation, List<Condition> before, Clock clock) {
    return condition(type, true, why, generation, before, clock);
  }

  /** The reason that Ready has given so far. */
  static Optional<String> reason(List<Condition> conditions) {
    return find(READY, conditions).map(Condition::getReason);
  }

  private static Condition condition(
      String type,
      boolean holds,
      Problem why,
      Long generation,
      List<Condition> before,
      Clock clock) {
    String status = holds ? "True" : "False";
    String since =
        find(type, before)
            .filter(c -> status.equals(c.getStatus()))
            .map(Condition::getLastTransitionTime)
            .orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
    String message = why.sentence();
    return new ConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason(why.reason().name())
        .withMessage(
            message.length() <= LONGEST_MESSAGE
                ? message
                : message.substring(0, LONGEST_MESSAGE - 1) + "…")
        .withObservedGeneration(generation)
        .withLastTransitionTime(since)
        .build();
  }

  private static Optional<Condition> find(String type, List<Condition> conditions) {
    return conditions.stream().filter(c -> type.equals(c.getType())).findFirst();
  }
}
