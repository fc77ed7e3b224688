package dev.tributary.federation;

import java.util.Optional;

/** Everything that is done to a source for its SourceDatabase: its tables' schema, and its role. */
public final class SourcePlan {
  private SourcePlan() {}

  /**
   * What leads from the state to the desired one.
   *
   * @param role the role that replicates, where it is Tributary's to keep
   */
  public static Plan plan(
      DesiredSchema desired, Optional<DesiredRole> role, SourceState state, RoleFacts roles) {
    var move = SchemaMove.plan(desired, state);
    var announced =
        EventTriggers.planRemoval(desired, state, move)
            .then(move)
            .then(EventTriggers.plan(desired, state, move));
    if (!SourcePreflight.of(state.server()).isEmpty()) {
      return move;
    }
    if (role.isEmpty()) {
      return ReplicationRole.release(desired.owner(), state.server(), roles).then(announced);
    }
    // The role first: its password follows the Secret even while tables wait for a lock.
    var before = ReplicationRole.plan(role.get(), desired, state, roles, move);
    return before
        .then(announced)
        .then(ReplicationRole.afterMove(role.get(), desired, roles, before, move));
  }

  /** What takes all of it back. */
  public static Plan remove(DesiredSchema desired, SourceState state, RoleFacts roles) {
    return ReplicationRole.remove(desired.owner(), state.server(), roles)
        .then(EventTriggers.remove(desired, state))
        .then(SchemaReturn.plan(desired, state));
  }

  /** What lets go of all of it and leaves it as it is. */
  public static Plan release(DesiredSchema desired, SourceState state, RoleFacts roles) {
    return ReplicationRole.release(desired.owner(), state.server(), roles)
        .then(EventTriggers.remove(desired, state))
        .then(SchemaMove.release(desired, state));
  }
}
