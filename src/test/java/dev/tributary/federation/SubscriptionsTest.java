package dev.tributary.federation;

import static dev.tributary.federation.States.FEDERATION;
import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.flow;
import static dev.tributary.federation.States.publication;
import static dev.tributary.federation.States.schemaOfFlow;
import static dev.tributary.federation.States.slot;
import static dev.tributary.federation.States.subscription;
import static dev.tributary.federation.States.table;
import static dev.tributary.federation.States.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.States.ADesiredFlow;
import dev.tributary.federation.States.AFlow;
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

  private static LaneState lane(ATarget target) {
    return lane(flow().with(publication("users")).with(slot()), target);
  }

  private static LaneState lane(AFlow source, ATarget target) {
    return LaneState.of(
            desiredFlow().build(), Optional.of(source.build()), Optional.of(target.build()))
        .get(0);
  }

  private static List<PublishedTable> tables(String... names) {
    return Stream.of(names).map(t -> States.published(table(t).moved())).toList();
  }

  private static Set<Relation> relations(String... tables) {
    return Stream.of(tables).map(States::relation).collect(Collectors.toSet());
  }

  /** What makes the target know these tables, which are published already. */
  private static List<Step> plan(ATarget target, String... published) {
    return Subscriptions.plan(
        desiredFlow().build(), lane(target), tables(published), relations(published), true);
  }

  /** What is emptied before these tables are published. */
  private static List<Table> toEmpty(ATarget target, String... wanted) {
    return Subscriptions.toEmpty(
        desiredFlow().build(), tables(wanted), lane(target).known(), target.build());
  }

  private static List<Step> empty(ATarget target, String... wanted) {
    return Subscriptions.empty(desiredFlow().build(), tables(wanted), toEmpty(target, wanted));
  }

  private static List<Step> revive(ADesiredFlow desired, ASubscription there) {
    return Subscriptions.revive(desired.build(), lane(target().with(there)), false);
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
            "ALTER SUBSCRIPTION \"tributary_all_users_e403e136\" CONNECTION  E'host=''db''"
                + " password=''it\\\\''s'''");
  }

  @Test
  void aSubscriptionThatIsAsWantedIsLeftAlone() {
    var there = subscription().ready("users");

    assertThat(plan(having(there), "users")).isEmpty();
    assertThat(revive(desiredFlow(), there)).isEmpty();
    assertThat(toEmpty(having(there, table("users").mirrored().bytes(8192)), "users")).isEmpty();
  }

  @Test
  void aTableThatIsPublishedAndNotKnownIsMadeKnown() {
    assertThat(States.sql(plan(having(subscription().ready("users")), "users", "notes")))
        .isEqualTo(
            """
            -- TARGET one by one
            ALTER SUBSCRIPTION "tributary_all_users_e403e136" REFRESH PUBLICATION;
            """);
  }

  @Test
  void aTableThatIsNotKnownYetIsEmptiedBeforeItIsPublished() {
    assertThat(
            States.sql(
                empty(
                    having(
                        subscription().ready("users"),
                        table("users").mirrored().bytes(8192),
                        table("notes").mirrored().bytes(8192),
                        table("events").mirrored()),
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
                empty(
                    target()
                        .tables(
                            table("users").mirrored().bytes(8192),
                            table("not_taken").mirrored().bytes(8192),
                            table("somebody_elses").moved().bytes(8192)),
                    "users",
                    "somebody_elses")))
        .containsExactly("Empty the table svc.users on the target, it is copied whole");
  }

  @Test
  void aTableThatIsBeingCopiedIsNotEmptied() {
    assertThat(
            toEmpty(
                having(
                    subscription().table("users", State.Copying, 10),
                    table("users").mirrored().bytes(8192)),
                "users"))
        .isEmpty();
  }

  @Test
  void aTableIsEmptiedOnlyWhenNoSubscriptionKnowsItAnyMore() {
    var rows = table("notes").mirrored().bytes(8192);

    assertThat(toEmpty(having(subscription().ready("users", "notes"), rows), "users", "notes"))
        .isEmpty();
    assertThat(toEmpty(having(subscription().ready("users"), rows), "users", "notes"))
        .extracting(Table::relation)
        .containsExactly(States.relation("notes"));
    assertThat(toEmpty(having(subscription().ready("users"), rows), "users")).isEmpty();
  }

  @Test
  void aConnectionThatChangedIsSetWithItsMark() {
    assertThat(States.sql(revive(desiredFlow().connection("beef"), subscription())))
        .isEqualTo(
            """
            -- TARGET
            ALTER SUBSCRIPTION "tributary_all_users_e403e136" SET (slot_name = 'tributary_all_users_e403e136');
            ALTER SUBSCRIPTION "tributary_all_users_e403e136" CONNECTION '<connection string of the source>';
            COMMENT ON SUBSCRIPTION "tributary_all_users_e403e136" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 connection=beef lane=default source=users';
            """);
  }

  @Test
  void aSubscriptionThatWasCutOffBeforeItsConnectionGetsIt() {
    assertThat(
            sentences(
                revive(
                    desiredFlow(), subscription().marked(desiredFlow().build().mark()).disabled())))
        .containsExactly(
            "Set the connection of the subscription tributary_all_users_e403e136",
            "Enable the subscription tributary_all_users_e403e136");
  }

  @Test
  void whatAFederationOfTheNameReleasedIsTakenUpWithTodaysConnection() {
    var released =
        desiredFlow()
            .owner(States.reborn(FEDERATION))
            .build()
            .connectedMark(States.defaultLane())
            .release();

    assertThat(sentences(revive(desiredFlow(), subscription().marked(released))))
        .containsExactly("Set the connection of the subscription tributary_all_users_e403e136");
  }

  @Test
  void aSubscriptionThatIsNotOursMustNotBeTouched() {
    var mark = desiredFlow().build().connectedMark(States.defaultLane());

    assertThat(refusal(Optional.empty())).isEmpty();
    assertThat(refusal(Optional.of(subscription()))).isEmpty();
    assertThat(refusal(Optional.of(subscription().marked(mark.release())))).isEmpty();
    assertThat(refusal(Optional.of(subscription().unmarked())))
        .contains(
            new Problem(
                Reason.NotOwned,
                "The subscription tributary_all_users_e403e136 on the target was not made by Tributary:"
                    + " rename or drop it."));
    assertThat(refusal(Optional.of(subscription().marked(Mark.of(States.other(FEDERATION))))))
        .map(Problem::reason)
        .contains(Reason.OwnedByAnother);
  }

  private static Optional<Problem> refusal(Optional<ASubscription> there) {
    var target = there.map(s -> target().with(s)).orElseGet(States::target);
    return Subscriptions.refusal(desiredFlow().build(), lane(target));
  }

  @Test
  void takingDownLeavesTheSlotToTheSourceSoThatItNeedsNotBeReached() {
    assertThat(
            States.sql(
                Subscriptions.remove(
                    desiredFlow().build(), lane(having(subscription().ready("users"))))))
        .isEqualTo(
            """
            -- TARGET
            ALTER SUBSCRIPTION "tributary_all_users_e403e136" DISABLE;
            ALTER SUBSCRIPTION "tributary_all_users_e403e136" SET (slot_name = NONE);
            DROP SUBSCRIPTION "tributary_all_users_e403e136";
            """);
  }

  @Test
  void releasingKeepsTheConnectionAndTheSource() {
    assertThat(
            States.sql(
                Subscriptions.release(
                    desiredFlow().build(), lane(having(subscription().ready("users"))))))
        .isEqualTo(
            """
            -- TARGET
            COMMENT ON SUBSCRIPTION "tributary_all_users_e403e136" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 released connection=c0ffee lane=default source=users';
            """);
  }

  @Test
  void onlyOursIsDroppedOrReleased() {
    var mark = desiredFlow().build().connectedMark(States.defaultLane());
    for (var foreign :
        List.of(
            subscription().unmarked(),
            subscription().marked(mark.release()),
            subscription().marked(Mark.of(States.other(FEDERATION))))) {
      assertThat(Subscriptions.remove(desiredFlow().build(), lane(having(foreign)))).isEmpty();
      assertThat(Subscriptions.release(desiredFlow().build(), lane(having(foreign)))).isEmpty();
    }
    assertThat(Subscriptions.remove(desiredFlow().build(), lane(target()))).isEmpty();
  }
}
