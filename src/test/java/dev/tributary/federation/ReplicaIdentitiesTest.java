package dev.tributary.federation;

import static dev.tributary.federation.States.column;
import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.generated;
import static dev.tributary.federation.States.relation;
import static dev.tributary.federation.States.schema;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.api.SourceDatabaseSpec.WithoutReplicaIdentity;
import dev.tributary.federation.Before.Thing;
import dev.tributary.federation.IdentityFacts.Leaf;
import dev.tributary.federation.States.ADesiredSchema;
import dev.tributary.federation.States.ASource;
import dev.tributary.federation.States.ATable;
import dev.tributary.federation.Table.ReplicaIdentity;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What UPDATE and DELETE of a table are published by, and how it comes back to what it was. */
class ReplicaIdentitiesTest {
  private static final IdentitySetting BY_NR = IdentitySetting.using("by_nr");

  private static ADesiredSchema full() {
    return desiredSchema().withoutIdentity(WithoutReplicaIdentity.Full);
  }

  private static ADesiredSchema insertOnly() {
    return desiredSchema().withoutIdentity(WithoutReplicaIdentity.InsertOnly);
  }

  private static ATable bare() {
    return table("events").withoutIdentity();
  }

  private static ATable indexed() {
    return bare().uniqueIndex("by_nr", "nr");
  }

  /** A schema that a person made for the tables that are in it. */
  private static ASource inPlace(ATable... tables) {
    for (ATable table : tables) {
      table.moved();
    }
    return source().schema(schema("svc", Optional.empty())).tables(tables);
  }

  private static TableSelection select(ADesiredSchema desired, ASource source) {
    return TableSelection.of(desired.build(), source.build());
  }

  /** What a table is set to, where nothing is in the way. */
  private static IdentitySetting after(ADesiredSchema desired, ATable table) {
    return SourceWorld.of(source().tables(table))
        .moved(desired)
        .table(relation("events"))
        .identityFacts()
        .setting();
  }

  private static UniqueIndex flawed(
      boolean valid, boolean immediate, boolean partial, boolean expressions, String... nullable) {
    return new UniqueIndex(
        "a", List.of("nr"), List.of(nullable), false, valid, immediate, partial, expressions);
  }

  @Test
  void anIndexThatIsFitIsTakenByItself() {
    assertThat(after(desiredSchema(), indexed())).isEqualTo(BY_NR);
  }

  @Test
  void theFewestColumnsThenTheFirstNameAreTaken() {
    var table =
        bare().uniqueIndex("a", "source", "nr").uniqueIndex("c", "nr").uniqueIndex("b", "nr");

    assertThat(after(desiredSchema(), table)).isEqualTo(IdentitySetting.using("b"));
  }

  @Test
  void anIndexThatIsNotFitIsNotTaken() {
    for (var index :
        List.of(
            flawed(false, true, false, false),
            flawed(true, false, false, false),
            flawed(true, true, true, false),
            flawed(true, true, false, true),
            flawed(true, true, false, false, "nr"))) {
      assertThat(select(desiredSchema(), source().tables(bare().index(index))).blockers())
          .extracting(Finding::reason)
          .containsExactly(Reason.NoReplicaIdentity);
    }
  }

  @Test
  void aKeyThatIsGeneratedIsNotSentAndFindsNothing() {
    var table = table("events").columns(generated("id", "int", "nr + 1"), column("nr", "int"));

    assertThat(select(desiredSchema(), source().tables(table)).blockers())
        .extracting(Finding::reason)
        .containsExactly(Reason.NoReplicaIdentity);
    assertThat(after(desiredSchema(), table.uniqueIndex("by_nr", "nr"))).isEqualTo(BY_NR);
  }

  @Test
  void whatAPersonHasSetStays() {
    assertThat(after(desiredSchema(), table("events").set(IdentitySetting.FULL)))
        .isEqualTo(IdentitySetting.FULL);
    assertThat(
            after(
                full(),
                bare()
                    .uniqueIndex("by_nr", "nr")
                    .uniqueIndex("by_both", "nr", "source")
                    .set(IdentitySetting.using("by_both"))))
        .isEqualTo(IdentitySetting.using("by_both"));
  }

