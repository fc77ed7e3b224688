package dev.tributary.federation;

import dev.tributary.api.SourceDatabaseSpec.WithoutReplicaIdentity;
import dev.tributary.federation.Before.Thing;
import dev.tributary.federation.IdentityFacts.Leaf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a table's UPDATE and DELETE are published by: its primary key, what a person has set, an
 * index that is fit for it, or what {@code tables.withoutReplicaIdentity} says. What is changed
 * about it is remembered, and put back when it is no longer wanted.
 */
final class ReplicaIdentities {
  /** Since when generated columns stand in the way of the whole row (CREATE PUBLICATION). */
  private static final int GENERATED_COLUMNS_MATTER = 180000;

  private ReplicaIdentities() {}

  /**
   * What is to become of a table's replica identity.
   *
   * @param setting what it has to be
   * @param columns by which UPDATE and DELETE are published then; empty when they cannot be
   */
  record Choice(
      IdentitySetting setting,
      Optional<List<String>> columns,
      boolean insertsOnly,
      Optional<Finding> blocker) {

    boolean changes(Table table) {
      return !setting.equals(table.identityFacts().setting());
    }
  }

  /** What we have changed a table's replica identity from, and to. */
  private record Changed(IdentitySetting was, IdentitySetting set) {
    static Optional<Changed> of(DesiredSchema desired, SourceState state, Table table) {
      return Optional.of(Thing.identity(table.name()))
          .filter(t -> table.schema().equals(desired.name()))
          .flatMap(state.remembered()::of)
          .map(
              w ->
                  new Changed(
                      IdentitySetting.of(w.subList(0, 2)).orElseThrow(),
                      IdentitySetting.of(w.subList(2, 4)).orElseThrow()));
    }

    /** Whether it is still as we set it, or would be if its index were not gone. */
    boolean holds(Table table) {
      var is = table.identityFacts().setting();
      return is.equals(set) || set.kind() == is.kind() && is.index().isEmpty();
    }
  }

  /** What a table's replica identity is, or would be had it not been changed by us. */
  private static IdentitySetting own(DesiredSchema desired, SourceState state, Table table) {
    var facts = table.identityFacts();
    return Changed.of(desired, state, table)
        .filter(c -> c.holds(table))
        .map(Changed::was)
        .map(
            was ->
                was.kind() == IdentitySetting.Kind.INDEX && facts.index(was.index()).isEmpty()
                    ? IdentitySetting.DEFAULT
                    : was)
        .orElse(facts.setting());
  }

  /** Whether it is we who have changed it. */
  static boolean isOurs(DesiredSchema desired, SourceState state, Table table) {
    return Changed.of(desired, state, table).filter(c -> c.holds(table)).isPresent();
  }

  /** The columns that a setting finds rows by; empty when it finds none. */
  private static Optional<List<String>> columns(Table table, IdentitySetting setting, int version) {
    var facts = table.identityFacts();
    var generated = table.generatedColumns();
    var columns =
        switch (setting.kind()) {
          case DEFAULT -> facts.primaryKey().flatMap(i -> fit(i, generated));
          case INDEX -> facts.index(setting.index()).flatMap(i -> fit(i, generated));
          case FULL -> wholeRow(table, version) ? Optional.of(table.columnNames()) : none();
          case NOTHING -> none();
        };
    return columns.filter(c -> leafWithout(table, version).isEmpty());
  }

  private static Optional<List<String>> none() {
    return Optional.empty();
  }

  private static Optional<List<String>> fit(UniqueIndex index, List<String> generated) {
    return index.unfit(generated).isEmpty() ? Optional.of(index.columns()) : Optional.empty();
  }

  private static boolean wholeRow(Table table, int version) {
    return version < GENERATED_COLUMNS_MATTER || table.generatedColumns().isEmpty();
  }

  /** The rows of a partitioned table are found by what their own partition has. */
  private static Optional<Leaf> leafWithout(Table table, int version) {
    return table.identityFacts().leaves().stream()
        .filter(
            l ->
                switch (l.identity()) {
                  case NONE -> true;
                  case FULL -> !wholeRow(table, version);
                  case KEY -> table.generatedColumns().stream().anyMatch(l.key()::contains);
                })
        .findFirst();
  }

  /** Whether UPDATE and DELETE work as things are, once they are published. */
  static boolean identifies(SourceState state, Table table) {
    return columns(table, table.identityFacts().setting(), state.server().version()).isPresent();
  }

  /** What to do about a table that is taken. */
  static Choice of(DesiredSchema desired, SourceState state, Table table) {
    int version = state.server().version();
    var is = table.identityFacts().setting();
    // The partitions of a table that is taken are published by what they have.
    var wanted =
        table.inheritance().parents().isEmpty()
            ? wanted(desired, state, table)
            : choice(table, is, version);
    return unlessOthersRelyOnIt(desired, state, table, wanted);
  }

