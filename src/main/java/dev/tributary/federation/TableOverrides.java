package dev.tributary.federation;

import dev.tributary.federation.DesiredSchema.TableOverride;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Row filters and column lists: whether PostgreSQL would take them, and UPDATE and DELETE live. */
final class TableOverrides {
  /** Since when a publication knows row filters and column lists. */
  private static final int FILTERS = 150000;

  private TableOverrides() {}

  /** How a table is published that nothing stands in the way of. */
  static PublishedTable published(DesiredSchema desired, Table table, boolean insertsOnly) {
    var override = overrideOf(desired, table);
    var listed = override.map(o -> Set.copyOf(o.columns())).orElse(Set.of());
    return new PublishedTable(
        table,
        insertsOnly,
        override.flatMap(TableOverride::where),
        table.columnNames().stream().filter(listed::contains).toList());
  }

  /** The rows of a partition flow as those of its parent. */
  private static Optional<TableOverride> overrideOf(DesiredSchema desired, Table table) {
    return desired.tables().overrideOf(table).filter(o -> table.inheritance().parents().isEmpty());
  }

  /** What stands in the way of publishing a table as it is asked for. */
  static List<Finding> blockers(
      DesiredSchema desired, ServerFacts server, Table table, ReplicaIdentities.Choice identity) {
    var override = overrideOf(desired, table).filter(o -> restricts(o));
    if (override.isEmpty()) {
      return List.of();
    }
    if (server.version() < FILTERS) {
      return List.of(
          Finding.blocker(
              Reason.ServerTooOld,
              table.relation(),
              "PostgreSQL %s publishes whole tables only, row filters and column lists need 15: drop where and columns of table %s from tables.overrides, or upgrade the server."
                  .formatted(server.versionText(), table.readable())));
    }
    var found = new ArrayList<Finding>();
    boolean checked =
        desired.tables().publishChanges()
            && !identity.insertsOnly()
            && identity.columns().isPresent();
    override.get().where().ifPresent(w -> found.addAll(ofFilter(table, w)));
    found.addAll(ofColumns(table, override.get().columns()));
    if (found.isEmpty() && checked) {
      override.get().where().flatMap(w -> notCovered(table, w, identity)).ifPresent(found::add);
      keyNotIn(table, override.get().columns(), identity).ifPresent(found::add);
    }
    return found;
  }

  private static boolean restricts(TableOverride override) {
    return override.where().isPresent() || !override.columns().isEmpty();
  }

  private static List<Finding> ofFilter(Table table, String where) {
    var filter = RowFilter.of(where);
    var why =
        filter
            .refusal()
            .or(
                () ->
                    filter
                        .systemColumn(table.columnNames())
                        .map("it names the system column %s"::formatted));
    return why.stream()
        .map(
            w ->
                invalid(
                    table,
                    "The row filter of table %s in tables.overrides cannot be used, because %s: write one expression of its columns, constants and built-in functions."
                        .formatted(table.readable(), w)))
        .toList();
  }

  private static List<Finding> ofColumns(Table table, List<String> columns) {
    var generated = table.generatedColumns();
    return columns.stream()
        .distinct()
        .flatMap(
            c -> {
              if (!table.columnNames().contains(c)) {
                return Optional.of("there is no such column")
                    .map(w -> column(table, c, w))
                    .stream();
              }
              return generated.contains(c)
                  ? Optional.of("the target generates it by itself")
                      .map(w -> column(table, c, w))
                      .stream()
                  : Optional.<Finding>empty().stream();
            })
        .toList();
  }

  private static Finding column(Table table, String column, String why) {
    return invalid(
        table,
        "The column %s of table %s cannot be in columns of tables.overrides, because %s: take it out."
            .formatted(column, table.readable(), why));
  }

  private static Finding invalid(Table table, String sentence) {
    return Finding.blocker(Reason.InvalidSpec, table.relation(), sentence);
  }

