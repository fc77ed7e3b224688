package dev.tributary.federation;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A subscription that is there.
 *
 * @param oid what table syncs call it in the names of their slots
 * @param publications the publications that it subscribes to
 * @param slot its slot on the source, if it has one
 * @param running whether its apply worker has a process
 * @param tables the tables that it knows, by their sync state
 */
public record SubscriptionState(
    String name,
    long oid,
    Optional<Mark> mark,
    Set<String> publications,
    Optional<String> slot,
    boolean enabled,
    boolean running,
    Map<Relation, Sync> tables,
    long applyErrors,
    long syncErrors) {

  public SubscriptionState {
    publications = Set.copyOf(publications);
    tables = Map.copyOf(tables);
  }

  /** The same with other names of some tables. */
  SubscriptionState named(Map<Relation, Relation> names) {
    var renamed = new HashMap<Relation, Sync>();
    tables.forEach((table, sync) -> renamed.put(names.getOrDefault(table, table), sync));
    return new SubscriptionState(
        name, oid, mark, publications, slot, enabled, running, renamed, applyErrors, syncErrors);
  }

  /**
   * How far a table is.
   *
   * @param oid of the table
   * @param copiedRows rows that its copy has brought so far, if the server says so
   */
  public record Sync(long oid, State state, long copiedRows) {}

  /** {@code pg_subscription_rel.srsubstate} in words. */
  public enum State {
    /** Not begun (i). */
    Waiting,
    /** Rows are being copied (d). */
    Copying,
    /** The rows are there, changes made meanwhile are caught up with (f, s). */
    CatchingUp,
    /** In sync (r). */
    Ready
  }
}
