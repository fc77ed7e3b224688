package dev.tributary.federation;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a source has of one flow.
 *
 * @param publications those of the flow's names, and all that bear a mark of Tributary
 * @param slots those of the flow's lanes
 * @param syncSlots those that any target's table syncs have made in this database
 * @param position where the server's WAL is, in bytes since 0/0
 * @param mayReplicate whether the role that the target connects as has REPLICATION
 * @param replicatorMark the mark of that role, if it is one that Tributary keeps
 * @param types that somebody has made in the database
 * @param pending what slots would send next, where that was looked at
 * @param indexes those of the tables; unknown while somebody keeps a table to himself
 */
public record FlowState(
    ServerFacts server,
    List<PublicationState> publications,
    List<SlotState> slots,
    List<SyncSlot> syncSlots,
    long position,
    boolean mayReplicate,
    Optional<Mark> replicatorMark,
    List<DataType> types,
    Map<String, Pending> pending,
    Optional<List<Index>> indexes) {
  public FlowState {
    publications = List.copyOf(publications);
    slots = List.copyOf(slots);
    syncSlots = List.copyOf(syncSlots);
    types = List.copyOf(types);
    pending = Map.copyOf(pending);
    indexes = indexes.map(List::copyOf);
  }

  /** The same with what slots would send next. */
  public FlowState with(Map<String, Pending> seen) {
    return new FlowState(
        server,
        publications,
        slots,
        syncSlots,
        position,
        mayReplicate,
        replicatorMark,
        types,
        seen,
        indexes);
  }

  /** Subscriptions that should run and do not, and whose slots nobody reads. */
  public List<SubscriptionState> stopped(TargetState target) {
    return target.subscriptions().stream()
        .filter(s -> s.enabled() && !s.running())
        .filter(
            s ->
                s.slot()
                    .flatMap(this::slot)
                    .filter(slot -> slot.ready() && !slot.active() && !slot.lost())
                    .isPresent())
        .toList();
  }

  /** The same with indexes. */
  public FlowState with(Optional<List<Index>> seen) {
    return new FlowState(
        server,
        publications,
        slots,
        syncSlots,
        position,
        mayReplicate,
        replicatorMark,
        types,
        pending,
        seen);
  }

  Optional<PublicationState> publication(String name) {
    return publications.stream().filter(p -> p.name().equals(name)).findFirst();
  }

  /** Where slots are made, read and dropped. */
  public Site siteOfSlots() {
    return Slots.site(server);
  }

  Optional<SlotState> slot(String name) {
    return slots.stream().filter(s -> s.name().equals(name)).findFirst();
  }
}
