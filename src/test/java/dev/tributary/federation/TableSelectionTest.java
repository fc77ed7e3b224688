package dev.tributary.federation;

import static dev.tributary.federation.States.column;
import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.ownTyped;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.States.ADesiredSchema;
import dev.tributary.federation.States.ASource;
import dev.tributary.federation.States.ATable;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Which tables are taken, and what a person has to decide first. */
class TableSelectionTest {
  static final List<String> MIGRATION_HISTORY = MigrationHistory.TABLES;

  private static TableSelection select(ADesiredSchema desired, ASource source) {
    return TableSelection.of(desired.build(), source.build());
  }

  private static TableSelection select(ATable... tables) {
    return select(desiredSchema(), source().tables(tables));
  }

  private static final TableSelection NOTHING = States.selection(List.of(), List.of(), List.of());

  private static TableSelection leftAlone(ATable... tables) {
    var all = States.built(tables);
    return new TableSelection(
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        all,
        all.stream().filter(t -> t.identity() == Table.ReplicaIdentity.NONE).toList(),
        List.of(),
        List.of(),
        List.of(),
        all.stream().map(Table::oid).collect(Collectors.toSet()));
  }

  /** One table that has to move and cannot. */
  private static void assertRefused(TableSelection selection, Reason reason, String sentence) {
    assertThat(selection.blockers())
        .containsExactly(Finding.blocker(reason, selection.heldBack().get(0).relation(), sentence));
    assertThat(selection.moving()).isEqualTo(selection.heldBack());
    assertThat(selection.settled()).isEmpty();
    assertThat(selection.unsettled()).isEmpty();
  }

