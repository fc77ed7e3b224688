package dev.tributary.federation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The columns of a mirrored table beside those of the one that it mirrors, and what makes them
 * follow.
 *
 * <p>What rows on their way fit all the same is done at once. What they would not fit, such as
 * another name, waits until the target has applied them, or until the next transaction is seen to
 * need it. What leads to values that are never sent, or has sent some to the wrong column, needs a
 * new copy of the table.
 */
final class TableShape {
  /** What a column is called while two change their names. */
  private static final String BETWEEN = "tributary_between_";

  private static final ColumnType TEXT = ColumnType.builtIn("text");

  private final boolean destroys;
  private final MirrorTypes types;
  private final Table source;
  private final List<Column> wanted;
  private final Table target;
  private final Timing timing;
  private final Optional<Likeness> memory;

  /** Columns of the target, by the number of the one on the source that they mirror. */
  private final Map<Integer, Column> here = new TreeMap<>();

  private final Map<Integer, String> names = new HashMap<>();
  private final List<ColumnChange> now = new ArrayList<>();
  private final List<ColumnChange> later = new ArrayList<>();
  private final List<Integer> added = new ArrayList<>();
  private Optional<PendingNames> pending = Optional.empty();
  private Optional<String> again = Optional.empty();

  private TableShape(
      boolean destroys, MirrorTypes types, PublishedTable source, Table target, Timing timing) {
    this.destroys = destroys;
    this.types = types;
    this.source = source.table();
    this.wanted = source.columnsThatFlow();
    this.target = target;
    this.timing = timing;
    this.memory = target.mark().flatMap(Likeness::of).filter(m -> m.oid() == this.source.oid());
  }

  /** What a table remembers that has just been made. */
  static Likeness likenessOfNew(PublishedTable source) {
    var columns = new TreeMap<Integer, Integer>();
    source.columnsThatFlow().forEach(c -> columns.put(columns.size() + 1, c.number()));
    return new Likeness(
        source.table().oid(),
        source.table().file(),
        columns,
        expressions(source.columnsThatFlow()));
  }

  private static Map<Integer, String> expressions(List<Column> columns) {
    return columns.stream()
        .filter(c -> c.generated().isPresent())
        .collect(Collectors.toMap(Column::number, c -> Names.digest(c.generated().orElseThrow())));
  }

  /** Compares a table of the target with the one that it mirrors. */
  static TableShape of(
      DesiredFlow desired, MirrorTypes types, PublishedTable source, Table target, Timing timing) {
    var shape = new TableShape(desired.destroys(), types, source, target, timing);
    shape.compare();
    return shape;
  }

  private void compare() {
    boolean another =
        target.mark().flatMap(Likeness::of).filter(m -> m.oid() != source.oid()).isPresent();
    if (another) {
      copyAgain("it was dropped and made again");
    }
    wanted.stream()
        .filter(c -> types.hasStrays(c.type()))
        .findFirst()
        .ifPresent(c -> copyAgain("a label of column %s came and went".formatted(c.name())));
    correspond();
    wanted.forEach(c -> names.put(c.number(), c.name()));
    var stopped = timing.pending().filter(p -> !target.columnNames().containsAll(p.columnNames()));
    pending = stopped.flatMap(p -> PendingNames.of(p, wanted, here, source.lastNumber()));
    if (stopped.isPresent() && pending.isEmpty()) {
      copyAgain("which of its columns is which cannot be told");
    }
    pending.ifPresent(p -> names.putAll(p.names()));
    gone();
    rename();
    pending.map(PendingNames::passing).orElse(List.of()).forEach(n -> now.add(Passage.column(n)));
    for (Column c : wanted) {
      Column there = here.get(c.number());
      if (there == null) {
        add(c);
      } else {
        compareTypes(c, there);
        compareExpressions(c, there);
        if (there.defaulted()) {
          (timing.free() ? now : later).add(new ColumnChange.DropDefault(names.get(c.number())));
        }
      }
    }
    target.columns().stream()
        .filter(c -> c.notNull() && !target.key().contains(c.name()) && !isDropped(c))
        .forEach(c -> now.add(0, new ColumnChange.DropNotNull(c.name())));
  }

  /** By what is remembered, else by name: an earlier version remembered nothing. */
  private void correspond() {
    memory.ifPresent(
        m ->
            target.columns().stream()
                .filter(c -> m.columns().getOrDefault(c.number(), 0) > 0)
                .forEach(c -> here.put(m.columns().get(c.number()), c)));
    var taken = Set.copyOf(here.values());
    for (Column c : wanted) {
      if (!here.containsKey(c.number())) {
        target.columns().stream()
            .filter(t -> t.name().equals(c.name()) && !taken.contains(t) && !isPassing(t))
            .findFirst()
            .ifPresent(t -> here.put(c.number(), t));
      }
    }
  }