  @Test
  void anIndexThatIsNamedIsTakenEvenBesideAPrimaryKey() {
    assertThat(
            after(
                desiredSchema().identityIndex("events", "by_nr"),
                table("events").uniqueIndex("by_nr", "id", "nr")))
        .isEqualTo(BY_NR);
  }

  @Test
  void anIndexThatIsNamedAndNotFitIsRefused() {
    var table =
        bare().uniqueIndex("other", "nr").indexes("plain").index(flawed(true, true, true, false));

    for (var reason :
        List.of(
            List.of("gone", "because it does not exist: correct the name, or create it."),
            List.of("plain", "because it is not unique: name a unique index on NOT NULL columns."),
            List.of("a", "because it is partial: name a unique index on NOT NULL columns."))) {
      var selection = select(full().identityIndex("events", reason.get(0)), source().tables(table));
      assertThat(selection.blockers())
          .extracting(Finding::sentence)
          .containsExactly(
              "The index %s cannot be the replica identity of table public.events, %s"
                  .formatted(reason.get(0), reason.get(1)));
      assertThat(selection.identities()).isEmpty();
    }
  }

  @Test
  void theWholeRowIsTakenWhereThatIsWanted() {
    assertThat(after(full(), bare())).isEqualTo(IdentitySetting.FULL);
    assertThat(after(full(), indexed())).isEqualTo(BY_NR);
  }

  @Test
  void theWholeRowDoesNotFindGeneratedColumnsFrom18On() {
    var table = bare().columns(column("nr", "int"), generated("half", "int", "nr / 2"));

    assertThat(select(full(), source().server(server().version(180001)).tables(table)).blockers())
        .extracting(Finding::reason)
        .containsExactly(Reason.NoReplicaIdentity);
    assertThat(
            select(
                    desiredSchema(),
                    source()
                        .server(server().version(180001))
                        .tables(table.set(IdentitySetting.FULL)))
                .unpublishable())
        .hasSize(1);
    assertThat(select(full(), source().server(server().version(170001)).tables(table)).blockers())
        .isEmpty();
  }

  @Test
  void onlyNewRowsFlowWhereThatIsWanted() {
    var world = SourceWorld.of(source().tables(bare(), table("users"))).moved(insertOnly());
    var selection = TableSelection.of(insertOnly().build(), world.state());

    assertThat(selection.published())
        .extracting(p -> p.table().name() + " " + p.insertsOnly())
        .containsExactly("events true", "users false");
    assertThat(selection.unpublishable()).extracting(Table::name).containsExactly("events");
  }

