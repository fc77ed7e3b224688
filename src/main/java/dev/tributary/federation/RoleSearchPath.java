package dev.tributary.federation;

import java.util.Optional;

/**
 * The {@code search_path} that a role has of its own, which wins over the database's.
 *
 * @param inDatabase what {@code ALTER ROLE … IN DATABASE … SET} has set for this database
 * @param everywhere what {@code ALTER ROLE … SET} has set
 * @param uses whether the role may connect, and has been given a right on a table here
 * @param mayAlter whether the connected role may change it
 */
public record RoleSearchPath(
    String role,
    Optional<String> inDatabase,
    Optional<String> everywhere,
    boolean uses,
    boolean mayAlter) {}
