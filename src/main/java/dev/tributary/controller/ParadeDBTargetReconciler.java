package dev.tributary.controller;

import dev.tributary.api.DeletionPolicy;
import dev.tributary.api.ParadeDBTarget;
import dev.tributary.api.ParadeDBTargetStatus;
import dev.tributary.federation.Finding;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.ServerFacts;
import dev.tributary.federation.TargetPreflight;
import dev.tributary.federation.Trouble;
import dev.tributary.postgres.ServerCatalog;
import dev.tributary.postgres.Session;
import io.fabric8.kubernetes.api.model.Condition;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.util.List;

/** Watches over a target: that it can be reached, and is able to receive. */
@ControllerConfiguration(name = "paradedbtarget", fieldManager = StatusWriter.FIELD_MANAGER)
public final class ParadeDBTargetReconciler
    implements Reconciler<ParadeDBTarget>, Cleaner<ParadeDBTarget> {
  private final Workshop workshop;
  private final Deletion deletion;

  public ParadeDBTargetReconciler(Workshop workshop) {
    this.workshop = workshop;
    this.deletion = new Deletion(workshop);
  }

  @Override
  public UpdateControl<ParadeDBTarget> reconcile(
      ParadeDBTarget target, Context<ParadeDBTarget> context) {
    try {
      var settings =
          workshop
              .connections()
              .of(target.getMetadata().getNamespace(), target.getSpec().connection(), false);
      try (var session = Session.open(settings)) {
        var server = ServerCatalog.server(session);
        Problem why =
            TargetPreflight.of(server).stream()
                .findFirst()
                .orElseGet(
                    () ->
                        new Problem(
                            Reason.Reachable,
                            "PostgreSQL %s can receive.".formatted(server.versionText())));
        return answer(
            target,
            why,
            Statuses.target(
                server.versionText(),
                findings(session, server),
                target.getMetadata().getGeneration(),
                conditions(target, why)));
      }
    } catch (Trouble e) {
      return answer(target, e.problem(), status(target, e.problem()));
    }
  }

  /** What is too little for one more flow holds up nothing that is there. */
  private static List<Finding> findings(Session session, ServerFacts server) throws Trouble {
    // Older targets are refused, not looked into.
    return server.version() < TargetPreflight.OLDEST
        ? TargetPreflight.findings(server)
        : TargetPreflight.findings(server, ServerCatalog.receiving(session));
  }

  private UpdateControl<ParadeDBTarget> answer(
      ParadeDBTarget target, Problem why, ParadeDBTargetStatus status) {
    return StatusWriter.update(
        target, new ParadeDBTarget(), status, workshop.pace().after(why.reason()));
  }

  private ParadeDBTargetStatus status(ParadeDBTarget target, Problem why) {
    return Statuses.target(
        target.getStatus(), target.getMetadata().getGeneration(), conditions(target, why));
  }

  private List<Condition> conditions(ParadeDBTarget target, Problem why) {
    return workshop.conditions(target, why, before(target));
  }

  @Override
  public ErrorStatusUpdateControl<ParadeDBTarget> updateErrorStatus(
      ParadeDBTarget target, Context<ParadeDBTarget> context, Exception e) {
    return StatusWriter.error(target, new ParadeDBTarget(), status(target, Deletion.unexpected(e)));
  }

  /** Nothing of a target is to be taken down, but it stays as long as a federation needs it. */
  @Override
  public DeleteControl cleanup(ParadeDBTarget target, Context<ParadeDBTarget> context) {
    return deletion.run(
        target,
        DeletionPolicy.Retain,
        overdue ->
            deletion.refuseWhileUsed(
                target, f -> f.getSpec().target().equals(target.getMetadata().getName())),
        why ->
            StatusWriter.write(
                workshop.client(), target, new ParadeDBTarget(), status(target, why)));
  }

  private static List<Condition> before(ParadeDBTarget target) {
    return target.getStatus() == null ? List.of() : target.getStatus().conditions();
  }
}
