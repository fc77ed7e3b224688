package dev.tributary.federation;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.federation.MirrorSteps.AlterTable;
import dev.tributary.federation.MirrorSteps.CreateTable;
import dev.tributary.federation.MirrorSteps.DropTable;
import dev.tributary.federation.MirrorSteps.MarkTable;
import dev.tributary.federation.MirrorSteps.SetKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The tables on the target: what a source's tables look like, ready to receive their rows, and
 * following them as they change.
 */
final class Mirror {
  /** The note of a table that waits for a person before it is copied again. */
  private static final String HELD = "held";

  private final DesiredFlow desired;
  private final FlowState source;
  private final TargetState target;
  private final List<LaneState> lanes;
  private final Set<Long> living;
  private final boolean room;
  private final MirrorTypes types;
  private final List<PublishedTable> tables;
  private final MirrorNames names;
  private final Set<Relation> withheld = new HashSet<>();
  private final List<Step> steps = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();
  private boolean named = true;

  /**
   * The mirror of these tables.
   *
   * @param selection the source's tables that are taken, and the others
   * @param target as it is
   * @param lanes that know their tables by the names that these have on the source
   * @param room whether the servers have room for what is to be copied
   */
  Mirror(
      DesiredFlow desired,
      TableSelection selection,
      FlowState source,
      TargetState target,
      List<LaneState> lanes,
      boolean room) {
    this.desired = desired;
    this.source = source;
    this.target = target;
    this.lanes = lanes;
    this.living = selection.living();
    this.room = room;
    this.tables = ofRoots(selection.published());
    this.types =
        new MirrorTypes(
            desired,
            source.types(),
            target.types(),
            tables.stream().map(t -> t.table().name()).collect(Collectors.toSet()));
    this.names = new MirrorNames(desired, target, tables, lanes, living);
    plan();
    if (desired.destroys()) {
      dropGone();
    }
  }

  /** What is to be done on the target. */
  Plan steps() {
    return new Plan(steps, problems);
  }

  /** Whether every table is called on the target what it is called on the source. */
  boolean isNamed() {
    return named;
  }

  /** The tables that may flow; what flows goes on flowing beside some problems. */
  List<PublishedTable> supported() {
    return tables.stream()
        .filter(t -> !withheld.contains(t.relation()))
        .filter(t -> !t.table().flows().isEmpty() || problem(t).isEmpty())
        .toList();
  }

  /** What stands in the way of the tables that cannot be mirrored. */
  List<Problem> unsupported() {
    return tables.stream().flatMap(t -> problem(t).stream()).toList();
  }

  /** Why the schema of that name must not be touched, if it must not. */
  static Optional<Problem> refusal(DesiredFlow desired, Optional<SchemaFacts> there) {
    if (there.isEmpty()) {
      return Optional.empty();
    }
    Optional<Mark> mark = there.get().mark();
    return Mark.refusal("The schema %s on the target".formatted(desired.schema()), mark, desired)
        .or(
            () ->
                mark.map(m -> m.notes().get(Mark.SOURCE))
                    .filter(source -> !source.equals(desired.source()))
                    .map(
                        source ->
                            new Problem(
                                Reason.NameTaken,
                                "The schema %s on the target belongs to the source %s of this federation: give one of the two another schema.name."
                                    .formatted(desired.schema(), source))));
  }

  /** The tables without partitions, whose rows come by their root. */
  static List<PublishedTable> ofRoots(List<PublishedTable> tables) {
    var roots =
        tables.stream()
            .map(PublishedTable::table)
            .filter(t -> t.inheritance().partitioned())
            .map(Table::relation)
            .collect(Collectors.toSet());
    return tables.stream()
        .filter(t -> t.table().inheritance().parents().stream().noneMatch(roots::contains))
        .toList();
  }

  private Optional<Problem> problem(PublishedTable published) {
    Table table = published.table();
    if (table.inheritance().any() && !table.inheritance().partitioned()) {
      return Optional.of(
          new Problem(
              Reason.PartitionedTable,
              "Table %s inherits or is inherited from, which is not replicated yet: add it to tables.exclude."
                  .formatted(table.readable())));
    }
    return published.columnsThatFlow().stream()
        .flatMap(c -> types.problem(table, c).stream())
        .findFirst()
        .or(() -> incomparable(published));
  }

