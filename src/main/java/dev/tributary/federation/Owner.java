package dev.tributary.federation;

/** The custom resource that an object in a database belongs to. */
public record Owner(String kind, String namespace, String name, String uid) {
  /** The uid of a resource that is known by its manifest only. */
  public static final String UNKNOWN_UID = "unknown";

  /** Whether the other resource has the same kind, namespace and name, if perhaps another life. */
  public boolean sameNameAs(Owner other) {
    return kind.equals(other.kind) && namespace.equals(other.namespace) && name.equals(other.name);
  }

  /**
   * Whether the other resource may be this one: what is known by its manifest is taken for the
   * resource of that name, whichever it is.
   */
  boolean mayBe(Owner other) {
    return sameNameAs(other)
        && (uid.equals(other.uid) || uid.equals(UNKNOWN_UID) || other.uid.equals(UNKNOWN_UID));
  }

  @Override
  public String toString() {
    return kind + " " + namespace + "/" + name;
  }
}
