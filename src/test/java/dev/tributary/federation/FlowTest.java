package dev.tributary.federation;

import static dev.tributary.federation.States.FEDERATION;
import static dev.tributary.federation.States.FLOW;
import static dev.tributary.federation.States.column;
import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.flow;
import static dev.tributary.federation.States.problem;
import static dev.tributary.federation.States.publication;
import static dev.tributary.federation.States.schema;
import static dev.tributary.federation.States.schemaOfFlow;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.settled;
import static dev.tributary.federation.States.slot;
import static dev.tributary.federation.States.subscription;
import static dev.tributary.federation.States.table;
import static dev.tributary.federation.States.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.ReplicationFederationSpec.OnLost;
import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.federation.States.ADesiredFlow;
import dev.tributary.federation.States.AFlow;
import dev.tributary.federation.States.ASubscription;
import dev.tributary.federation.States.ATarget;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** One source's flow into the target, from the first table to the last. */
class FlowTest {
  private static final TableSelection USERS = settled(table("users").moved());
  private static final Mark OF_ANOTHER = Mark.of(States.other(FEDERATION));

  private static Plan plan(
      ADesiredFlow desired, TableSelection selection, Plan move, AFlow source, ATarget target) {
    return Flow.plan(desired.build(), selection, move, source.build(), target.build());
  }

  private static Plan plan(
      ADesiredFlow desired, TableSelection selection, AFlow source, ATarget target) {
    return plan(desired, selection, Plan.NOTHING, source, target);
  }

  private static Plan plan(TableSelection selection, AFlow source, ATarget target) {
    return plan(desiredFlow(), selection, source, target);
  }

  /** A source that publishes the table users. */
  private static AFlow publishing() {
    return flow().with(publication("users")).with(slot());
  }

  /** A target that receives the table users. */
  private static ATarget receiving() {
    return receiving(subscription().ready("users"));
  }

  private static ATarget receiving(ASubscription subscription) {
    return target()
        .schema(schemaOfFlow())
        .tables(table("users").mirrored().bytes(8192))
        .with(subscription);
  }

  @Nested
  class TheFirstTime {

    @Test
    void nothingIsSentBeforeItCanBeReceived() {
      assertThat(States.sql(plan(USERS, flow(), target())))
          .isEqualTo(
              """
              -- TARGET
              CREATE SCHEMA "svc";
              COMMENT ON SCHEMA "svc" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 source=users';
              -- TARGET
              CREATE TABLE "svc"."users" (
                "id" bigint,
                "name" text,
                PRIMARY KEY ("id")
              );
              COMMENT ON TABLE "svc"."users" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 columns=1:1,2:2 file=1 of=28632 source=users';
              -- SOURCE
              CREATE PUBLICATION "tributary_all_users_e403e136" WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = true);
              COMMENT ON PUBLICATION "tributary_all_users_e403e136" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=default source=users';
              ALTER PUBLICATION "tributary_all_users_e403e136" ADD TABLE ONLY "svc"."users";
              COMMENT ON PUBLICATION "tributary_all_users_e403e136" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=default source=users';
              DO 'BEGIN IF has_table_privilege(''"svc"."users"'', ''UPDATE'') THEN EXECUTE ''EXPLAIN UPDATE "svc"."users" SET "id" = DEFAULT''; END IF; END';
              DO 'BEGIN IF has_table_privilege(''"svc"."users"'', ''DELETE'') THEN EXECUTE ''EXPLAIN DELETE FROM "svc"."users"''; END IF; END';
              -- SOURCE
              CREATE PUBLICATION "tributary_all_users_e403e136_inserts" WITH (publish = 'insert', publish_via_partition_root = true);
              COMMENT ON PUBLICATION "tributary_all_users_e403e136_inserts" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=default source=users';
              -- SOURCE
              CREATE PUBLICATION "tributary_all_users_e403e136_arriving" WITH (publish = '', publish_via_partition_root = true);
              COMMENT ON PUBLICATION "tributary_all_users_e403e136_arriving" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=default source=users';
              -- TARGET
              CREATE SUBSCRIPTION "tributary_all_users_e403e136_trial" CONNECTION '<connection string of the source>' PUBLICATION "tributary_all_users_e403e136" WITH (connect = true, create_slot = false, slot_name = NONE, enabled = false, copy_data = false);
              DROP SUBSCRIPTION "tributary_all_users_e403e136_trial";
              -- SOURCE one by one
              SET statement_timeout = 5000;
              SELECT pg_create_logical_replication_slot('tributary_all_users_e403e136', 'pgoutput', failover => true);
              RESET statement_timeout;
              -- TARGET
              CREATE SUBSCRIPTION "tributary_all_users_e403e136" CONNECTION 'password=unset' PUBLICATION "tributary_all_users_e403e136", "tributary_all_users_e403e136_inserts", "tributary_all_users_e403e136_arriving" WITH (connect = false, create_slot = false, slot_name = 'tributary_all_users_e403e136', enabled = false, streaming = on, failover = true);
              COMMENT ON SUBSCRIPTION "tributary_all_users_e403e136" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=default source=users';
              -- TARGET
              ALTER SUBSCRIPTION "tributary_all_users_e403e136" SET (slot_name = 'tributary_all_users_e403e136');
              ALTER SUBSCRIPTION "tributary_all_users_e403e136" CONNECTION '<connection string of the source>';
              COMMENT ON SUBSCRIPTION "tributary_all_users_e403e136" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 connection=c0ffee lane=default source=users';
              -- TARGET
              ALTER SUBSCRIPTION "tributary_all_users_e403e136" ENABLE;
              -- TARGET one by one
              ALTER SUBSCRIPTION "tributary_all_users_e403e136" REFRESH PUBLICATION;
              """);
    }

