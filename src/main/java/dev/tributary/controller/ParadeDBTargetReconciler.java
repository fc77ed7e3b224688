package dev.tributary.controller;

import dev.tributary.api.DeletionPolicy;
import dev.tributary.api.ParadeDBTarget;
import dev.tributary.api.ParadeDBTargetStatus;
import dev.tributary.api.ParadeDBTargetStatus.Orphan;
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
import java.util.Optional;
import java.util.stream.Stream;

/** Watches over a target: that it can be reached, and is able to receive. */
@ControllerConfiguration(name = "paradedbtarget", fieldManager = StatusWriter.FIELD_MANAGER)
public final class ParadeDBTargetReconciler
    implements Reconciler<ParadeDBTarget>, Cleaner<ParadeDBTarget> {
  private final Workshop workshop;
  private final Deletion deletion;
  private final Orphans orphans;

  public ParadeDBTargetReconciler(Workshop workshop) {
    this.workshop = workshop;
    this.deletion = new Deletion(workshop);
    this.orphans =
        new Orphans(
            workshop,
            new FlowRunner(workshop.connections(), workshop.executor(), workshop.clock()));
  }

  @Override
  public UpdateControl<ParadeDBTarget> reconcile(
      ParadeDBTarget target, Context<ParadeDBTarget> context) {
    try (var session = open(target, false)) {
      var left = orphans.retry(target, Optional.of(session));
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
              conditions(target, why, left)));
    } catch (Trouble e) {
      var left = orphans.retry(target, Optional.empty());
      return answer(target, e.problem(), status(target, e.problem(), left));
    }
  }

  private Session open(ParadeDBTarget target, boolean deleting) throws Trouble {
    return Session.open(
        workshop
            .connections()
            .of(target.getMetadata().getNamespace(), target.getSpec().connection(), deleting));
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
        withoutOrphans(target), new ParadeDBTarget(), status, workshop.pace().after(why.reason()));
  }

  /** The resource as this field manager knows it: what is left behind is written by another one. */
  private static ParadeDBTarget withoutOrphans(ParadeDBTarget target) {
    var same = new ParadeDBTarget();
    same.setMetadata(target.getMetadata());
    same.setStatus(target.getStatus() == null ? null : target.getStatus().withoutOrphans());
    return same;
  }

  private ParadeDBTargetStatus status(ParadeDBTarget target, Problem why, List<Orphan> left) {
    return Statuses.target(
        target.getStatus(), target.getMetadata().getGeneration(), conditions(target, why, left));
  }

  private List<Condition> conditions(ParadeDBTarget target, Problem why, List<Orphan> left) {
    var ready = workshop.conditions(target, why, before(target));
    if (left.isEmpty()) {
      return ready;
    }
    var orphaned =
        Conditions.beside(
            Conditions.ORPHANS,
            Orphans.leftBehind(left),
            target.getMetadata().getGeneration(),
            before(target),
            workshop.clock());
    return Stream.concat(ready.stream(), Stream.of(orphaned)).toList();
  }

  @Override
  public ErrorStatusUpdateControl<ParadeDBTarget> updateErrorStatus(
      ParadeDBTarget target, Context<ParadeDBTarget> context, Exception e) {
    return StatusWriter.error(
        withoutOrphans(target),
        new ParadeDBTarget(),
        status(target, Deletion.unexpected(e), Orphans.of(target)));
  }

  /**
   * Nothing of a target is to be taken down, but it stays as long as a federation needs it, and a
   * while for what federations have left: nobody would remember that any more.
   */
  @Override
  public DeleteControl cleanup(ParadeDBTarget target, Context<ParadeDBTarget> context) {
    return deletion.run(
        target,
        DeletionPolicy.Retain,
        overdue -> takeDown(target),
        why ->
            StatusWriter.write(
                workshop.client(),
                withoutOrphans(target),
                new ParadeDBTarget(),
                status(target, why, Orphans.of(target))));
  }

  private void takeDown(ParadeDBTarget target) throws Trouble {
    deletion.refuseWhileUsed(
        target, f -> f.getSpec().target().equals(target.getMetadata().getName()));
    if (Orphans.of(target).isEmpty()) {
      return;
    }
    List<Orphan> left;
    try (var session = open(target, true)) {
      left = orphans.retry(target, Optional.of(session));
    } catch (Trouble e) {
      left = orphans.retry(target, Optional.empty());
    }
    if (!left.isEmpty()) {
      throw new Trouble(Orphans.leftBehind(left));
    }
  }

  private static List<Condition> before(ParadeDBTarget target) {
    return target.getStatus() == null ? List.of() : target.getStatus().conditions();
  }
}
