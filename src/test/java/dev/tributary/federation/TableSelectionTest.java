package dev.tributary.federation;

import static dev.tributary.federation.States.column;
import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.States.ADesiredSchema;
import dev.tributary.federation.States.ASource;
import dev.tributary.federation.States.ATable;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Which tables are taken, and what a person has to decide first. */
class TableSelectionTest {
  static final List<String> MIGRATION_HISTORY = TableSelection.MIGRATION_HISTORY;

  private static TableSelection select(ADesiredSchema desired, ASource source) {
    return TableSelection.of(desired.build(), source.build());
  }

  private static TableSelection select(ATable... tables) {
    return select(desiredSchema(), source().tables(tables));
  }

  private static final TableSelection NOTHING =
      new TableSelection(List.of(), List.of(), List.of(), List.of());

  private static void assertRefused(TableSelection selection, Reason reason, String sentence) {
    assertThat(selection.problems()).containsExactly(new Problem(reason, sentence));
    assertThat(selection.settled()).isEmpty();
    assertThat(selection.unsettled()).isEmpty();
  }

  @Test
  void tablesInTheirSchemaAreSettledAndThoseElsewhereHaveToMove() {
    var selection = select(table("notes"), table("users").moved(), table("events"));

    assertThat(selection)
        .isEqualTo(
            new TableSelection(
                States.built(table("users").moved()),
                States.built(table("events"), table("notes")),
                List.of(),
                List.of()));
  }

  @Test
  void tablesAreTakenInTheOrderOfTheirNamesWhateverTheCatalogsIs() {
    var there = List.of(table("b"), table("a"), table("c").in("legacy"), table("B"));

    for (var tables :
        List.of(there, List.of(there.get(2), there.get(1), there.get(3), there.get(0)))) {
      assertThat(
              select(
                      desiredSchema().from("public", "legacy"),
                      source().tables(tables.toArray(ATable[]::new)))
                  .unsettled())
          .extracting(Table::readable)
          .containsExactly("legacy.c", "public.B", "public.a", "public.b");
    }
  }

  @Test
  void schemasThatNobodyNamedAreNotLookedInto() {
    assertThat(select(table("users").in("audit").withoutIdentity())).isEqualTo(NOTHING);
  }

  @Test
  void withMethodNoneOnlyTheTablesOfTheSchemaAreTaken() {
    assertThat(
            select(
                desiredSchema().nothingMoves(),
                source().tables(table("users").moved(), table("notes"))))
        .isEqualTo(States.settled(table("users").moved()));
  }

  @ParameterizedTest
  @FieldSource("MIGRATION_HISTORY")
  void theHistoryOfMigrationToolsIsLeftAlone(String name) {
    assertThat(select(table(name), table(name).moved())).isEqualTo(NOTHING);
  }

  @Test
  void onlyTheExactNameOfAHistoryIsLeftAlone() {
    assertThat(select(table("schema_migrations_report"), table("SCHEMA_VERSION")).unsettled())
        .extracting(Table::name)
        .containsExactly("SCHEMA_VERSION", "schema_migrations_report");
  }

  @ParameterizedTest
  @CsvSource({
    "audit_*, audit_log, true",
    "audit_*, audit_, true",
    "audit_*, audit, false",
    "audit_*, my_audit_log, false",
    "*_tmp, users_tmp, true",
    "*, anything, true",
    "t?, t1, true",
    "t?, t, false",
    "t?, t12, false",
    "a.c, a.c, true",
    "a.c, abc, false",
    "a+, aa, false",
    "[ab], a, false",
    "[ab], [ab], true",
    "users, Users, false",
    "größe*, größe_2, true",
    "t?, t😀, true",
  })
  void aPatternKnowsStarAndQuestionMarkAndTakesAllElseLiterally(
      String pattern, String name, boolean excluded) {
    assertThat(select(desiredSchema().exclude(pattern), source().tables(table(name))).unsettled())
        .hasSize(excluded ? 0 : 1);
  }