    @Test
    void itWaitsForTheTablesToBeInTheirSchema() {
      var onTheWay = States.selection(List.of(), States.built(table("users")), List.of());
      var move =
          SchemaMove.plan(
              States.desiredSchema().build(), States.source().tables(table("users")).build());

      assertThat(plan(desiredFlow(), onTheWay, move, flow(), target()))
          .isEqualTo(
              Plan.blocked(
                  List.of(
                      new Problem(
                          Reason.WaitingForSource,
                          "The source's tables are on their way to their own schema."))));
    }

    @Test
    void itWaitsForThePersonWhoHasToMendATable() {
      var move = Plan.blocked(List.of(problem(Reason.NoReplicaIdentity)));

      assertThat(plan(desiredFlow(), USERS, move, flow(), target())).isEqualTo(move);
    }

    @Test
    void theSubscriptionWaitsUntilTheSlotIsMade() {
      var plan = plan(USERS, publishingWithUnfinishedSlot(), target().schema(schemaOfFlow()));

      assertThat(plan.sentences()).containsExactly("Create the table svc.users on the target");
      assertThat(plan.problems())
          .extracting(Problem::reason)
          .containsExactly(Reason.WaitingForTransactions);
    }

    private AFlow publishingWithUnfinishedSlot() {
      return flow().with(publication("users")).with(slot().beingMade());
    }

    @Test
    void whateverIsNotOursKeepsBothSidesAsTheyAre() {
      assertRefused(plan(USERS, flow(), target().schema(schema("svc", Optional.empty()))));
      assertRefused(plan(USERS, flow(), target().schema(schema("svc", Optional.of(OF_ANOTHER)))));
      assertRefused(plan(USERS, flow().with(publication("users").unmarked()), target()));
      assertRefused(plan(USERS, flow().with(publication("users").marked(OF_ANOTHER)), target()));
      assertRefused(plan(USERS, flow(), target().with(subscription().unmarked())));
      assertRefused(plan(USERS, flow(), target().with(subscription().marked(OF_ANOTHER))));
      assertRefused(
          plan(USERS, flow(), target().schema(schemaOfFlow()).tables(table("users").moved())));
    }

    private static void assertRefused(Plan plan) {
      assertThat(plan.steps()).isEmpty();
      assertThat(plan.problems())
          .singleElement()
          .extracting(Problem::reason)
          .isIn(Reason.NotOwned, Reason.OwnedByAnother);
    }

    @Test
    void everythingThatIsNotOursIsSaid() {
      assertThat(
              plan(
                      USERS,
                      flow().with(publication("users").unmarked()),
                      target()
                          .schema(schema("svc", Optional.empty()))
                          .with(subscription().unmarked()))
                  .problems())
          .extracting(Problem::sentence)
          .containsExactly(
              "The publication tributary_all_users_e403e136 on the source was not made by Tributary:"
                  + " rename or drop it.",
              "The subscription tributary_all_users_e403e136 on the target was not made by Tributary:"
                  + " rename or drop it.",
              "The schema svc on the target was not made by Tributary: rename or drop it.");
    }

    @Test
    void aSourceWithoutTablesFlowsToo() {
      assertThat(plan(settled(), flow(), target()).steps())
          .extracting(step -> step.getClass().getSimpleName())
          .containsExactly(
              "CreateSchema",
              "CreatePublication",
              "CreatePublication",
              "CreatePublication",
              "TryConnection",
              "CreateSlot",
              "CreateSubscription",
              "SetConnection",
              "EnableSubscription",
              "RefreshSubscription");
    }
  }

  @Nested
  class WhatStandsInTheWay {

