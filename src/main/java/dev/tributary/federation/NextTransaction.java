package dev.tributary.federation;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The transaction that a lane's apply worker stopped at, as far as the names in it tell: the first
 * one that names what the target does not have.
 *
 * <p>Those before it are applied, though not confirmed: a worker that stops does not confirm, and
 * how far it is only a superuser sees. So where something was changed here to fit a transaction it
 * is noted which one that was, and how often the worker had failed: until it has failed again,
 * nobody knows whether it is past it, and the next one that does not fit lies in the future.
 *
 * @param position of its commit in the source's WAL, in bytes since 0/0
 * @param applyErrors how often the worker had failed
 * @param labels that the target's enums lack, by the name of the type
 */
record NextTransaction(
    long position,
    long applyErrors,
    List<PendingRelation> relations,
    Map<String, Set<String>> labels) {
  private static final String SINCE = "since";
  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})/(\\d{1,18})");

  /** Nobody knows how often. */
  private static final long UNKNOWN = 0;

  private record Since(long position, long applyErrors) {}

  /** The mark of what is changed to fit this transaction. */
  Mark note(Mark mark) {
    return mark.with(SINCE, position + "/" + applyErrors);
  }

  /** The mark of what is changed when everything before that position is applied. */
  static Mark note(Mark mark, long position) {
    return mark.with(SINCE, position + "/" + UNKNOWN);
  }

  /** The position of the transaction that a table was last changed for, 0 for none. */
  static long since(Table table) {
    return table.mark().flatMap(NextTransaction::since).map(Since::position).orElse(0L);
  }

  private static Optional<Since> since(Mark mark) {
    var m = TEXT.matcher(mark.notes().getOrDefault(SINCE, ""));
    return m.matches()
        ? Optional.of(new Since(Long.parseLong(m.group(1)), Long.parseLong(m.group(2))))
        : Optional.empty();
  }

  /**
   * The first one that names what the target does not have; nothing while that cannot be told.
   *
   * @param marks of what may have been changed to fit another one
   * @param known OIDs on the source of the tables that the subscription writes to
   */
  static Optional<NextTransaction> of(
      Pending pending, Collection<Mark> marks, Set<Long> known, TargetState target) {
    var last =
        marks.stream()
            .flatMap(m -> since(m).stream())
            .max(Comparator.comparing(Since::position))
            .orElse(new Since(0, UNKNOWN));
    if (last.applyErrors != UNKNOWN && pending.applyErrors() == last.applyErrors) {
      return Optional.empty();
    }
    var misfits =
        pending.transactions().stream()
            .map(
                t ->
                    new NextTransaction(
                        t.position(), pending.applyErrors(), t.relations(), labels(t, target)))
            .filter(n -> !n.fits(known, target))
            .toList();
    // What was taken for applied was not, if nothing else can be what the worker stops at.
    return misfits.stream()
        .filter(n -> n.position >= last.position)
        .findFirst()
        .or(() -> misfits.stream().findFirst());
  }

  private boolean fits(Set<Long> known, TargetState target) {
    return labels.isEmpty()
        && relations.stream()
            .allMatch(r -> known.contains(r.oid()) ? fits(r, target) : isSkipped(r, target));
  }

  private static boolean fits(PendingRelation relation, TargetState target) {
    Table table = target.mirrorOf(relation.oid()).orElseThrow();
    var keys =
        relation.columns().stream().filter(PendingColumn::key).map(PendingColumn::name).toList();
    return table.name().equals(relation.relation().name())
        && table.schema().equals(relation.relation().schema())
        && table.columnNames().containsAll(relation.columnNames())
        && (keys.isEmpty() || keys.containsAll(table.key()));
  }

  /**
   * Rows of a table that the subscription does not write to are skipped, but it has to be there
   * with their columns (logicalrep_rel_open in relation.c). What is in another schema is not seen.
   */
  private static boolean isSkipped(PendingRelation relation, TargetState target) {
    return target
        .table(relation.relation().name())
        .filter(t -> t.schema().equals(relation.relation().schema()))
        .filter(t -> t.columnNames().containsAll(relation.columnNames()))
        .isPresent();
  }

  private static Map<String, Set<String>> labels(
      Pending.Transaction transaction, TargetState target) {
    var missing = new HashMap<String, Set<String>>();
    for (PendingRow row : transaction.rows()) {
      var table = target.mirrorOf(row.relation().oid());
      for (Column column : table.map(Table::columns).orElse(List.of())) {
        var type = target.types().enumOf(column);
        var value = Optional.ofNullable(row.values().get(column.name())).flatMap(v -> v);
        if (type.isPresent() && value.isPresent()) {
          var known =
              type.get().labels().stream().map(DataType.Label::text).collect(Collectors.toSet());
          if (!known.contains(value.get())) {
            missing
                .computeIfAbsent(type.get().name().name(), n -> new HashSet<>())
                .add(value.get());
          }
        }
      }
    }
    return missing;
  }

  /** The table as it is in it. */
  Optional<PendingRelation> relation(long oid) {
    return relations.stream().filter(r -> r.oid() == oid).findFirst();
  }
}
