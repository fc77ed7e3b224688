package dev.tributary.federation;

import java.util.List;
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
    Optional<List<Index>> indexes) {
  public FlowState {
    publications = List.copyOf(publications);
    slots = List.copyOf(slots);
    syncSlots = List.copyOf(syncSlots);
    indexes = indexes.map(List::copyOf);
  }

  /** The same with indexes. */
  public FlowState with(Optional<List<Index>> seen) {
    return new FlowState(
        server, publications, slots, syncSlots, position, mayReplicate, replicatorMark, seen);
  }

  Optional<PublicationState> publication(String name) {
    return publications.stream().filter(p -> p.name().equals(name)).findFirst();
  }

  Optional<SlotState> slot(String name) {
    return slots.stream().filter(s -> s.name().equals(name)).findFirst();
  }
}