    @Test
    void aTargetBeforeSeventeen() {
      assertThat(plan(USERS, flow(), target().server(server().version(160010))))
          .isEqualTo(
              Plan.blocked(
                  List.of(
                      new Problem(
                          Reason.ServerTooOld,
                          "The target is PostgreSQL 16.10; it has to be 17 or later: upgrade"
                              + " it."))));
      assertThat(TargetPreflight.of(server().version(170000).build())).isEmpty();
    }

    @Test
    void aSourceThatIsNoPrimary() {
      for (var receiving : List.of(target(), receiving())) {
        assertThat(plan(USERS, flow().server(server().standby()), receiving))
            .isEqualTo(
                Plan.blocked(
                    List.of(
                        new Problem(
                            Reason.ServerIsStandby,
                            "The source is a standby and read-only: connect to its primary."))));
      }
    }

    @Test
    void aTargetThatIsNoPrimaryIsNotTakenForALoss() {
      assertThat(plan(USERS, flow(), receiving().server(server().standby())).steps()).isEmpty();
    }

    @Test
    void whatTheTargetLacksIsSaidAtOnce() {
      assertThat(
              TargetPreflight.of(server().standby().mayNotSubscribe().mayNotCreateSchema().build()))
          .containsExactly(
              new Problem(
                  Reason.ServerIsStandby,
                  "The target is a standby and read-only: connect to its primary."),
              new Problem(
                  Reason.NoRightToSubscribe,
                  "Role app may not create subscriptions: run GRANT pg_create_subscription TO"
                      + " \"app\" on the target."),
              new Problem(
                  Reason.NoRightToCreateSchema,
                  "Role app may not create schemas on the target: run GRANT CREATE ON DATABASE"
                      + " \"users_db\" TO \"app\"."));
    }

    @Test
    void aReplicatorThatMayNotReplicateOrRead() {
      assertThat(
              plan(
                  settled(table("users").moved().unreadable()), flow().mayNotReplicate(), target()))
          .isEqualTo(
              Plan.blocked(
                  List.of(
                      new Problem(
                          Reason.NoRightToReplicate,
                          "Role replicator may not replicate from the source: run ALTER ROLE"
                              + " \"replicator\" REPLICATION there."),
                      new Problem(
                          Reason.NoRightToReplicate,
                          "Role replicator, which replicates, may not read all of table svc.users:"
                              + " run GRANT USAGE ON SCHEMA \"svc\" TO \"replicator\" and GRANT"
                              + " SELECT ON \"svc\".\"users\" TO \"replicator\", and with row-level"
                              + " security ALTER ROLE \"replicator\" BYPASSRLS."))));
    }
  }

  @Nested
  class WhileItFlows {

    @Test
    void anUnchangedWorldPlansNothing() {
      assertThat(plan(USERS, publishing(), receiving())).isEqualTo(Plan.NOTHING);
    }

    @Test
    void aNewTableIsMirroredThenPublishedThenSubscribed() {
      assertThat(
              States.sql(
                  plan(
                      settled(
                          table("users").moved(),
                          table("notes").moved().columns(column("id", "uuid"))),
                      publishing(),
                      receiving())))
          .isEqualTo(
              """
              -- TARGET
              CREATE TABLE "svc"."notes" (
                "id" uuid,
                PRIMARY KEY ("id")
              );
              COMMENT ON TABLE "svc"."notes" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 columns=1:1 file=1 of=28833 source=users';
              -- SOURCE
              ALTER PUBLICATION "tributary_all_users_e403e136" ADD TABLE ONLY "svc"."notes";
              COMMENT ON PUBLICATION "tributary_all_users_e403e136" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=default source=users';
              DO 'BEGIN IF has_table_privilege(''"svc"."notes"'', ''UPDATE'') THEN EXECUTE ''EXPLAIN UPDATE "svc"."notes" SET "id" = DEFAULT''; END IF; END';
              DO 'BEGIN IF has_table_privilege(''"svc"."notes"'', ''DELETE'') THEN EXECUTE ''EXPLAIN DELETE FROM "svc"."notes"''; END IF; END';
              -- TARGET one by one
              ALTER SUBSCRIPTION "tributary_all_users_e403e136" REFRESH PUBLICATION;
              """);
    }

    @Test
    void aTableThatIsNoLongerTakenIsNeitherSentNorReceivedAndKeepsItsRows() {
      var receiving =
          receiving(subscription().ready("users", "old"))
              .tables(table("old").mirrored().bytes(8192));

      assertThat(
              States.sql(
                  plan(USERS, flow().with(publication("users", "old")).with(slot()), receiving)))
          .isEqualTo(
              """
              -- SOURCE
              ALTER PUBLICATION "tributary_all_users_e403e136" DROP TABLE "svc"."old";
              """);
      assertThat(
              plan(
                      USERS,
                      publishing(),
                      receiving.with(subscription().ready("users", "old").notRunning()))
                  .sentences())
          .containsExactly("Refresh the subscription " + FLOW);
    }

