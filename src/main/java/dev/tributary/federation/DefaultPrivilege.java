package dev.tributary.federation;

/**
 * What {@code ALTER DEFAULT PRIVILEGES FOR ROLE … IN SCHEMA …} gives on objects to come.
 *
 * @param role whose new objects
 * @param objects PostgreSQL's word for their kind: {@code TABLES}, {@code SEQUENCES}, {@code
 *     FUNCTIONS} or {@code TYPES}
 * @param mayAlter whether the connected role may say this for that role
 */
public record DefaultPrivilege(String role, String objects, Grant grant, boolean mayAlter) {}
