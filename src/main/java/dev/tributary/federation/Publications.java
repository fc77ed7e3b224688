package dev.tributary.federation;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.federation.PublicationSteps.AddTables;
import dev.tributary.federation.PublicationSteps.ChangePublication;
import dev.tributary.federation.PublicationSteps.CreatePublication;
import dev.tributary.federation.PublicationSteps.DropPublication;
import dev.tributary.federation.PublicationSteps.DropTables;
import dev.tributary.federation.PublicationSteps.HandOver;
import dev.tributary.federation.PublicationSteps.MarkPublication;
import dev.tributary.federation.PublicationSteps.SetOperations;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A lane's publications: table lists that are kept equal to what is taken.
 *
 * <p>Never {@code FOR TABLES IN SCHEMA}: it would publish a future table without replica identity
 * the moment it is created, and that service's UPDATE and DELETE would fail (docs/adr/0003).
 */
final class Publications {
  private Publications() {}

  /** Why publications of a lane's names must not be touched, if they must not. */
  static Optional<Problem> refusal(DesiredFlow desired, LaneState lane) {
    return lane.publications().stream()
        .flatMap(
            p ->
                Mark.refusal(
                    "The publication %s on the source".formatted(p.name()), p.mark(), desired)
                    .stream())
        .findFirst();
  }

  /**
   * Ends at once what makes an application's UPDATE and DELETE fail. A table that goes on with its
   * inserts changes its publication in one transaction, so that none is missed.
   */
  static List<Step> unpublishHarmful(
      DesiredFlow desired,
      LaneState lane,
      Collection<Relation> harmful,
      Map<Relation, PublishedTable> wanted) {
    var published = lane.publication().map(p -> p.tables().keySet()).orElse(Set.of());
    var steps = new ArrayList<Step>();
    var out = new ArrayList<Relation>();
    var earlier = new ArrayList<PublishedTable>();
    for (Relation table : sorted(published)) {
      var as = Optional.ofNullable(wanted.get(table)).filter(PublishedTable::insertsOnly);
      if (as.isPresent() && lane.inserts().isPresent()) {
        earlier.add(as.get());
        steps.add(
            new ChangePublication(
                List.of(lane.lane().publication()),
                new AddTables(
                    lane.lane().insertsPublication(),
                    List.of(as.get()),
                    List.of(),
                    markOf(desired, lane.lane(), lane.inserts(), earlier))));
      } else if (harmful.contains(table)) {
        out.add(table);
      }
    }
    if (!out.isEmpty()) {
      steps.add(new DropTables(lane.lane().publication(), out));
    }
    return steps;
  }

  /** Takes tables out that are not wanted, or not in the way they are published. */
  static List<Step> unpublish(LaneState lane, Map<Relation, PublishedTable> wanted) {
    var steps = new ArrayList<Step>();
    for (boolean inserts : List.of(false, true)) {
      var publication = inserts ? lane.inserts() : lane.publication();
      publication.ifPresent(
          p -> {
            var surplus =
                sorted(p.tables().keySet()).stream()
                    .filter(t -> !isWanted(p, inserts, wanted.get(t)))
                    .toList();
            if (!surplus.isEmpty()) {
              steps.add(new DropTables(p.name(), surplus));
            }
          });
    }
    return steps;
  }

  /** Takes tables out that have come from another lane, to be copied anew. */
  static List<Step> takeBack(LaneState lane, Set<Relation> tables) {
    return Stream.of(lane.publication(), lane.inserts())
        .flatMap(Optional::stream)
        .map(
            p ->
                new DropTables(
                    p.name(),
                    sorted(p.tables().keySet()).stream().filter(tables::contains).toList()))
        .filter(s -> !s.tables().isEmpty())
        .map(Step.class::cast)
        .toList();
  }

  private static boolean isWanted(
      PublicationState publication, boolean inserts, PublishedTable table) {
    return table != null && table.insertsOnly() == inserts && publication.has(table);
  }

  /** Makes the publications, or adds to them what is missing. */
  static List<Step> plan(
      DesiredFlow desired, LaneState lane, Collection<PublishedTable> wanted, boolean mayAdd) {
    var all = wanted.stream().filter(t -> !t.insertsOnly()).toList();
    var inserts = wanted.stream().filter(PublishedTable::insertsOnly).toList();
    var steps = new ArrayList<Step>();
    steps.addAll(
        plan(
            desired,
            lane.lane(),
            lane.lane().publication(),
            lane.publication(),
            desired.operations(),
            all,
            mayAdd));
    // A slot cannot decode what lies before a publication that it is asked for was made.
    boolean stillReadable = lane.slot().isEmpty();
    if (stillReadable || lane.inserts().isPresent()) {
      steps.addAll(
          plan(
              desired,
              lane.lane(),
              lane.lane().insertsPublication(),
              lane.inserts(),
              insertsOf(desired),
              inserts,
              mayAdd));
    }
    if (stillReadable || lane.arrivals().isPresent()) {
      steps.addAll(
          plan(
              desired,
              lane.lane(),
              lane.lane().arrivalsPublication(),
              lane.arrivals(),
              List.of(),
              List.of(),
              mayAdd));
    }
    return steps;
  }

  private static List<Operation> insertsOf(DesiredFlow desired) {
    return desired.operations().stream().filter(Operation.INSERT::equals).toList();
  }

