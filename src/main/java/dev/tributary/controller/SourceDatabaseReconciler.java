package dev.tributary.controller;

import dev.tributary.api.DeletionPolicy;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.SourceDatabase;
import dev.tributary.api.SourceDatabaseStatus;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Problem;
import dev.tributary.federation.SchemaMove;
import dev.tributary.federation.SchemaReport;
import dev.tributary.federation.Site;
import dev.tributary.federation.SourceState;
import dev.tributary.federation.Trouble;
import dev.tributary.postgres.Executor;
import dev.tributary.postgres.Executor.ConnectionString;
import dev.tributary.postgres.Sessions;
import dev.tributary.postgres.SourceCatalog;
import io.fabric8.kubernetes.api.model.Condition;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Keeps the tables of a source in the schema of their own. */
@ControllerConfiguration(name = "sourcedatabase", fieldManager = StatusWriter.FIELD_MANAGER)
public final class SourceDatabaseReconciler
    implements Reconciler<SourceDatabase>, Cleaner<SourceDatabase> {
  private final Workshop workshop;
  private final Deletion deletion;

  public SourceDatabaseReconciler(Workshop workshop) {
    this.workshop = workshop;
    this.deletion = new Deletion(workshop);
  }

  private record Look(SourceState state, Plan plan) implements Rounds.Look {}

  @Override
  public UpdateControl<SourceDatabase> reconcile(
      SourceDatabase source, Context<SourceDatabase> context) {
    try {
      var desired = Desired.schema(source);
      var result = run(source, desired, SchemaMove::plan, false);
      var look = result.look();
      var report = SchemaReport.of(desired, look.state(), look.plan(), result.outcome());
      return answer(source, report);
    } catch (Trouble e) {
      return answer(source, e.problem());
    }
  }

  private Rounds.Result<Look> run(
      SourceDatabase source,
      DesiredSchema desired,
      BiFunction<DesiredSchema, SourceState, Plan> planner,
      boolean deleting)
      throws Trouble {
    var namespace = source.getMetadata().getNamespace();
    var connection = workshop.connections().of(namespace, source.getSpec().connection(), deleting);
    var replicator = workshop.connections().replication(source, deleting).fromOperator().user();
    try (var sessions = new Sessions(desired.owner().toString(), Map.of(Site.SOURCE, connection))) {
      return Rounds.run(
          () -> {
            var session = sessions.at(Site.SOURCE);
            var state =
                session.inSnapshot(() -> SourceCatalog.observe(session, desired, replicator));
            return new Look(state, planner.apply(desired, state));
          },
          plan -> Executor.execute(plan, sessions, ConnectionString.NONE));
    }
  }

  private UpdateControl<SourceDatabase> answer(SourceDatabase source, SchemaReport report) {
    var generation = source.getMetadata().getGeneration();
    var conditions = workshop.conditions(source, report.why(), before(source));
    return StatusWriter.update(
        source,
        new SourceDatabase(),
        Statuses.source(report, generation, conditions),
        workshop.pace().after(report.why().reason()));
  }

  private UpdateControl<SourceDatabase> answer(SourceDatabase source, Problem why) {
    return StatusWriter.update(
        source, new SourceDatabase(), status(source, why), workshop.pace().after(why.reason()));
  }

  private SourceDatabaseStatus status(SourceDatabase source, Problem why) {
    return Statuses.source(
        source.getStatus(),
        source.getMetadata().getGeneration(),
        workshop.conditions(source, why, before(source)));
  }

  @Override
  public ErrorStatusUpdateControl<SourceDatabase> updateErrorStatus(
      SourceDatabase source, Context<SourceDatabase> context, Exception e) {
    return StatusWriter.error(source, new SourceDatabase(), status(source, Deletion.unexpected(e)));
  }

  @Override
  public DeleteControl cleanup(SourceDatabase source, Context<SourceDatabase> context) {
    return deletion.run(
        source,
        source.getSpec().deletionPolicy(),
        overdue -> takeDown(source),
        why ->
            StatusWriter.write(
                workshop.client(), source, new SourceDatabase(), status(source, why)));
  }

  private void takeDown(SourceDatabase source) throws Trouble {
    String name = source.getMetadata().getName();
    deletion.refuseWhileUsed(source, f -> uses(f, name));
    boolean delete = source.getSpec().deletionPolicy() == DeletionPolicy.Delete;
    var result =
        run(
            source,
            Desired.schema(source),
            delete ? SchemaMove::remove : SchemaMove::release,
            true);
    Deletion.throwIfLeft(result);
  }

  /**
   * A source that was taken out of the spec is used until the status says that it was taken down.
   */
  private static boolean uses(ReplicationFederation federation, String source) {
    var status = federation.getStatus();
    return federation.getSpec().sources().stream().anyMatch(s -> s.source().equals(source))
        || (status != null && status.sources().stream().anyMatch(s -> s.name().equals(source)));
  }

  private static List<Condition> before(SourceDatabase source) {
    return source.getStatus() == null ? List.of() : source.getStatus().conditions();
  }
}
