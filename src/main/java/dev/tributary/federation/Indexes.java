package dev.tributary.federation;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.federation.IndexSteps.BuildIndex;
import dev.tributary.federation.IndexSteps.CancelBuild;
import dev.tributary.federation.IndexSteps.DropIndex;
import dev.tributary.federation.IndexSteps.NameIndex;
import dev.tributary.federation.IndexSteps.NoteUnique;
import dev.tributary.federation.IndexSteps.SwapIndex;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The secondary indexes of the tables on the target: those of the source, built when a table is in
 * sync, the biggest table first, while its rows go on flowing.
 */
final class Indexes {
  /** Builds on a target at a time: each wants memory and the disk. */
  static final int AT_ONCE = 2;

  /** Builds begun in one look; small ones are over at once. */
  private static final int MOST = 20;

  private final DesiredFlow desired;
  private final List<LaneState> lanes;
  private final long position;
  private final TargetState target;
  private final List<WantedIndexes> tables;
  private final List<Step> builds = new ArrayList<>();
  private final List<Step> names = new ArrayList<>();
  private final List<Step> notes = new ArrayList<>();
  private final List<Step> drops = new ArrayList<>();
  private int built;
  private Optional<String> waiting = Optional.empty();

  private Indexes(
      DesiredFlow desired,
      List<LaneState> lanes,
      long position,
      TargetState target,
      List<WantedIndexes> tables) {
    this.desired = desired;
    this.lanes = lanes;
    this.position = position;
    this.target = target;
    this.tables = tables;
    tables.forEach(this::plan);
  }

  /** What is to be said of the indexes; nothing while those of the source are not known. */
  static Optional<Indexes> of(
      DesiredFlow desired,
      List<PublishedTable> published,
      List<LaneState> lanes,
      FlowState source,
      TargetState target) {
    return source
        .indexes()
        .map(
            all ->
                new Indexes(
                    desired,
                    lanes,
                    source.position(),
                    target,
                    published.stream()
                        .map(t -> WantedIndexes.of(desired, t, all, target))
                        .sorted(WantedIndexes.BIGGEST_FIRST)
                        .toList()));
  }

  /** Ends builds that nobody wants, or that hold up a table that is copied again. */
  Plan cancel() {
    var steps =
        ours(target.indexes().running().stream())
            .filter(b -> wanted(b).isEmpty() || !isInSync(b.table()))
            .map(b -> new CancelBuild(new Relation(b.table().schema(), b.index())))
            .toList();
    return Plan.of(steps);
  }

  /** Ends what would keep the tables from being dropped; they take their indexes along. */
  static List<Step> remove(DesiredFlow desired, TargetState target) {
    return target.indexes().running().stream()
        .filter(b -> b.table().schema().equals(desired.schema()))
        .filter(b -> Names.isBuilding(b.index()))
        .<Step>map(b -> new CancelBuild(new Relation(b.table().schema(), b.index())))
        .toList();
  }

  /** What does not wait for a lock comes first: one that cannot be had holds nothing else up. */
  Plan plan() {
    var steps = new ArrayList<>(names);
    long running =
        target.indexes().running().stream().filter(b -> Names.isBuilding(b.index())).count();
    if (running < AT_ONCE) {
      builds.stream().limit(MOST).forEach(steps::add);
    }
    steps.addAll(notes);
    steps.addAll(drops);
    return Plan.of(steps);
  }

  /** What cannot be there, and why. */
  List<Finding> findings() {
    return tables.stream().flatMap(t -> t.skipped().stream()).toList();
  }

  IndexReport report() {
    int total = tables.stream().mapToInt(t -> t.wanted().size()).sum();
    var building =
        ours(target.indexes().running().stream())
            .flatMap(
                b ->
                    wanted(b).stream()
                        .map(w -> new IndexReport.Building(w.name(), b.percent(), b.waits())))
            .findFirst();
    return new IndexReport(built, total, building, waiting);
  }

  private Stream<IndexBuild> ours(Stream<IndexBuild> all) {
    return all.filter(b -> b.table().schema().equals(desired.schema()))
        .filter(b -> Names.isBuilding(b.index()));
  }

  private Optional<WantedIndex> wanted(IndexBuild build) {
    return tables.stream()
        .flatMap(t -> t.wanted().stream())
        .filter(w -> w.building().equals(build.index()))
        .findFirst();
  }

