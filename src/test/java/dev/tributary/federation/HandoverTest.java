package dev.tributary.federation;

import static dev.tributary.federation.States.FLOW;
import static dev.tributary.federation.States.HOT;
import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.flow;
import static dev.tributary.federation.States.publication;
import static dev.tributary.federation.States.schemaOfFlow;
import static dev.tributary.federation.States.settled;
import static dev.tributary.federation.States.slot;
import static dev.tributary.federation.States.subscription;
import static dev.tributary.federation.States.table;
import static dev.tributary.federation.States.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.States.ADesiredFlow;
import dev.tributary.federation.States.APublication;
import dev.tributary.federation.States.ASlot;
import dev.tributary.federation.States.ASubscription;
import dev.tributary.federation.States.ATable;
import dev.tributary.federation.SubscriptionState.State;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Each stage of a table's change from the default lane to the lane hot, as the catalogs show it.
 */
class HandoverTest {
  private static final long FAR = 128L << 20;
  private static final String TRY_USERS = "Try whether table svc.users can be locked for a moment";
  private static final String STAND_STILL =
      "Stop the subscription " + HOT + " until tables have come to it";

  /** Both lanes; the tables notes and users, of which users is to be in the lane hot. */
  private static final class Stage {
    private ADesiredFlow desired = desiredFlow().lane("hot", "users");
    private final APublication rest;
    private final APublication hot;
    private ASlot restSlot = slot().position(900);
    private ASlot hotSlot = slot().of("hot").position(900);
    private ASubscription restSubscription = subscription().ready("notes", "users");
    private ASubscription hotSubscription = subscription().of("hot");
    private ATable[] tables = {table("notes"), table("users")};

    Stage(APublication rest, APublication hot) {
      this.rest = rest;
      this.hot = hot.of("hot");
    }

    Stage desired(ADesiredFlow desired) {
      this.desired = desired;
      return this;
    }

    Stage slots(ASlot rest, ASlot hot) {
      restSlot = rest;
      hotSlot = hot.of("hot");
      return this;
    }

    Stage rest(ASubscription subscription) {
      restSubscription = subscription;
      return this;
    }

    Stage hot(ASubscription subscription) {
      hotSubscription = subscription;
      return this;
    }

    Stage tables(String... names) {
      tables = Stream.of(names).map(States::table).toArray(ATable[]::new);
      return this;
    }

    Plan plan() {
      var target = target().schema(schemaOfFlow()).with(restSubscription).with(hotSubscription);
      for (ATable table : tables) {
        target.tables(table.mirrored().bytes(8192));
      }
      return Flow.plan(
          desired.build(),
          settled(Stream.of(tables).map(ATable::moved).toArray(ATable[]::new)),
          Plan.NOTHING,
          flow().position(900).with(rest).with(hot).with(restSlot).with(hotSlot).build(),
          target.build());
    }

    List<String> sentences() {
      return plan().sentences();
    }
  }

  private static Stage before() {
    return new Stage(publication("notes", "users"), publication());
  }

  private static Stage announced() {
    return new Stage(publication("notes", "users"), publication().arriving("users"));
  }

  private static Stage handedOver() {
    return new Stage(publication("notes"), publication("users"));
  }

  private static ASubscription hot() {
    return subscription().of("hot");
  }

  private static Plan waiting(String what) {
    return Plan.blocked(
        List.of(new Problem(Reason.HandingOver, "svc.users changes to lane hot: " + what + ".")));
  }

  @Nested
  class ItsStages {