  private static Optional<Finding> notCovered(
      Table table, String where, ReplicaIdentities.Choice identity) {
    var keys = keys(table, identity);
    var named = RowFilter.of(where).columnsOf(table);
    return named.stream()
        .filter(c -> keys.stream().anyMatch(k -> !k.contains(c)))
        .findFirst()
        .map(
            c ->
                Finding.blocker(
                    Reason.FilterNotCovered,
                    table.relation(),
                    "The row filter of table %s names the column %s, which does not belong to its replica identity (%s), so publishing it would make its UPDATE and DELETE fail: filter by other columns, name a unique index with %s as replicaIdentity.index in tables.overrides, or publish neither by publication.operations."
                        .formatted(table.readable(), c, readable(keys, c), c)));
  }

  private static Optional<Finding> keyNotIn(
      Table table, List<String> columns, ReplicaIdentities.Choice identity) {
    if (columns.isEmpty()) {
      return Optional.empty();
    }
    boolean wholeRow =
        identity.setting().equals(IdentitySetting.FULL)
            || table.identityFacts().leaves().stream()
                .anyMatch(l -> l.identity() == Table.ReplicaIdentity.FULL);
    if (wholeRow) {
      return Optional.of(
          Finding.blocker(
              Reason.KeyNotInColumns,
              table.relation(),
              "Table %s is identified by its whole row, and PostgreSQL allows no column list with that, so publishing it would make its UPDATE and DELETE fail: drop columns from its entry in tables.overrides, give the table a primary key or a unique index on NOT NULL columns, or publish neither by publication.operations."
                  .formatted(table.readable())));
    }
    return keys(table, identity).stream()
        .flatMap(Set::stream)
        .filter(k -> !columns.contains(k))
        .sorted()
        .findFirst()
        .map(
            k ->
                Finding.blocker(
                    Reason.KeyNotInColumns,
                    table.relation(),
                    "The columns of table %s in tables.overrides are without %s, which belongs to its replica identity, so publishing them would make its UPDATE and DELETE fail: add %s, or publish neither by publication.operations."
                        .formatted(table.readable(), k, k)));
  }

  /** The columns that rows are found by: the table's, and those of each partition. */
  private static List<Set<String>> keys(Table table, ReplicaIdentities.Choice identity) {
    var keys = new ArrayList<Set<String>>();
    keys.add(Set.copyOf(identity.columns().orElseThrow()));
    table.identityFacts().leaves().stream()
        .filter(l -> l.identity() == Table.ReplicaIdentity.KEY)
        .map(l -> Set.copyOf(l.key()))
        .forEach(keys::add);
    return keys;
  }

  private static String readable(List<Set<String>> keys, String without) {
    return keys.stream().filter(k -> !k.contains(without)).findFirst().orElse(Set.of()).stream()
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /** Entries that have no effect; most likely somebody mistyped a name. */
  static List<Finding> unused(
      DesiredSchema desired, Collection<Table> tables, Collection<Table> leftAlone) {
    return desired.tables().overrides().stream()
        .flatMap(o -> unused(o, tables, leftAlone).stream())
        .toList();
  }

  private static Optional<Finding> unused(
      TableOverride override, Collection<Table> tables, Collection<Table> leftAlone) {
    var named = tables.stream().filter(t -> t.name().equals(override.table())).toList();
    boolean taken =
        named.stream().anyMatch(t -> t.inheritance().parents().isEmpty() && !leftAlone.contains(t));
    if (taken) {
      return Optional.empty();
    }
    String why =
        named.isEmpty()
            ? "there is no table of that name, which is compared exactly"
            : leftAlone.containsAll(named)
                ? "the table is left alone"
                : "the table is a partition or inherits from another, which is the one to name";
    return Optional.of(
        new Finding(
            Finding.Severity.Warning,
            Reason.OverrideUnused,
            named.stream().findFirst().map(Table::relation),
            "The entry %s of tables.overrides has no effect: %s."
                .formatted(override.table(), why)));
  }
}
