package dev.tributary.federation;

import static dev.tributary.federation.States.column;
import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.generated;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.api.SourceDatabaseSpec.WithoutReplicaIdentity;
import dev.tributary.federation.IdentityFacts.Leaf;
import dev.tributary.federation.States.ADesiredSchema;
import dev.tributary.federation.States.ATable;
import dev.tributary.federation.Table.ReplicaIdentity;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Some rows and some columns of a table, where the application does not suffer from it. */
class TableOverridesTest {
  private static TableSelection select(ADesiredSchema desired, ATable... tables) {
    return TableSelection.of(desired.build(), source().tables(tables).build());
  }

  private static ATable users() {
    return table("users")
        .moved()
        .columns(column("id", "int"), column("tenant", "int"), column("name", "text"));
  }

  private static void assertRefused(
      TableSelection selection, Reason reason, boolean harmful, String sentence) {
    assertThat(selection.published()).isEmpty();
    assertThat(selection.unpublishable()).hasSize(harmful ? 1 : 0);
    assertThat(selection.blockers())
        .containsExactly(Finding.blocker(reason, new Relation("svc", "users"), sentence));
  }

  @Test
  void aFilterAndAListArePublished() {
    assertThat(select(desiredSchema().where("users", "id > 7"), users()).published())
        .containsExactly(
            new PublishedTable(users().build(), false, Optional.of("id > 7"), List.of()));
    assertThat(select(desiredSchema().columns("users", "name", "id", "name"), users()).published())
        .containsExactly(
            new PublishedTable(users().build(), false, Optional.empty(), List.of("id", "name")));
  }

  @Test
  void serversBefore15PublishWholeTables() {
    var old = source().server(server().version(140018)).tables(users()).build();

    assertThat(TableSelection.of(desiredSchema().where("users", "id > 7").build(), old))
        .satisfies(s -> assertThat(s.published()).isEmpty())
        .satisfies(
            s ->
                assertThat(s.blockers())
                    .extracting(Finding::reason)
                    .containsExactly(Reason.ServerTooOld));
  }

  @Test
  void aFilterThatIsNoExpressionIsRefusedAndTheTableDoesNotFlowWithoutIt() {
    assertRefused(
        select(desiredSchema().where("users", "id > 7;"), users().flowing()),
        Reason.InvalidSpec,
        false,
        "The row filter of table svc.users in tables.overrides cannot be used, because it has a"
            + " semicolon: write one expression of its columns, constants and built-in functions.");
    assertThat(select(desiredSchema().where("users", "XMIN IS NULL"), users()).blockers())
        .extracting(Finding::sentence)
        .singleElement()
        .asString()
        .contains("it names the system column xmin");
  }

  @Test
  void columnsThatAreNotThereOrNotSentAreRefused() {
    var made = users().columns(column("id", "int"), generated("sum", "int", "1"));

    for (String wrong : List.of("Id", "ctid", "sum")) {
      assertThat(select(desiredSchema().columns("users", "id", wrong), made).blockers())
          .extracting(Finding::reason)
          .containsExactly(Reason.InvalidSpec);
    }
  }

  @Test
  void aFilterHasToGoByTheReplicaIdentity() {
    assertRefused(
        select(desiredSchema().where("users", "tenant = 7"), users().flowing()),
        Reason.FilterNotCovered,
        true,
        "The row filter of table svc.users names the column tenant, which does not belong to its"
            + " replica identity (id), so publishing it would make its UPDATE and DELETE fail:"
            + " filter by other columns, name a unique index with tenant as replicaIdentity.index"
            + " in tables.overrides, or publish neither by publication.operations.");
    assertThat(
            select(desiredSchema().where("users", "tenant = 7"), users().set(IdentitySetting.FULL))
                .blockers())
        .isEmpty();
  }