    @Test
    void aLaneThatIsMissingIsMadeWithoutTablesAndNothingMoves() {
      var plan =
          Flow.plan(
              desiredFlow().lane("hot", "users").build(),
              settled(table("notes").moved(), table("users").moved()),
              Plan.NOTHING,
              flow().with(publication("notes", "users")).with(slot()).build(),
              target()
                  .schema(schemaOfFlow())
                  .tables(table("notes").mirrored(), table("users").mirrored().bytes(8192))
                  .with(subscription().ready("notes", "users"))
                  .build());

      assertThat(plan.sentences())
          .containsExactly(
              "Create the publication " + HOT,
              "Create the publication " + HOT + "_inserts",
              "Create the publication " + HOT + "_arriving",
              "Let the target's server try to connect to the source",
              "Create the replication slot " + HOT,
              "Create the subscription " + HOT,
              "Set the connection of the subscription " + HOT,
              "Enable the subscription " + HOT,
              "Refresh the subscription " + HOT);
    }

    @Test
    void theTableIsAnnouncedInAPublicationThatPublishesNothing() {
      assertThat(States.sql(before().plan()))
          .isEqualTo(
              """
              -- SOURCE
              ALTER PUBLICATION "tributary_all_users_hot_4d5048d3_arriving" ADD TABLE ONLY "svc"."users";
              COMMENT ON PUBLICATION "tributary_all_users_hot_4d5048d3_arriving" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=hot source=users';
              -- TARGET one by one
              ALTER SUBSCRIPTION "tributary_all_users_hot_4d5048d3" REFRESH PUBLICATION WITH (copy_data = false);
              """);
    }

    @Test
    void anAnnouncedTableIsMadeKnownWithoutACopy() {
      assertThat(announced().sentences())
          .containsExactly(
              "Tell the subscription " + HOT + " which tables come to it, with their rows");
    }

    @Test
    void aLaneThatKnowsTheTableStandsStillAndSaysWhy() {
      assertThat(States.sql(announced().hot(hot().ready("users")).plan()))
          .isEqualTo(
              """
              -- SOURCE
              LOCK TABLE "svc"."users" IN SHARE ROW EXCLUSIVE MODE NOWAIT;
              -- TARGET
              ALTER SUBSCRIPTION "tributary_all_users_hot_4d5048d3" DISABLE;
              COMMENT ON SUBSCRIPTION "tributary_all_users_hot_4d5048d3" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 after=change connection=c0ffee lane=hot source=users';
              """);
    }

    @Test
    void theTableChangesItsPublicationInOneTransactionThatHasChangesOnOneSideOnly() {
      var plan = announced().hot(hot().ready("users").disabled()).plan();

      assertThat(States.sql(plan))
          .isEqualTo(
              """
              -- SOURCE
              SET LOCAL synchronous_commit = local;
              LOCK TABLE "svc"."users" IN SHARE ROW EXCLUSIVE MODE;
              ALTER PUBLICATION "tributary_all_users_e403e136" DROP TABLE "svc"."users";
              ALTER PUBLICATION "tributary_all_users_hot_4d5048d3_arriving" DROP TABLE "svc"."users";
              ALTER PUBLICATION "tributary_all_users_hot_4d5048d3" ADD TABLE ONLY "svc"."users";
              COMMENT ON PUBLICATION "tributary_all_users_hot_4d5048d3" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=hot source=users';
              """);
      assertThat(plan.steps())
          .singleElement()
          .satisfies(
              s -> {
                assertThat(s.transactional()).isTrue();
                assertThat(s.lock()).map(Lock::relation).contains(States.relation("users"));
                assertThat(s.sentence()).isEqualTo("Publish svc.users in lane hot from now on");
              });
    }

    @Test
    void itIsWrittenDownWhichPositionIsWaitedFor() {
      assertThat(States.sql(handedOver().hot(hot().ready("users").disabled()).plan()))
          .isEqualTo(
              """
              -- TARGET
              COMMENT ON SUBSCRIPTION "tributary_all_users_hot_4d5048d3" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 after=900 connection=c0ffee lane=hot source=users';
              """);
    }

