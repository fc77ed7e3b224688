package dev.tributary.federation;

import dev.tributary.federation.Finding.Severity;
import dev.tributary.federation.Surroundings.How;
import dev.tributary.federation.Surroundings.Use;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is to be known of the tables before they move: what stands in the way, what will work
 * otherwise than before, and the way round each.
 */
public final class MovePreflight {
  private MovePreflight() {}

  /** Everything there is to say, worst first; nothing when no table has to move. */
  public static Optional<List<Finding>> look(DesiredSchema desired, SourceState state) {
    var selection = TableSelection.of(desired, state);
    var findings = of(desired, state, selection);
    return findings.isEmpty() && selection.moving().isEmpty()
        ? Optional.empty()
        : Optional.of(findings);
  }

  /** Everything there is to say, worst first; of tables that have moved only what is in the way. */
  static List<Finding> of(DesiredSchema desired, SourceState state, TableSelection selection) {
    var findings = new ArrayList<>(selection.blockers());
    findings.addAll(selection.warnings());
    if (desired.move() && !selection.moving().isEmpty()) {
      findings.addAll(ofOrigins(desired, state, selection.moving()));
      findings.addAll(SearchPaths.findings(desired, state.server()));
      findings.addAll(SchemaRights.findings(desired, state));
      selection.leftAlone().stream()
          .filter(t -> !t.schema().equals(desired.name()))
          .forEach(t -> findings.add(leftAlone(desired, t)));
      selection.moving().forEach(t -> findings.addAll(ofTable(desired, state, t)));
      state
          .surroundings()
          .eventTriggers()
          .forEach(
              trigger ->
                  findings.add(
                      new Finding(
                          Severity.Warning,
                          Reason.EventTrigger,
                          Optional.empty(),
                          "The event trigger %s fires on every ALTER TABLE and CREATE VIEW of the move: make sure that it lets them pass, or disable it meanwhile."
                              .formatted(trigger))));
    }
    findings.sort(Finding.ORDER);
    return findings;
  }

  /** What stands in the way of leaving views behind where tables were. */
  private static List<Finding> ofOrigins(
      DesiredSchema desired, SourceState state, List<Table> moving) {
    var findings = new ArrayList<Finding>();
    for (SchemaFacts origin : state.origins()) {
      boolean needed =
          moving.stream()
              .anyMatch(t -> t.schema().equals(origin.name()) && desired.wantsViewOf(t.name()));
      if (needed && !origin.mayCreate()) {
        findings.add(
            new Finding(
                Severity.Blocker,
                Reason.PermissionDenied,
                Optional.empty(),
                "Role %s may not create views in the schema %s: run GRANT USAGE, CREATE ON SCHEMA %s TO %s, or set schema.compatibility.views to false."
                    .formatted(
                        state.server().role(),
                        origin.name(),
                        Sql.identifier(origin.name()),
                        Sql.identifier(state.server().role()))));
      }
    }
    return findings;
  }

  private static Finding leftAlone(DesiredSchema desired, Table table) {
    Relation name = table.relation();
    if (MigrationHistory.isOne(table.name()) && desired.compatibility().searchPath()) {
      return Finding.warning(
          Reason.MigrationHistory,
          name,
          "Table %s stays where it is, but most migration tools look for it in the current schema, which will be %s in new sessions, and without it would run every migration again: tell the tool that its schema is %s first (flyway.defaultSchema, liquibase.command.defaultSchemaName, …), or set schema.compatibility.searchPath to false."
              .formatted(name, desired.name(), table.schema()));
    }
    String why =
        table.extension()
            ? "it belongs to an extension"
            : !table.logged()
                ? "it is not in the WAL"
                : TableSelection.isIncluded(desired, table)
                    ? "it is excluded"
                    : "tables.include does not name it";
    return Finding.info(
        Reason.LeftAlone, name, "Table %s stays where it is: %s.".formatted(name, why));
  }