  private static List<Step> plan(
      DesiredFlow desired,
      Lane lane,
      String name,
      Optional<PublicationState> there,
      List<Operation> operations,
      List<PublishedTable> tables,
      boolean mayAdd) {
    if (there.isEmpty()) {
      var mark = markOf(desired, lane, there, tables);
      return List.of(
          new CreatePublication(
              name,
              operations,
              tables.isEmpty()
                  ? Optional.empty()
                  : Optional.of(new AddTables(name, tables, operations, mark)),
              mark));
    }
    PublicationState publication = there.get();
    var steps = new ArrayList<Step>();
    if (Mark.ownership(publication.mark(), desired.owner()) != Mark.Ownership.OURS) {
      steps.add(new MarkPublication(name, markOf(desired, lane, there, List.of())));
    }
    // First, or a table that may be published by its inserts alone would be there with UPDATE.
    if (!publication.operations().equals(Set.copyOf(operations))) {
      steps.add(new SetOperations(name, operations));
    }
    var missing = tables.stream().filter(t -> !publication.has(t)).toList();
    if (mayAdd && !missing.isEmpty()) {
      steps.add(new AddTables(name, missing, operations, markOf(desired, lane, there, missing)));
    }
    return steps;
  }

  /** The mark remembers row filters: those of tables that are in it, and of those that come. */
  private static Mark markOf(
      DesiredFlow desired,
      Lane lane,
      Optional<PublicationState> there,
      Collection<PublishedTable> coming) {
    Mark mark = desired.mark(lane);
    for (Relation table : there.map(p -> p.tables().keySet()).orElse(Set.of())) {
      String note = PublicationState.filterNote(table);
      String filter =
          there.flatMap(PublicationState::mark).map(m -> m.notes().get(note)).orElse(null);
      if (filter != null) {
        mark = mark.with(note, filter);
      }
    }
    for (PublishedTable table : coming) {
      String note = PublicationState.filterNote(table.relation());
      mark =
          table.where().isPresent()
              ? mark.with(note, Names.digest(table.where().get()))
              : mark.without(note);
    }
    return mark;
  }

  /** Announces a table to the lane that it is about to come to. */
  static Step announce(DesiredFlow desired, LaneState to, List<PublishedTable> tables) {
    return new AddTables(
        to.lane().arrivalsPublication(),
        tables.stream()
            .map(t -> new PublishedTable(t.table(), t.insertsOnly(), Optional.empty(), List.of()))
            .toList(),
        List.of(),
        markOf(desired, to.lane(), to.arrivals(), List.of()));
  }

  /** Takes back what was announced. */
  static Step withdraw(LaneState to, Collection<Relation> tables) {
    return new DropTables(to.lane().arrivalsPublication(), sorted(tables));
  }

  /**
   * Publishes a table in another lane from this moment on.
   *
   * @param earlier tables that come there in the same plan before it
   */
  static Step handOver(
      DesiredFlow desired,
      LaneState from,
      LaneState to,
      PublishedTable table,
      List<PublishedTable> earlier) {
    boolean inserts = table.insertsOnly();
    String source = inserts ? from.lane().insertsPublication() : from.lane().publication();
    String destination = inserts ? to.lane().insertsPublication() : to.lane().publication();
    var there = inserts ? to.inserts() : to.publication();
    return new HandOver(
        table.relation(),
        to.lane(),
        new ChangePublication(
            List.of(source, to.lane().arrivalsPublication()),
            new AddTables(
                destination,
                List.of(table),
                // It was tried when the other lane began to publish it.
                List.of(),
                markOf(
                    desired,
                    to.lane(),
                    there,
                    Stream.concat(
                            earlier.stream().filter(t -> t.insertsOnly() == inserts),
                            Stream.of(table))
                        .toList()))));
  }

  /** Notes that the lane's slot is given up, because it keeps too much WAL. */
  static Step giveUp(DesiredFlow desired, LaneState lane) {
    return new MarkPublication(
        lane.lane().publication(),
        markOf(desired, lane.lane(), lane.publication(), List.of())
            .with(Mark.DROPPED, "maxRetainedWal"));
  }

  /** Takes that note back. */
  static Step forgive(DesiredFlow desired, LaneState lane) {
    return new MarkPublication(
        lane.lane().publication(), markOf(desired, lane.lane(), lane.publication(), List.of()));
  }

  /** Drops the lane's publications that are ours. */
  static List<Step> remove(DesiredFlow desired, LaneState lane) {
    return ours(desired, lane).<Step>map(p -> new DropPublication(p.name())).toList();
  }

  /** Leaves the publications as they are, for the next federation of this name. */
  static List<Step> release(DesiredFlow desired, LaneState lane) {
    return ours(desired, lane)
        .<Step>map(p -> new MarkPublication(p.name(), p.mark().orElseThrow().release()))
        .toList();
  }

  private static Stream<PublicationState> ours(DesiredFlow desired, LaneState lane) {
    return lane.publications().stream()
        .filter(p -> Mark.ownership(p.mark(), desired.owner()) == Mark.Ownership.OURS);
  }

  private static List<Relation> sorted(Collection<Relation> tables) {
    return tables.stream().sorted(Comparator.comparing(Relation::toString)).toList();
  }
}
