package dev.tributary.federation;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.federation.ApplyEvidence.Conflict;
import dev.tributary.federation.ApplyEvidence.Logged;
import dev.tributary.federation.ApplyEvidence.Misfit;
import dev.tributary.federation.Pending.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Why an apply worker stops: the first pending change that the target cannot take, checked in the
 * order in which the worker does (apply_handle_insert and its like in PostgreSQL's worker.c).
 */
public final class StoppedApply {
  private static final String NOTHING_LOST = "nothing is lost meanwhile";
  private static final int LONGEST_VALUE = 40;

  private final ApplyEvidence evidence;

  private StoppedApply(ApplyEvidence evidence) {
    this.evidence = evidence;
  }

  /** The reason and what to do, if either the changes or the server's log tell. */
  public static Optional<Problem> why(ApplyEvidence evidence) {
    return new StoppedApply(evidence).why();
  }

  private Optional<Problem> why() {
    return transactions().stream()
        .map(this::refused)
        .flatMap(Optional::stream)
        .findFirst()
        .or(this::conflict)
        .map(this::inTheServersWords)
        .or(() -> logged().map(this::unexplained));
  }

  /** Only the one that stops the worker, where that is known. */
  private List<Transaction> transactions() {
    var all = evidence.pending().transactions();
    Optional<Long> from = logged().map(Logged::position).or(evidence::applied);
    return from.map(p -> evidence.pending().after(p).transactions().stream().limit(1).toList())
        .orElse(all);
  }

  /** An error with a transaction that waits no longer has been mended. */
  private Optional<Logged> logged() {
    return evidence
        .logged()
        .filter(
            l ->
                evidence.pending().transactions().stream()
                    .anyMatch(t -> t.position() == l.position()));
  }

  private Problem inTheServersWords(Problem problem) {
    return logged()
        .map(l -> problem.sentence() + " The target's server says: " + l.message())
        .map(sentence -> new Problem(problem.reason(), sentence))
        .orElse(problem);
  }

  private Problem unexplained(Logged logged) {
    return new Problem(
        Reason.ApplyFailing,
        "The apply worker of subscription %s stops and is started again by itself. The target's server says: %s"
            .formatted(evidence.subscription(), logged.message()));
  }

  /** What was never applied, whatever is not confirmed. */
  private Optional<Problem> refused(Transaction transaction) {
    return Stream.concat(
            transaction.rows().stream().map(this::refused),
            transaction.relations().stream().map(this::unknown))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<Problem> refused(PendingRow row) {
    return unknown(row.relation()).or(() -> there(row.relation()).flatMap(t -> refused(row, t)));
  }

  private Optional<Problem> refused(PendingRow row, ReceivingTable table) {
    return forbidden(row, table)
        .or(() -> notFound(row, table))
        .or(() -> misfit(row, table))
        .or(() -> missingValue(row, table));
  }

  private Optional<ReceivingTable> there(PendingRelation relation) {
    return evidence.tables().stream()
        .filter(t -> t.relation().equals(relation.relation()))
        .findFirst();
  }

  /** logicalrep_rel_open in relation.c. */
  private Optional<Problem> unknown(PendingRelation relation) {
    var table = there(relation);
    if (table.isEmpty()) {
      return drift(
          "Table %s is missing on the target, and changes of it wait there: create it, or rename it back, with the columns that it had on the source when they were made (%s); %s.",
          relation.relation(), String.join(", ", relation.columnNames()), NOTHING_LOST);
    }
    for (String name : relation.columnNames()) {
      var column = table.get().column(name);
      if (column.isEmpty()) {
        return drift(
            "Column %s of %s is missing on the target, and changes of it wait there: add it with ALTER TABLE on the target, or rename it back; %s.",
            name, relation.relation(), NOTHING_LOST);
      }
      if (column.get().generated()) {
        return drift(
            "Column %s of %s is generated on the target, and values for it wait there: run ALTER TABLE %s ALTER COLUMN %s DROP EXPRESSION on the target; %s.",
            name,
            relation.relation(),
            relation.relation().qualified(),
            Sql.identifier(name),
            NOTHING_LOST);
      }
    }
    return Optional.empty();
  }

  /** SwitchToUntrustedUser in usercontext.c, TargetPrivilegesCheck in worker.c. */
  private Optional<Problem> forbidden(PendingRow row, ReceivingTable table) {
    if (!table.mayAct()) {
      return Optional.of(
          new Problem(
              Reason.NoRightToApply,
              "Changes of %s are applied as its owner %s, whom role %s, the owner of subscription %s, may not act as: run GRANT %s TO %s WITH SET TRUE on the target."
                  .formatted(
                      table.relation(),
                      table.actor(),
                      evidence.owner(),
                      evidence.subscription(),
                      Sql.identifier(table.actor()),
                      Sql.identifier(evidence.owner()))));
    }
    var needed = new ArrayList<String>(List.of(row.operation().name()));
    if (row.operation() != Operation.INSERT) {
      needed.add("SELECT");
    }
    needed.removeAll(table.privileges());
    if (!needed.isEmpty()) {
      return Optional.of(
          new Problem(
              Reason.NoRightToApply,
              "Role %s, as which changes of %s are applied, lacks a right on it: run GRANT %s ON %s TO %s on the target."
                  .formatted(
                      table.actor(),
                      table.relation(),
                      String.join(", ", needed),
                      table.relation().qualified(),
                      Sql.identifier(table.actor()))));
    }
    return table.rowSecurity()
        ? Optional.of(
            new Problem(
                Reason.NoRightToApply,
                "Row-level security of %s on the target holds for role %s, as which changes are applied, and PostgreSQL applies none then: run ALTER TABLE %s %s there, or ALTER ROLE %s BYPASSRLS."
                    .formatted(
                        table.relation(),
                        table.actor(),
                        table.relation().qualified(),
                        table.actor().equals(table.owner())
                            ? "NO FORCE ROW LEVEL SECURITY"
                            : "DISABLE ROW LEVEL SECURITY",
                        Sql.identifier(table.actor()))))
        : Optional.empty();
  }

  /** logicalrep_rel_mark_updatable in relation.c. */
  private Optional<Problem> notFound(PendingRow row, ReceivingTable table) {
    if (row.operation() == Operation.INSERT) {
      return Optional.empty();
    }
    var sent =
        row.relation().columns().stream()
            .filter(PendingColumn::key)
            .map(PendingColumn::name)
            .toList();
    boolean whole = sent.size() == row.relation().columns().size();
    boolean found = table.key().isEmpty() ? whole : sent.containsAll(table.key());
    return found
        ? Optional.empty()
        : drift(
            "%s of %s waits, whose row is known by its %s, but the target's table has %s: give it that primary key with ALTER TABLE on the target; %s.",
            row.operation(),
            table.relation(),
            String.join(", ", sent),
            table.key().isEmpty() ? "no key" : "the key " + String.join(", ", table.key()),
            NOTHING_LOST);
  }

  private Optional<Problem> misfit(PendingRow row, ReceivingTable table) {
    return evidence.misfits().stream()
        .filter(m -> m.row() == row)
        .findFirst()
        .map(m -> misfit(m, table, table.column(m.column()).orElseThrow()));
  }

  private static Problem misfit(Misfit misfit, ReceivingTable table, ReceivingTable.Column column) {
    String where = "Column %s of %s".formatted(column.name(), table.relation());
    var label = misfit.row().values().getOrDefault(column.name(), Optional.empty());
    if (column.enumerated() && label.isPresent()) {
      return new Problem(
          Reason.ValueDoesNotFit,
          "%s is of the type %s on the target, which lacks the label %s: run ALTER TYPE %s ADD VALUE %s there; %s."
              .formatted(
                  where,
                  column.type(),
                  shortened(label.get()),
                  column.type(),
                  Sql.literal(label.get()).strip(),
                  NOTHING_LOST));
    }
    return new Problem(
        Reason.ValueDoesNotFit,
        "%s is of the type %s on the target, which does not take a value that waits (%s): run ALTER TABLE %s ALTER COLUMN %s TYPE there with a type that does; %s."
            .formatted(
                where,
                column.type(),
                misfit.message(),
                table.relation().qualified(),
                Sql.identifier(column.name()),
                NOTHING_LOST));
  }

  /** slot_fill_defaults in worker.c: what is not sent gets the target's default. */
  private Optional<Problem> missingValue(PendingRow row, ReceivingTable table) {
    if (row.operation() != Operation.INSERT && row.operation() != Operation.UPDATE) {
      return Optional.empty();
    }
    boolean insert = row.operation() == Operation.INSERT;
    return table.columns().stream()
        .filter(c -> c.notNull() && !c.generated())
        .filter(
            c ->
                row.values().containsKey(c.name())
                    ? row.values().get(c.name()).isEmpty()
                    : insert && !c.filled() && !row.relation().columnNames().contains(c.name()))
        .findFirst()
        .map(
            c ->
                new Problem(
                    Reason.ValueDoesNotFit,
                    "Column %s of %s is NOT NULL on the target, and a row without a value for it waits: run ALTER TABLE %s ALTER COLUMN %s DROP NOT NULL there; %s."
                        .formatted(
                            c.name(),
                            table.relation(),
                            table.relation().qualified(),
                            Sql.identifier(c.name()),
                            NOTHING_LOST)));
  }

  /**
   * A row that is there already. Where it is not known what is applied, the last one: those before
   * it may be there because they are applied.
   */
  private Optional<Problem> conflict() {
    var failing = transactions();
    boolean known = logged().map(Logged::position).or(evidence::applied).isPresent();
    var conflicts =
        failing.stream()
            .flatMap(t -> t.rows().stream())
            .flatMap(r -> evidence.conflicts().stream().filter(c -> c.row() == r))
            .filter(c -> !removedBefore(c, failing))
            .toList();
    return conflicts.isEmpty()
        ? Optional.empty()
        : Optional.of(conflict(conflicts.get(known ? 0 : conflicts.size() - 1)));
  }

  /** Whether an earlier pending change takes the row out of the way. */
  private static boolean removedBefore(Conflict conflict, List<Transaction> transactions) {
    for (Transaction transaction : transactions) {
      for (PendingRow row : transaction.rows()) {
        if (row == conflict.row()) {
          return false;
        }
        boolean sameTable = row.relation().relation().equals(conflict.row().relation().relation());
        if (sameTable && row.operation() != Operation.INSERT && frees(row, conflict)) {
          return true;
        }
      }
      if (transaction.relations().stream()
          .anyMatch(r -> truncated(r, transaction, conflict.row().relation()))) {
        return true;
      }
    }
    return false;
  }

  private static boolean truncated(
      PendingRelation relation, Transaction transaction, PendingRelation of) {
    return relation.relation().equals(of.relation())
        && transaction.rows().stream().noneMatch(r -> r.relation().equals(relation));
  }

  private static boolean frees(PendingRow row, Conflict conflict) {
    var columns = conflict.index().columns();
    boolean byKey =
        row.relation().columns().stream()
            .filter(PendingColumn::key)
            .map(PendingColumn::name)
            .toList()
            .containsAll(columns);
    // What was in columns beyond the key is not sent: it may be this value.
    return !byKey
        || !row.old().isEmpty()
            && columns.stream()
                .allMatch(c -> row.old().get(c).equals(conflict.row().values().get(c)));
  }

  private Problem conflict(Conflict conflict) {
    Relation table = conflict.row().relation().relation();
    String columns = String.join(", ", conflict.index().columns());
    return new Problem(
        Reason.ApplyConflict,
        "%s of %s waits, but the target has another row with the same %s already%s (unique index %s): delete or change that row on the target, it did not come from the source this way; %s."
            .formatted(
                conflict.row().operation(),
                table,
                columns,
                conflict.index().primary() ? " (" + key(conflict) + ")" : "",
                conflict.index().name(),
                NOTHING_LOST));
  }

  /** A primary key is named so that its row can be found; other values are nobody's business. */
  private static String key(Conflict conflict) {
    return conflict.index().columns().stream()
        .map(c -> conflict.row().values().getOrDefault(c, Optional.empty()).orElse(""))
        .map(StoppedApply::shortened)
        .collect(Collectors.joining(", "));
  }

  private static String shortened(String value) {
    return value.length() <= LONGEST_VALUE ? value : value.substring(0, LONGEST_VALUE) + "…";
  }

  private static Optional<Problem> drift(String sentence, Object... parts) {
    return Optional.of(new Problem(Reason.SchemaDrift, sentence.formatted(parts)));
  }
}