  private boolean isInSync(Relation table) {
    return lanes.stream().anyMatch(l -> l.hasInSync(table));
  }

  private void plan(WantedIndexes table) {
    if (table.there().isEmpty()) {
      return;
    }
    built += (int) table.wanted().stream().filter(w -> table.isBuilt(w)).count();
    Relation relation = table.there().get().relation();
    if (target.indexes().isBuilding(relation)) {
      // Every step would wait for the build's lock.
      return;
    }
    table.otherKeyName().ifPresent(names::add);
    var dropped = new HashSet<Index>(table.useless());
    var swaps = new ArrayList<Step>();
    var missing = new ArrayList<WantedIndex>();
    for (WantedIndex wanted : table.wanted()) {
      var there = table.thereFor(wanted);
      var fresh = table.freshFor(wanted);
      if (there.isPresent() && wanted.isLike(there.get())) {
        name(table, wanted, there.get());
      } else if (there.filter(Index::unique).isPresent()) {
        // Rows that it refuses may be under way.
        dropped.add(there.get());
      } else if (there.isPresent() && fresh.isPresent()) {
        if (there.get().name().equals(wanted.name()) || isFree(wanted.name())) {
          swaps.add(
              new SwapIndex(
                  relation, there.get().name(), wanted.building(), wanted.name(), wanted.mark()));
        }
      } else if (fresh.isPresent()) {
        name(table, wanted, fresh.get());
      } else {
        missing.add(wanted);
      }
    }
    dropped.stream()
        .sorted(Comparator.comparing(Index::name))
        .forEach(i -> drops.add(new DropIndex(relation, i.name())));
    drops.addAll(swaps);
    // A build that has just begun would keep the lock from them.
    boolean free = dropped.isEmpty() && swaps.isEmpty();
    if (free && isInSync(relation) && !missing.isEmpty()) {
      build(table, missing);
    }
  }

  /** Gives an index its name and mark, as soon as the name is free. */
  private void name(WantedIndexes table, WantedIndex wanted, Index there) {
    if (wanted.isNamed(there)) {
      return;
    }
    if (there.name().equals(wanted.name()) || isFree(wanted.name())) {
      names.add(new NameIndex(there.relation(), wanted.name(), wanted.mark()));
    } else if (!Names.isBuilding(there.name()) && table.isSwapped(wanted.name())) {
      // Two that have changed their names with each other.
      names.add(new NameIndex(there.relation(), wanted.building(), wanted.mark()));
    }
  }

  private boolean isFree(String name) {
    return !target.indexes().taken().contains(name);
  }

  private void build(WantedIndexes table, List<WantedIndex> missing) {
    Table there = table.there().orElseThrow();
    boolean uniques = missing.stream().anyMatch(WantedIndex::unique);
    var since = there.mark().map(m -> m.notes().get(Mark.UNIQUE)).flatMap(UniqueSince::parse);
    // A position that is not reached yet is of another server.
    boolean noted =
        since
            .filter(s -> s.indexes().equals(table.uniques()) && s.position() <= position)
            .isPresent();
    if (uniques && !noted) {
      notes.add(
          new NoteUnique(
              there.relation(),
              there
                  .mark()
                  .orElseThrow()
                  .with(Mark.UNIQUE, new UniqueSince(position, table.uniques()).text())));
      return;
    }
    boolean applied =
        uniques
            && lanes.stream()
                .filter(l -> l.hasInSync(there.relation()))
                .allMatch(l -> l.hasConfirmed(since.orElseThrow().position()));
    for (WantedIndex wanted : missing) {
      if (wanted.unique() && !applied) {
        waiting = waiting.or(() -> Optional.of(wanted.name()));
      } else {
        boolean mayBeNamed = isFree(wanted.name());
        builds.add(
            new BuildIndex(
                there.relation(),
                wanted.building(),
                wanted.name(),
                wanted.unique(),
                wanted.definition(),
                mayBeNamed ? Optional.of(wanted.mark()) : Optional.empty()));
      }
    }
  }

  /** What a source's unique index promises of its rows, only all of its changes bring over. */
  static boolean mayBeUnique(DesiredFlow desired, PublishedTable table) {
    return !table.insertsOnly()
        && Set.copyOf(desired.operations()).containsAll(List.of(Operation.values()));
  }
}
