package dev.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.federation.ApplyEvidence.Conflict;
import dev.tributary.federation.ApplyEvidence.Logged;
import dev.tributary.federation.ApplyEvidence.Misfit;
import dev.tributary.federation.Pending.Transaction;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Why an apply worker stops, told from what waits for it. */
class StoppedApplyTest {
  private static final Relation USERS = new Relation("svc", "users");
  private static final PendingRelation SENT =
      new PendingRelation(
          1,
          USERS,
          List.of(new PendingColumn("id", 23, -1, true), new PendingColumn("name", 25, -1, false)));
  private static final ReceivingTable.Unique KEY =
      new ReceivingTable.Unique("users_pkey", List.of("id"), true);
  private static final Set<String> ALL = Set.of("INSERT", "UPDATE", "DELETE", "TRUNCATE", "SELECT");

  private List<ReceivingTable> tables = List.of(table(ALL, column("id"), column("name")));
  private List<Transaction> transactions = List.of();
  private List<Misfit> misfits = List.of();
  private List<Conflict> conflicts = List.of();
  private Optional<Long> applied = Optional.empty();
  private Optional<Logged> logged = Optional.empty();

  @Test
  void nothingIsSaidOfChangesThatTheTargetTakes() {
    wait(insert("1", "one"), update("1", "uno"), delete("1"));
    assertThat(why()).isEmpty();
  }

  @Test
  void aTableOrColumnHasToHaveTheNameOfTheTimeOfTheChange() {
    wait(insert("1", "one"));
    tables = List.of();
    assertSaid(Reason.SchemaDrift, "Table svc.users is missing on the target", "(id, name)");

    tables = List.of(table(ALL, column("id"), column("full_name")));
    assertSaid(Reason.SchemaDrift, "Column name of svc.users is missing on the target");
  }

  @Test
  void aGeneratedColumnTakesNoValues() {
    wait(insert("1", "one"));
    tables =
        List.of(
            table(
                ALL,
                column("id"),
                new ReceivingTable.Column("name", "text", false, false, true, true)));
    assertSaid(Reason.SchemaDrift, "ALTER COLUMN \"name\" DROP EXPRESSION");
  }

  @Test
  void aTableThatIsOnlyTruncatedHasToBeThereToo() {
    transactions = List.of(new Transaction(100, List.of(SENT), List.of()));
    tables = List.of();
    assertSaid(Reason.SchemaDrift, "Table svc.users is missing");
  }

  @Test
  void theRightThatTheOperationNeedsIsNamed() {
    tables = List.of(table(Set.of("INSERT", "UPDATE"), column("id"), column("name")));
    wait(insert("1", "one"));
    assertThat(why()).isEmpty();
    wait(update("1", "uno"));
    assertSaid(Reason.NoRightToApply, "run GRANT SELECT ON \"svc\".\"users\" TO \"owner\"");
    wait(delete("1"));
    assertSaid(Reason.NoRightToApply, "GRANT DELETE, SELECT ON");
  }

  @Test
  void aNotNullColumnNeedsAValueUnlessTheTargetHasADefault() {
    var more = new ReceivingTable.Column("more", "text", false, true, false, false);
    tables = List.of(table(ALL, column("id"), column("name"), more));
    wait(insert("1", "one"));
    assertSaid(Reason.ValueDoesNotFit, "Column more of svc.users is NOT NULL", "DROP NOT NULL");
    wait(update("1", "uno"));
    assertThat(why()).isEmpty();

    var filled = new ReceivingTable.Column("more", "text", false, true, true, false);
    tables = List.of(table(ALL, column("id"), column("name"), filled));
    wait(insert("1", "one"));
    assertThat(why()).isEmpty();
  }

  @Test
  void aLabelIsQuotedAndOtherValuesAreNotTold() {
    PendingRow row = insert("1", "it's");
    wait(row);
    misfits = List.of(new Misfit(row, "name", "invalid input value"));
    tables =
        List.of(
            table(
                ALL,
                column("id"),
                new ReceivingTable.Column("name", "svc.state", true, false, false, false)));
    assertSaid(Reason.ValueDoesNotFit, "run ALTER TYPE svc.state ADD VALUE 'it''s' there");

    tables = List.of(table(ALL, column("id"), column("name")));
    assertSaid(Reason.ValueDoesNotFit, "Column name of svc.users", "invalid input value");
    assertThat(why().orElseThrow().sentence()).doesNotContain("it's");
  }

