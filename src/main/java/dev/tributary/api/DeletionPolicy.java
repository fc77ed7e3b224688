package dev.tributary.api;

/** What happens in the databases when the resource is deleted. */
public enum DeletionPolicy {
  /** Everything stays and goes on working; a resource of the same name takes it up again. */
  Retain,
  /** What this resource made is taken down, in the order that stops no application. */
  Delete
}