    @Test
    void aTableThatSomebodyElseAddedToThePublicationIsTakenOut() {
      assertThat(
              States.sql(
                  plan(
                      USERS,
                      flow().with(publication("users").and("public", "stray")).with(slot()),
                      receiving())))
          .isEqualTo(
              """
              -- SOURCE
              ALTER PUBLICATION "tributary_all_users_e403e136" DROP TABLE "public"."stray";
              """);
    }

    @Test
    void aTableThatWasDroppedOnTheSourceIsForgotten() {
      assertThat(
              plan(
                      USERS,
                      publishing(),
                      receiving(subscription().ready("users", "old").forgetting(0, "old")))
                  .sentences())
          .containsExactly("Refresh the subscription " + FLOW, "Mark the subscription " + FLOW);
    }

    @Test
    void aSubscriptionRunsWithTodaysConnectionBeforeItForgets() {
      assertThat(
              plan(
                      desiredFlow().connection("beef"),
                      USERS,
                      publishing(),
                      receiving(subscription().ready("users", "old").disabled()))
                  .sentences())
          .containsExactly(
              "Set the connection of the subscription " + FLOW, "Enable the subscription " + FLOW);
    }

    /** The table users flows, the table notes has to move first. */
    private static final TableSelection HALF_WAY =
        States.selection(
            States.built(table("users").moved()), States.built(table("notes")), List.of());

    @Test
    void whileATableIsOnItsWayNothingIsPublishedAnewOrNoLonger() {
      var move = Plan.of(List.of(new Schemas.DropSchema(Site.SOURCE, "any step")));

      assertThat(
              plan(
                  desiredFlow(),
                  HALF_WAY,
                  move,
                  flow().with(publication("users", "old")).with(slot()),
                  receiving()))
          .isEqualTo(
              Plan.blocked(
                  List.of(
                      new Problem(
                          Reason.WaitingForSource,
                          "The source's tables are on their way to their own schema."))));
    }

    @Test
    void aNewPasswordWaitsForNoTable() {
      var move = Plan.blocked(List.of(problem(Reason.NoReplicaIdentity)));
      var rotated = desiredFlow().connection("beef");

      assertThat(plan(rotated, HALF_WAY, move, publishing(), receiving()))
          .satisfies(
              p ->
                  assertThat(p.sentences())
                      .containsExactly("Set the connection of the subscription " + FLOW))
          .satisfies(
              p -> assertThat(p.problems()).containsExactly(problem(Reason.NoReplicaIdentity)));
      assertThat(
              plan(
                      rotated,
                      settled(table("users").moved(), table("notes").moved().unreadable()),
                      publishing(),
                      receiving())
                  .sentences())
          .containsExactly("Set the connection of the subscription " + FLOW);
    }

    @Test
    void aTableWhoseUpdatesWouldFailIsTakenOutAtOnce() {
      var events = table("events").flowing().withoutIdentity();
      var move = Plan.blocked(List.of(problem(Reason.NoReplicaIdentity)));
      var publishing = flow().with(publication("users", "events")).with(slot());

      assertThat(
              plan(
                      desiredFlow(),
                      States.selection(
                          States.built(table("users").moved()),
                          States.built(table("notes")),
                          States.built(events)),
                      move,
                      publishing,
                      receiving(subscription().ready("users", "events")))
                  .sentences())
          .containsExactly("Take events out of the publication " + FLOW);
      assertThat(
              plan(
                      desiredFlow(),
                      States.selection(
                          States.built(table("users").moved()), List.of(), States.built(events)),
                      move,
                      publishing,
                      receiving(subscription().ready("users", "events")))
                  .sentences())
          .containsExactly("Take events out of the publication " + FLOW);
      assertThat(
              plan(
                      desiredFlow(),
                      States.selection(
                          States.built(table("users").moved()), List.of(), States.built(events)),
                      move,
                      publishing(),
                      receiving(subscription().ready("users", "events")))
                  .sentences())
          .containsExactly(
              "Mark the subscription " + FLOW + ", which waits until what was sent is confirmed");
    }

    @Test
    void aTableWithAProblemStopsNoOther() {
      var move = Plan.blocked(List.of(problem(Reason.UnsupportedColumnType)));
      var plan =
          plan(
              desiredFlow(),
              settled(table("users").moved(), table("notes").moved()),
              move,
              publishing(),
              receiving());

      assertThat(plan.sentences())
          .containsExactly(
              "Create the table svc.notes on the target",
              "Add notes to the publication " + FLOW,
              "Refresh the subscription " + FLOW);
      assertThat(plan.problems()).containsExactly(problem(Reason.UnsupportedColumnType));
    }