  /** A column that came and went between two looks; only rows on their way know it. */
  private boolean isPassing(Column column) {
    return memory.filter(m -> m.columns().getOrDefault(column.number(), -1) == 0).isPresent();
  }

  private boolean isGone(Column column) {
    return here.entrySet().stream()
        .filter(e -> e.getValue().equals(column))
        .anyMatch(e -> source.columns().stream().noneMatch(c -> c.number() == e.getKey()));
  }

  private boolean isDropped(Column column) {
    return now.contains(new ColumnChange.Drop(column.name()));
  }

  private void gone() {
    for (Column c : target.columns()) {
      boolean foreign = timing.free() && again.isPresent() && !here.containsValue(c);
      boolean passed = isPassing(c) && timing.confirmed().test(NextTransaction.since(target));
      if (passed || foreign || isGone(c) && (destroys || timing.free())) {
        (timing.free() ? now : later).add(new ColumnChange.Drop(c.name()));
      }
    }
  }

  /** A name that another column has on the target tells rows before from rows after by nothing. */
  private void rename() {
    var renames = new LinkedHashMap<Column, String>();
    here.forEach(
        (number, column) -> {
          String name = names.get(number);
          if (name != null && !name.equals(column.name())) {
            renames.put(column, name);
          }
        });
    var changes = timing.free() || pending.isPresent() ? now : later;
    while (!renames.isEmpty()) {
      var next =
          renames.keySet().stream()
              .filter(c -> holder(renames.get(c), renames).isEmpty())
              .findFirst();
      if (next.isPresent()) {
        changes.add(new ColumnChange.Rename(next.get().name(), renames.remove(next.get())));
      } else if (timing.free()) {
        break;
      } else {
        renames.forEach(
            (c, name) -> copyAgain("column %s has the name that another one had".formatted(name)));
        return;
      }
    }
    renames.forEach(
        (c, name) -> changes.add(new ColumnChange.Rename(c.name(), BETWEEN + c.number())));
    renames.forEach((c, name) -> changes.add(new ColumnChange.Rename(BETWEEN + c.number(), name)));
  }

  /** Who has a name, unless it is about to be free. */
  private Optional<Column> holder(String name, Map<Column, String> waiting) {
    return target.columns().stream()
        .filter(c -> c.name().equals(name) && !isDropped(c))
        .filter(c -> waiting.containsKey(c) || isNotRenamed(c))
        .findFirst();
  }

  private boolean isNotRenamed(Column column) {
    return here.entrySet().stream()
        .filter(e -> e.getValue().equals(column))
        .allMatch(e -> names.getOrDefault(e.getKey(), column.name()).equals(column.name()));
  }

  private void add(Column c) {
    String name = names.get(c.number());
    boolean held = holder(name, Map.of()).isPresent();
    boolean renamedLater =
        target.columns().stream().anyMatch(t -> t.name().equals(name))
            && !held
            && !timing.free()
            && pending.isEmpty();
    if (held) {
      copyAgain("column %s has the name that another one had".formatted(name));
      return;
    }
    boolean lost = memory.filter(m -> m.columns().containsValue(c.number())).isPresent();
    if (!timing.free() && lost) {
      copyAgain("somebody has dropped its column %s on the target".formatted(name));
      return;
    }
    boolean rewritten = memory.filter(m -> !m.file().equals(source.file())).isPresent();
    if (!timing.free() && rewritten && c.initial().isEmpty() && c.generated().isEmpty()) {
      copyAgain("its rows have values in the new column %s that are not sent".formatted(name));
      return;
    }
    (renamedLater ? later : now)
        .add(
            new ColumnChange.Add(
                name,
                type(c),
                types.collation(c.collation()),
                c.generated(),
                timing.free() ? Optional.empty() : c.initial()));
    if (!renamedLater) {
      added.add(c.number());
    }
  }

  private ColumnType type(Column column) {
    return types.on(column.type()).orElseThrow();
  }

  private void compareTypes(Column c, Column there) {
    ColumnType type = type(c);
    if (type.isSameAs(there.type())) {
      return;
    }
    boolean widens = Widening.is(there.type(), type);
    if (!widens && !timing.free()) {
      copyAgain(
          "column %s is %s on the source and %s on the target"
              .formatted(c.name(), c.type().written(), there.type().written()));
      return;
    }
    now.add(
        new ColumnChange.SetType(
            currentName(c, there), type, types.collation(c.collation()), !widens));
  }

  /** What it is called when the changes of now are made. */
  private String currentName(Column c, Column there) {
    boolean renamed = timing.free() || pending.isPresent();
    return renamed ? names.getOrDefault(c.number(), there.name()) : there.name();
  }

