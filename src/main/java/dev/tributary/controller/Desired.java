package dev.tributary.controller;

import dev.tributary.api.Api;
import dev.tributary.api.ParadeDBTargetStatus.Orphan;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.ReplicationFederationSpec;
import dev.tributary.api.ReplicationFederationSpec.DestructiveChanges;
import dev.tributary.api.ReplicationFederationSpec.Failover;
import dev.tributary.api.ReplicationFederationSpec.IndexSync;
import dev.tributary.api.ReplicationFederationSpec.SchemaSync;
import dev.tributary.api.SourceDatabase;
import dev.tributary.api.SourceDatabaseSpec;
import dev.tributary.api.SourceDatabaseSpec.ApprovalPolicy;
import dev.tributary.api.SourceDatabaseSpec.EventTrigger;
import dev.tributary.api.SourceDatabaseSpec.Method;
import dev.tributary.api.SourceDatabaseSpec.PublishedElsewhere;
import dev.tributary.api.SourceDatabaseSpec.Sequences;
import dev.tributary.api.SourceDatabaseSpec.ViewsInUse;
import dev.tributary.api.SourceDatabaseStatus;
import dev.tributary.federation.Approval;
import dev.tributary.federation.DesiredFlow;
import dev.tributary.federation.DesiredRole;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.IndexRules;
import dev.tributary.federation.Lane;
import dev.tributary.federation.Names;
import dev.tributary.federation.Owner;
import dev.tributary.federation.Reason;
import dev.tributary.federation.SlotRules;
import dev.tributary.federation.Trouble;
import io.fabric8.kubernetes.api.model.Duration;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Turns the spec of a resource into the desired state that planners know. */
final class Desired {
  private Desired() {}

  static Owner owner(CustomResource<?, ?> resource) {
    var metadata = resource.getMetadata();
    return new Owner(
        resource.getKind(),
        metadata.getNamespace(),
        metadata.getName(),
        Objects.requireNonNullElse(metadata.getUid(), Owner.UNKNOWN_UID));
  }

  /** The schema that a source's tables are to have; throws Trouble for what no CRD can refuse. */
  static DesiredSchema schema(SourceDatabase source) throws Trouble {
    var spec = source.getSpec();
    String name = spec.schemaName();
    boolean move = spec.schema().method() == Method.Move;
    if (name.getBytes(StandardCharsets.UTF_8).length > Names.MAX_BYTES) {
      throw new Trouble(
          Reason.InvalidSpec,
          "schema.name is longer than the %d bytes that PostgreSQL allows: set a shorter one."
              .formatted(Names.MAX_BYTES));
    }
    if (move && spec.schema().from().contains(name)) {
      throw new Trouble(
          Reason.InvalidSpec,
          "Tables cannot move from schema %s into itself: set schema.name or schema.from."
              .formatted(name));
    }
    if (name.startsWith("pg_") || name.equals("information_schema")) {
      throw new Trouble(
          Reason.InvalidSpec,
          "The schema name %s is reserved by PostgreSQL: set schema.name.".formatted(name));
    }
    var compatibility = spec.schema().compatibility();
    return new DesiredSchema(
        owner(source),
        name,
        spec.schema().from(),
        move,
        new DesiredSchema.Compatibility(
            compatibility.views(),
            compatibility.viewsExcept(),
            compatibility.viewsInUse() == ViewsInUse.Drop,
            compatibility.searchPath()),
        spec.schema().sequences() == Sequences.KeepInPlace,
        duration(spec.schema().lockTimeout()),
        new DesiredSchema.Tables(
            spec.tables().include(),
            spec.tables().exclude(),
            spec.tables().withoutReplicaIdentity(),
            spec.tables().publishedElsewhere() == PublishedElsewhere.Move,
            spec.tables().overrides().stream().map(Desired::override).toList(),
            spec.publication().operations()),
        spec.schema().eventTrigger() == EventTrigger.Auto);
  }

  private static DesiredSchema.TableOverride override(SourceDatabaseSpec.Override override) {
    return new DesiredSchema.TableOverride(
        override.name(),
        Optional.ofNullable(override.where()),
        override.columns(),
        Optional.ofNullable(override.replicaIdentity())
            .map(SourceDatabaseSpec.ReplicaIdentity::index));
  }

  /**
   * The role that replicates, where Tributary keeps it; throws Trouble where that is the one it
   * connects as.
   *
   * @param user whom the operator connects as
   */
  static Optional<DesiredRole> role(
      SourceDatabase source, Connections.Replication replication, String user) throws Trouble {
    if (!source.getSpec().replication().manageRole()) {
      return Optional.empty();
    }
    var login = replication.fromOperator();
    if (login.user().equals(user)) {
      throw new Trouble(
          Reason.InvalidSpec,
          "The Secrets of connection and replication both name role %s, which cannot manage itself: set another username in the Secret %s, or replication.manageRole to false."
              .formatted(user, login.secret()));
    }
    if (login.user().getBytes(StandardCharsets.UTF_8).length > Names.MAX_BYTES) {
      throw new Trouble(
          Reason.InvalidSpec,
          "The username in the Secret %s is longer than the %d bytes that PostgreSQL allows: set a shorter one."
              .formatted(login.secret(), Names.MAX_BYTES));
    }
    return Optional.of(new DesiredRole(login.user(), replication.password(), login.secret()));
  }