  @Test
  void tablesInTheirSchemaAreSettledAndThoseElsewhereHaveToMove() {
    var selection = select(table("notes"), table("users").moved(), table("events"));

    assertThat(selection)
        .isEqualTo(
            States.selection(
                States.built(table("users").moved()),
                States.built(table("events"), table("notes")),
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
    assertThat(select(table("users").in("audit").withoutIdentity()))
        .usingRecursiveComparison()
        .ignoringFields("living")
        .isEqualTo(NOTHING);
  }

  @Test
  void withMethodNoneOnlyTheTablesOfTheSchemaAreTaken() {
    assertThat(
            select(
                desiredSchema().nothingMoves(),
                source().tables(table("users").moved(), table("notes"))))
        .usingRecursiveComparison()
        .ignoringFields("living")
        .isEqualTo(States.settled(table("users").moved()));
  }

  @ParameterizedTest
  @FieldSource("MIGRATION_HISTORY")
  void theHistoryOfMigrationToolsIsLeftAlone(String name) {
    assertThat(select(table(name), table(name).moved()))
        .isEqualTo(leftAlone(table(name), table(name).moved()));
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
  void aPatternTakesEveryCharacterLiterally() {
    assertThat(select(desiredSchema().exclude("t😀*"), source().tables(table("t😀s"))).unsettled())
        .isEmpty();
  }

  @Test
  void anExcludedTableHasNoProblems() {
    assertThat(
            select(
                desiredSchema().exclude("old_*"),
                source().tables(table("old_users").withoutIdentity().notOurs())))
        .isEqualTo(leftAlone(table("old_users").withoutIdentity().notOurs()));
  }

  @Test
  void tablesOfExtensionsAndUnloggedTablesAreLeftAlone() {
    assertThat(select(table("spatial_ref_sys").ofExtension().notOurs(), table("cache").unlogged()))
        .isEqualTo(
            leftAlone(table("cache").unlogged(), table("spatial_ref_sys").ofExtension().notOurs()));
  }

  @Test
  void aTableWithoutReplicaIdentityIsRefused() {
    assertRefused(
        select(table("events").withoutIdentity()),
        Reason.NoReplicaIdentity,
        "Table public.events has no primary key, no other replica identity and no unique index on NOT"
            + " NULL columns, so publishing it would make its UPDATE and DELETE fail: add one of them,"
            + " or set tables.withoutReplicaIdentity to Exclude, InsertOnly or Full.");
  }

  @Test
  void aTableWithoutReplicaIdentityIsLeftAloneWhenThatIsWanted() {
    var selection =
        select(
            desiredSchema().excludeWithoutIdentity(),
            source().tables(table("events").withoutIdentity()));

    assertThat(selection.unsettled()).isEmpty();
    assertThat(selection.blockers()).isEmpty();
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
  void whatCannotBeReplicatedYetCanMoveAllTheSame() {
    var partitioned = table("events").partitioned();
    var enumerated = table("users").columns(column("id", "bigint"), ownTyped("mood", "mood"));

    assertThat(select(partitioned, enumerated))
        .isEqualTo(States.selection(List.of(), States.built(partitioned, enumerated), List.of()));
  }

  @Test
  void aPartitionMovesByItselfAndItsParentSaysWhatIdentifiesItsRows() {
    var parent = table("events").partitioned();
    var partition = table("events_1").partitionOf(inPublic("events")).withoutIdentity();
    var selection = select(parent, partition);

    assertThat(selection.unsettled()).isEqualTo(States.built(parent, partition));
    assertThat(selection.blockers()).isEmpty();
    assertThat(selection.unpublishable()).isEqualTo(States.built(partition));
  }

  @Test
  void partitionsStayWhereTheirParentDoesHoweverDeepTheyAre() {
    var root = table("z_events").partitioned();
    var half = table("m_half").partitionOf(inPublic("z_events"));
    var month = table("a_month").partitionOf(inPublic("m_half"));

    assertThat(
            select(
                desiredSchema().exclude("z_events"),
                source().tables(root, half, month, table("users"))))
        .satisfies(
            s -> assertThat(s.leftAlone()).isEqualTo(States.built(month, half, root)),
            s -> assertThat(s.unsettled()).isEqualTo(States.built(table("users"))));
  }

  @Test
  void partitionsOfAParentThatNothingIdentifiesAreLeftAloneWithIt() {
    var parent = table("events").partitioned().withoutIdentity();
    var partition = table("events_1").partitionOf(inPublic("events"));

    assertThat(
            select(desiredSchema().excludeWithoutIdentity(), source().tables(parent, partition))
                .leftAlone())
        .isEqualTo(States.built(parent, partition));
    assertThat(select(parent, partition).blockers())
        .extracting(Finding::reason)
        .containsExactly(Reason.NoReplicaIdentity);
  }

  private static Relation inPublic(String name) {
    return new Relation("public", name);
  }

  @Test
  void rowSecurityIsRefusedWhereAViewWouldBypassIt() {
    assertRefused(
        select(
            desiredSchema(),
            source().server(server().version(140018)).tables(table("users").rowSecurity())),
        Reason.RowSecurity,
        "Table public.users has row-level security, which a view would bypass before PostgreSQL"
            + " 15: name the table in schema.compatibility.viewsExcept, or exclude it.");
  }

  @Test
  void rowSecurityIsNoProblemWhereViewsRespectItOrThereAreNone() {
    var table = table("users").rowSecurity();
    var old = source().server(server().version(140018));

    assertThat(select(desiredSchema(), source().server(server().version(150000)).tables(table)))
        .isEqualTo(States.selection(List.of(), States.built(table), List.of()));
    assertThat(select(desiredSchema().withoutViews(), old.tables(table)))
        .isEqualTo(States.selection(List.of(), States.built(table), List.of()));
    assertThat(select(desiredSchema().viewsExcept("us*"), old))
        .isEqualTo(States.selection(List.of(), States.built(table), List.of()));
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
            + " this name and would lose it: take it out of that publication, exclude the table, or,"
            + " when its subscribers are ready for the new name, set tables.publishedElsewhere to"
            + " Move.");
  }

  @Test
  void aTableThatOthersSubscribeToMovesWhenTheyAreReadyForItsNewName() {
    var table = table("users").publishedBy("debezium");

    assertThat(select(desiredSchema().moveIfPublished(), source().tables(table)))
        .isEqualTo(States.selection(List.of(), States.built(table), List.of()));
  }

  @Test
  void aTableWhoseOwnerCannotOwnItsViewIsRefused() {
    assertRefused(
        select(table("users").ownedBy("old \"app\"").ownerMayNotCreate()),
        Reason.PermissionDenied,
        "Role old \"app\", which owns table public.users, may not create in the schema public, so it"
            + " cannot own the view there: run GRANT CREATE ON SCHEMA \"public\" TO"
            + " \"old \"\"app\"\"\".");
    assertThat(
            select(
                    desiredSchema().viewsExcept("users"),
                    source().tables(table("users").ownerMayNotCreate()))
                .blockers())
        .isEmpty();
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
        "Table public.users cannot move to schema svc, where something called users exists: rename"
            + " one of them, or exclude the table.");
  }

  @Test
  void theNameOfAnIndexOrASequenceThatMovesWithItsTableMayBeTakenToo() {
    var table =
        table("users")
            .indexes("users_pkey", "by_name")
            .sequences(
                new ColumnSequence("public", "users_id_seq", "id", ColumnSequence.Kind.OWNED));

    assertThat(List.of("by_name", "users_id_seq"))
        .allSatisfy(
            name ->
                assertRefused(
                    select(desiredSchema(), source().tables(table).taken("svc", name)),
                    Reason.NameTaken,
                    "Table public.users cannot move to schema svc, where something called %s exists:"
                            .formatted(name)
                        + " rename one of them, or exclude the table."));
    assertThat(
            select(desiredSchema(), source().tables(table).taken("public", "by_name")).blockers())
        .isEmpty();
  }

  @Test
  void aSequenceThatStaysBehindGoesThroughTheSchemaAllTheSame() {
    var table =
        table("users")
            .sequences(
                new ColumnSequence("public", "users_id_seq", "id", ColumnSequence.Kind.OWNED));

    assertThat(
            select(
                    desiredSchema().keepSequences(),
                    source().tables(table).taken("svc", "users_id_seq"))
                .blockers())
        .extracting(Finding::reason)
        .containsExactly(Reason.NameTaken);
  }

  @Test
  void twoTablesThatMoveMustNotBringIndexesOfOneName() {
    var selection =
        select(
            desiredSchema().from("public", "legacy"),
            source()
                .tables(
                    table("users").indexes("by_name"),
                    table("people").in("legacy").indexes("by_name")));

    assertThat(selection.blockers()).extracting(Finding::reason).containsExactly(Reason.NameTaken);
  }

  @Test
  void aTableThatWouldHideAnotherOfItsNameIsRefused() {
    var hiding =
        source().tables(table("users").in("legacy"), table("notes")).taken("public", "users");

    assertThat(select(desiredSchema().from("public", "legacy"), hiding).blockers())
        .extracting(Finding::reason)
        .containsExactly(Reason.NameTaken);
    assertThat(
            select(desiredSchema().from("public", "legacy").withoutSearchPath(), hiding).blockers())
        .isEmpty();
  }

  @Test
  void twoTablesOfOneNameFromTwoSchemasAreRefused() {
    var selection =
        select(
            desiredSchema().from("public", "legacy").withoutSearchPath(),
            source().tables(table("users"), table("users").in("legacy"), table("notes")));

    assertThat(selection.blockers())
        .containsExactly(
            Finding.blocker(
                Reason.NameTaken,
                new Relation("legacy", "users"),
                "Tables legacy.users and public.users cannot both move to one schema, each has"
                    + " something called users: rename one of the two, or exclude a table."));
  }

  @Test
  void aTableMustNotHideAnotherThatStays() {
    var state = source().tables(table("users")).taken("legacy", "users");
    var both = desiredSchema().from("legacy", "public");

    assertThat(select(both, state).blockers())
        .containsExactly(
            Finding.blocker(
                Reason.NameTaken,
                inPublic("users"),
                "Table public.users would be found by its name alone where legacy.users is found"
                    + " now: rename one of them, exclude the table, or set"
                    + " schema.compatibility.searchPath to false."));
    assertThat(select(desiredSchema(), state).blockers()).isEmpty();
    assertThat(select(both.withoutSearchPath(), state).blockers()).isEmpty();
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
                        .withoutIdentity()
                        .rowSecurity()
                        .ownerMayNotCreate()
                        .publishedBy("debezium")));

    assertThat(selection.blockers())
        .allSatisfy(f -> assertThat(f.table()).contains(inPublic("t")))
        .allSatisfy(f -> assertThat(f.sentence()).contains("able public.t"))
        .extracting(Finding::reason)
        .containsExactly(
            Reason.NotTableOwner,
            Reason.RowSecurity,
            Reason.PublishedElsewhere,
            Reason.PermissionDenied,
            Reason.NameTaken,
            Reason.NoReplicaIdentity);
    assertThat(selection.settled()).isEmpty();
    assertThat(selection.unsettled()).isEmpty();
  }

  @Test
  void aTableInItsSchemaThatHasAProblemIsNotTaken() {
    var selection = select(table("users").moved(), table("events").moved().notOurs());

    assertThat(selection.settled()).isEqualTo(States.built(table("users").moved()));
    assertThat(selection.moving()).isEmpty();
    assertThat(selection.blockers())
        .extracting(Finding::reason)
        .containsExactly(Reason.NotTableOwner);
  }

  @Test
  void aTableThatFlowsGoesOnFlowingBesideItsProblem() {
    var selection = select(table("events").flowing().notOurs());

    assertThat(selection.settled()).isEqualTo(States.built(table("events").flowing().notOurs()));
    assertThat(selection.blockers())
        .extracting(Finding::reason)
        .containsExactly(Reason.NotTableOwner);
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
        .satisfies(
            s -> assertThat(s.moving()).isEmpty(),
            s -> assertThat(s.settled()).isEmpty(),
            s -> assertThat(s.leftAlone()).isEqualTo(s.unpublishable()),
            s ->
                assertThat(s.unpublishable())
                    .isEqualTo(States.built(table("old").withoutIdentity().unlogged(), table)));
  }
}