    @Test
    void itWaitsUntilTheOldLaneHasBroughtWhatIsBeforeThat() {
      assertThat(
              handedOver()
                  .hot(hot().ready("users").disabled().after(900))
                  .slots(slot().position(1000).lag(101), slot().position(1000))
                  .plan())
          .isEqualTo(waiting("the lane that they came by has to bring what was written before"));
    }

    @Test
    void thenTheNewLaneGoesOnAndTheOldOneForgets() {
      assertThat(
              States.sql(
                  handedOver()
                      .hot(hot().ready("users").disabled().after(900))
                      .slots(slot().position(1000).lag(100), slot().position(1000).lag(500))
                      .plan()))
          .isEqualTo(
              """
              -- TARGET
              ALTER SUBSCRIPTION "tributary_all_users_hot_4d5048d3" ENABLE;
              COMMENT ON SUBSCRIPTION "tributary_all_users_hot_4d5048d3" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 connection=c0ffee lane=hot source=users';
              -- TARGET one by one
              ALTER SUBSCRIPTION "tributary_all_users_e403e136" REFRESH PUBLICATION;
              """);
    }

    @Test
    void aLaneThatGoesOnAlreadyIsForgottenBehind() {
      assertThat(handedOver().hot(hot().ready("users")).sentences())
          .containsExactly("Refresh the subscription " + FLOW);
    }

    @Test
    void atTheEndNothingIsLeftToDo() {
      assertThat(handedOver().rest(subscription().ready("notes")).hot(hot().ready("users")).plan())
          .isEqualTo(Plan.NOTHING);
    }
  }

  @Nested
  class WhatItWaitsFor {

    @Test
    void bothLanesHaveToFlow() {
      var inSync = waiting("both lanes have to be in sync");

      assertThat(before().hot(hot().notRunning()).plan()).isEqualTo(inSync);
      assertThat(before().rest(subscription().ready("notes", "users").notRunning()).plan())
          .isEqualTo(inSync);
    }

    @Test
    void aTableThatIsBeingCopiedStaysUntilItIsInSync() {
      assertThat(
              before().rest(subscription().ready("notes").table("users", State.Copying, 5)).plan())
          .isEqualTo(waiting("both lanes have to be in sync"));
    }

    @Test
    void aLaneThatLagsTooFarDoesNotMakeTheOtherStandStill() {
      var tooFar = waiting("the target is too far behind the source");
      var known = hot().ready("users");

      assertThat(announced().hot(known).slots(slot().lag(FAR), slot()).plan()).isEqualTo(tooFar);
      assertThat(announced().hot(known).slots(slot(), slot().lag(FAR)).plan()).isEqualTo(tooFar);
      assertThat(announced().hot(known).slots(slot().lag(FAR - 1), slot()).sentences())
          .containsExactly(TRY_USERS, STAND_STILL);
    }

    @Test
    void theApplyWorkerHasToHaveStopped() {
      assertThat(announced().hot(hot().ready("users").stopping()).plan())
          .isEqualTo(waiting("the apply worker of subscription " + HOT + " has to stop"));
    }

    @Test
    void twoLanesAreAnnouncedToAtOnce() {
      var swapped =
          new Stage(publication("notes"), publication("users"))
              .desired(desiredFlow().lane("hot", "notes"))
              .rest(subscription().ready("notes"))
              .hot(hot().ready("users"));

      assertThat(swapped.sentences())
          .containsExactly(
              "Add notes to the publication " + HOT + "_arriving",
              "Tell the subscription " + HOT + " which tables come to it, with their rows",
              "Add users to the publication " + FLOW + "_arriving",
              "Tell the subscription " + FLOW + " which tables come to it, with their rows");
    }