  private static List<Finding> ofTable(DesiredSchema desired, SourceState state, Table table) {
    var findings = new ArrayList<Finding>();
    Relation name = table.relation();
    boolean view = desired.wantsViewOf(table.name());
    if (table.rowSecurity() && view) {
      findings.add(
          Finding.info(
              Reason.RowSecurity,
              name,
              "Table %s has row-level security: its view asks for the rows as whoever uses it (security_invoker)."
                  .formatted(name)));
      if (CompatibilityView.hasColumnRights(table)) {
        findings.add(
            Finding.warning(
                Reason.RowSecurity,
                name,
                "Table %s has row-level security and rights on single columns: who has only those cannot use the view and has to name %s, or the table without its schema in sessions that have the new search_path."
                    .formatted(name, desired.in(table.name()))));
      }
    }
    boolean inheritedFrom = table.inheritance().hasChildren() && !table.inheritance().partitioned();
    if (inheritedFrom && view) {
      findings.add(
          Finding.warning(
              Reason.PartitionedTable,
              name,
              "Other tables inherit from %s: ONLY has no meaning on a view, so SELECT, UPDATE and DELETE with ONLY %s would reach their rows too. Where an application writes that, name the table in schema.compatibility.viewsExcept."
                  .formatted(name, name)));
    }
    if (table.inheritance().any()) {
      findings.add(
          Finding.info(
              Reason.PartitionedTable,
              name,
              "Table %s belongs to a family of partitions or inheriting tables: each moves by itself, and they stay a family."
                  .formatted(name)));
    }
    if (!table.publishedBy().isEmpty()) {
      findings.add(
          Finding.warning(
              Reason.PublishedElsewhere,
              name,
              "Table %s is in the publication %s, whose subscribers will know it as %s from now on."
                  .formatted(
                      name, String.join(", ", table.publishedBy()), desired.in(table.name()))));
    }
    table.sequences().forEach(s -> ofSequence(desired, table, s).ifPresent(findings::add));
    state.surroundings().uses().stream()
        .filter(u -> u.table().equals(name))
        .forEach(u -> findings.add(ofUse(u, view)));
    var refused =
        view
            ? SeenStatements.refusedByViews(
                name, state.surroundings().statements(), state.server().version())
            : List.<String>of();
    if (!refused.isEmpty()) {
      findings.add(
          Finding.warning(
              Reason.StatementSeen,
              name,
              "pg_stat_statements has seen %s on table %s, which no view allows: let it name %s, or the table without its schema in sessions that have the new search_path."
                  .formatted(String.join(", ", refused), name, desired.in(table.name()))));
    }
    return findings;
  }

  private static Optional<Finding> ofSequence(
      DesiredSchema desired, Table table, ColumnSequence sequence) {
    return switch (sequence.kind()) {
      case USED -> Optional.empty();
      case IDENTITY ->
          Optional.of(
              Finding.info(
                  Reason.OwnedSequence,
                  table.relation(),
                  "The sequence %s of an identity column moves with its table; nextval and currval have to call it %s."
                      .formatted(sequence.relation(), desired.in(sequence.name()))));
      case OWNED ->
          Optional.of(
              desired.keepSequences()
                  ? Finding.info(
                      Reason.OwnedSequence,
                      table.relation(),
                      "The sequence %s stays where it is and is no longer owned by its column: TRUNCATE … RESTART IDENTITY and DROP TABLE leave it alone, and pg_get_serial_sequence does not find it."
                          .formatted(sequence.relation()))
                  : Finding.warning(
                      Reason.OwnedSequence,
                      table.relation(),
                      "The sequence %s moves with its table, so nextval('%s') fails from then on: write nextval('%s'), or set schema.sequences to KeepInPlace. Column defaults are not concerned."
                          .formatted(
                              sequence.relation(),
                              sequence.relation(),
                              desired.in(sequence.name()))));
    };
  }

  private static Finding ofUse(Use use, boolean view) {
    return switch (use.how()) {
      case FUNCTION_BODY ->
          view
              ? Finding.info(
                  Reason.NamedInFunction,
                  use.table(),
                  "The body of %s names %s with its schema and will reach it through the view, which takes no TRUNCATE, COPY or ALTER TABLE."
                      .formatted(use.object(), use.table()))
              : Finding.warning(
                  Reason.NamedInFunction,
                  use.table(),
                  "The body of %s names %s with its schema, where nothing will be: change the function first, or leave a view there."
                      .formatted(use.object(), use.table()));
      case EVENT_TRIGGER_BODY ->
          Finding.blocker(
              Reason.EventTrigger,
              use.table(),
              "The event trigger %s uses %s and fires in the middle of its move, when nothing has that name: disable it for the move, or add the table to tables.exclude."
                  .formatted(use.object(), use.table()));
      case ROW_TYPE ->
          Finding.warning(
              Reason.RowTypeArgument,
              use.table(),
              "%s takes a row of %s: called with a row of the view it is not found. Let the caller name the table without its schema, in sessions that have the new search_path."
                  .formatted(use.object(), use.table()));
      case TRANSITION_TABLE ->
          Finding.info(
              Reason.TransitionTable,
              use.table(),
              "The trigger %s has transition tables: it moves with %s and fires as before, through the view too."
                  .formatted(use.object(), use.table()));
      case VIEW, MATERIALIZED_VIEW ->
          Finding.info(
              Reason.DependentView,
              use.table(),
              "The %s %s reads %s and follows it, whatever it is called; its definition will show the new name."
                  .formatted(
                      use.how() == How.VIEW ? "view" : "materialized view",
                      use.object(),
                      use.table()));
    };
  }
}