  @Test
  void anExcludedTableHasNoProblems() {
    assertThat(
            select(
                desiredSchema().exclude("old_*"),
                source().tables(table("old_users").partitioned().notOurs())))
        .isEqualTo(NOTHING);
  }

  @Test
  void tablesOfExtensionsAndUnloggedTablesAreLeftAlone() {
    assertThat(
            select(
                table("spatial_ref_sys").ofExtension().partitioned(),
                table("cache").unlogged().partitioned()))
        .isEqualTo(NOTHING);
  }

  @Test
  void aTableWithoutReplicaIdentityIsRefused() {
    assertRefused(
        select(table("events").withoutIdentity()),
        Reason.NoReplicaIdentity,
        "Table public.events has no primary key or other replica identity, so publishing it would"
            + " make its UPDATE and DELETE fail: add a primary key, or set"
            + " tables.withoutReplicaIdentity to Exclude.");
  }

  @Test
  void aTableWithoutReplicaIdentityIsLeftAloneWhenThatIsWanted() {
    var selection =
        select(
            desiredSchema().excludeWithoutIdentity(),
            source().tables(table("events").withoutIdentity()));

    assertThat(selection.unsettled()).isEmpty();
    assertThat(selection.problems()).isEmpty();
  }

  @Test
  void aTableThatIsIdentifiedByItsWholeRowIsTaken() {
    assertThat(select(table("events").identifiedByAll()).unsettled())
        .extracting(Table::readable)
        .containsExactly("public.events");
  }

  @Test
  void aTableOfARoleThatOursIsNoMemberOfIsRefused() {
    assertRefused(
        select(table("users").ownedBy("the \"dba\"").notOurs()),
        Reason.NotTableOwner,
        "Table public.users belongs to role the \"dba\", and app is not a member of it: GRANT"
            + " \"the \"\"dba\"\"\" TO \"app\", or exclude the table.");
  }

  @Test
  void aPartitionedTableIsRefused() {
    assertRefused(
        select(table("events").partitioned()),
        Reason.PartitionedTable,
        "Table public.events is partitioned or inherits, which is not supported yet: add it to"
            + " tables.exclude.");
  }

  @Test
  void aColumnOfATypeThatOtherServersLackIsRefused() {
    assertRefused(
        select(
            table("users")
                .columns(
                    column("id", "bigint"),
                    new Column("mood", "public.mood", false, Optional.empty(), List.of()),
                    new Column("mail", "public.citext", false, Optional.empty(), List.of()))),
        Reason.UnsupportedColumnType,
        "Column mood of table public.users has the type public.mood or an expression that is not one"
            + " of PostgreSQL's own, which is not supported yet: add the table to tables.exclude.");
  }

  @Test
  void rowSecurityIsRefusedWhereAViewWouldBypassIt() {
    assertRefused(
        select(
            desiredSchema(),
            source().server(server().version(140018)).tables(table("users").rowSecurity())),
        Reason.RowSecurity,
        "Table public.users has row-level security, which a view would bypass before PostgreSQL"
            + " 15: set schema.compatibility.views to false, or exclude the table.");
  }

  @Test
  void rowSecurityIsNoProblemWhereViewsRespectItOrThereAreNone() {
    var table = table("users").rowSecurity();
    var old = source().server(server().version(140018));

    assertThat(select(desiredSchema(), source().server(server().version(150000)).tables(table)))
        .isEqualTo(new TableSelection(List.of(), States.built(table), List.of(), List.of()));
    assertThat(select(desiredSchema().withoutViews(), old.tables(table)))
        .isEqualTo(new TableSelection(List.of(), States.built(table), List.of(), List.of()));
    assertThat(
            select(
                desiredSchema().nothingMoves(), old.tables(table("users").rowSecurity().moved())))
        .isEqualTo(States.settled(table("users").rowSecurity().moved()));
  }

