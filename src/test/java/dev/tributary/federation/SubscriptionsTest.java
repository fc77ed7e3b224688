package dev.tributary.federation;

import static dev.tributary.federation.States.FEDERATION;
import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.schemaOfFlow;
import static dev.tributary.federation.States.subscription;
import static dev.tributary.federation.States.table;
import static dev.tributary.federation.States.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.States.ADesiredFlow;
import dev.tributary.federation.States.ASubscription;
import dev.tributary.federation.States.ATable;
import dev.tributary.federation.States.ATarget;
import dev.tributary.federation.SubscriptionState.State;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The subscription knows the tables that are published, and the connection of today. */
class SubscriptionsTest {
  private static final String SECRET = "host='db' password='it\\'s'";

  private static List<Relation> relations(String... tables) {
    return Stream.of(tables).map(States::relation).toList();
  }

  /** What makes the target know these tables, which are published already. */
  private static List<Step> plan(ATarget target, String... published) {
    return Subscriptions.plan(
        desiredFlow().build(),
        relations(published),
        Set.copyOf(relations(published)),
        target.build());
  }

  /** What goes before these tables are published. */
  private static List<Step> forget(ATarget target, List<String> published, String... wanted) {
    return Subscriptions.forget(
        desiredFlow().build(),
        relations(wanted),
        published.stream().map(States::relation).collect(Collectors.toSet()),
        target.build());
  }

  private static List<Step> revive(ADesiredFlow desired, ASubscription there) {
    return Subscriptions.revive(desired.build(), there.build());
  }

  private static List<String> sentences(List<Step> steps) {
    return steps.stream().map(Step::sentence).toList();
  }

  private static ATarget having(ASubscription subscription, ATable... tables) {
    return target().schema(schemaOfFlow()).tables(tables).with(subscription);
  }

  @Test
  void aMissingSubscriptionIsMadeOnTheSlotThatIsThereAndConnectedAfterwards() {
    assertThat(States.sql(plan(target(), "users")))
        .isEqualTo(
            """
            -- TARGET
            CREATE SUBSCRIPTION "tributary_all_users_1" CONNECTION 'password=unset' PUBLICATION "tributary_all_users_1" WITH (connect = false, create_slot = false, slot_name = 'tributary_all_users_1', enabled = false, streaming = on);
            COMMENT ON SUBSCRIPTION "tributary_all_users_1" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 source=users';
            -- TARGET
            ALTER SUBSCRIPTION "tributary_all_users_1" SET (slot_name = 'tributary_all_users_1');
            ALTER SUBSCRIPTION "tributary_all_users_1" CONNECTION '<connection string of the source>';
            COMMENT ON SUBSCRIPTION "tributary_all_users_1" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 connection=c0ffee source=users';
            -- TARGET
            ALTER SUBSCRIPTION "tributary_all_users_1" ENABLE;
            -- TARGET one by one
            ALTER SUBSCRIPTION "tributary_all_users_1" REFRESH PUBLICATION;
            """);
  }

  @Test
  void theConnectionStringIsPutInOnlyToExecuteIt() {
    var steps = plan(target());

    assertThat(steps)
        .flatExtracting(Step::sql)
        .noneMatch(sql -> sql.contains("host="))
        .anyMatch(sql -> sql.contains("'<connection string of the source>'"));
    assertThat(steps)
        .filteredOn(Step.WithConnectionString.class::isInstance)
        .singleElement()
        .extracting(s -> ((Step.WithConnectionString) s).sql(SECRET).get(1))
        .isEqualTo(
            "ALTER SUBSCRIPTION \"tributary_all_users_1\" CONNECTION  E'host=''db''"
                + " password=''it\\\\''s'''");
  }

  @Test
  void aSubscriptionThatIsAsWantedIsLeftAlone() {
    var there = subscription().ready("users");

    assertThat(plan(having(there), "users")).isEmpty();
    assertThat(revive(desiredFlow(), there)).isEmpty();
    assertThat(
            forget(having(there, table("users").mirrored().bytes(8192)), List.of("users"), "users"))
        .isEmpty();
  }

  @Test
  void aTableThatIsPublishedAndNotKnownIsMadeKnown() {
    assertThat(States.sql(plan(having(subscription().ready("users")), "users", "notes")))
        .isEqualTo(
            """
            -- TARGET one by one
            ALTER SUBSCRIPTION "tributary_all_users_1" REFRESH PUBLICATION;
            """);
  }

  @Test
  void aTableThatIsNotKnownYetIsEmptiedBeforeItIsPublished() {
    assertThat(
            States.sql(
                forget(
                    having(
                        subscription().ready("users"),
                        table("users").mirrored().bytes(8192),
                        table("notes").mirrored().bytes(8192),
                        table("events").mirrored()),
                    List.of("users"),
                    "users",
                    "notes",
                    "events")))
        .isEqualTo(
            """
            -- TARGET
            TRUNCATE TABLE ONLY "svc"."notes";
            """);
  }

  @Test
  void beforeANewSubscriptionTheTablesOfAnEarlierLifeAreEmptiedAndNoOthers() {
    assertThat(
            sentences(
                forget(
                    target()
                        .tables(
                            table("users").mirrored().bytes(8192),
                            table("not_taken").mirrored().bytes(8192),
                            table("somebody_elses").moved().bytes(8192)),
                    List.of("users"),
                    "users",
                    "somebody_elses")))
        .containsExactly("Empty the table svc.users on the target, it is copied whole");
  }

