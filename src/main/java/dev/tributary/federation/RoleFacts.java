package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/**
 * What the connected role may do with roles, and the roles that matter to a source.
 *
 * @param createRole CREATEROLE
 * @param bypassRowSecurity BYPASSRLS
 * @param mayGrantRdsReplication whether it may grant rds_replication; empty on a server without
 *     such a role
 * @param slots of Tributary's flows out of this database
 * @param roles the desired one, and all that a SourceDatabase has marked
 */
public record RoleFacts(
    boolean createRole,
    boolean bypassRowSecurity,
    Optional<Boolean> mayGrantRdsReplication,
    List<Slot> slots,
    List<RoleState> roles) {
  public RoleFacts {
    slots = List.copyOf(slots);
    roles = List.copyOf(roles);
  }

  /**
   * A replication slot.
   *
   * @param active whether somebody reads it
   */
  public record Slot(String name, boolean active) {}

  Optional<RoleState> role(String name) {
    return roles.stream().filter(r -> r.name().equals(name)).findFirst();
  }

  /** The roles that this resource has made and not let go of. */
  List<RoleState> of(Owner owner) {
    return roles.stream()
        .filter(r -> Mark.ownership(r.mark(), owner) == Mark.Ownership.OURS)
        .toList();
  }
}
