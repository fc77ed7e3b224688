package dev.tributary.federation;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A role of a source's server, and what it may do in the database.
 *
 * @param mark whose it is
 * @param comment what {@code COMMENT ON ROLE} says beside the mark
 * @param mayReplicate REPLICATION, or on Amazon RDS membership in rds_replication
 * @param mayConnect whether it may connect to the database, by whatever right
 * @param mayUseSchema whether it may use the schema of the source's tables, by whatever right
 * @param administered whether the connected role has the ADMIN option on it
 * @param connect whether it has CONNECT by a grant that the connected role may take back
 * @param schemas on which it has USAGE by such a grant
 * @param relations on which it has SELECT by such a grant
 * @param elsewhere what else it has, owns or is named in, in this database and others
 * @param connected whether a session is open as this role
 */
public record RoleState(
    String name,
    Optional<Mark> mark,
    Optional<String> comment,
    boolean login,
    boolean superuser,
    boolean replication,
    boolean mayReplicate,
    boolean bypassRowSecurity,
    boolean mayConnect,
    boolean mayUseSchema,
    boolean administered,
    boolean connect,
    Set<String> schemas,
    Set<Relation> relations,
    List<String> elsewhere,
    boolean connected) {
  public RoleState {
    schemas = Set.copyOf(schemas);
    relations = Set.copyOf(relations);
    elsewhere = List.copyOf(elsewhere);
  }
}
