package dev.tributary.federation;

import dev.tributary.api.ReplicationFederationSpec.OnLost;
import dev.tributary.api.SourceDatabaseSpec.Operation;
import java.util.List;
import java.util.Map;

/**
 * One source's way into the target.
 *
 * @param owner the federation
 * @param source name of the SourceDatabase
 * @param name of the publication, the slot and the subscription
 * @param schema of the tables, on both sides
 * @param replicator the role that the target's server connects as
 * @param connection fingerprint of how the target's server connects; holds no secret
 */
public record DesiredFlow(
    Owner owner,
    String source,
    String name,
    String schema,
    List<Operation> operations,
    boolean enabled,
    OnLost onLost,
    String replicator,
    String connection) {
  public DesiredFlow {
    operations = List.copyOf(operations);
  }

  /**
   * The mark of the schema and the tables on the target, and of a subscription without connection.
   */
  Mark mark() {
    return Mark.of(owner, Map.of(Mark.SOURCE, source));
  }

  /** The mark of a subscription that has the connection of today. */
  Mark subscriptionMark() {
    return Mark.of(owner, Map.of(Mark.SOURCE, source, Mark.CONNECTION, connection));
  }
}