  @Test
  void aPublicationThatSendsNewRowsOnlyNeedsNoIdentity() {
    var selection =
        select(
            desiredSchema().operations(Operation.INSERT, Operation.TRUNCATE), inPlace(indexed()));

    assertThat(selection.published()).hasSize(1);
    assertThat(selection.unpublishable()).isEmpty();
    assertThat(selection.identities()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(WithoutReplicaIdentity.class)
  void noIndexOfAPartitionedTableHoldsForPartitionsToCome(WithoutReplicaIdentity policy) {
    var root = indexed().partitioned();
    var selection = select(desiredSchema().withoutIdentity(policy), source().tables(root));

    assertThat(selection.identities()).isEmpty();
    boolean refused =
        policy == WithoutReplicaIdentity.Refuse || policy == WithoutReplicaIdentity.Full;
    assertThat(selection.blockers()).hasSize(refused ? 1 : 0);
    assertThat(selection.leftAlone()).hasSize(policy == WithoutReplicaIdentity.Exclude ? 1 : 0);
  }

  @Test
  void aPartitionWithoutIdentityIsNamed() {
    var root =
        table("events")
            .partitioned()
            .leaves(
                new Leaf(relation("e1"), ReplicaIdentity.KEY, List.of("id")),
                new Leaf(relation("e2"), ReplicaIdentity.FULL, List.of()),
                new Leaf(relation("e3"), ReplicaIdentity.NONE, List.of()));
    var selection = select(desiredSchema(), source().tables(root));

    assertThat(selection.blockers())
        .extracting(Finding::sentence)
        .containsExactly(
            "Partition svc.e3 of table public.events has no replica identity, so publishing it would"
                + " make its UPDATE and DELETE fail: run ALTER TABLE \"svc\".\"e3\" REPLICA IDENTITY"
                + " DEFAULT if it has a primary key, give it one, or set"
                + " tables.withoutReplicaIdentity to Exclude, InsertOnly.");
    assertThat(selection.unpublishable()).hasSize(1);
  }

  @Test
  void aTableMovesAndIsIdentifiedByOneLock() {
    var plan = SourceWorld.of(source().tables(indexed())).plan(desiredSchema());

    assertThat(plan.steps().get(plan.steps().size() - 1).sql().subList(0, 3))
        .containsExactly(
            "ALTER TABLE \"public\".\"events\" REPLICA IDENTITY USING INDEX \"by_nr\"",
            "INSERT INTO \"svc\".\"tributary_before\" (kind, name, was) VALUES ('IDENTITY',"
                + " ARRAY['events']::text[], ARRAY['DEFAULT', '', 'INDEX', 'by_nr']::text[]) ON"
                + " CONFLICT (kind, name) DO UPDATE SET was = EXCLUDED.was, since = now()",
            "ALTER TABLE \"public\".\"events\" SET SCHEMA \"svc\"");
    assertThat(plan.sentences())
        .last()
        .isEqualTo(
            "Move table public.events to schema svc and leave a view behind, with the replica"
                + " identity the index by_nr");
  }

  @Test
  void everythingIsAsItWasWhereverItWasCutOff() {
    var moved = SourceWorld.of(source().tables(indexed(), table("words").withoutIdentity()));
    var there = SourceWorld.of(inPlace(indexed(), table("words").withoutIdentity()));
    for (var before : List.of(moved, there)) {
      for (var desired : List.of(full(), full().nothingMoves())) {
        if (before == moved && !desired.build().move()) {
          continue;
        }
        var steps = before.plan(desired).steps();
        for (int cut = 0; cut <= steps.size(); cut++) {
          var half = before.after(steps.subList(0, cut));
          assertThat(half.back(desired).state().tables()).isEqualTo(before.state().tables());
          assertThat(half.back(desired).state().before()).isEmpty();
          assertThat(half.moved(desired).back(desired).state().tables())
              .isEqualTo(before.state().tables());
        }
      }
    }
  }

  @Test
  void withMethodNoneTheMemoryIsMadeWhenThereIsSomethingToRemember() {
    var none = full().nothingMoves();
    assertThat(SourceWorld.of(inPlace(table("users"))).plan(none)).isEqualTo(Plan.NOTHING);

    var world = SourceWorld.of(inPlace(table("users"), bare())).moved(none);
    assertThat(world.state().remembered().was())
        .containsOnlyKeys(Thing.inPlace(), Thing.identity("events"));
    assertThat(world.table(relation("users"))).isNotNull();
  }

  @Test
  void whoMovesTablesAfterAllKnowsWhichWereThere() {
    var before = SourceWorld.of(inPlace(bare()).tables(table("users")));
    var after = before.moved(full().nothingMoves()).moved(full());

    assertThat(after.table(relation("users"))).isNotNull();
    assertThat(after.back(full()).state().tables()).isEqualTo(before.state().tables());
  }

  @Test
  void whatIsReleasedIsTakenUpAndTablesThatHadMovedStay() {
    var moved = SourceWorld.of(source().tables(table("users"), bare())).moved(insertOnly());
    var released = moved.after(SchemaMove.release(insertOnly().build(), moved.state()).steps());
    var none = full().nothingMoves();
    var taken = released.moved(none);

    assertThat(taken.table(relation("events")).identity()).isEqualTo(ReplicaIdentity.FULL);
    assertThat(taken.table(relation("users"))).isNotNull();
    var back = taken.after(SchemaReturn.plan(none.build(), taken.state()).steps());
    assertThat(back.table(relation("events")).identity()).isEqualTo(ReplicaIdentity.NONE);
    assertThat(back.state().remembered().remembers(Thing.table("users"))).isTrue();
  }

  @Test
  void whatIsNoLongerWantedIsPutBack() {
    var world = SourceWorld.of(source().tables(bare())).moved(full());

    for (var desired : List.of(insertOnly(), full().exclude("events"), desiredSchema())) {
      var plan = world.plan(desired);
      assertThat(world.after(plan.steps()).table(relation("events")).identityFacts().setting())
          .isEqualTo(IdentitySetting.DEFAULT);
      assertThat(world.after(plan.steps()).state().remembered().remembers(Thing.identity("events")))
          .isFalse();
    }
  }

  @Test
  void whatStillFlowsIsTakenOutFirst() {
    var source =
        inPlace(table("events").withoutIdentity().flowing().set(IdentitySetting.FULL))
            .remember(Thing.inPlace())
            .remember(Thing.identity("events"), "DEFAULT", "", "FULL", "");
    var none = insertOnly().nothingMoves();
    var selection = select(none, source);

    assertThat(selection.unpublishable()).hasSize(1);
    assertThat(selection.published()).isEmpty();
    assertThat(SchemaMove.plan(none.build(), source.build()))
        .isEqualTo(
            Plan.blocked(
                List.of(
                    new Problem(
                        Reason.WaitingForFederation,
                        "The replica identity of table svc.events is changed as soon as the"
                            + " publication "
                            + States.FLOW
                            + " has let go of it; then it is copied again if it is still wanted."))));
    assertThat(SchemaReturn.plan(none.build(), source.build()).problems())
        .extracting(Problem::reason)
        .containsExactly(Reason.PublishedElsewhere);
  }

  @Test
  void anApplicationThatSuffersIsHelpedAtOnce() {
    var source = inPlace(indexed().flowing());
    var plan = SchemaMove.plan(desiredSchema().nothingMoves().build(), source.build());

    assertThat(plan.sentences()).last().asString().contains("to the index by_nr");
    assertThat(select(desiredSchema().nothingMoves(), source).unpublishable()).hasSize(1);
  }

  @Test
  void aPersonsChangeIsLeft() {
    var world = SourceWorld.of(source().tables(indexed())).moved(desiredSchema());
    var changed = world.after("ALTER TABLE \"svc\".\"events\" REPLICA IDENTITY FULL");

    assertThat(changed.plan(full())).isEqualTo(Plan.NOTHING);
    assertThat(changed.back(full()).table(new Relation("public", "events")).identity())
        .isEqualTo(ReplicaIdentity.FULL);
  }

  @Test
  void whatSubscribersOfOthersFindRowsByIsLeft() {
    var source =
        inPlace(bare().set(IdentitySetting.FULL).changesPublishedBy("debezium"))
            .remember(Thing.inPlace())
            .remember(Thing.identity("events"), "DEFAULT", "", "FULL", "");
    var none = insertOnly().nothingMoves();

    assertThat(SchemaMove.plan(none.build(), source.build())).isEqualTo(Plan.NOTHING);
    assertThat(SchemaReturn.plan(none.build(), source.build()).problems())
        .extracting(Problem::reason)
        .containsExactly(Reason.PublishedElsewhere);
    assertThat(
            select(
                    desiredSchema().nothingMoves().identityIndex("users", "by_nr"),
                    inPlace(
                        table("users").uniqueIndex("by_nr", "nr").changesPublishedBy("debezium")))
                .blockers())
        .extracting(Finding::reason)
        .containsExactly(Reason.PublishedElsewhere);
  }

  @Test
  void whatCannotBeRememberedIsNotChanged() {
    var foreign = inPlace(indexed()).taken("svc", Before.TABLE);
    var closed =
        source()
            .schema(new SchemaFacts("svc", Optional.empty(), false, false, List.of(), List.of()))
            .tables(indexed().moved());

    assertThat(SchemaMove.plan(desiredSchema().nothingMoves().build(), foreign.build()))
        .satisfies(p -> assertThat(p.steps()).isEmpty())
        .extracting(p -> p.problems().get(0).reason())
        .isEqualTo(Reason.NotOwned);
    assertThat(SchemaMove.plan(desiredSchema().nothingMoves().build(), closed.build()))
        .satisfies(p -> assertThat(p.steps()).isEmpty())
        .extracting(p -> p.problems().get(0).reason())
        .isEqualTo(Reason.PermissionDenied);
  }
}
