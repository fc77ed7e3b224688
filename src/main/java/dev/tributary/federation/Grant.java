package dev.tributary.federation;

/**
 * One right that a role has on a table or a column.
 *
 * @param grantee the role, empty for PUBLIC
 * @param privilege PostgreSQL's word, e.g. {@code SELECT}
 */
public record Grant(String grantee, String privilege, boolean grantable) {}
