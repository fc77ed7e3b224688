package dev.tributary.federation;

/**
 * One right that a role has on a table or a column.
 *
 * @param grantee the role, empty for PUBLIC
 * @param privilege PostgreSQL's word, e.g. {@code SELECT}
 */
public record Grant(String grantee, String privilege, boolean grantable) {

  /** Whether having this right is having the other. */
  boolean covers(Grant other) {
    return grantee.equals(other.grantee)
        && privilege.equals(other.privilege)
        && (grantable || !other.grantable);
  }

  /** Tells it from others, and holds nothing that could be executed. */
  String digest() {
    return Names.digest("grant", grantee, privilege, String.valueOf(grantable));
  }

  /** The grantee as GRANT wants it. */
  public String to() {
    return grantee.isEmpty() ? "PUBLIC" : Sql.identifier(grantee);
  }
}
