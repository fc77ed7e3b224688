package dev.tributary.federation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The transaction that a lane's apply worker stopped at, as far as the names in it tell: the first
 * one that names what the target does not have.
 *
 * <p>Those before it are applied, though not confirmed: a worker that stops does not confirm, and
 * where it is only a superuser sees. Where a table was changed here to fit a transaction it is
 * noted which one that was, so those before it are not taken for the next.
 *
 * @param position of its commit in the source's WAL, in bytes since 0/0
 * @param labels that the target's enums lack, by the name of the type
 */
record NextTransaction(
    long position, List<PendingRelation> relations, Map<String, Set<String>> labels) {
  private static final String SINCE = "since";

  /** The mark of what was changed to fit this transaction. */
  static Mark noted(Mark mark, long position) {
    return mark.with(SINCE, String.valueOf(position));
  }

  private static long since(Optional<Mark> mark) {
    return mark.map(m -> m.notes().get(SINCE))
        .filter(s -> s.matches("\\d{1,18}"))
        .map(Long::valueOf)
        .orElse(0L);
  }

  /** The first one that names what the target does not have. */
  static Optional<NextTransaction> of(Pending pending, TargetState target) {
    for (Pending.Transaction t : pending.transactions()) {
      var labels = labels(t, target);
      boolean fits = labels.isEmpty() && t.relations().stream().allMatch(r -> fits(t, r, target));
      if (!fits) {
        return Optional.of(new NextTransaction(t.position(), t.relations(), labels));
      }
    }
    return Optional.empty();
  }

  private static boolean fits(
      Pending.Transaction transaction, PendingRelation relation, TargetState target) {
    var there = target.mirrorOf(relation.oid());
    if (there.isEmpty()) {
      return true;
    }
    Table table = there.get();
    var keys =
        relation.columns().stream().filter(PendingColumn::key).map(PendingColumn::name).toList();
    return transaction.position() < since(table.mark())
        || table.name().equals(relation.relation().name())
            && table.columnNames().containsAll(relation.columnNames())
            && (keys.isEmpty() || keys.containsAll(table.key()));
  }

  private static Map<String, Set<String>> labels(
      Pending.Transaction transaction, TargetState target) {
    var missing = new HashMap<String, Set<String>>();
    for (PendingRow row : transaction.rows()) {
      var there = target.mirrorOf(row.relation().oid());
      if (there.isEmpty()) {
        continue;
      }
      for (Column column : there.get().columns()) {
        var type =
            target.types().types().stream()
                .filter(t -> t.kind() == DataType.Kind.ENUM)
                .filter(t -> column.type().isOwn() && column.type().suffix().isEmpty())
                .filter(t -> t.name().name().equals(column.type().name().name()))
                .filter(t -> transaction.position() >= since(t.mark()))
                .findFirst();
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
