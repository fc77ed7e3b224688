package dev.tributary.federation;

import dev.tributary.federation.MirrorSteps.AlterTable;
import dev.tributary.federation.MirrorSteps.CreateTable;
import dev.tributary.federation.MirrorSteps.DropTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * Lets rows pass that are on their way and go nowhere: of tables that were taken out, renamed
 * meanwhile, or are gone. The apply worker skips them, but only where there is a table of their
 * name with their columns.
 */
final class Passage {
  /** The note of a table that is there for such rows alone. */
  private static final String PASSAGE = "passage";

  private static final ColumnType TEXT = ColumnType.builtIn("text");

  private final DesiredFlow desired;
  private final TargetState target;

  Passage(DesiredFlow desired, TargetState target) {
    this.desired = desired;
    this.target = target;
  }

  static boolean isOne(Table table) {
    return table.mark().filter(m -> m.notes().containsKey(PASSAGE)).isPresent();
  }

  /** What a column is that nothing is ever written to. */
  static ColumnChange.Add column(String name) {
    return new ColumnChange.Add(name, TEXT, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * What lets a table's rows pass.
   *
   * @param stopped the transaction that they are in
   */
  Optional<Step> open(PendingRelation relation, NextTransaction stopped) {
    if (!relation.relation().schema().equals(desired.schema())) {
      return Optional.empty();
    }
    var columns = relation.columnNames();
    var there = target.table(relation.relation().name());
    if (there.isEmpty()) {
      return Optional.of(
          new CreateTable(
              relation.relation(),
              columns.stream().map(Passage::column).toList(),
              List.of(),
              stopped.note(desired.mark().with(PASSAGE, String.valueOf(relation.oid())))));
    }
    var missing = new ArrayList<ColumnChange>();
    columns.stream()
        .filter(c -> !there.get().columnNames().contains(c))
        .forEach(c -> missing.add(column(c)));
    return missing.isEmpty() || !Mirror.isOurs(desired, there.get())
        ? Optional.empty()
        : Optional.of(
            new AlterTable(
                there.get().relation(),
                false,
                missing,
                stopped.note(remembering(there.get(), missing.size()))));
  }

  /** Columns that go as soon as nobody needs them. */
  private static Mark remembering(Table table, int added) {
    Mark mark = table.mark().orElseThrow();
    return Likeness.of(mark)
        .map(l -> l.withPassing(table.lastNumber(), added).on(mark))
        .orElse(mark);
  }

  /**
   * Those that no row needs any more.
   *
   * @param confirmed whether the target has everything up to a position
   */
  List<Step> close(LongPredicate confirmed) {
    return target.tables().stream()
        .filter(t -> isOne(t) && Mirror.isOurs(desired, t))
        .filter(t -> confirmed.test(NextTransaction.since(t)))
        .<Step>map(t -> new DropTable(t.relation()))
        .toList();
  }
}