  /** Whether what is planned for the schema may be done. */
  static Approval approval(SourceDatabase source) {
    var schema = source.getSpec().schema();
    var annotations = source.getMetadata().getAnnotations();
    var given =
        Optional.ofNullable(schema.approvedPlan())
            .or(() -> Optional.ofNullable(annotations).map(a -> a.get(Api.APPROVED_PLAN)));
    var begun =
        Optional.ofNullable(source.getStatus())
            .map(SourceDatabaseStatus::plan)
            .filter(p -> !p.approvedSteps().isEmpty())
            .map(p -> new Approval.Begun(p.hash(), p.approvedSteps()));
    return new Approval(schema.approval() == ApprovalPolicy.Manual, given, begun);
  }

  private static java.time.Duration duration(String text) throws Trouble {
    try {
      return Duration.parse(text).getDuration();
    } catch (ParseException e) {
      throw new Trouble(
          Reason.InvalidSpec,
          "schema.lockTimeout %s is no duration: write 500ms or 2s.".formatted(text));
    }
  }

  /** One source's flow into the target of a federation. */
  static DesiredFlow flow(
      ReplicationFederation federation,
      SourceDatabase source,
      Connections.Replication replication) {
    var spec = federation.getSpec();
    String name = source.getMetadata().getName();
    return new DesiredFlow(
        owner(federation),
        name,
        source.getSpec().schemaName(),
        lanes(federation, name),
        source.getSpec().publication().operations(),
        !spec.suspend(),
        slots(federation),
        spec.adopt(),
        replication.fromOperator().user(),
        replication.fingerprint(),
        source.getSpec().replication().manageRole() ? replication.password() : Optional.empty(),
        others(federation, name),
        indexes(spec.schemaSync()),
        spec.schemaSync().destructiveChanges() == DestructiveChanges.Apply);
  }

  private static IndexRules indexes(SchemaSync sync) {
    return new IndexRules(sync.indexes() == IndexSync.All, sync.onlyIndexes());
  }

  private static Set<String> others(ReplicationFederation federation, String source) {
    return federation.getSpec().sources().stream()
        .map(ReplicationFederationSpec.Source::source)
        .filter(s -> !s.equals(source))
        .flatMap(s -> lanes(federation, s).stream())
        .map(Lane::object)
        .collect(Collectors.toSet());
  }

  private static List<Lane> lanes(ReplicationFederation federation, String source) {
    var named =
        federation.getSpec().sources().stream()
            .filter(s -> s.source().equals(source))
            .flatMap(s -> s.lanes().stream())
            .map(l -> Lane.of(owner(federation), source, l.name(), l.tables()));
    var rest = Lane.of(owner(federation), source, Lane.DEFAULT, List.of());
    return Stream.concat(named, Stream.of(rest)).toList();
  }

  private static SlotRules slots(ReplicationFederation federation) {
    var slots = federation.getSpec().slots();
    return new SlotRules(
        slots.failover() == Failover.Auto,
        Optional.ofNullable(slots.maxRetainedWal()).map(q -> q.getNumericalAmount().longValue()),
        slots.onLimit(),
        slots.onLost());
  }

  /** A flow as far as its taking down needs it, whether or not its source is still in the spec. */
  static DesiredFlow formerFlow(ReplicationFederation federation, String source, String schema) {
    return new DesiredFlow(
        owner(federation),
        source,
        schema,
        lanes(federation, source),
        List.of(),
        false,
        slots(federation),
        false,
        "",
        "",
        Optional.empty(),
        Set.of());
  }

  /**
   * A flow as far as the taking down of what is left of it needs it. Lanes that the entry does not
   * name are found by their marks.
   */
  static DesiredFlow orphan(String namespace, Orphan orphan) {
    return new DesiredFlow(
        new Owner(
            HasMetadata.getKind(ReplicationFederation.class),
            namespace,
            orphan.federation(),
            orphan.uid()),
        orphan.source(),
        orphan.schema(),
        Stream.concat(orphan.slots().stream(), orphan.subscriptions().stream())
            .map(object -> new Lane(object, object, List.of()))
            .toList(),
        List.of(),
        false,
        new SlotRules(false, Optional.empty(), null, null),
        false,
        "",
        "",
        Optional.empty(),
        Set.of());
  }
}