  @Test
  void aRowThatAnEarlierChangeTakesAwayIsNotInTheWay() {
    PendingRow row = insert("1", "again");
    conflicts = List.of(new Conflict(row, KEY));
    wait(row);
    assertSaid(Reason.ApplyConflict, "the same id already (1) (unique index users_pkey)");
    wait(update("7", "other"), row);
    assertSaid(Reason.ApplyConflict, "the same id already (1)");
    wait(delete("1"), row);
    assertThat(why()).isEmpty();
    transactions =
        List.of(
            new Transaction(100, List.of(SENT), List.of()),
            new Transaction(200, List.of(SENT), List.of(row)));
    assertThat(why()).as("truncated").isEmpty();
  }

  @Test
  void whereItIsNotKnownWhatIsAppliedTheLastRowThatIsThereIsTheCause() {
    PendingRow first = insert("1", "perhaps applied");
    PendingRow last = insert("2", "in the way");
    transactions =
        List.of(
            new Transaction(100, List.of(SENT), List.of(first)),
            new Transaction(200, List.of(SENT), List.of(last)),
            new Transaction(300, List.of(SENT), List.of(insert("3", "later"))));
    conflicts = List.of(new Conflict(first, KEY), new Conflict(last, KEY));
    assertSaid(Reason.ApplyConflict, "already (2)");

    applied = Optional.of(50L);
    assertSaid(Reason.ApplyConflict, "already (1)");
    applied = Optional.of(150L);
    assertSaid(Reason.ApplyConflict, "already (2)");
    applied = Optional.of(250L);
    assertThat(why()).isEmpty();
  }

  @Test
  void theServersWordsFollowAndTellWhichTransactionItIs() {
    PendingRow row = insert("1", "one");
    transactions =
        List.of(
            new Transaction(100, List.of(SENT), List.of(row)),
            new Transaction(200, List.of(SENT), List.of(insert("2", "two"))));
    conflicts = List.of(new Conflict(row, KEY));
    logged = Optional.of(new Logged("duplicate key", 100));
    assertSaid(Reason.ApplyConflict, "The target's server says: duplicate key");

    logged = Optional.of(new Logged("violates check constraint", 200));
    assertSaid(Reason.ApplyFailing, "subscription lane", "violates check constraint");

    logged = Optional.of(new Logged("mended long ago", 50));
    assertThat(why().orElseThrow().sentence()).doesNotContain("mended long ago");
  }

  private Optional<Problem> why() {
    return StoppedApply.why(
        new ApplyEvidence(
            "lane",
            "subscriber",
            applied,
            new Pending(transactions, Map.of(), 1),
            tables,
            misfits,
            conflicts,
            logged));
  }

  private void assertSaid(Reason reason, String... parts) {
    assertThat(why())
        .hasValueSatisfying(
            p -> {
              assertThat(p.sentence()).contains(parts);
              assertThat(p.reason()).isEqualTo(reason);
            });
  }

  private void wait(PendingRow... rows) {
    transactions = List.of(new Transaction(100, List.of(SENT), List.of(rows)));
  }

  private static PendingRow insert(String id, String name) {
    return new PendingRow(SENT, Operation.INSERT, values(id, name), Map.of());
  }

  private static PendingRow update(String id, String name) {
    return new PendingRow(SENT, Operation.UPDATE, values(id, name), Map.of());
  }

  private static PendingRow delete(String id) {
    return new PendingRow(SENT, Operation.DELETE, Map.of(), Map.of("id", Optional.of(id)));
  }

  private static Map<String, Optional<String>> values(String id, String name) {
    return Map.of("id", Optional.of(id), "name", Optional.of(name));
  }

  private static ReceivingTable.Column column(String name) {
    return new ReceivingTable.Column(name, "text", false, false, false, false);
  }

  private static ReceivingTable table(Set<String> privileges, ReceivingTable.Column... columns) {
    return new ReceivingTable(
        USERS,
        "owner",
        "owner",
        true,
        privileges,
        false,
        List.of(columns),
        List.of("id"),
        List.of(KEY));
  }
}