    @Test
    void oneLaneAfterTheOtherStandsStillBecauseTwoWouldWaitForEachOther() {
      var swapped =
          new Stage(publication("notes").arriving("users"), publication("users").arriving("notes"))
              .desired(desiredFlow().lane("hot", "notes"))
              .rest(subscription().ready("notes", "users"));

      for (var hot :
          List.of(hot().ready("notes", "users"), hot().ready("notes", "users").stopping())) {
        assertThat(swapped.hot(hot).plan().problems())
            .extracting(Problem::sentence)
            .contains("svc.users changes to the default lane: another change of lanes goes first.");
      }
      assertThat(swapped.hot(hot().ready("notes", "users")).sentences())
          .containsExactly("Try whether table svc.notes can be locked for a moment", STAND_STILL);
    }
  }

  @Nested
  class WhatElseHappensMeanwhile {

    @Test
    void aSubscriptionThatStandsStillIsNotSetGoing() {
      assertThat(
              handedOver()
                  .desired(desiredFlow().lane("hot", "users"))
                  .hot(hot().ready("users").disabled().after(900))
                  .slots(slot().position(1000).lag(500), slot())
                  .plan()
                  .steps())
          .isEmpty();
    }

    @Test
    void aSuspendedFlowStandsStillAltogether() {
      assertThat(
              announced()
                  .desired(desiredFlow().lane("hot", "users").suspended())
                  .hot(hot().ready("users").disabled())
                  .sentences())
          .containsExactly("Disable the subscription " + FLOW);
    }

    @Test
    void whoeverChangesHisMindBeforeItChangesKeepsTheTableWhereItIs() {
      assertThat(announced().desired(desiredFlow().lane("hot", "other")).sentences())
          .contains("Take users out of the publication " + HOT + "_arriving");
    }

    @Test
    void aNewTableOfTheLaneThatGaveWaits() {
      var stage =
          handedOver()
              .tables("new", "notes", "users")
              .hot(hot().ready("users").disabled().after(900))
              .slots(slot().position(1000).lag(500), slot());

      assertThat(stage.sentences()).isEmpty();
    }

    @Test
    void aNewTableOfTheLaneThatTakesWaits() {
      var stage =
          announced()
              .desired(desiredFlow().lane("hot", "users", "new"))
              .tables("new", "notes", "users")
              .hot(hot().ready("users"));

      assertThat(stage.sentences()).containsExactly(TRY_USERS, STAND_STILL);
    }

    @Test
    void aLaneThatGaveForgetsNothingAndTakesNothingUntilThatIsOver() {
      var stage =
          handedOver()
              .tables("new", "notes", "users")
              .rest(subscription().ready("notes", "users", "old"))
              .hot(hot().ready("users").disabled().after(900))
              .slots(slot().position(1000).lag(500), slot());

      assertThat(stage.plan())
          .isEqualTo(waiting("the lane that they came by has to bring what was written before"));
    }

    @Test
    void withdrawingWhatWasAnnouncedLetsTheLaneGoOn() {
      assertThat(
              States.sql(
                  announced()
                      .desired(desiredFlow().lane("hot", "other"))
                      .hot(hot().ready("users").standingStill())
                      .plan()))
          .isEqualTo(
              """
              -- TARGET
              ALTER SUBSCRIPTION "tributary_all_users_hot_4d5048d3" ENABLE;
              -- SOURCE
              ALTER PUBLICATION "tributary_all_users_hot_4d5048d3_arriving" DROP TABLE "svc"."users";
              -- TARGET
              COMMENT ON SUBSCRIPTION "tributary_all_users_hot_4d5048d3" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 connection=c0ffee lane=hot source=users';
              """);
    }

    @Test
    void aLaneThatWasLeftStandingIsCopiedAgain() {
      for (var left :
          List.of(
              hot().ready("users").standingStill(), hot().ready("users").disabled().after(900))) {
        assertThat(handedOver().rest(subscription().ready("notes")).hot(left).sentences())
            .containsExactly("Drop the subscription " + HOT);
      }
    }

