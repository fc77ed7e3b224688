package dev.tributary.federation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which lane each table is in now, and which tables are to change theirs.
 *
 * @param tables by the object name of the lane, in the order of the lanes
 */
record Allocation(Map<String, Map<Relation, PublishedTable>> tables, List<Change> changes) {

  /** A table whose rows are there by one lane, and that is to come by another. */
  record Change(PublishedTable table, LaneState from, LaneState to) {}

  static Allocation of(DesiredFlow desired, List<PublishedTable> tables, List<LaneState> lanes) {
    var allocated = new LinkedHashMap<String, Map<Relation, PublishedTable>>();
    lanes.forEach(l -> allocated.put(l.lane().object(), new LinkedHashMap<>()));
    var changes = new ArrayList<Change>();
    for (PublishedTable table : tables) {
      String wanted = desired.laneOf(table.relation().name()).object();
      LaneState to = lanes.stream().filter(l -> l.lane().object().equals(wanted)).findFirst().get();
      var from = current(table.relation(), to, lanes);
      from.ifPresent(f -> changes.add(new Change(table, f, to)));
      allocated.get(from.orElse(to).lane().object()).put(table.relation(), table);
    }
    return new Allocation(allocated, changes);
  }

  /** The other lane that brings a table now, if it can go on doing so. */
  private static Optional<LaneState> current(Relation table, LaneState to, List<LaneState> lanes) {
    if (to.published().contains(table)) {
      return Optional.empty();
    }
    return lanes.stream()
        .filter(l -> l != to && l.known().contains(table) && l.published().contains(table))
        .filter(l -> l.slot().filter(s -> !s.lost()).isPresent())
        .findFirst();
  }

  Map<Relation, PublishedTable> of(LaneState lane) {
    return tables.get(lane.lane().object());
  }

  /** How many tables of the lane are not in sync yet. */
  int toCopy(LaneState lane) {
    return (int) of(lane).keySet().stream().filter(t -> !lane.hasInSync(t)).count();
  }

  List<Change> to(LaneState lane) {
    return changes.stream().filter(c -> c.to().equals(lane)).toList();
  }

  private boolean leaves(LaneState lane) {
    return changes.stream().anyMatch(c -> c.from().equals(lane));
  }

  /** Whether a lane has something to do: an empty one costs a worker and a slot. */
  boolean needs(DesiredFlow desired, LaneState lane) {
    boolean hasTables = !of(lane).isEmpty() || !to(lane).isEmpty() || leaves(lane);
    boolean nobodyHas = tables.values().stream().allMatch(Map::isEmpty);
    return hasTables || nobodyHas && lane.lane().isDefault() && !lane.isFormer(desired);
  }
}
