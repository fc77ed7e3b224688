package dev.tributary.controller;

import dev.tributary.api.DeletionPolicy;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Trouble;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * How a deleted resource goes: tried until it is done, said in the status meanwhile, and given up
 * after a time, because a finalizer that hangs for ever is worse than what it leaves behind.
 */
final class Deletion {
  private static final Duration RETAIN_TIMEOUT = Duration.ofSeconds(30);

  private final Workshop workshop;

  Deletion(Workshop workshop) {
    this.workshop = workshop;
  }

  /**
   * Takes down what a resource has in the databases, or says by Trouble why it cannot yet; when it
   * is overdue, as much as can be reached.
   */
  @FunctionalInterface
  interface TakeDown {
    void run(boolean overdue) throws Trouble;
  }

  /** One attempt. */
  DeleteControl run(
      HasMetadata resource,
      DeletionPolicy policy,
      TakeDown takeDown,
      Consumer<Problem> writeStatus) {
    // Asked once: what is given up must have been tried as the last attempt.
    boolean overdue = isOverdue(resource, policy);
    try {
      takeDown.run(overdue);
      return DeleteControl.defaultDelete();
    } catch (Trouble e) {
      Problem why = e.problem();
      if (mayGiveUp(why.reason()) && overdue) {
        workshop
            .announcements()
            .announce(
                resource,
                new Problem(
                    why.reason(), "Deleted without taking everything down: " + why.sentence()));
        return DeleteControl.defaultDelete();
      }
      writeStatus.accept(
          new Problem(
              why.reason() == Reason.WaitingForFederation ? why.reason() : Reason.Deleting,
              why.sentence()));
      return DeleteControl.noFinalizerRemoval()
          .rescheduleAfter(workshop.pace().after(Reason.Deleting));
    }
  }

  /** A resource that others still use is waited for: whoever uses it has a finalizer of its own. */
  private static boolean mayGiveUp(Reason reason) {
    return reason != Reason.WaitingForFederation;
  }

  /** Whether a resource is being deleted, and has been for too long. */
  boolean isOverdue(HasMetadata resource, DeletionPolicy policy) {
    Duration timeout =
        policy == DeletionPolicy.Retain && RETAIN_TIMEOUT.compareTo(workshop.deletionTimeout()) < 0
            ? RETAIN_TIMEOUT
            : workshop.deletionTimeout();
    String since = resource.getMetadata().getDeletionTimestamp();
    return since != null && workshop.clock().instant().isAfter(Instant.parse(since).plus(timeout));
  }

  /** Throws Trouble while a federation of the namespace uses the resource. */
  void refuseWhileUsed(HasMetadata resource, Predicate<ReplicationFederation> uses) throws Trouble {
    var users =
        workshop
            .client()
            .resources(ReplicationFederation.class)
            .inNamespace(resource.getMetadata().getNamespace())
            .list()
            .getItems()
            .stream()
            .filter(uses)
            .map(f -> f.getMetadata().getName())
            .sorted()
            .toList();
    if (!users.isEmpty()) {
      throw new Trouble(
          Reason.WaitingForFederation,
          "Still used by ReplicationFederation %s: delete it, or take this out of it."
              .formatted(String.join(", ", users)));
    }
  }

  /** What the status says of an exception that nobody expected; the SDK logs it. */
  static Problem unexpected(Exception e) {
    return new Problem(
        Reason.InternalError,
        "The operator failed (%s) and tries again; its log says where."
            .formatted(e.getClass().getSimpleName()));
  }

  /** Says by Trouble what a take-down has left. */
  static void throwIfLeft(Rounds.Result<?> result) throws Trouble {
    var left = left(result);
    if (left.isPresent()) {
      throw new Trouble(left.get());
    }
  }

  /** Why a take-down has left something, if it has. */
  static Optional<Problem> left(Rounds.Result<?> result) {
    var plan = result.look().plan();
    return Stream.of(
            result.outcome().failures().stream(),
            plan.problems().stream(),
            plan.steps().stream()
                .map(s -> new Problem(Reason.Deleting, s.sentence() + " is left to do.")))
        .flatMap(Function.identity())
        .findFirst();
  }
}