    private static final Column MOOD = States.ownTyped("mood", "mood");

    @Test
    void whatCannotBeReplicatedYetKeepsAFlowFromBeginningUntilItIsExcluded() {
      var tables =
          settled(
              table("users").moved(),
              table("events").moved().partitionOf(States.relation("all_events")),
              table("moods").moved().columns(column("id", "bigint"), MOOD));

      assertThat(plan(tables, flow(), target()))
          .isEqualTo(
              Plan.blocked(
                  List.of(
                      new Problem(
                          Reason.PartitionedTable,
                          "Table svc.events inherits or is inherited from, which is not"
                              + " replicated yet: add it to tables.exclude."),
                      new Problem(
                          Reason.UnsupportedColumnType,
                          "Column mood of table svc.moods has the type public.mood, which is the row"
                              + " type of a table or view, or written in C, and cannot be made on the"
                              + " target: add the table to tables.exclude."))));
    }

    @Test
    void whatCannotBeReplicatedYetStopsNoOtherTableOfAFlowThatHasBegun() {
      var plan =
          plan(
              settled(
                  table("users").moved(),
                  table("notes").moved(),
                  table("moods").moved().columns(column("id", "bigint"), MOOD)),
              publishing(),
              receiving());

      assertThat(plan.sentences())
          .containsExactly(
              "Create the table svc.notes on the target",
              "Add notes to the publication " + FLOW,
              "Refresh the subscription " + FLOW);
      assertThat(plan.problems())
          .extracting(Problem::reason)
          .containsExactly(Reason.UnsupportedColumnType);
    }

    @Test
    void aTableThatFlowsAndGetsAColumnThatCannotBeMadeThereIsTakenOut() {
      var plan =
          plan(
              settled(
                  table("users")
                      .flowing()
                      .columns(column("id", "bigint"), column("name", "text"), MOOD)),
              publishing(),
              receiving());

      assertThat(plan.sentences()).containsExactly("Take users out of the publication " + FLOW);
      assertThat(plan.problems())
          .extracting(Problem::reason)
          .contains(Reason.UnsupportedColumnType);
    }

    @Test
    void aViewThatIsMadeAnewOnTheSourceStopsNothing() {
      var move =
          Plan.of(
              List.of(
                  new CompatibilityView.DropView(
                      new Relation("public", "x"), States.desiredSchema().build())));

      assertThat(plan(desiredFlow(), USERS, move, publishing(), receiving()))
          .isEqualTo(Plan.NOTHING);
    }

    @Test
    void aNewColumnIsMadeAndTheRestGoesOn() {
      var plan =
          plan(
              settled(
                  table("users")
                      .moved()
                      .columns(
                          column("id", "bigint"), column("name", "text"), column("bio", "text")),
                  table("notes").moved()),
              publishing(),
              receiving());

      assertThat(plan.sentences())
          .containsExactly(
              "Change bio of the table svc.users on the target",
              "Create the table svc.notes on the target",
              "Add notes to the publication " + FLOW,
              "Refresh the subscription " + FLOW);
      assertThat(plan.problems()).isEmpty();
    }

    @Test
    void aMirroredTableThatWasDroppedByHandIsMadeAndCopiedAgain() {
      assertThat(
              plan(USERS, publishing(), target().schema(schemaOfFlow()).with(subscription()))
                  .sentences())
          .containsExactly(
              "Create the table svc.users on the target", "Refresh the subscription " + FLOW);
    }
  }

  @Nested
  class Suspended {

    @Test
    void theSubscriptionIsDisabledAndNothingElseIsChanged() {
      assertThat(
              States.sql(
                  plan(
                      desiredFlow().suspended(),
                      settled(table("users").moved(), table("new").moved()),
                      publishing(),
                      receiving())))
          .isEqualTo(
              """
              -- TARGET
              ALTER SUBSCRIPTION "tributary_all_users_e403e136" DISABLE;
              """);
    }

    @Test
    void evenALossIsLeftForLater() {
      assertThat(
              plan(
                  desiredFlow().suspended(),
                  USERS,
                  flow(),
                  receiving(subscription().ready("users").disabled())))
          .isEqualTo(Plan.NOTHING);
    }

    @Test
    void nothingIsBegun() {
      assertThat(plan(desiredFlow().suspended(), USERS, flow(), target())).isEqualTo(Plan.NOTHING);
    }

    @Test
    void whatIsNotOursIsNotDisabled() {
      for (var foreign : List.of(subscription().unmarked(), subscription().marked(OF_ANOTHER))) {
        assertThat(plan(desiredFlow().suspended(), USERS, publishing(), receiving(foreign)).steps())
            .isEmpty();
      }
    }