    @Test
    void aLaneIsToldNothingWhileItHasToBringWhatItGave() {
      var giving =
          new Stage(publication().arriving("users"), publication("notes", "users"))
              .desired(desiredFlow().lane("hot", "notes"))
              .rest(subscription().ready("notes"))
              .hot(hot().ready("notes", "users").disabled().after(900))
              .slots(slot().position(1000).lag(500), slot());

      assertThat(giving.sentences()).isEmpty();
    }

    @Test
    void aLaneIsToldNothingInThePlanThatTakesATableFromIt() {
      var taking =
          new Stage(publication("notes").arriving("users"), publication("users").arriving("notes"))
              .desired(desiredFlow().lane("hot", "notes", "new"))
              .tables("notes", "users")
              .rest(subscription().ready("notes", "old"))
              .hot(hot().ready("notes", "users").standingStill());

      assertThat(taking.sentences()).containsExactly("Publish svc.notes in lane hot from now on");
    }

    @Test
    void whatIsAnnouncedToTheLaneThatGaveIsNotCopiedWhenThatForgets() {
      var over =
          new Stage(publication().arriving("users"), publication("notes", "users"))
              .desired(desiredFlow().lane("hot", "notes"))
              .rest(subscription().ready("notes"))
              .hot(hot().ready("notes", "users").disabled().after(900))
              .slots(slot().position(1000).lag(100), slot().position(1000));

      assertThat(over.sentences())
          .containsExactly(
              "Go on with the subscription " + HOT,
              "Take users out of the publication " + FLOW + "_arriving",
              "Refresh the subscription " + FLOW);
    }

    @Test
    void severalTablesChangeTogetherEachInATransactionOfItsOwn() {
      var all =
          new Stage(publication("notes", "users"), publication().arriving("notes", "users"))
              .desired(desiredFlow().lane("hot", "*"));

      assertThat(all.hot(hot().ready("notes", "users").disabled()).sentences())
          .containsExactly(
              "Publish svc.notes in lane hot from now on",
              "Publish svc.users in lane hot from now on");
    }

    @Test
    void whenTheLaneThatGaveIsLostTheTableIsCopiedAgain() {
      assertThat(
              handedOver()
                  .rest(subscription().ready("notes", "users").publications("another"))
                  .hot(hot().ready("users").disabled().after(900))
                  .sentences())
          .containsExactly(
              "Take users out of the publication " + HOT,
              "Mark the subscription " + HOT,
              "Drop the subscription " + FLOW);
    }
  }

  @Nested
  class AFormerLane {

    @Test
    void keepsItsTablesUntilTheyHaveChanged() {
      var back =
          new Stage(publication("notes"), publication("users"))
              .desired(desiredFlow())
              .rest(subscription().ready("notes"))
              .hot(hot().ready("users"));

      assertThat(back.sentences())
          .containsExactly(
              "Add users to the publication " + FLOW + "_arriving",
              "Tell the subscription " + FLOW + " which tables come to it, with their rows");
    }

    @Test
    void goesWhenItHasNoTablesAnyMore() {
      var gone =
          new Stage(publication("notes", "users"), publication())
              .desired(desiredFlow())
              .rest(subscription().ready("notes", "users"))
              .hot(hot());

      assertThat(gone.sentences())
          .containsExactly(
              "Drop the subscription " + HOT,
              "Drop the replication slot " + HOT,
              "Drop the publication " + HOT,
              "Drop the publication " + HOT + "_inserts",
              "Drop the publication " + HOT + "_arriving");
    }

    @Test
    void staysWhileItHasSomethingToBring() {
      var coming =
          new Stage(publication("notes", "users"), publication())
              .desired(desiredFlow())
              .rest(subscription().ready("notes", "users").disabled().after(900))
              .slots(slot(), slot().position(1000).lag(500))
              .hot(hot().ready("users"));

      assertThat(coming.plan().steps()).isEmpty();
      assertThat(coming.plan().problems())
          .extracting(Problem::reason)
          .containsExactly(Reason.HandingOver);
    }
  }
}