  @Test
  void anIndexThatIsAboutToBeTheReplicaIdentityIsWhatCounts() {
    var both =
        new DesiredSchema.TableOverride(
            "users", Optional.of("tenant = 7"), List.of(), Optional.of("by_tenant"));
    var desired = desiredSchema().build();
    var tables =
        new DesiredSchema.Tables(
            List.of(),
            List.of(),
            WithoutReplicaIdentity.Refuse,
            false,
            List.of(both),
            List.of(Operation.values()));
    var selection =
        TableSelection.of(
            new DesiredSchema(
                desired.owner(),
                desired.name(),
                desired.from(),
                true,
                desired.compatibility(),
                false,
                desired.lockTimeout(),
                tables),
            source().tables(users().uniqueIndex("by_tenant", "id", "tenant")).build());

    assertThat(selection.blockers()).isEmpty();
    assertThat(selection.waiting()).hasSize(1);
    assertThat(selection.identities()).hasSize(1);
  }

  @Test
  void aListHasToHaveTheReplicaIdentity() {
    assertRefused(
        select(desiredSchema().columns("users", "name"), users()),
        Reason.KeyNotInColumns,
        true,
        "The columns of table svc.users in tables.overrides are without id, which belongs to its"
            + " replica identity, so publishing them would make its UPDATE and DELETE fail: add id,"
            + " or publish neither by publication.operations.");
    assertThat(
            select(
                    desiredSchema().columns("users", "id", "tenant", "name"),
                    users().set(IdentitySetting.FULL))
                .blockers())
        .extracting(Finding::reason)
        .containsExactly(Reason.KeyNotInColumns);
  }

  @Test
  void whereOnlyNewRowsFlowAnyFilterAndAnyListWill() {
    var inserts = desiredSchema().operations(Operation.INSERT);
    assertThat(select(inserts.where("users", "tenant = 7"), users()).published()).hasSize(1);
    assertThat(
            select(
                    desiredSchema()
                        .withoutIdentity(WithoutReplicaIdentity.InsertOnly)
                        .columns("users", "name"),
                    users().withoutIdentity())
                .published())
        .extracting(PublishedTable::insertsOnly)
        .containsExactly(true);
  }

  @Test
  void everyPartitionHasToGoWithIt() {
    var root =
        users()
            .partitioned()
            .key("id", "tenant")
            .leaves(new Leaf(new Relation("svc", "users_1"), ReplicaIdentity.KEY, List.of("id")));

    assertThat(select(desiredSchema().where("users", "tenant = 7"), root).blockers())
        .extracting(Finding::reason)
        .containsExactly(Reason.FilterNotCovered);
    assertThat(select(desiredSchema().where("users", "id = 7"), root).blockers()).isEmpty();
  }

  @Test
  void anEntryWithoutEffectIsSeen() {
    var partition = table("part").moved().partitionOf(new Relation("svc", "users"));
    var desired =
        desiredSchema()
            .exclude("old")
            .where("Users", "true")
            .where("old", "true")
            .where("part", "true")
            .where("users", "true");

    assertThat(select(desired, users(), table("old").moved(), partition).warnings())
        .extracting(Finding::sentence)
        .containsExactly(
            "The entry Users of tables.overrides has no effect: there is no table of that name,"
                + " which is compared exactly.",
            "The entry old of tables.overrides has no effect: the table is left alone.",
            "The entry part of tables.overrides has no effect: the table is a partition or inherits"
                + " from another, which is the one to name.");
  }

  @Test
  void onlyWhatIsIncludedIsTakenAndExcludeWins() {
    var root = table("orders").partitioned();
    var partition = table("y2024").partitionOf(new Relation("public", "orders"));
    var selection =
        select(
            desiredSchema().include("o*", "django_migrations").exclude("old_*"),
            root,
            partition,
            table("old_orders"),
            table("users"),
            table("django_migrations"));

    assertThat(selection.unsettled()).extracting(Table::name).containsExactly("orders", "y2024");
    assertThat(selection.leftAlone())
        .extracting(Table::name)
        .containsExactly("django_migrations", "old_orders", "users");
  }
}
