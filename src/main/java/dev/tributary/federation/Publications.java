package dev.tributary.federation;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
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

  private static String tableList(List<Relation> tables) {
    return tables.stream().map(Relation::qualified).collect(Collectors.joining(", "));
  }

  private static String definitions(List<PublishedTable> tables) {
    return tables.stream().map(Publications::definition).collect(Collectors.joining(", "));
  }

  /** Without ONLY a table's children would come along. */
  private static String definition(PublishedTable table) {
    String columns = table.columns().isEmpty() ? "" : " (" + Sql.identifiers(table.columns()) + ")";
    String where = table.where().map(w -> " " + Sql.where(w)).orElse("");
    return "ONLY " + table.table().qualified() + columns + where;
  }

  private static String names(List<PublishedTable> tables) {
    return some(tables.stream().map(PublishedTable::relation).toList());
  }

  private static String comment(String name, Mark mark) {
    return "COMMENT ON PUBLICATION %s IS %s"
        .formatted(Sql.identifier(name), Sql.literal(mark.text()));
  }

  private static String publish(List<Operation> operations) {
    return Sql.literal(
        operations.stream()
            .map(o -> o.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", ")));
  }

  private static String some(List<Relation> tables) {
    String first = tables.stream().limit(3).map(Relation::name).collect(Collectors.joining(", "));
    return tables.size() <= 3 ? first : "%s and %d more".formatted(first, tables.size() - 3);
  }

  private interface OnSource extends Step {
    @Override
    default Site site() {
      return Site.SOURCE;
    }
  }

  /** Makes and marks the publication, and adds its first tables. */
  record CreatePublication(
      String name, List<Operation> operations, Optional<AddTables> first, Mark mark)
      implements OnSource {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      sql.add(
          "CREATE PUBLICATION %s WITH (publish = %s, publish_via_partition_root = true)"
              .formatted(Sql.identifier(name), publish(operations)));
      sql.add(comment(name, mark));
      first.ifPresent(add -> sql.addAll(add.sql()));
      return sql;
    }

    @Override
    public String sentence() {
      return first
          .map(add -> "Publish %s as %s".formatted(names(add.tables), name))
          .orElseGet(() -> "Create the publication " + name);
    }
  }

  /** Writes whose the publication is. */
  record MarkPublication(String name, Mark mark) implements OnSource {
    @Override
    public List<String> sql() {
      return List.of(comment(name, mark));
    }

    @Override
    public String sentence() {
      return mark.notes().containsKey(Mark.DROPPED)
          ? "Give up the slot %s, which keeps too much WAL".formatted(name)
          : "%s the publication %s".formatted(mark.released() ? "Release" : "Mark", name);
    }
  }

  /**
   * Publishes further tables, unless that would make their UPDATE or DELETE fail: EXPLAIN raises
   * the very error that the application would get, and executes nothing (source:
   * CheckValidResultRel in execMain.c).
   */
  record AddTables(String name, List<PublishedTable> tables, List<Operation> operations, Mark mark)
      implements OnSource {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      sql.add(
          "ALTER PUBLICATION %s ADD TABLE %s".formatted(Sql.identifier(name), definitions(tables)));
      sql.add(comment(name, mark));
      tables.stream().map(PublishedTable::table).forEach(t -> sql.addAll(trial(t)));
      return sql;
    }

    private List<String> trial(Table table) {
      var sql = new ArrayList<String>();
      if (operations.contains(Operation.UPDATE) && !table.columns().isEmpty()) {
        String column = Sql.identifier(table.columns().get(0).name());
        sql.add(
            trial(
                table,
                "UPDATE",
                "EXPLAIN UPDATE %s SET %s = DEFAULT".formatted(table.qualified(), column)));
      }
      if (operations.contains(Operation.DELETE)) {
        sql.add(trial(table, "DELETE", "EXPLAIN DELETE FROM " + table.qualified()));
      }
      return sql;
    }

    /** Who may not do it himself cannot try it; an owner may have taken the right from himself. */
    private static String trial(Table table, String privilege, String explain) {
      String body =
          "BEGIN IF has_table_privilege(%s, %s) THEN EXECUTE %s; END IF; END"
              .formatted(
                  Sql.literal(table.qualified()), Sql.literal(privilege), Sql.literal(explain));
      return "DO " + Sql.literal(body);
    }

    @Override
    public String sentence() {
      return "Add %s to the publication %s".formatted(names(tables), name);
    }
  }

  /** Takes one table out of publications and adds it to another, in one transaction. */
  record ChangePublication(List<String> from, AddTables to) implements OnSource {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      from.forEach(
          name -> sql.addAll(new DropTables(name, List.of(to.tables.get(0).relation())).sql()));
      sql.addAll(to.sql());
      return sql;
    }

    @Override
    public String sentence() {
      return "Move %s from the publication %s to %s"
          .formatted(names(to.tables), from.get(0), to.name);
    }
  }

  /** Tries whether the lock can be had that a change of lanes needs. */
  record TryLock(Relation table) implements OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE NOWAIT".formatted(table.qualified()));
    }

    @Override
    public String sentence() {
      return "Try whether table %s can be locked for a moment".formatted(table);
    }

    @Override
    public boolean changes() {
      return false;
    }
  }

  /**
   * Publishes a table in another lane from this moment on. The lock keeps transactions from having
   * changes on both sides of it, which walsenders until 2025 decoded by a publication that they
   * remembered (release notes of 17.5, "logical decoding").
   */
  record HandOver(Relation table, Lane to, ChangePublication change) implements OnSource {
    private static final Duration LOCK_TIMEOUT = Duration.ofMillis(500);

    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      // A position that is read afterwards lies behind all that was committed before.
      sql.add("SET LOCAL synchronous_commit = local");
      sql.add("LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE".formatted(table.qualified()));
      sql.addAll(change.sql());
      return sql;
    }

    @Override
    public String sentence() {
      return "Publish %s in %s from now on".formatted(table, to);
    }

    @Override
    public Optional<Lock> lock() {
      return Optional.of(new Lock(table, LOCK_TIMEOUT));
    }
  }

  /** Publishes some tables no longer. */
  record DropTables(String name, List<Relation> tables) implements OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER PUBLICATION %s DROP TABLE %s".formatted(Sql.identifier(name), tableList(tables)));
    }

    @Override
    public String sentence() {
      return "Take %s out of the publication %s".formatted(some(tables), name);
    }
  }

  /** Publishes other operations. */
  record SetOperations(String name, List<Operation> operations) implements OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER PUBLICATION %s SET (publish = %s)"
              .formatted(Sql.identifier(name), publish(operations)));
    }

    @Override
    public String sentence() {
      return "Publish %s by %s"
          .formatted(
              operations.stream().map(o -> o.name().toLowerCase(Locale.ROOT)).toList(), name);
    }
  }

  /** Drops the publication. */
  record DropPublication(String name) implements OnSource {
    @Override
    public List<String> sql() {
      return List.of("DROP PUBLICATION " + Sql.identifier(name));
    }

    @Override
    public String sentence() {
      return "Drop the publication " + name;
    }
  }
}