    @Test
    void goingOnEnablesIt() {
      assertThat(
              plan(USERS, publishing(), receiving(subscription().ready("users").disabled()))
                  .sentences())
          .containsExactly("Enable the subscription " + FLOW);
    }
  }

  /** The first step is always the one that shows every later reader that a copy is to be made. */
  @Nested
  class AfterALoss {

    @Test
    void ofThePublicationTheSubscriptionGoesFirst() {
      assertThat(States.sql(plan(USERS, flow().with(slot()), receiving())))
          .isEqualTo(
              """
              -- TARGET
              ALTER SUBSCRIPTION "tributary_all_users_e403e136" DISABLE;
              ALTER SUBSCRIPTION "tributary_all_users_e403e136" SET (slot_name = NONE);
              DROP SUBSCRIPTION "tributary_all_users_e403e136";
              -- SOURCE
              SELECT pg_drop_replication_slot('tributary_all_users_e403e136');
              """);
    }

    @Test
    void ofTheSlotTheSubscriptionGoesFirst() {
      assertThat(plan(USERS, flow().with(publication("users")), receiving()).sentences())
          .containsExactly("Drop the subscription " + FLOW);
    }

    @Test
    void ofBothTheSubscriptionGoesFirst() {
      assertThat(plan(USERS, flow(), receiving()).sentences())
          .containsExactly("Drop the subscription " + FLOW);
    }

    /** The table users flows, the table notes has rows that nobody keeps up. */
    private static Plan planOfForgotten(AFlow source, ASubscription subscription) {
      return plan(
          settled(table("users").moved(), table("notes").moved()),
          source,
          receiving(subscription).tables(table("notes").mirrored().bytes(8192)));
    }

    @Test
    void ofATableOfThePublicationTheSubscriptionConfirmsWhatWasSentBeforeItForgetsIt() {
      assertThat(
              States.sql(
                  planOfForgotten(
                      publishing().position(500), subscription().ready("users", "notes"))))
          .isEqualTo(
              """
              -- TARGET
              COMMENT ON SUBSCRIPTION "tributary_all_users_e403e136" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 connection=c0ffee forgets=500/%s lane=default source=users';
              """
                  .formatted(Names.digest("\"svc\".\"notes\"")));
      assertThat(
              planOfForgotten(
                  flow().with(publication("users")).with(slot().position(700).lag(201)),
                  subscription().ready("users", "notes").forgetting(500, "notes")))
          .isEqualTo(
              Plan.blocked(
                  List.of(
                      new Problem(
                          Reason.WaitingForApply,
                          "The target has to apply what was sent of svc.notes before the table can"
                              + " be forgotten, or copied again."))));
    }

    @Test
    void aTableIsForgottenWhenThatIsConfirmed() {
      assertThat(
              planOfForgotten(
                      flow().with(publication("users")).with(slot().position(700).lag(200)),
                      subscription().ready("users", "notes").forgetting(500, "notes"))
                  .sentences())
          .containsExactly("Refresh the subscription " + FLOW, "Mark the subscription " + FLOW);
    }

    @Test
    void aSubscriptionThatDoesNotRunRemembersNothingAndForgetsAtOnce() {
      assertThat(
              planOfForgotten(
                      publishing().position(500),
                      subscription().ready("users", "notes").notRunning())
                  .sentences())
          .containsExactly("Refresh the subscription " + FLOW);
    }

    @Test
    void aTableThatFellOutMeanwhileIsWaitedForAnew() {
      var forgetting = subscription().ready("users", "notes", "old").forgetting(500, "notes");

      assertThat(States.sql(planOfForgotten(publishing().position(600), forgetting)))
          .contains(
              "forgets=600/%s ".formatted(Names.digest("\"svc\".\"notes\"", "\"svc\".\"old\"")));
    }

    @Test
    void whatIsPublishedAgainBeforeItWasForgottenIsNotWaitedForAnyMore() {
      assertThat(
              States.sql(
                  plan(
                      USERS,
                      publishing(),
                      receiving(subscription().ready("users").forgetting(500, "users")))))
          .isEqualTo(
              """
              -- TARGET
              COMMENT ON SUBSCRIPTION "tributary_all_users_e403e136" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 connection=c0ffee lane=default source=users';
              """);
    }

    @Test
    void aNewPasswordKeepsInMindWhatIsWaitedFor() {
      assertThat(
              States.sql(
                  plan(
                      desiredFlow().connection("beef"),
                      USERS,
                      publishing(),
                      receiving(subscription().ready("users", "old").forgetting(900, "old")))))
          .contains("connection=beef forgets=900/");
    }

    @Test
    void aTableThatWasForgottenIsEmptiedAndCopiedAgain() {
      assertThat(planOfForgotten(publishing(), subscription().ready("users")).sentences())
          .containsExactly(
              "Empty the table svc.notes on the target, it is copied whole",
              "Add notes to the publication " + FLOW,
              "Refresh the subscription " + FLOW);
    }