  /** Rows that are found by all of their values need values that can be compared. */
  private Optional<Problem> incomparable(PublishedTable published) {
    Table table = published.table();
    boolean changes =
        desired.operations().contains(Operation.UPDATE)
            || desired.operations().contains(Operation.DELETE);
    boolean byAll =
        table.identity() == Table.ReplicaIdentity.FULL
            && published.key().isEmpty()
            && !published.insertsOnly();
    return published.columnsThatFlow().stream()
        .filter(c -> changes && byAll && !types.isComparable(c.type()))
        .findFirst()
        .map(
            c ->
                new Problem(
                    Reason.NoReplicaIdentity,
                    "The rows of table %s are found by all of their values, and those of column %s (%s) cannot be compared: give it a primary key, or publish only its new rows by tables.withoutReplicaIdentity: InsertOnly."
                        .formatted(table.readable(), c.name(), c.type().written())));
  }

  private void plan() {
    if (target.schema().isEmpty()) {
      steps.add(new Schemas.CreateSchema(Site.TARGET, desired.schema(), desired.mark()));
    } else if (Mark.ownership(target.schema().get().mark(), desired.owner())
        != Mark.Ownership.OURS) {
      steps.add(new Schemas.MarkSchema(Site.TARGET, desired.schema(), desired.mark()));
    }
    var able = tables.stream().filter(t -> problem(t).isEmpty()).toList();
    var columns = able.stream().flatMap(t -> t.columnsThatFlow().stream()).toList();
    steps.addAll(types.extensions(columns));
    steps.addAll(types.renamedAttributes(columns));
    steps.addAll(
        types.plan(
            columns, new MirrorLabels(this::timing, this::nexts, tables, types, steps, problems)));
    letPass();
    boolean renaming = tables.stream().anyMatch(t -> !isIdle(t) && names.differs(t));
    for (PublishedTable published : tables) {
      var there = target.mirrorOf(published.table(), living);
      var problem = problem(published);
      if (problem.isPresent()) {
        there.ifPresent(t -> refuse(published, t));
      } else if (!typesAreThere(published)) {
        // An extension of the target is made in this plan: which schema has it, is seen then.
        withholdIdle(published);
      } else if (there.isEmpty()) {
        createOrWait(published, renaming);
      } else if (!isIdle(published) && names.isTaken(published, there.get(), timing(published))) {
        again(published, there.get(), "its name was another table's", Optional.empty());
      } else if (isIdle(published) && isStopped(published)) {
        waitForLane(published);
      } else {
        follow(published, there.get());
      }
    }
  }

  private void withholdIdle(PublishedTable published) {
    if (isIdle(published)) {
      withheld.add(published.relation());
    }
  }

  /** Rows of a table that had this name before would be taken for those of a new one. */
  private void createOrWait(PublishedTable published, boolean renaming) {
    if (renaming || target.table(published.table().name()).isPresent()) {
      withheld.add(published.relation());
    } else {
      steps.add(create(published));
    }
  }

  private boolean isStopped(PublishedTable published) {
    return source.pending().containsKey(desired.laneOf(published.table().name()).object());
  }

  private void waitForLane(PublishedTable published) {
    withheld.add(published.relation());
    problems.add(
        new Problem(
            Reason.WaitingForApply,
            "Table %s waits until its lane goes on.".formatted(published.table().readable())));
  }

  /** Tables that the source has no more, and that no subscription knows any more. */
  private void dropGone() {
    var mirrors =
        tables.stream().flatMap(t -> target.mirrorOf(t.table(), living).stream()).toList();
    for (Table table : target.tables()) {
      boolean gone =
          table.mark().flatMap(Likeness::of).filter(l -> !living.contains(l.oid())).isPresent();
      boolean known =
          lanes.stream()
              .anyMatch(
                  l ->
                      l.known().contains(table.relation())
                          || l.known().contains(TargetState.leftBehind(table.relation())));
      if (gone && !known && !mirrors.contains(table) && isOurs(desired, table)) {
        steps.add(new DropTable(table.relation()));
      }
    }
  }

  private boolean isIdle(PublishedTable published) {
    return MirrorNames.isIdle(published, lanes);
  }

  private boolean typesAreThere(PublishedTable published) {
    return published.columnsThatFlow().stream().allMatch(c -> types.on(c.type()).isPresent());
  }