  private void compareExpressions(Column c, Column there) {
    if (c.generated().isPresent() != there.generated().isPresent()) {
      if (!timing.free()) {
        copyAgain("column %s is generated in another way".formatted(c.name()));
        return;
      }
      if (there.generated().isPresent()) {
        now.add(new ColumnChange.DropExpression(currentName(c, there)));
      } else {
        now.add(new ColumnChange.Drop(currentName(c, there)));
        now.add(
            new ColumnChange.Add(
                names.get(c.number()),
                type(c),
                types.collation(c.collation()),
                c.generated(),
                Optional.empty()));
      }
      return;
    }
    var before = memory.map(m -> m.expressions().get(c.number()));
    boolean differs =
        before.filter(b -> !b.equals(c.generated().map(Names::digest).orElse(b))).isPresent();
    if (differs) {
      now.add(new ColumnChange.SetExpression(currentName(c, there), c.generated().orElseThrow()));
    }
  }

  private void copyAgain(String why) {
    again = again.or(() -> Optional.of(why));
  }

  /** Why the table has to be copied again, if it has to. */
  Optional<String> again() {
    return timing.free() ? Optional.empty() : again;
  }

  private String waiting() {
    return Timing.digest(later);
  }

  private Mark mark(DesiredFlow desired) {
    return target.mark().orElse(desired.mark());
  }

  /** Whether something waits until rows that are on their way are applied. */
  boolean waits(DesiredFlow desired) {
    return again().isEmpty() && !later.isEmpty() && !timing.mayDo(mark(desired), waiting());
  }

  /** What is to be done now, if anything is. */
  Optional<MirrorSteps.AlterTable> step(DesiredFlow desired) {
    Mark mark = mark(desired);
    if (again().isPresent()) {
      var changes = accepting();
      return changes.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new MirrorSteps.AlterTable(
                  target.relation(), false, changes, remembering(changes, mark)));
    }
    boolean may = later.isEmpty() || timing.mayDo(mark, waiting());
    var changes = new ArrayList<>(now);
    if (may) {
      boolean narrows = !later.isEmpty() || pending.isPresent() && !now.isEmpty();
      changes.addAll(later);
      mark = Timing.notWaiting(narrows ? timing.changed(mark) : mark);
    } else {
      mark = timing.waiting(mark, waiting());
    }
    mark = remembering(changes, mark);
    boolean empties = timing.free() && target.bytes() > 0 && !changes.isEmpty();
    return changes.isEmpty() && target.mark().equals(Optional.of(mark))
        ? Optional.empty()
        : Optional.of(new MirrorSteps.AlterTable(target.relation(), empties, changes, mark));
  }

  /** Rows that are on their way pass, whatever becomes of them. */
  private List<ColumnChange> accepting() {
    if (timing.pending().isEmpty()) {
      return List.of();
    }
    var changes = new ArrayList<ColumnChange>();
    now.stream().filter(ColumnChange.DropNotNull.class::isInstance).forEach(changes::add);
    timing.pending().get().columnNames().stream()
        .filter(n -> !target.columnNames().contains(n))
        .forEach(n -> changes.add(Passage.column(n)));
    for (Column c : wanted) {
      Column there = here.get(c.number());
      boolean key = there != null && target.key().contains(there.name());
      if (there != null
          && !key
          && there.generated().isEmpty()
          && !type(c).isSameAs(there.type())
          && !there.type().isSameAs(TEXT)) {
        changes.add(new ColumnChange.SetType(there.name(), TEXT, Optional.empty(), false));
      }
    }
    return changes;
  }

  private Mark remembering(List<ColumnChange> changes, Mark mark) {
    if (again().isPresent()) {
      // What led to it has to be seen the next time too.
      long passing = changes.stream().filter(ColumnChange.Add.class::isInstance).count();
      return Likeness.of(mark)
          .map(l -> l.withPassing(target.lastNumber(), (int) passing).on(mark))
          .orElse(mark);
    }
    var columns = new TreeMap<Integer, Integer>();
    here.forEach((number, column) -> columns.put(column.number(), number));
    target.columns().stream().filter(this::isPassing).forEach(c -> columns.put(c.number(), 0));
    int next = target.lastNumber();
    for (ColumnChange change : changes) {
      if (change instanceof ColumnChange.Drop drop) {
        target.columns().stream()
            .filter(c -> c.name().equals(drop.column()))
            .forEach(c -> columns.remove(c.number()));
      } else if (change instanceof ColumnChange.Add add) {
        columns.put(++next, numberOf(add.column()));
      }
    }
    return new Likeness(source.oid(), source.file(), columns, expressions(wanted)).on(mark);
  }

  /** 0 for a column that only rows on their way have. */
  private int numberOf(String name) {
    return names.entrySet().stream()
        .filter(e -> e.getValue().equals(name))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(0);
  }
}
