package dev.tributary.controller;

import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.SourceDatabase;
import dev.tributary.api.SourceDatabaseSpec.Method;
import dev.tributary.api.SourceDatabaseSpec.WithoutReplicaIdentity;
import dev.tributary.federation.DesiredFlow;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.Names;
import dev.tributary.federation.Owner;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Trouble;
import io.fabric8.kubernetes.api.model.Duration;
import io.fabric8.kubernetes.client.CustomResource;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.List;

/** Turns the spec of a resource into the desired state that planners know. */
final class Desired {
  private Desired() {}

  static Owner owner(CustomResource<?, ?> resource) {
    var metadata = resource.getMetadata();
    return new Owner(
        resource.getKind(), metadata.getNamespace(), metadata.getName(), metadata.getUid());
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
    return new DesiredSchema(
        owner(source),
        name,
        spec.schema().from(),
        move,
        spec.schema().compatibility().views(),
        spec.schema().compatibility().searchPath(),
        duration(spec.schema().lockTimeout()),
        spec.tables().exclude(),
        spec.tables().withoutReplicaIdentity() == WithoutReplicaIdentity.Exclude);
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
    Owner owner = owner(federation);
    return new DesiredFlow(
        owner,
        name,
        Names.flow(owner, name),
        source.getSpec().schemaName(),
        source.getSpec().publication().operations(),
        !spec.suspend(),
        spec.slots().onLost(),
        replication.fromOperator().user(),
        replication.fingerprint());
  }

  /** A flow as far as its taking down needs it, whether or not its source is still in the spec. */
  static DesiredFlow formerFlow(ReplicationFederation federation, String source, String schema) {
    Owner owner = owner(federation);
    return new DesiredFlow(
        owner,
        source,
        Names.flow(owner, source),
        schema,
        List.of(),
        false,
        federation.getSpec().slots().onLost(),
        "",
        "");
  }
}