  /** A table that flows and cannot be mirrored any more. */
  private void refuse(PublishedTable published, Table there) {
    boolean inherits =
        published.table().inheritance().any() && !published.table().inheritance().partitioned();
    if (!inherits && isOurs(desired, there)) {
      withheld.add(published.relation());
    }
  }

  private Step create(PublishedTable published) {
    var columns =
        published.columnsThatFlow().stream()
            .map(
                c ->
                    new ColumnChange.Add(
                        c.name(),
                        types.on(c.type()).orElseThrow(),
                        types.collation(c.collation()),
                        c.generated(),
                        Optional.empty()))
            .toList();
    return new CreateTable(
        new Relation(desired.schema(), published.table().name()),
        columns,
        published.key(),
        TableShape.likenessOfNew(published).on(desired.mark()));
  }

  private void follow(PublishedTable published, Table there) {
    boolean lostItsMark = there.mark().isEmpty() && !isIdle(published);
    if (lostItsMark || there.mark().isEmpty() && desired.adopt()) {
      steps.add(new MarkTable(there.relation(), desired.mark()));
      return;
    }
    if (!isOurs(desired, there)) {
      withheld.add(published.relation());
      problems.add(
          new Problem(
              Reason.NotOwned,
              "The target has a table %s that Tributary did not make: rename or drop it."
                  .formatted(there.readable())));
      return;
    }
    Timing timing = timing(published);
    var name = names.settle(published.table(), there, timing);
    if (name.isPresent()) {
      named = false;
      steps.addAll(name.get().steps());
      problems.addAll(name.get().problems());
      return;
    }
    boolean strays = published.columnsThatFlow().stream().anyMatch(c -> types.hasStrays(c.type()));
    if (strays && timing.free()) {
      // The type is made anew as soon as nobody writes to any table that has it.
      withheld.add(published.relation());
      return;
    }
    TableShape shape = TableShape.of(desired, types, published, there, timing);
    boolean held = isHeld(there) && !desired.destroys();
    if (shape.again().isPresent() || held) {
      again(
          published,
          there,
          shape.again().orElse("it was changed in a way that was not sent"),
          shape.again().flatMap(why -> shape.step(desired)));
      return;
    }
    boolean empties = shape.step(desired).filter(AlterTable::empties).isPresent();
    if (empties && !room) {
      withheld.add(published.relation());
      return;
    }
    shape.step(desired).map(Mirror::withoutHeld).ifPresent(steps::add);
    if (shape.waits(desired)) {
      problems.add(
          new Problem(
              Reason.WaitingForApply,
              "The target has to apply what was sent of %s before its columns change there."
                  .formatted(published.table().readable())));
    }
    // One with rows that does not flow is emptied first: they may not be unique.
    if (there.bytes() == 0 || !published.table().flows().isEmpty()) {
      otherKey(desired, published, there, timing).ifPresent(steps::add);
    }
  }

  private static boolean isHeld(Table there) {
    return there.mark().filter(m -> m.notes().containsKey(HELD)).isPresent();
  }

  private static AlterTable withoutHeld(AlterTable a) {
    return new AlterTable(a.table(), a.empties(), a.columns(), a.mark().without(HELD));
  }

  /** A table whose rows have to be copied again: it is taken out first, then comes back. */
  private void again(
      PublishedTable published, Table there, String why, Optional<AlterTable> accept) {
    boolean idle = isIdle(published) && published.table().flows().isEmpty();
    if (desired.destroys()) {
      accept.ifPresent(steps::add);
      if (!idle) {
        withheld.add(published.relation());
        problems.add(
            new Problem(
                Reason.WaitingForApply,
                "Table %s is copied again, because %s."
                    .formatted(published.table().readable(), why)));
      }
      return;
    }
    withheld.add(published.relation());
    Mark held = there.mark().orElseThrow().with(HELD, "copy");
    if (accept.isPresent() || !isHeld(there)) {
      steps.add(
          accept
              .map(
                  a ->
                      new AlterTable(
                          a.table(), a.empties(), a.columns(), a.mark().with(HELD, "copy")))
              .orElseGet(() -> new AlterTable(there.relation(), false, List.of(), held)));
    }
    problems.add(
        new Problem(
            Reason.SchemaDrift,
            "Table %s does not flow any more, because %s, so it has to be copied again: set schemaSync.destructiveChanges to Apply, its rows on the target stay as they are until then."
                .formatted(published.table().readable(), why)));
  }

