package dev.tributary.federation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which tables of a source are taken, and what stands in the way of the others.
 *
 * @param published tables that are in their schema, and how each is published
 * @param waiting tables that are in their schema and get another replica identity first
 * @param unsettled tables that have to move there
 * @param heldBack tables that have to move there, and cannot yet
 * @param leftAlone tables that stay where they are
 * @param unpublishable tables whose UPDATE and DELETE fail as long as a publication of these has
 *     them, or would fail as what they are to be
 * @param identities what is to be done about replica identities
 * @param blockers what a person has to decide or mend
 * @param warnings what a person should see
 * @param living OIDs of all tables that are there, taken or not
 */
public record TableSelection(
    List<PublishedTable> published,
    List<Table> waiting,
    List<Table> unsettled,
    List<Table> heldBack,
    List<Table> leftAlone,
    List<Table> unpublishable,
    List<SetReplicaIdentity> identities,
    List<Finding> blockers,
    List<Finding> warnings,
    Set<Long> living) {

  public TableSelection {
    published = List.copyOf(published);
    waiting = List.copyOf(waiting);
    unsettled = List.copyOf(unsettled);
    heldBack = List.copyOf(heldBack);
    leftAlone = List.copyOf(leftAlone);
    unpublishable = List.copyOf(unpublishable);
    identities = List.copyOf(identities);
    blockers = List.copyOf(blockers);
    warnings = List.copyOf(warnings);
    living = Set.copyOf(living);
  }

  /** Chooses among the tables of a source. */
  public static TableSelection of(DesiredSchema desired, SourceState state) {
    var published = new ArrayList<PublishedTable>();
    var waiting = new ArrayList<Table>();
    var unsettled = new ArrayList<Table>();
    var heldBack = new ArrayList<Table>();
    var leftAlone = new ArrayList<Table>();
    var unpublishable = new ArrayList<Table>();
    var identities = new ArrayList<SetReplicaIdentity>();
    var blockers = new ArrayList<Finding>();
    var tables = inOrder(desired, state);
    var excluded = excluded(desired, state, tables);
    for (Table table : tables) {
      boolean inPlace = table.schema().equals(desired.name());
      boolean taken = (inPlace || desired.move()) && !excluded.contains(table.relation());
      var identity =
          taken
              ? ReplicaIdentities.of(desired, state, table)
              : ReplicaIdentities.ofLeftAlone(desired, state, table);
      var overridden =
          taken
              ? TableOverrides.blockers(desired, state.server(), table, identity)
              : List.<Finding>of();
      boolean harmful = isHarmful(desired, state, table, identity, overridden);
      if (harmful) {
        unpublishable.add(table);
      }
      if (!inPlace && !desired.move()) {
        continue;
      }
      var change = ReplicaIdentities.change(desired, state, table, identity);
      if (!taken) {
        change.ifPresent(identities::add);
        leftAlone.add(table);
        continue;
      }
      var found = blockersOf(table, inPlace, desired, state);
      identity.blocker().ifPresent(found::add);
      found.addAll(overridden);
      blockers.addAll(found);
      boolean changes = inPlace && identity.changes(table);
      // What flows goes on flowing beside its problem: to take it out would mean a new copy
      // afterwards. Not where rows or columns could flow that are to stay.
      boolean flows =
          inPlace
              && (!harmful || identity.insertsOnly())
              && overridden.isEmpty()
              && !table.flows().isEmpty();
      if (changes) {
        waiting.add(table);
        change.filter(c -> found.isEmpty() || c.restores()).ifPresent(identities::add);
      } else if (inPlace && (found.isEmpty() || flows)) {
        published.add(TableOverrides.published(desired, table, identity.insertsOnly()));
      } else if (!inPlace && found.isEmpty()) {
        unsettled.add(table);
        change.ifPresent(identities::add);
      } else if (!inPlace) {
        heldBack.add(table);
      }
    }
    blockers.addAll(clashes(unsettled));
    blockers.addAll(hiding(desired, state, unsettled));
    return new TableSelection(
        published,
        waiting,
        unsettled,
        heldBack,
        leftAlone,
        unpublishable,
        identities,
        blockers,
        TableOverrides.unused(desired, tables, leftAlone),
        state.tables().stream().map(Table::oid).collect(Collectors.toSet()));
  }

  /** Whether a publication of UPDATE or DELETE must not have a table, or not have it any longer. */
  private static boolean isHarmful(
      DesiredSchema desired,
      SourceState state,
      Table table,
      ReplicaIdentities.Choice identity,
      List<Finding> overridden) {
    boolean fails =
        desired.tables().publishChanges() && !ReplicaIdentities.identifies(state, table);
    boolean changes = identity.changes(table) && !table.flows().isEmpty();
    boolean uncovered =
        overridden.stream()
            .map(Finding::reason)
            .anyMatch(r -> r == Reason.FilterNotCovered || r == Reason.KeyNotInColumns);
    return fails || changes || uncovered;
  }

  /** The tables that are in their schema and published. */
  public List<Table> settled() {
    return published.stream().map(PublishedTable::table).toList();
  }

  /** What is to be done about the replica identity of a table. */
  Optional<SetReplicaIdentity> identity(Table table) {
    return identities.stream().filter(i -> i.table().equals(table)).findFirst();
  }

  /** Tables that wait until no publication of Tributary has them any more. */
  List<Problem> beingLetGo() {
    return unpublishable.stream()
        .filter(t -> (waiting.contains(t) || leftAlone.contains(t)) && !t.flows().isEmpty())
        .filter(t -> identity(t).isEmpty())
        .map(
            t ->
                new Problem(
                    Reason.WaitingForFederation,
                    "The replica identity of table %s is changed as soon as the publication %s has let go of it; then it is copied again if it is still wanted."
                        .formatted(t.readable(), String.join(", ", t.flows()))))
        .toList();
  }

  /** Tables that are not where they are to be, whatever is in the way. */
  List<Table> moving() {
    return Stream.concat(unsettled.stream(), heldBack.stream()).toList();
  }

  /** Partitions and inheriting tables stay where their parents do. */
  private static Set<Relation> excluded(
      DesiredSchema desired, SourceState state, List<Table> tables) {
    var patterns = desired.tables().exclude().stream().map(NamePattern::new).toList();
    var excluded = new HashSet<Relation>();
    for (Table table : tables) {
      boolean named =
          MigrationHistory.isOne(table.name())
              || patterns.stream().anyMatch(p -> p.matches(table.name()));
      if (table.extension()
          || !table.logged()
          || named
          || !isIncluded(desired, table)
          || ReplicaIdentities.isExcluded(desired, state, table)) {
        excluded.add(table.relation());
      }
    }
    boolean more = !excluded.isEmpty();
    while (more) {
      more = false;
      for (Table table : tables) {
        if (table.inheritance().parents().stream().anyMatch(excluded::contains)) {
          more |= excluded.add(table.relation());
        }
      }
    }
    return excluded;
  }

  /** Partitions and inheriting tables come along with their parents. */
  static boolean isIncluded(DesiredSchema desired, Table table) {
    return desired.tables().include().isEmpty()
        || !table.inheritance().parents().isEmpty()
        || desired.tables().include().stream()
            .anyMatch(p -> new NamePattern(p).matches(table.name()));
  }

  private static List<Table> inOrder(DesiredSchema desired, SourceState state) {
    return state.tables().stream()
        .filter(t -> t.schema().equals(desired.name()) || desired.from().contains(t.schema()))
        .sorted(Comparator.comparing(Table::schema).thenComparing(Table::name))
        .toList();
  }

  private static List<Finding> blockersOf(
      Table table, boolean inPlace, DesiredSchema desired, SourceState state) {
    var found = new ArrayList<Finding>();
    Relation name = table.relation();
    String role = state.server().role();
    if (!table.mayAlter()) {
      found.add(
          Finding.blocker(
              Reason.NotTableOwner,
              name,
              "Table %s belongs to role %s, and %s is not a member of it: GRANT %s TO %s, or exclude the table."
                  .formatted(
                      name,
                      table.owner(),
                      role,
                      Sql.identifier(table.owner()),
                      Sql.identifier(role))));
    }
    if (desired.move()) {
      boolean gets = desired.wantsViewOf(table.name());
      if (table.rowSecurity() && gets && state.server().version() < 150000) {
        found.add(
            Finding.blocker(
                Reason.RowSecurity,
                name,
                ("Table %s has row-level security, which a view would bypass before PostgreSQL 15: name the table in"
                        + " schema.compatibility.viewsExcept, or exclude it.")
                    .formatted(name)));
      }
      if (!inPlace) {
        found.addAll(blockersOfMoving(table, gets, desired, state));
      }
    }
    return found;
  }

  private static List<Finding> blockersOfMoving(
      Table table, boolean getsView, DesiredSchema desired, SourceState state) {
    var found = new ArrayList<Finding>();
    Relation name = table.relation();
    if (!table.publishedBy().isEmpty() && !desired.tables().moveIfPublished()) {
      found.add(
          Finding.blocker(
              Reason.PublishedElsewhere,
              name,
              ("Table %s is in the publication %s, whose subscribers know it by this name and would lose it: take it"
                      + " out of that publication, exclude the table, or, when its subscribers are ready for the new"
                      + " name, set tables.publishedElsewhere to Move.")
                  .formatted(name, String.join(", ", table.publishedBy()))));
    }
    if (getsView && !table.ownerMayCreate()) {
      found.add(
          Finding.blocker(
              Reason.PermissionDenied,
              name,
              "Role %s, which owns table %s, may not create in the schema %s, so it cannot own the view there: run GRANT CREATE ON SCHEMA %s TO %s."
                  .formatted(
                      table.owner(),
                      name,
                      table.schema(),
                      Sql.identifier(table.schema()),
                      Sql.identifier(table.owner()))));
    }
    movesWith(table)
        .filter(n -> state.taken().contains(desired.in(n)))
        .findFirst()
        .ifPresent(
            n ->
                found.add(
                    Finding.blocker(
                        Reason.NameTaken,
                        name,
                        "Table %s cannot move to schema %s, where something called %s exists: rename one of them, or exclude the table."
                            .formatted(name, desired.name(), n))));
    return found;
  }

  /** A table that moves comes before what stays under its name in another old schema. */
  private static List<Finding> hiding(
      DesiredSchema desired, SourceState state, List<Table> unsettled) {
    if (!desired.compatibility().searchPath()) {
      return List.of();
    }
    var moving = unsettled.stream().map(Table::relation).collect(Collectors.toSet());
    return unsettled.stream()
        .flatMap(
            t ->
                desired.from().stream()
                    .map(schema -> new Relation(schema, t.name()))
                    .filter(other -> state.taken().contains(other) && !moving.contains(other))
                    .map(
                        other ->
                            Finding.blocker(
                                Reason.NameTaken,
                                t.relation(),
                                "Table %s would be found by its name alone where %s is found now: rename one of them, exclude the table, or set schema.compatibility.searchPath to false."
                                    .formatted(t.relation(), other))))
        .toList();
  }

  /**
   * The names that a table needs where it goes: its own, its indexes' and sequences'. A sequence
   * that is to stay behind comes along for a moment.
   */
  static Stream<String> movesWith(Table table) {
    var sequences =
        table.sequences().stream()
            .filter(s -> s.kind() != ColumnSequence.Kind.USED)
            .map(ColumnSequence::name);
    return Stream.concat(
        Stream.of(table.name()), Stream.concat(table.indexes().stream(), sequences));
  }

  /** Two schemas may hold things of one name; only one can have it in the schema of their own. */
  private static List<Finding> clashes(List<Table> unsettled) {
    var bearers = new TreeMap<String, List<Table>>();
    for (Table table : unsettled) {
      movesWith(table)
          .distinct()
          .forEach(name -> bearers.computeIfAbsent(name, n -> new ArrayList<>()).add(table));
    }
    var found = new ArrayList<Finding>();
    bearers.forEach(
        (name, tables) -> {
          if (tables.size() > 1) {
            found.add(
                Finding.blocker(
                    Reason.NameTaken,
                    tables.get(0).relation(),
                    "Tables %s cannot both move to one schema, each has something called %s: rename one of the two, or exclude a table."
                        .formatted(
                            tables.stream()
                                .map(Table::readable)
                                .sorted()
                                .collect(Collectors.joining(" and ")),
                            name)));
          }
        });
    return found;
  }
}
