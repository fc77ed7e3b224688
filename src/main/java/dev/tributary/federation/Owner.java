package dev.tributary.federation;

/** The custom resource that an object in a database belongs to. */
public record Owner(String kind, String namespace, String name, String uid) {

  /** Whether the other resource has the same kind, namespace and name, if perhaps another life. */
  public boolean sameNameAs(Owner other) {
    return kind.equals(other.kind) && namespace.equals(other.namespace) && name.equals(other.name);
  }

  @Override
  public String toString() {
    return kind + " " + namespace + "/" + name;
  }
}