    @Test
    void ofAnOperationOfThePublicationTheSubscriptionGoesFirst() {
      assertThat(
              plan(
                      USERS,
                      flow()
                          .with(publication("users").operations(Operation.INSERT, Operation.UPDATE))
                          .with(slot()),
                      receiving())
                  .sentences())
          .containsExactly("Drop the subscription " + FLOW);
    }

    @Test
    void anOperationThatIsNoLongerWantedIsNoLoss() {
      assertThat(
              plan(
                      desiredFlow().operations(Operation.INSERT, Operation.UPDATE),
                      USERS,
                      publishing(),
                      receiving())
                  .sentences())
          .containsExactly("Publish [insert, update] by " + FLOW);
    }

    @Test
    void aSubscriptionThatReadsElsewhereGoesFirst() {
      for (var elsewhere :
          List.of(
              subscription().ready("users").publications("another"),
              subscription().ready("users").slot("another"),
              subscription().ready("users").slot(null))) {
        assertThat(plan(USERS, publishing(), receiving(elsewhere)).sentences())
            .containsExactly("Drop the subscription " + FLOW);
      }
    }

    @Test
    void aSlotThatIsOlderThanItsPublicationIsReplaced() {
      assertThat(
              plan(
                      USERS,
                      flow().with(slot()),
                      target().schema(schemaOfFlow()).tables(table("users").mirrored()))
                  .sentences())
          .containsExactly("Drop the replication slot " + FLOW);
    }

    @Test
    void ofTheSubscriptionItIsMadeAgainOnEmptyTables() {
      assertThat(
              plan(
                      USERS,
                      publishing(),
                      target().schema(schemaOfFlow()).tables(table("users").mirrored().bytes(8192)))
                  .sentences())
          .containsExactly(
              "Empty the table svc.users on the target, it is copied whole",
              "Create the subscription " + FLOW,
              "Set the connection of the subscription " + FLOW,
              "Enable the subscription " + FLOW,
              "Refresh the subscription " + FLOW);
    }

    @Test
    void ofWalNothingIsThrownAwayUnlessThatIsWanted() {
      assertThat(plan(USERS, flow().with(publication("users")).with(slot().lost()), receiving()))
          .isEqualTo(
              Plan.blocked(
                  List.of(
                      new Problem(
                          Reason.SlotLost,
                          "The source's server has removed WAL that the slot tributary_all_users_e403e136"
                              + " still needed, so changes are missing: set slots.onLost to Resync"
                              + " to copy the tables of the default lane again."))));
    }

    @Test
    void ofWalTheSubscriptionGoesFirstWhereResyncIsWanted() {
      assertThat(
              plan(
                      desiredFlow().onLost(OnLost.Resync),
                      USERS,
                      flow().with(publication("users")).with(slot().lost()),
                      receiving())
                  .sentences())
          .containsExactly("Drop the subscription " + FLOW, "Drop the replication slot " + FLOW);
    }

    @Test
    void aLostSlotThatNobodyReadsIsReplacedWhateverIsWanted() {
      assertThat(
              plan(
                      desiredFlow().onLost(OnLost.Hold),
                      USERS,
                      flow().with(publication("users")).with(slot().lost()),
                      target().schema(schemaOfFlow()).tables(table("users").mirrored()))
                  .sentences())
          .containsExactly("Drop the replication slot " + FLOW);
    }

    @Test
    void aReleasedFlowIsMendedByItsSuccessor() {
      assertThat(
              plan(
                      USERS,
                      flow().with(publication("users")),
                      receiving(
                          subscription()
                              .ready("users")
                              .marked(
                                  desiredFlow()
                                      .owner(States.reborn(FEDERATION))
                                      .build()
                                      .connectedMark(States.defaultLane())
                                      .release())))
                  .sentences())
          .containsExactly("Drop the subscription " + FLOW);
    }
  }

  @Nested
  class TakingDown {

    private static Plan remove(Optional<AFlow> source, Optional<ATarget> target) {
      return Flow.remove(
          desiredFlow().build(), source.map(AFlow::build), target.map(ATarget::build));
    }

    private static Plan release(Optional<AFlow> source, Optional<ATarget> target) {
      return Flow.release(
          desiredFlow().build(), source.map(AFlow::build), target.map(ATarget::build));
    }

    @Test
    void theSubscriptionGoesFirstSoThatNoSlotIsLeftThatNobodyReads() {
      assertThat(remove(Optional.of(publishing()), Optional.of(receiving())).sentences())
          .containsExactly(
              "Drop the subscription " + FLOW,
              "Drop the replication slot " + FLOW,
              "Drop the publication " + FLOW,
              "Drop the publication " + FLOW + "_inserts",
              "Drop the publication " + FLOW + "_arriving",
              "Drop the table svc.users on the target",
              "Drop the schema svc on the target");
    }

