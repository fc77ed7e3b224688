package dev.tributary.controller;

import dev.tributary.api.DeletionPolicy;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.SourceDatabase;
import dev.tributary.api.SourceDatabaseStatus;
import dev.tributary.federation.Approval;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.EventTriggers;
import dev.tributary.federation.Finding;
import dev.tributary.federation.MovePreflight;
import dev.tributary.federation.Outcome;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.SchemaReport;
import dev.tributary.federation.SourcePlan;
import dev.tributary.federation.SourceState;
import dev.tributary.federation.Trouble;
import io.fabric8.kubernetes.api.model.Condition;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;

/** Keeps the tables of a source in the schema of their own. */
@ControllerConfiguration(name = "sourcedatabase", fieldManager = StatusWriter.FIELD_MANAGER)
public final class SourceDatabaseReconciler
    implements Reconciler<SourceDatabase>, Cleaner<SourceDatabase> {
  private final Workshop workshop;
  private final Deletion deletion;
  private final Orphans orphans;

  /** Sources that everything was said to be back of, by uid, with their generation. */
  private final Map<String, Long> back = new ConcurrentHashMap<>();

  public SourceDatabaseReconciler(Workshop workshop) {
    this.workshop = workshop;
    this.deletion = new Deletion(workshop);
    this.orphans =
        new Orphans(
            workshop,
            new FlowRunner(workshop.connections(), workshop.executor(), workshop.clock()));
  }

  /**
   * What was seen, and what is to be done.
   *
   * @param whole what is planned, approved or not
   * @param plan what of it may be done now
   */
  private record Look(SourceState state, Plan whole, Plan plan) implements Rounds.Look {}

  @Override
  public List<EventSource<?, SourceDatabase>> prepareEventSources(
      EventSourceContext<SourceDatabase> context) {
    return List.of(new DdlEventSource(workshop.ddl()));
  }

  @Override
  public UpdateControl<SourceDatabase> reconcile(
      SourceDatabase source, Context<SourceDatabase> context) {
    try {
      return answer(source, settle(source));
    } catch (Trouble e) {
      return answer(source, e.problem());
    }
  }

  /** Observes, plans, executes what is approved, and reports. */
  private SchemaReport settle(SourceDatabase source) throws Trouble {
    var desired = Desired.schema(source);
    var approval = new AtomicReference<>(Desired.approval(source));
    var preflight = new AtomicReference<>(Optional.<List<Finding>>empty());
    var result =
        run(
            source,
            desired,
            (access, seen) -> {
              var state = seen.state();
              var plan = access.plan(seen);
              hear(source, desired, access, state);
              if (preflight.get().isEmpty()) {
                preflight.set(MovePreflight.look(desired, state));
              }
              approval.set(begin(source, desired, state, plan, approval.get()));
              return new Look(state, plan, approval.get().gate(plan, desired.owner()));
            },
            false);
    var look = result.look();
    var report =
        SchemaReport.of(
                desired,
                look.state(),
                look.whole(),
                approval.get(),
                result.outcome(),
                wasBack(source))
            .withPreflight(preflight.get());
    if (report.why().reason() == Reason.MovedBack) {
      back.put(source.getMetadata().getUid(), source.getMetadata().getGeneration());
    } else {
      back.remove(source.getMetadata().getUid());
    }
    return report;
  }

  /** Listens where DDL is announced. */
  private void hear(
      SourceDatabase source, DesiredSchema desired, SourceAccess access, SourceState state) {
    var id = ResourceID.fromResource(source);
    if (EventTriggers.announce(desired, state)) {
      workshop.ddl().listen(id, access.connection(), EventTriggers.channel(desired));
    } else {
      workshop.ddl().forget(id);
    }
  }

  /** The status of a source that has been looked at names its schema, unless there is none. */
  private boolean wasBack(SourceDatabase source) {
    var status = source.getStatus();
    // The cache may be older than the status that was written last.
    boolean saidSo =
        Objects.equals(
            back.get(source.getMetadata().getUid()), source.getMetadata().getGeneration());
    return saidSo || status != null && status.serverVersion() != null && status.schema() == null;
  }

  /**
   * Writes down, before the first step of an approved plan is done, which steps belong to it: what
   * is left after a kill needs no second approval.
   */
  private Approval begin(
      SourceDatabase source,
      DesiredSchema desired,
      SourceState state,
      Plan plan,
      Approval approval) {
    var covered = approval.covers(plan, desired.owner());
    boolean begins =
        approval.manual()
            && !plan.steps().isEmpty()
            && covered.isPresent()
            && !covered.equals(approval.begun());
    if (!begins) {
      return approval;
    }
    var begun = approval.with(covered.get());
    var report = SchemaReport.of(desired, state, plan, begun, Outcome.NOTHING, false);
    StatusWriter.write(
        workshop.client(), source, new SourceDatabase(), status(source, report, report.why()));
    return begun;
  }

  private Rounds.Result<Look> run(
      SourceDatabase source,
      DesiredSchema desired,
      BiFunction<SourceAccess, SourceAccess.Seen, Look> planner,
      boolean deleting)
      throws Trouble {
    try (var access = SourceAccess.to(source, desired, workshop.connections(), deleting)) {
      return Rounds.run(
          () -> planner.apply(access, access.observe()),
          plan -> workshop.executor().execute(plan, access.sessions(), access.password()));
    }
  }

  private UpdateControl<SourceDatabase> answer(SourceDatabase source, SchemaReport report) {
    return StatusWriter.update(
        source,
        new SourceDatabase(),
        status(source, report, report.why()),
        workshop.pace().after(report.why().reason()));
  }

  private SourceDatabaseStatus status(SourceDatabase source, SchemaReport report, Problem why) {
    return Statuses.source(
        report,
        Optional.ofNullable(source.getStatus()),
        source.getMetadata().getGeneration(),
        workshop.conditions(source, why, before(source)));
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
    workshop.ddl().forget(ResourceID.fromResource(source));
    return deletion.run(
        source,
        source.getSpec().deletionPolicy(),
        overdue -> takeDown(source, overdue),
        why ->
            StatusWriter.write(
                workshop.client(), source, new SourceDatabase(), status(source, why)));
  }

  private void takeDown(SourceDatabase source, boolean overdue) throws Trouble {
    String name = source.getMetadata().getName();
    deletion.refuseWhileUsed(source, f -> uses(f, name));
    // Without this resource nobody knows how to reach them.
    var left = orphans.retry(source);
    if (left.isEmpty()) {
      takeDownSchema(source);
      return;
    }
    Problem orphaned = Orphans.leftBehind(left);
    if (!overdue) {
      throw new Trouble(orphaned);
    }
    try {
      takeDownSchema(source);
    } catch (Trouble e) {
      throw new Trouble(e.problem().reason(), e.problem().sentence() + " " + orphaned.sentence());
    }
    throw new Trouble(orphaned);
  }

  private void takeDownSchema(SourceDatabase source) throws Trouble {
    boolean delete = source.getSpec().deletionPolicy() == DeletionPolicy.Delete;
    var desired = Desired.schema(source).wayBack();
    Deletion.throwIfLeft(
        run(
            source,
            desired,
            (access, seen) -> {
              var plan =
                  delete
                      ? SourcePlan.remove(desired, seen.state(), seen.roles())
                      : SourcePlan.release(desired, seen.state(), seen.roles());
              return new Look(seen.state(), plan, plan);
            },
            true));
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