  @Test
  void aTableThatIsBeingCopiedIsNotEmptied() {
    assertThat(
            forget(
                having(
                    subscription().table("users", State.Copying, 10),
                    table("users").mirrored().bytes(8192)),
                List.of("users"),
                "users"))
        .isEmpty();
  }

  @Test
  void aTableThatFellOutOfThePublicationIsForgottenThenEmptied() {
    assertThat(
            States.sql(
                forget(
                    having(
                        subscription().ready("users", "notes"),
                        table("users").mirrored().bytes(8192),
                        table("notes").mirrored().bytes(8192)),
                    List.of("users"),
                    "users",
                    "notes")))
        .isEqualTo(
            """
            -- TARGET one by one
            ALTER SUBSCRIPTION "tributary_all_users_1" REFRESH PUBLICATION;
            -- TARGET
            TRUNCATE TABLE ONLY "svc"."notes";
            """);
  }

  @Test
  void aTableThatIsNoLongerTakenIsForgottenAndKeepsItsRows() {
    assertThat(
            sentences(
                forget(
                    having(
                        subscription().ready("users", "old"), table("old").mirrored().bytes(8192)),
                    List.of("users"),
                    "users")))
        .containsExactly("Refresh the subscription tributary_all_users_1");
  }

  @Test
  void aTableOfAnotherSchemaIsNotTheOneThatIsPublished() {
    assertThat(
            sentences(
                forget(having(subscription().readyElsewhere("users")), List.of("users"), "users")))
        .containsExactly("Refresh the subscription tributary_all_users_1");
  }

  @Test
  void aConnectionThatChangedIsSetWithItsMark() {
    assertThat(States.sql(revive(desiredFlow().connection("beef"), subscription())))
        .isEqualTo(
            """
            -- TARGET
            ALTER SUBSCRIPTION "tributary_all_users_1" SET (slot_name = 'tributary_all_users_1');
            ALTER SUBSCRIPTION "tributary_all_users_1" CONNECTION '<connection string of the source>';
            COMMENT ON SUBSCRIPTION "tributary_all_users_1" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 connection=beef source=users';
            """);
  }

  @Test
  void aSubscriptionThatWasCutOffBeforeItsConnectionGetsIt() {
    assertThat(
            sentences(
                revive(
                    desiredFlow(), subscription().marked(desiredFlow().build().mark()).disabled())))
        .containsExactly(
            "Set the connection of the subscription tributary_all_users_1",
            "Enable the subscription tributary_all_users_1");
  }

  @Test
  void whatAFederationOfTheNameReleasedIsTakenUpWithTodaysConnection() {
    var released =
        desiredFlow().owner(States.reborn(FEDERATION)).build().subscriptionMark().release();

    assertThat(sentences(revive(desiredFlow(), subscription().marked(released))))
        .containsExactly("Set the connection of the subscription tributary_all_users_1");
  }

  @Test
  void aSubscriptionThatIsNotOursMustNotBeTouched() {
    var mark = desiredFlow().build().subscriptionMark();

    assertThat(refusal(Optional.empty())).isEmpty();
    assertThat(refusal(Optional.of(subscription()))).isEmpty();
    assertThat(refusal(Optional.of(subscription().marked(mark.release())))).isEmpty();
    assertThat(refusal(Optional.of(subscription().unmarked())))
        .contains(
            new Problem(
                Reason.NotOwned,
                "The subscription tributary_all_users_1 on the target was not made by Tributary:"
                    + " rename or drop it."));
    assertThat(refusal(Optional.of(subscription().marked(Mark.of(States.other(FEDERATION))))))
        .map(Problem::reason)
        .contains(Reason.OwnedByAnother);
  }

  private static Optional<Problem> refusal(Optional<ASubscription> there) {
    return Subscriptions.refusal(desiredFlow().build(), there.map(ASubscription::build));
  }

  @Test
  void takingDownLeavesTheSlotToTheSourceSoThatItNeedsNotBeReached() {
    assertThat(
            States.sql(
                Subscriptions.remove(
                    desiredFlow().build(), having(subscription().ready("users")).build())))
        .isEqualTo(
            """
            -- TARGET
            ALTER SUBSCRIPTION "tributary_all_users_1" DISABLE;
            ALTER SUBSCRIPTION "tributary_all_users_1" SET (slot_name = NONE);
            DROP SUBSCRIPTION "tributary_all_users_1";
            """);
  }

  @Test
  void releasingKeepsTheConnectionAndTheSource() {
    assertThat(
            States.sql(
                Subscriptions.release(
                    desiredFlow().build(), having(subscription().ready("users")).build())))
        .isEqualTo(
            """
            -- TARGET
            COMMENT ON SUBSCRIPTION "tributary_all_users_1" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 released connection=c0ffee source=users';
            """);
  }

  @Test
  void onlyOursIsDroppedOrReleased() {
    var mark = desiredFlow().build().subscriptionMark();
    for (var foreign :
        List.of(
            subscription().unmarked(),
            subscription().marked(mark.release()),
            subscription().marked(Mark.of(States.other(FEDERATION))))) {
      assertThat(Subscriptions.remove(desiredFlow().build(), having(foreign).build())).isEmpty();
      assertThat(Subscriptions.release(desiredFlow().build(), having(foreign).build())).isEmpty();
    }
    assertThat(Subscriptions.remove(desiredFlow().build(), target().build())).isEmpty();
  }
}
