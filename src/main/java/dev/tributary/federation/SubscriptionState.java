package dev.tributary.federation;

import java.util.Map;
import java.util.Optional;

/**
 * A subscription that is there.
 *
 * @param running whether its apply worker has a process
 * @param tables the tables that it knows, {@code schema.name} by their sync state
 * @param secondsSinceLastMessage age of the last position it confirmed, in seconds, if it ever did
 */
public record SubscriptionState(
    String name,
    Optional<Mark> mark,
    boolean enabled,
    boolean running,
    Map<Relation, Sync> tables,
    long applyErrors,
    long syncErrors,
    Optional<Long> secondsSinceLastMessage) {

  public SubscriptionState {
    tables = Map.copyOf(tables);
  }

  /** A table's name on the target. */
  public record Relation(String schema, String name) {}

  /**
   * How far a table is.
   *
   * @param copiedRows rows that its copy has brought so far, if the server says so
   */
  public record Sync(State state, long copiedRows) {}

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
