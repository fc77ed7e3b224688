package dev.tributary.federation;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One source's way into the target.
 *
 * @param owner the federation
 * @param source name of the SourceDatabase
 * @param schema of the tables, on both sides
 * @param lanes in the order in which they take tables, the default lane last
 * @param adopt whether objects of these names that bear no mark are taken over
 * @param replicator the role that the target's server connects as
 * @param connection fingerprint of how the target's server connects; holds no secret
 * @param password fingerprint of the replicator's password, where Tributary keeps that role
 * @param others subscriptions that the federation wants for its other sources
 * @param indexes which of the source's indexes the target is to have
 * @param destroys whether what the source drops, or changes so that its rows have to be copied
 *     again, is dropped or copied again on the target
 */
public record DesiredFlow(
    Owner owner,
    String source,
    String schema,
    List<Lane> lanes,
    List<Operation> operations,
    boolean enabled,
    SlotRules slots,
    boolean adopt,
    String replicator,
    String connection,
    Optional<String> password,
    Set<String> others,
    IndexRules indexes,
    boolean destroys) {
  public DesiredFlow {
    others = Set.copyOf(others);
    lanes = List.copyOf(lanes);
    operations = List.copyOf(operations);
  }

  /** One without a schemaSync of its own: every index, and nothing is destroyed. */
  public DesiredFlow(
      Owner owner,
      String source,
      String schema,
      List<Lane> lanes,
      List<Operation> operations,
      boolean enabled,
      SlotRules slots,
      boolean adopt,
      String replicator,
      String connection,
      Optional<String> password,
      Set<String> others) {
    this(
        owner,
        source,
        schema,
        lanes,
        operations,
        enabled,
        slots,
        adopt,
        replicator,
        connection,
        password,
        others,
        IndexRules.ALL,
        false);
  }

  /** The lane that a table is to be in. */
  Lane laneOf(String table) {
    return lanes.stream().filter(l -> l.takes(table)).findFirst().orElseThrow();
  }

  /** The mark of the schema and the tables on the target. */
  Mark mark() {
    return Mark.of(owner, Map.of(Mark.SOURCE, source));
  }

  /** The mark of a lane's publications, and of its subscription while that has no connection. */
  Mark mark(Lane lane) {
    return mark().with(Mark.LANE, lane.name());
  }

  /** The mark of a subscription that has the connection of today. */
  Mark connectedMark(Lane lane) {
    return mark(lane).with(Mark.CONNECTION, connection);
  }
}
