package dev.tributary.controller;

import dev.tributary.api.DeletionPolicy;
import dev.tributary.api.ParadeDBTarget;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.ReplicationFederationSpec;
import dev.tributary.api.ReplicationFederationStatus;
import dev.tributary.api.Side;
import dev.tributary.api.SourceDatabase;
import dev.tributary.federation.FlowReport;
import dev.tributary.federation.Leftover;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Trouble;
import dev.tributary.postgres.Session;
import dev.tributary.postgres.TargetCatalog;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
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
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Keeps every source of a federation flowing into its target. */
@ControllerConfiguration(name = "replicationfederation", fieldManager = StatusWriter.FIELD_MANAGER)
public final class ReplicationFederationReconciler
    implements Reconciler<ReplicationFederation>, Cleaner<ReplicationFederation> {
  private final Workshop workshop;
  private final Deletion deletion;
  private final FlowRunner flows;
  private final Orphans orphans;
  private InformerEventSource<SourceDatabase, ReplicationFederation> sources;
  private InformerEventSource<ParadeDBTarget, ReplicationFederation> targets;

  public ReplicationFederationReconciler(Workshop workshop) {
    this.workshop = workshop;
    this.deletion = new Deletion(workshop);
    this.flows = new FlowRunner(workshop.connections(), workshop.executor(), workshop.clock());
    this.orphans = new Orphans(workshop, flows);
  }

  @Override
  public List<EventSource<?, ReplicationFederation>> prepareEventSources(
      EventSourceContext<ReplicationFederation> context) {
    sources =
        following(
            context,
            SourceDatabase.class,
            f ->
                f.getSpec().sources().stream()
                    .map(ReplicationFederationSpec.Source::source)
                    .toList());
    targets = following(context, ParadeDBTarget.class, f -> List.of(f.getSpec().target()));
    var ddl = new SimpleInboundEventSource<ReplicationFederation>();
    workshop
        .ddl()
        .wake(id -> naming(context, SourceDatabase.class, id).forEach(ddl::propagateEvent));
    return List.of(sources, targets, ddl);
  }

  /** Wakes a federation when a resource changes that it names. */
  private static <T extends HasMetadata> InformerEventSource<T, ReplicationFederation> following(
      EventSourceContext<ReplicationFederation> context,
      Class<T> type,
      Function<ReplicationFederation, List<String>> names) {
    String index = type.getSimpleName();
    var cache = context.getPrimaryCache();
    cache.addIndexer(
        index,
        f ->
            names.apply(f).stream()
                .map(name -> f.getMetadata().getNamespace() + "/" + name)
                .toList());
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(type, ReplicationFederation.class)
            .withSecondaryToPrimaryMapper(
                named -> naming(context, type, ResourceID.fromResource(named)))
            .withNamespacesInheritedFromController()
            .build(),
        context);
  }

  private static Set<ResourceID> naming(
      EventSourceContext<ReplicationFederation> context, Class<?> type, ResourceID named) {
    String key = named.getNamespace().orElseThrow() + "/" + named.getName();
    return context.getPrimaryCache().byIndex(type.getSimpleName(), key).stream()
        .map(ResourceID::fromResource)
        .collect(Collectors.toSet());
  }

  @Override
  public UpdateControl<ReplicationFederation> reconcile(
      ReplicationFederation federation, Context<ReplicationFederation> context) {
    var reports = new ArrayList<FlowReport>();
    try (var target = open(federation, false)) {
      for (String name : sourceNames(federation)) {
        reports.add(report(federation, name, target));
      }
      reports.addAll(takeDownFormer(federation, target));
    } catch (Trouble e) {
      reports.clear();
      sourceNames(federation).forEach(name -> reports.add(protect(federation, name, e.problem())));
    }
    Problem why = Statuses.why(federation, reports);
    return StatusWriter.update(
        federation,
        new ReplicationFederation(),
        Statuses.federation(
            reports,
            federation.getMetadata().getGeneration(),
            workshop.conditions(federation, why, before(federation))),
        again(reports));
  }

  private FlowReport protect(ReplicationFederation federation, String name, Problem unreachable) {
    try {
      return flows.protect(federation, source(federation, name), unreachable);
    } catch (Trouble e) {
      return FlowReport.unknown(name, schema(federation, name), unreachable);
    }
  }

  private FlowReport report(ReplicationFederation federation, String name, Session target) {
    try {
      return flows.flow(federation, source(federation, name), target);
    } catch (Trouble e) {
      return FlowReport.unknown(name, schema(federation, name), e.problem());
    }
  }

  /**
   * Sources that were taken out of the federation are treated as its deletion would treat them; the
   * mark on their schema on the target remembers them until that is done.
   */
  private List<FlowReport> takeDownFormer(ReplicationFederation federation, Session target)
      throws Trouble {
    var former = new TreeMap<>(TargetCatalog.schemasBySource(target, Desired.owner(federation)));
    former.keySet().removeAll(sourceNames(federation));
    var left = new ArrayList<FlowReport>();
    for (var entry : former.entrySet()) {
      var source = sources.get(id(federation, entry.getKey()));
      // A source that nobody can reach any more must not hold its own deletion up for ever.
      boolean evenHalf =
          source
              .map(s -> deletion.isOverdue(s, federation.getSpec().deletionPolicy()))
              .orElse(true);
      try {
        var leftovers =
            flows.takeDown(
                federation,
                entry.getKey(),
                entry.getValue(),
                source,
                Optional.of(target),
                evenHalf);
        if (leave(federation, leftovers)) {
          workshop.announcements().announce(federation, whole(federation, leftovers));
        }
        leftovers.stream().findFirst().ifPresent(l -> left.add(unknown(entry, l.why())));
      } catch (Trouble e) {
        left.add(unknown(entry, e.problem()));
      }
    }
    return left;
  }

  private static FlowReport unknown(Map.Entry<String, String> source, Problem why) {
    return FlowReport.unknown(source.getKey(), source.getValue(), why);
  }

  /**
   * Has what is left remembered where it is to go; says it there.
   *
   * @return whether it is news
   */
  private boolean leave(ReplicationFederation federation, List<Leftover> leftovers) {
    if (federation.getSpec().deletionPolicy() == DeletionPolicy.Retain) {
      return !leftovers.isEmpty();
    }
    var news = orphans.remember(federation, leftovers);
    if (news.isEmpty()) {
      return false;
    }
    targets
        .get(id(federation, federation.getSpec().target()))
        .ifPresent(t -> workshop.announcements().announce(t, Orphans.leftBehind(news)));
    return true;
  }

  private Session open(ReplicationFederation federation, boolean deleting) throws Trouble {
    String name = federation.getSpec().target();
    var target =
        targets
            .get(id(federation, name))
            .orElseThrow(
                () ->
                    new Trouble(
                        Reason.TargetMissing,
                        "There is no ParadeDBTarget %s in namespace %s: create it, or correct spec.target."
                            .formatted(name, federation.getMetadata().getNamespace())));
    return Session.open(
        workshop
            .connections()
            .of(federation.getMetadata().getNamespace(), target.getSpec().connection(), deleting));
  }

  private SourceDatabase source(ReplicationFederation federation, String name) throws Trouble {
    return sources
        .get(id(federation, name))
        .orElseThrow(
            () ->
                new Trouble(
                    Reason.SourceMissing,
                    "There is no SourceDatabase %s in namespace %s: create it, or take it out of spec.sources."
                        .formatted(name, federation.getMetadata().getNamespace())));
  }

  private String schema(ReplicationFederation federation, String source) {
    return sources.get(id(federation, source)).map(s -> s.getSpec().schemaName()).orElse(null);
  }

  private Duration again(List<FlowReport> reports) {
    return reports.stream()
        .map(r -> workshop.pace().after(r.why().reason()))
        .min(Duration::compareTo)
        .orElse(workshop.pace().poll());
  }

  @Override
  public ErrorStatusUpdateControl<ReplicationFederation> updateErrorStatus(
      ReplicationFederation federation, Context<ReplicationFederation> context, Exception e) {
    return StatusWriter.error(
        federation, new ReplicationFederation(), status(federation, Deletion.unexpected(e)));
  }

  /** What was known stays, only the conditions change. */
  private ReplicationFederationStatus status(ReplicationFederation federation, Problem why) {
    var s = federation.getStatus();
    var conditions = workshop.conditions(federation, why, before(federation));
    var generation = federation.getMetadata().getGeneration();
    return s == null
        ? Statuses.federation(List.of(), generation, conditions)
        : new ReplicationFederationStatus(
            generation,
            s.phase(),
            s.sourcesStreaming(),
            s.tables(),
            s.copied(),
            s.lag(),
            s.sources(),
            conditions);
  }

  @Override
  public DeleteControl cleanup(
      ReplicationFederation federation, Context<ReplicationFederation> context) {
    return deletion.run(
        federation,
        federation.getSpec().deletionPolicy(),
        overdue -> takeDown(federation, overdue),
        why ->
            StatusWriter.write(
                workshop.client(),
                federation,
                new ReplicationFederation(),
                status(federation, why)));
  }

  /**
   * Takes every source down.
   *
   * @param overdue whether a side that cannot be reached may be left out
   */
  private void takeDown(ReplicationFederation federation, boolean overdue) throws Trouble {
    var all = new TreeMap<String, String>();
    var left = new ArrayList<Leftover>();
    Optional<Problem> unreachable = Optional.empty();
    Optional<Session> target = Optional.empty();
    try {
      target = Optional.of(open(federation, true));
      all.putAll(schemasBySource(federation, target.get()));
    } catch (Trouble e) {
      target.ifPresent(Session::close);
      if (!overdue) {
        throw e;
      }
      target = Optional.empty();
      unreachable = Optional.of(e.problem());
      all.putAll(schemasBySource(federation));
      all.forEach((name, schema) -> left.add(onTarget(federation, name, schema, e.problem())));
    }
    Optional<Trouble> first = Optional.empty();
    try {
      for (var entry : all.entrySet()) {
        var source = sources.get(id(federation, entry.getKey()));
        try {
          left.addAll(
              flows.takeDown(
                  federation, entry.getKey(), entry.getValue(), source, target, overdue));
        } catch (Trouble e) {
          first = first.or(() -> Optional.of(e));
        }
      }
    } finally {
      target.ifPresent(Session::close);
    }
    leave(federation, left);
    if (first.isPresent()) {
      throw first.get();
    }
    if (!left.isEmpty()) {
      throw new Trouble(whole(federation, left));
    }
    if (unreachable.isPresent()) {
      throw new Trouble(unreachable.get());
    }
  }

  private static Leftover onTarget(
      ReplicationFederation federation, String source, String schema, Problem why) {
    return Leftover.unseen(Desired.formerFlow(federation, source, schema), Side.Target, why);
  }

  /** All that is left; with Retain nothing is missed but marks. */
  private static Problem whole(ReplicationFederation federation, List<Leftover> left) {
    boolean delete = federation.getSpec().deletionPolicy() == DeletionPolicy.Delete;
    return new Problem(
        left.get(0).why().reason(),
        left.stream()
            .map(l -> delete ? l.sentence() : l.why().sentence())
            .distinct()
            .collect(Collectors.joining(" ")));
  }

  /** Every source that has something of this federation, or may have, and its schema. */
  private Map<String, String> schemasBySource(ReplicationFederation federation, Session target)
      throws Trouble {
    var all = schemasBySource(federation);
    // Of one whose resource is gone the target knows whether there is anything.
    all.keySet().removeIf(name -> sources.get(id(federation, name)).isEmpty());
    all.putAll(TargetCatalog.schemasBySource(target, Desired.owner(federation)));
    return all;
  }

  /** The same as far as it is known without the target. */
  private Map<String, String> schemasBySource(ReplicationFederation federation) {
    var all = new TreeMap<String, String>();
    for (String name : sourceNames(federation)) {
      all.put(
          name,
          Optional.ofNullable(schema(federation, name))
              .or(() -> Statuses.schemaOf(federation, name))
              .orElse(name));
    }
    return all;
  }

  private static List<String> sourceNames(ReplicationFederation federation) {
    return federation.getSpec().sources().stream()
        .map(ReplicationFederationSpec.Source::source)
        .distinct()
        .toList();
  }

  private static ResourceID id(ReplicationFederation federation, String name) {
    return new ResourceID(name, federation.getMetadata().getNamespace());
  }

  private static List<Condition> before(ReplicationFederation federation) {
    return federation.getStatus() == null ? List.of() : federation.getStatus().conditions();
  }
}
