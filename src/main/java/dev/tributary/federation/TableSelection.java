package dev.tributary.federation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which tables of a source are taken, and what stands in the way of the others.
 *
 * @param settled tables that are in their schema
 * @param unsettled tables that have to move there
 * @param unpublishable tables whose UPDATE and DELETE fail as long as they are published
 * @param problems what a person has to decide or mend, a table each
 */
public record TableSelection(
    List<Table> settled, List<Table> unsettled, List<Table> unpublishable, List<Problem> problems) {

  /**
   * Tables in which migration tools keep their history: moving or replicating them helps nobody.
   */
  static final List<String> MIGRATION_HISTORY =
      List.of(
          "flyway_schema_history",
          "schema_version",
          "databasechangelog",
          "databasechangeloglock",
          "schema_migrations",
          "ar_internal_metadata",
          "django_migrations",
          "alembic_version",
          "knex_migrations",
          "knex_migrations_lock",
          "_prisma_migrations",
          "__EFMigrationsHistory",
          "goose_db_version",
          "sequelize_meta",
          "SequelizeMeta",
          "typeorm_migrations",
          "mikro_orm_migrations",
          "atlas_schema_revisions",
          "phinxlog",
          "doctrine_migration_versions");

  public TableSelection {
    settled = List.copyOf(settled);
    unsettled = List.copyOf(unsettled);
    unpublishable = List.copyOf(unpublishable);
    problems = List.copyOf(problems);
  }

  /** Chooses among the tables of a source. */
  public static TableSelection of(DesiredSchema desired, SourceState state) {
    var excluded =
        desired.exclude().stream().map(TableSelection::pattern).collect(Collectors.toList());
    MIGRATION_HISTORY.forEach(name -> excluded.add(pattern(name)));

    var settled = new ArrayList<Table>();
    var unsettled = new ArrayList<Table>();
    var unpublishable = new ArrayList<Table>();
    var problems = new ArrayList<Problem>();
    for (Table table : inOrder(desired, state)) {
      boolean inPlace = table.schema().equals(desired.name());
      boolean hasIdentity = table.identity() != Table.ReplicaIdentity.NONE;
      if (!hasIdentity) {
        unpublishable.add(table);
      }
      boolean leftAlone =
          table.extension()
              || !table.logged()
              || excluded.stream().anyMatch(p -> p.matcher(table.name()).matches())
              || (!hasIdentity && desired.excludeWithoutIdentity());
      if (leftAlone || (!inPlace && !desired.move())) {
        continue;
      }
      var found = problemsOf(table, inPlace, desired, state);
      problems.addAll(found);
      // What flows goes on flowing beside its problem: to take it out would mean a new copy
      // afterwards.
      boolean flows = inPlace && hasIdentity && !table.flows().isEmpty();
      if (found.isEmpty() || flows) {
        (inPlace ? settled : unsettled).add(table);
      }
    }
    return new TableSelection(settled, unsettled, unpublishable, clashes(unsettled, problems));
  }

  private static List<Table> inOrder(DesiredSchema desired, SourceState state) {
    return state.tables().stream()
        .filter(t -> t.schema().equals(desired.name()) || desired.from().contains(t.schema()))
        .sorted(Comparator.comparing(Table::schema).thenComparing(Table::name))
        .toList();
  }

  private static List<Problem> problemsOf(
      Table table, boolean inPlace, DesiredSchema desired, SourceState state) {
    var problems = new ArrayList<Problem>();
    String name = table.readable();
    if (!table.mayAlter()) {
      problems.add(
          new Problem(
              Reason.NotTableOwner,
              "Table %s belongs to role %s, and %s is not a member of it: GRANT %s TO %s, or exclude the table."
                  .formatted(
                      name,
                      table.owner(),
                      state.server().role(),
                      Sql.identifier(table.owner()),
                      Sql.identifier(state.server().role()))));
    }
    if (table.inheritance()) {
      problems.add(
          new Problem(
              Reason.PartitionedTable,
              "Table %s is partitioned or inherits, which is not supported yet: add it to tables.exclude."
                  .formatted(name)));
    }
    if (table.identity() == Table.ReplicaIdentity.NONE) {
      problems.add(
          new Problem(
              Reason.NoReplicaIdentity,
              ("Table %s has no primary key or other replica identity, so publishing it would make its UPDATE and"
                      + " DELETE fail: add a primary key, or set tables.withoutReplicaIdentity to Exclude.")
                  .formatted(name)));
    }
    table.columns().stream()
        .filter(c -> !c.builtIn())
        .findFirst()
        .ifPresent(
            c ->
                problems.add(
                    new Problem(
                        Reason.UnsupportedColumnType,
                        "Column %s of table %s has the type %s or an expression that is not one of PostgreSQL's own, which is not supported yet: add the table to tables.exclude."
                            .formatted(c.name(), name, c.type()))));
    if (desired.move()) {
      if (table.rowSecurity() && desired.views() && state.server().version() < 150000) {
        problems.add(
            new Problem(
                Reason.RowSecurity,
                ("Table %s has row-level security, which a view would bypass before PostgreSQL 15: set"
                        + " schema.compatibility.views to false, or exclude the table.")
                    .formatted(name)));
      }
      if (!inPlace && !table.publishedBy().isEmpty()) {
        problems.add(
            new Problem(
                Reason.PublishedElsewhere,
                ("Table %s is in the publication %s, whose subscribers know it by this name and would lose it:"
                        + " take it out of that publication, or exclude the table.")
                    .formatted(name, String.join(", ", table.publishedBy()))));
      }
      if (!inPlace && state.taken().contains(new Relation(desired.name(), table.name()))) {
        problems.add(
            new Problem(
                Reason.NameTaken,
                "Table %s cannot move to schema %s, where something of that name exists: rename one of them, or exclude the table."
                    .formatted(name, desired.name())));
      }
    }
    return problems;
  }

  /** Two schemas may hold tables of one name; only one can have it in the schema of their own. */
  private static List<Problem> clashes(List<Table> unsettled, List<Problem> problems) {
    var all = new ArrayList<>(problems);
    unsettled.stream()
        .collect(Collectors.groupingBy(Table::name))
        .values()
        .forEach(
            same -> {
              if (same.size() > 1) {
                all.add(
                    new Problem(
                        Reason.NameTaken,
                        "Tables %s have one name and cannot both move to one schema: rename or exclude one of them."
                            .formatted(
                                same.stream()
                                    .map(Table::readable)
                                    .sorted()
                                    .collect(Collectors.joining(" and ")))));
              }
            });
    return all;
  }

  /** {@code *} for any characters, {@code ?} for one; everything else for itself. */
  static Pattern pattern(String glob) {
    var regex = new StringBuilder();
    for (char c : glob.toCharArray()) {
      regex.append(
          switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(String.valueOf(c));
          });
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
