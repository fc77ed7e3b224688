package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/**
 * A schema that is there.
 *
 * @param mayGrant whether the connected role owns it, or is a member of the role that does
 * @param mayCreate whether the connected role may create in it
 * @param defaults what is given on objects that will be made in it
 * @param grants who may use it and create in it, its owner included
 * @param eventTriggerFunction the function in it that announces DDL, or has the name of that
 */
public record SchemaFacts(
    String name,
    Optional<Mark> mark,
    boolean mayGrant,
    boolean mayCreate,
    List<Grant> grants,
    List<DefaultPrivilege> defaults,
    Optional<EventTriggerFunction> eventTriggerFunction) {
  public SchemaFacts {
    grants = List.copyOf(grants);
    defaults = List.copyOf(defaults);
  }

  /** One in which nothing announces DDL. */
  public SchemaFacts(
      String name,
      Optional<Mark> mark,
      boolean mayGrant,
      boolean mayCreate,
      List<Grant> grants,
      List<DefaultPrivilege> defaults) {
    this(name, mark, mayGrant, mayCreate, grants, defaults, Optional.empty());
  }
}