  /** What to do about a table that is left alone. */
  static Choice ofLeftAlone(DesiredSchema desired, SourceState state, Table table) {
    var own = choice(table, own(desired, state, table), state.server().version());
    return unlessOthersRelyOnIt(desired, state, table, own);
  }

  /** Whether a person wants a table left alone because nothing identifies its rows. */
  static boolean isExcluded(DesiredSchema desired, SourceState state, Table table) {
    return desired.tables().withoutIdentity() == WithoutReplicaIdentity.Exclude
        && desired.tables().publishChanges()
        && table.inheritance().parents().isEmpty()
        && Optional.of(of(desired, state, table))
            .filter(c -> c.columns().isEmpty() && c.blocker().isEmpty())
            .isPresent();
  }

  private static Choice choice(Table table, IdentitySetting setting, int version) {
    return new Choice(setting, columns(table, setting, version), false, Optional.empty());
  }

  private static Choice wanted(DesiredSchema desired, SourceState state, Table table) {
    int version = state.server().version();
    var is = table.identityFacts().setting();
    var own = own(desired, state, table);
    var named = desired.tables().overrideOf(table).flatMap(o -> o.identityIndex());
    if (named.isPresent()) {
      return unfit(table, named.get())
          .map(f -> new Choice(is, columns(table, is, version), false, Optional.of(f)))
          .orElseGet(() -> choice(table, IdentitySetting.using(named.get()), version));
    }
    if (columns(table, own, version).isPresent()) {
      return choice(table, own, version);
    }
    if (!desired.tables().publishChanges()) {
      return choice(table, is, version);
    }
    boolean partitioned = table.inheritance().partitioned();
    boolean full = desired.tables().withoutIdentity() == WithoutReplicaIdentity.Full;
    boolean works = columns(table, is, version).isPresent();
    // What we have set is not changed for something better: its copy would have to be made anew.
    if (works && (is.kind() == IdentitySetting.Kind.INDEX || full)) {
      return choice(table, is, version);
    }
    var best =
        table.identityFacts().uniqueIndexes().stream()
            .filter(i -> !partitioned && i.unfit(table.generatedColumns()).isEmpty())
            .min(UniqueIndex.BEST);
    if (best.isPresent()) {
      return choice(table, IdentitySetting.using(best.get().name()), version);
    }
    return withoutIdentity(desired, table, own, version);
  }

  private static Choice withoutIdentity(
      DesiredSchema desired, Table table, IdentitySetting own, int version) {
    return switch (desired.tables().withoutIdentity()) {
      case Full ->
          !table.inheritance().partitioned() && wholeRow(table, version)
              ? choice(table, IdentitySetting.FULL, version)
              : new Choice(own, none(), false, Optional.of(refusal(table, version)));
      case InsertOnly -> new Choice(own, none(), true, Optional.empty());
      case Exclude -> new Choice(own, none(), false, Optional.empty());
      case Refuse -> new Choice(own, none(), false, Optional.of(refusal(table, version)));
    };
  }

  /** Subscribers of others find their rows by what is there. */
  private static Choice unlessOthersRelyOnIt(
      DesiredSchema desired, SourceState state, Table table, Choice choice) {
    var facts = table.identityFacts();
    var is = choice(table, facts.setting(), state.server().version());
    boolean relied = !facts.publishedBy().isEmpty() && is.columns().isPresent();
    if (!choice.changes(table) || !relied) {
      return choice;
    }
    var asked = desired.tables().overrideOf(table).flatMap(o -> o.identityIndex());
    return asked
        .map(
            index ->
                new Choice(
                    is.setting(),
                    is.columns(),
                    false,
                    Optional.of(
                        Finding.blocker(
                            Reason.PublishedElsewhere,
                            table.relation(),
                            "Table %s cannot have the index %s as its replica identity, because the subscribers of the publication %s find its rows by the one it has: take it out of that publication, or drop replicaIdentity from its entry in tables.overrides."
                                .formatted(
                                    table.readable(),
                                    index,
                                    String.join(", ", facts.publishedBy()))))))
        .orElse(is);
  }

