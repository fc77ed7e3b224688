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
 * @param types that somebody has made in the database
 * @param pending tables of transactions that the target cannot apply, where that was looked at
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
    List<PendingRelation> pending) {
  public FlowState {
    publications = List.copyOf(publications);
    slots = List.copyOf(slots);
    syncSlots = List.copyOf(syncSlots);
    types = List.copyOf(types);
    pending = List.copyOf(pending);
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