    @Test
    void aSideThatCannotBeReachedIsLeftOut() {
      assertThat(remove(Optional.empty(), Optional.of(receiving())).sentences())
          .containsExactly(
              "Drop the subscription " + FLOW,
              "Drop the table svc.users on the target",
              "Drop the schema svc on the target");
      assertThat(remove(Optional.of(publishing()), Optional.empty()).sentences())
          .containsExactly(
              "Drop the replication slot " + FLOW,
              "Drop the publication " + FLOW,
              "Drop the publication " + FLOW + "_inserts",
              "Drop the publication " + FLOW + "_arriving");
      assertThat(remove(Optional.empty(), Optional.empty())).isEqualTo(Plan.NOTHING);
    }

    @Test
    void aSlotWhosePublicationIsGoneAlreadyGoesToo() {
      assertThat(remove(Optional.of(flow().with(slot())), Optional.of(target())).sentences())
          .containsExactly("Drop the replication slot " + FLOW);
    }

    @Test
    void aSlotStaysWhereThePublicationIsNotOurs() {
      for (var foreign :
          List.of(
              publication().unmarked(),
              publication().marked(OF_ANOTHER),
              publication().marked(Mark.of(FEDERATION).release()))) {
        assertThat(remove(Optional.of(flow().with(foreign).with(slot())), Optional.of(target())))
            .isEqualTo(Plan.NOTHING);
      }
    }

    @Test
    void whenEverythingIsGoneNothingIsLeftToRemove() {
      assertThat(remove(Optional.of(flow()), Optional.of(target()))).isEqualTo(Plan.NOTHING);
    }

    @Test
    void releasingChangesMarksAloneAndEverythingGoesOnFlowing() {
      var plan = release(Optional.of(publishing()), Optional.of(receiving()));

      assertThat(plan.sentences())
          .containsExactly(
              "Release the subscription " + FLOW,
              "Release the publication " + FLOW,
              "Release the publication " + FLOW + "_inserts",
              "Release the publication " + FLOW + "_arriving",
              "Release the schema svc on the target");
      assertThat(plan.steps())
          .allSatisfy(
              s -> assertThat(s.sql()).singleElement().asString().startsWith("COMMENT ON "));
    }

    @Test
    void releasingLeavesOutASideThatCannotBeReached() {
      assertThat(release(Optional.empty(), Optional.of(receiving())).sentences())
          .containsExactly(
              "Release the subscription " + FLOW, "Release the schema svc on the target");
      assertThat(release(Optional.of(publishing()), Optional.empty()).sentences())
          .containsExactly(
              "Release the publication " + FLOW,
              "Release the publication " + FLOW + "_inserts",
              "Release the publication " + FLOW + "_arriving");
    }

    @Test
    void theNextFederationOfTheNameTakesEverythingUpWithoutACopy() {
      var former = desiredFlow().owner(States.reborn(FEDERATION)).build();

      assertThat(
              plan(
                      USERS,
                      flow()
                          .with(publication("users").marked(Mark.of(former.owner()).release()))
                          .with(slot()),
                      target()
                          .schema(schema("svc", Optional.of(former.mark().release())))
                          .tables(table("users").moved().marked(former.mark()).bytes(8192))
                          .with(
                              subscription()
                                  .ready("users")
                                  .marked(former.connectedMark(States.defaultLane()).release())))
                  .sentences())
          .containsExactly(
              "Set the connection of the subscription " + FLOW,
              "Take up the schema svc on the target",
              "Remember how the columns of svc.users correspond",
              "Mark the publication " + FLOW,
              "Mark the publication " + FLOW + "_inserts",
              "Mark the publication " + FLOW + "_arriving");
    }

    @Test
    void aFederationOfTheSameNameThatDidNotReleaseKeepsEverything() {
      var other = desiredFlow().owner(States.reborn(FEDERATION)).build();
      var mark = Optional.of(Mark.of(other.owner(), Map.of(Mark.SOURCE, "users")));
      var source = flow().with(publication("users").marked(Mark.of(other.owner()))).with(slot());
      var target =
          target()
              .schema(schema("svc", mark))
              .tables(table("users").moved().marked(other.mark()))
              .with(subscription().marked(other.connectedMark(States.defaultLane())));

      assertThat(plan(USERS, source, target).steps()).isEmpty();
      assertThat(remove(Optional.of(source), Optional.of(target))).isEqualTo(Plan.NOTHING);
      assertThat(release(Optional.of(source), Optional.of(target))).isEqualTo(Plan.NOTHING);
    }
  }
}