  private static Finding refusal(Table table, int version) {
    Relation name = table.relation();
    String harm = "so publishing it would make its UPDATE and DELETE fail";
    String others = "set tables.withoutReplicaIdentity to Exclude, InsertOnly";
    if (table.inheritance().partitioned()) {
      return Finding.blocker(
          Reason.NoReplicaIdentity,
          name,
          leafWithout(table, version)
              .map(
                  leaf ->
                      "Partition %s of table %s has no replica identity, %s: run ALTER TABLE %s REPLICA IDENTITY DEFAULT if it has a primary key, give it one, or %s."
                          .formatted(
                              leaf.relation(), name, harm, leaf.relation().qualified(), others))
              .orElseGet(
                  () ->
                      "Partitioned table %s has no primary key, %s, and no other index holds for partitions to come: add a primary key, or %s."
                          .formatted(name, harm, others)));
    }
    if (table.identityFacts().setting().kind() == IdentitySetting.Kind.FULL
        || !wholeRow(table, version)) {
      return Finding.blocker(
          Reason.NoReplicaIdentity,
          name,
          "Table %s has no primary key and no unique index on NOT NULL columns that are not generated, and from PostgreSQL 18 on the whole row cannot identify rows with generated columns, %s: add one of them, or %s."
              .formatted(name, harm, others));
    }
    return Finding.blocker(
        Reason.NoReplicaIdentity,
        name,
        "Table %s has no primary key, no other replica identity and no unique index on NOT NULL columns, %s: add one of them, or %s or Full."
            .formatted(name, harm, others));
  }

  /** Why the index that somebody has named cannot be the replica identity. */
  private static Optional<Finding> unfit(Table table, String index) {
    Optional<String> why;
    if (table.inheritance().partitioned()) {
      why = Optional.of("would not be one in partitions to come: give the table a primary key");
    } else if (!table.indexes().contains(index)) {
      why = Optional.of("does not exist: correct the name, or create it");
    } else {
      why =
          table
              .identityFacts()
              .index(index)
              .map(i -> i.unfit(table.generatedColumns()))
              .orElse(Optional.of("is not unique"))
              .map(w -> w + ": name a unique index on NOT NULL columns");
    }
    return why.map(
        w ->
            Finding.blocker(
                Reason.NoReplicaIdentity,
                table.relation(),
                "The index %s cannot be the replica identity of table %s, because it %s."
                    .formatted(index, table.readable(), w)));
  }

  /**
   * The step that a choice asks for. As long as Tributary publishes the table by an identity that
   * works, there is none: what was not sent by it would be lost.
   */
  static Optional<SetReplicaIdentity> change(
      DesiredSchema desired, SourceState state, Table table, Choice choice) {
    boolean used = !table.flows().isEmpty() && identifies(state, table);
    if (!choice.changes(table) || used || !table.mayAlter()) {
      return Optional.empty();
    }
    return Optional.of(
        new SetReplicaIdentity(table, own(desired, state, table), choice.setting(), desired));
  }

  /** What makes of a table again what it was; nothing if it was not changed by us. */
  static Optional<SetReplicaIdentity> restore(
      DesiredSchema desired, SourceState state, Table table) {
    var own = own(desired, state, table);
    return isOurs(desired, state, table)
        ? Optional.of(new SetReplicaIdentity(table, own, own, desired))
        : Optional.empty();
  }

  /** What stands in the way of that. */
  static List<Problem> problemsOfRestoring(DesiredSchema desired, SourceState state, Table table) {
    if (!isOurs(desired, state, table)) {
      return List.of();
    }
    var problems = new ArrayList<Problem>();
    var publications = new ArrayList<>(table.flows());
    publications.addAll(table.identityFacts().publishedBy());
    if (!publications.isEmpty()) {
      problems.add(
          new Problem(
              Reason.PublishedElsewhere,
              "Table %s is still in the publication %s, which relies on the replica identity that Tributary gave it: take it out there first, or set deletionPolicy to Retain."
                  .formatted(table.readable(), String.join(", ", publications))));
    }
    if (!table.mayAlter()) {
      problems.add(
          new Problem(
              Reason.NotTableOwner,
              "Table %s belongs to role %s, and %s is not a member of it, so its replica identity cannot be put back: GRANT %s TO %s."
                  .formatted(
                      table.readable(),
                      table.owner(),
                      state.server().role(),
                      Sql.identifier(table.owner()),
                      Sql.identifier(state.server().role()))));
    }
    return problems;
  }

  /** The source that is deleted has moved nothing: its tables stay, as they were. */
  static Plan remove(DesiredSchema desired, SourceState state) {
    var steps = new ArrayList<Step>();
    var problems = new ArrayList<Problem>();
    for (Table table : state.tablesIn(desired.name())) {
      problems.addAll(problemsOfRestoring(desired, state, table));
      restore(desired, state, table).ifPresent(steps::add);
    }
    if (!problems.isEmpty()) {
      return Plan.blocked(problems);
    }
    // A source of this name may have moved tables here once and left them.
    boolean more =
        state.remembered().was().keySet().stream()
            .anyMatch(t -> t.kind() != Before.Kind.IDENTITY && t.kind() != Before.Kind.IN_PLACE);
    steps.add(
        more
            ? new Before.MarkBefore(
                desired.name(), state.remembered().mark().orElseThrow().release())
            : new Before.DropBefore(desired.name()));
    return Plan.of(steps);
  }
}
