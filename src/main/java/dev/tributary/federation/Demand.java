package dev.tributary.federation;

import java.util.List;
import java.util.Set;

/**
 * What is to flow, as far as it takes slots, walsenders, workers and origins.
 *
 * @param lanes those of one source
 * @param others names of the subscriptions of all other lanes that are wanted on the same target
 */
public record Demand(List<Lane> lanes, Set<String> others) {
  /** Nothing in particular: what is there, and room to copy a table beside it. */
  public static final Demand NOTHING = new Demand(List.of(), Set.of());

  public Demand {
    lanes = List.copyOf(lanes);
    others = Set.copyOf(others);
  }

  /**
   * One publication, slot and subscription.
   *
   * @param name of the slot and of the subscription
   * @param toCopy how many of its tables are still to be copied
   */
  public record Lane(String name, int toCopy) {}

  /** Whether somebody copies, or will when there is something. */
  boolean copies() {
    return lanes.isEmpty() || lanes.stream().anyMatch(l -> l.toCopy() > 0);
  }

  /**
   * How many tables are copied at the same time. A single lane makes progress with one at a time;
   * of several each has to be able to copy beside the others, or the copies of one leave no worker
   * to apply the changes of another.
   *
   * @param most max_sync_workers_per_subscription
   */
  int syncs(int most) {
    return lanes.size() > 1
        ? lanes.stream().mapToInt(l -> Math.min(most, l.toCopy())).sum()
        : Math.min(most, copies() ? 1 : 0);
  }
}