  @Test
  void aTableThatOthersSubscribeToIsRefusedBecauseItWouldChangeItsName() {
    assertRefused(
        select(table("users").publishedBy("debezium", "replica")),
        Reason.PublishedElsewhere,
        "Table public.users is in the publication debezium, replica, whose subscribers know it by"
            + " this name and would lose it: take it out of that publication, or exclude the"
            + " table.");
  }

  @Test
  void aTableThatKeepsItsNameMayBePublishedElsewhere() {
    assertThat(select(table("users").moved().publishedBy("debezium")))
        .isEqualTo(States.settled(table("users").moved().publishedBy("debezium")));
  }

  @Test
  void aNameThatIsTakenInTheSchemaOfTheirOwnIsRefused() {
    assertRefused(
        select(desiredSchema(), source().tables(table("users")).taken("svc", "users")),
        Reason.NameTaken,
        "Table public.users cannot move to schema svc, where something of that name exists: rename"
            + " one of them, or exclude the table.");
  }

  @Test
  void twoTablesOfOneNameFromTwoSchemasAreRefused() {
    var selection =
        select(
            desiredSchema().from("public", "legacy"),
            source().tables(table("users"), table("users").in("legacy"), table("notes")));

    assertThat(selection.problems())
        .containsExactly(
            new Problem(
                Reason.NameTaken,
                "Tables legacy.users and public.users have one name and cannot both move to one"
                    + " schema: rename or exclude one of them."));
  }

  @Test
  void everyProblemOfATableIsSaid() {
    var selection =
        select(
            desiredSchema(),
            source()
                .server(server().version(140018))
                .taken("svc", "t")
                .tables(
                    table("t")
                        .notOurs()
                        .partitioned()
                        .withoutIdentity()
                        .columns(new Column("c", "public.mood", false, Optional.empty(), List.of()))
                        .rowSecurity()
                        .publishedBy("debezium")));

    assertThat(selection.problems())
        .allSatisfy(p -> assertThat(p.sentence()).contains("able public.t "))
        .extracting(Problem::reason)
        .containsExactly(
            Reason.NotTableOwner,
            Reason.PartitionedTable,
            Reason.NoReplicaIdentity,
            Reason.UnsupportedColumnType,
            Reason.RowSecurity,
            Reason.PublishedElsewhere,
            Reason.NameTaken);
    assertThat(selection.settled()).isEmpty();
    assertThat(selection.unsettled()).isEmpty();
  }

  @Test
  void aTableInItsSchemaThatHasAProblemIsNotTaken() {
    var selection = select(table("users").moved(), table("events").moved().partitioned());

    assertThat(selection.settled()).isEqualTo(States.built(table("users").moved()));
    assertThat(selection.problems())
        .extracting(Problem::reason)
        .containsExactly(Reason.PartitionedTable);
  }

  @Test
  void aTableThatFlowsGoesOnFlowingBesideItsProblem() {
    var selection = select(table("events").flowing().partitioned());

    assertThat(selection.settled())
        .isEqualTo(States.built(table("events").flowing().partitioned()));
    assertThat(selection.problems())
        .extracting(Problem::reason)
        .containsExactly(Reason.PartitionedTable);
  }

  @Test
  void aTableThatFlowsAndLosesItsIdentityIsNotTakenAnyMore() {
    var table = table("events").flowing().withoutIdentity();

    assertThat(select(table).settled()).isEmpty();
    assertThat(select(table).unpublishable()).isEqualTo(States.built(table));
  }

  @Test
  void whatMustNotBePublishedIsNamedEvenIfItIsLeftAlone() {
    var table = table("events").moved().withoutIdentity();

    assertThat(
            select(
                desiredSchema().excludeWithoutIdentity(),
                source().tables(table, table("old").withoutIdentity().unlogged())))
        .isEqualTo(
            new TableSelection(
                List.of(),
                List.of(),
                States.built(table("old").withoutIdentity().unlogged(), table),
                List.of()));
  }
}