  private Timing timing(PublishedTable published) {
    Table table = published.table();
    var writers = lanes.stream().filter(l -> l.known().contains(table.relation())).toList();
    var stopped =
        writers.stream()
            .flatMap(l -> next(l).stream())
            .filter(n -> n.relation(table.oid()).isPresent())
            .findFirst();
    return new Timing(
        writers.isEmpty(),
        source.position(),
        position ->
            (writers.isEmpty() ? lanes : writers)
                .stream().allMatch(l -> l.slot().isEmpty() || l.hasConfirmed(position)),
        stopped,
        stopped.flatMap(n -> n.relation(table.oid())));
  }

  private Optional<NextTransaction> next(LaneState lane) {
    var marks =
        Stream.concat(
                target.tables().stream().map(Table::mark),
                target.types().types().stream().map(DataType::mark))
            .flatMap(Optional::stream)
            .toList();
    return Optional.ofNullable(source.pending().get(lane.lane().object()))
        .flatMap(p -> NextTransaction.of(p, marks, known(lane), target));
  }

  private Set<Long> known(LaneState lane) {
    return tables.stream()
        .filter(t -> lane.known().contains(t.relation()))
        .map(t -> t.table().oid())
        .filter(oid -> target.mirrorOf(oid).isPresent())
        .collect(Collectors.toSet());
  }

  /** Rows that are on their way to nowhere pass before anything else is made of their tables. */
  private void letPass() {
    var passage = new Passage(desired, target);
    for (LaneState lane : lanes) {
      var next = next(lane);
      next.stream()
          .flatMap(n -> n.relations().stream())
          .filter(r -> !known(lane).contains(r.oid()))
          .forEach(r -> passage.open(r, next.orElseThrow()).ifPresent(steps::add));
    }
    if (source.pending().isEmpty()) {
      steps.addAll(
          passage.close(
              p -> lanes.stream().allMatch(l -> l.slot().isEmpty() || l.hasConfirmed(p))));
    }
  }

  private List<NextTransaction> nexts() {
    return lanes.stream().flatMap(l -> next(l).stream()).toList();
  }

  /** What gives a table the key that it has on the source by now. */
  static Optional<Step> otherKey(
      DesiredFlow desired, PublishedTable source, Table target, Timing timing) {
    var sent =
        timing
            .pending()
            .map(
                p ->
                    p.columns().stream()
                        .filter(PendingColumn::key)
                        .map(PendingColumn::name)
                        .toList())
            .filter(k -> !k.isEmpty() && k.size() < target.columns().size());
    var key = sent.orElse(source.key());
    boolean differs = !key.isEmpty() && !Set.copyOf(target.key()).equals(Set.copyOf(key));
    boolean mayHave = isOurs(desired, target) && target.columnNames().containsAll(key);
    return differs && mayHave
        ? Optional.of(new SetKey(target.relation(), !target.key().isEmpty(), key))
        : Optional.empty();
  }

  /** The schema says whose its marked tables are; their own marks may be of an earlier life. */
  static boolean isOurs(DesiredFlow desired, Table target) {
    return target.mark().map(m -> m.owner().sameNameAs(desired.owner())).orElse(false);
  }

  /** Drops the tables that we made, and the schema. */
  static List<Step> remove(DesiredFlow desired, TargetState target) {
    var steps = new ArrayList<Step>();
    boolean ours =
        target
            .schema()
            .map(s -> Mark.ownership(s.mark(), desired.owner()) == Mark.Ownership.OURS)
            .orElse(false);
    if (ours) {
      target.tables().stream()
          .filter(t -> isOurs(desired, t))
          .forEach(t -> steps.add(new DropTable(t.relation())));
      steps.addAll(MirrorTypes.remove(target.types()));
      steps.add(new Schemas.DropSchema(Site.TARGET, desired.schema()));
    }
    return steps;
  }

  static List<Step> release(DesiredFlow desired, TargetState target) {
    return target
        .schema()
        .filter(s -> Mark.ownership(s.mark(), desired.owner()) == Mark.Ownership.OURS)
        .<List<Step>>map(
            s ->
                List.of(
                    new Schemas.MarkSchema(
                        Site.TARGET, s.name(), s.mark().orElseThrow().release())))
        .orElse(List.of());
  }
}
