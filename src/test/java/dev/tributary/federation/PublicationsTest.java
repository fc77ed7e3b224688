package dev.tributary.federation;

import static dev.tributary.federation.States.FEDERATION;
import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.flow;
import static dev.tributary.federation.States.publication;
import static dev.tributary.federation.States.slot;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.federation.States.ADesiredFlow;
import dev.tributary.federation.States.AFlow;
import dev.tributary.federation.States.APublication;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The publication is a table list, kept equal to what is taken. */
class PublicationsTest {

  private static LaneState lane(APublication there) {
    return lane(flow().with(there).with(slot()));
  }

  private static LaneState lane(AFlow source) {
    return LaneState.of(desiredFlow().build(), Optional.of(source.build()), Optional.empty())
        .get(0);
  }

  private static List<PublishedTable> published(String... tables) {
    return Stream.of(tables).map(t -> States.published(table(t).moved())).toList();
  }

  private static Map<Relation, PublishedTable> wanted(PublishedTable... tables) {
    return Stream.of(tables).collect(Collectors.toMap(PublishedTable::relation, t -> t));
  }

  private static List<Step> plan(ADesiredFlow desired, APublication there, String... tables) {
    return Publications.plan(desired.build(), lane(there), published(tables), true);
  }

  private static List<Step> plan(APublication there, String... tables) {
    return plan(desiredFlow(), there, tables);
  }

  private static List<Step> planFirst(ADesiredFlow desired, String... tables) {
    return Publications.plan(desired.build(), lane(flow()), published(tables), true);
  }

  private static List<Step> unpublish(APublication there, String... wanted) {
    return Publications.unpublish(
        lane(there), wanted(published(wanted).toArray(PublishedTable[]::new)));
  }

  private static List<String> sentences(List<Step> steps) {
    return steps.stream().map(Step::sentence).toList();
  }

  @Test
  void aMissingPublicationIsMadeAndMarkedInOneTransaction() {
    assertThat(States.sql(planFirst(desiredFlow(), "Order \"Items\"", "users")))
        .isEqualTo(
            """
            -- SOURCE
            CREATE PUBLICATION "tributary_all_users_e403e136" WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = true);
            COMMENT ON PUBLICATION "tributary_all_users_e403e136" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=default source=users';
            ALTER PUBLICATION "tributary_all_users_e403e136" ADD TABLE ONLY "svc"."Order ""Items""\", ONLY "svc"."users";
            COMMENT ON PUBLICATION "tributary_all_users_e403e136" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=default source=users';
            DO 'BEGIN IF has_table_privilege(''"svc"."Order ""Items""\"'', ''UPDATE'') THEN EXECUTE ''EXPLAIN UPDATE "svc"."Order ""Items""\" SET "id" = DEFAULT''; END IF; END';
            DO 'BEGIN IF has_table_privilege(''"svc"."Order ""Items""\"'', ''DELETE'') THEN EXECUTE ''EXPLAIN DELETE FROM "svc"."Order ""Items""\"''; END IF; END';
            DO 'BEGIN IF has_table_privilege(''"svc"."users"'', ''UPDATE'') THEN EXECUTE ''EXPLAIN UPDATE "svc"."users" SET "id" = DEFAULT''; END IF; END';
            DO 'BEGIN IF has_table_privilege(''"svc"."users"'', ''DELETE'') THEN EXECUTE ''EXPLAIN DELETE FROM "svc"."users"''; END IF; END';
            -- SOURCE
            CREATE PUBLICATION "tributary_all_users_e403e136_inserts" WITH (publish = 'insert', publish_via_partition_root = true);
            COMMENT ON PUBLICATION "tributary_all_users_e403e136_inserts" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=default source=users';
            -- SOURCE
            CREATE PUBLICATION "tributary_all_users_e403e136_arriving" WITH (publish = '', publish_via_partition_root = true);
            COMMENT ON PUBLICATION "tributary_all_users_e403e136_arriving" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=default source=users';
            """);
  }

  @Test
  void onlyTheOperationsThatAreWantedArePublished() {
    assertThat(
            planFirst(desiredFlow().operations(Operation.INSERT, Operation.UPDATE), "users")
                .get(0)
                .sql()
                .get(0))
        .isEqualTo(
            "CREATE PUBLICATION \"tributary_all_users_e403e136\" WITH (publish = 'insert, update',"
                + " publish_via_partition_root = true)");
  }

  @Test
  void aPublicationOfNoTablePublishesNoneInsteadOfAll() {
    assertThat(planFirst(desiredFlow()).get(0).sql().get(0))
        .isEqualTo(
            "CREATE PUBLICATION \"tributary_all_users_e403e136\" WITH (publish = 'insert, update, delete,"
                + " truncate', publish_via_partition_root = true)");
  }

  @Test
  void aPublicationThatIsAsWantedIsLeftAlone() {
    assertThat(plan(publication("users", "notes"), "notes", "users")).isEmpty();
  }

  @Test
  void whatIsMissingIsAdded() {
    assertThat(States.sql(plan(publication("users", "old"), "events", "notes", "users")))
        .isEqualTo(
            """
            -- SOURCE
            ALTER PUBLICATION "tributary_all_users_e403e136" ADD TABLE ONLY "svc"."events", ONLY "svc"."notes";
            COMMENT ON PUBLICATION "tributary_all_users_e403e136" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=default source=users';
            DO 'BEGIN IF has_table_privilege(''"svc"."events"'', ''UPDATE'') THEN EXECUTE ''EXPLAIN UPDATE "svc"."events" SET "id" = DEFAULT''; END IF; END';
            DO 'BEGIN IF has_table_privilege(''"svc"."events"'', ''DELETE'') THEN EXECUTE ''EXPLAIN DELETE FROM "svc"."events"''; END IF; END';
            DO 'BEGIN IF has_table_privilege(''"svc"."notes"'', ''UPDATE'') THEN EXECUTE ''EXPLAIN UPDATE "svc"."notes" SET "id" = DEFAULT''; END IF; END';
            DO 'BEGIN IF has_table_privilege(''"svc"."notes"'', ''DELETE'') THEN EXECUTE ''EXPLAIN DELETE FROM "svc"."notes"''; END IF; END';
            """);
  }

  @Test
  void whatIsUnwantedIsTakenOutByItsOwnName() {
    assertThat(States.sql(unpublish(publication("users", "old").and("public", "a.stray"), "users")))
        .isEqualTo(
            """
            -- SOURCE
            ALTER PUBLICATION "tributary_all_users_e403e136" DROP TABLE "public"."a.stray", "svc"."old";
            """);
  }

  @Test
  void whereNothingIsUnwantedNothingIsTakenOut() {
    assertThat(unpublish(publication("users"), "users", "new")).isEmpty();
    assertThat(Publications.unpublish(lane(flow()), Map.of())).isEmpty();
  }

  @Test
  void theOperationsAreMadeEqual() {
    assertThat(
            States.sql(
                plan(
                    desiredFlow().operations(Operation.INSERT),
                    publication("users").operations(Operation.INSERT, Operation.TRUNCATE),
                    "users")))
        .isEqualTo(
            """
            -- SOURCE
            ALTER PUBLICATION "tributary_all_users_e403e136" SET (publish = 'insert');
            """);
  }

  /**
   * A table that may be published by its inserts alone is not to be there with UPDATE for a moment.
   */
  @Test
  void theOperationsAreMadeEqualBeforeATableIsAdded() {
    assertThat(
            sentences(
                plan(
                    desiredFlow().operations(Operation.INSERT),
                    publication("users"),
                    "log",
                    "users")))
        .containsExactly(
            "Publish [insert] by tributary_all_users_e403e136",
            "Add log to the publication tributary_all_users_e403e136");
  }

  @Test
  void theOrderOfTheOperationsMakesNoDifference() {
    assertThat(
            plan(
                desiredFlow().operations(Operation.UPDATE, Operation.INSERT),
                publication("users").operations(Operation.INSERT, Operation.UPDATE),
                "users"))
        .isEmpty();
  }

  @Test
  void whatAFederationOfTheNameReleasedIsTakenUp() {
    assertThat(
            States.sql(
                plan(
                    publication("users").marked(Mark.of(States.reborn(FEDERATION)).release()),
                    "users")))
        .isEqualTo(
            """
            -- SOURCE
            COMMENT ON PUBLICATION "tributary_all_users_e403e136" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=default source=users';
            -- SOURCE
            COMMENT ON PUBLICATION "tributary_all_users_e403e136_inserts" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=default source=users';
            -- SOURCE
            COMMENT ON PUBLICATION "tributary_all_users_e403e136_arriving" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=default source=users';
            """);
  }

  @Test
  void aPublicationThatIsNotOursMustNotBeTouched() {
    var ours = publication("users");
    var released = publication("users").marked(Mark.of(States.reborn(FEDERATION)).release());

    assertThat(refusal(Optional.empty())).isEmpty();
    assertThat(refusal(Optional.of(ours))).isEmpty();
    assertThat(refusal(Optional.of(released))).isEmpty();
    assertThat(refusal(Optional.of(publication("users").unmarked())))
        .contains(
            new Problem(
                Reason.NotOwned,
                "The publication tributary_all_users_e403e136 on the source was not made by Tributary:"
                    + " rename or drop it."));
    assertThat(refusal(Optional.of(publication().marked(Mark.of(States.reborn(FEDERATION))))))
        .contains(
            new Problem(
                Reason.OwnedByAnother,
                "The publication tributary_all_users_e403e136 on the source belongs to"
                    + " ReplicationFederation shop/all (uid f-1-reborn): use another name here, or"
                    + " delete that resource. If it is gone for good, drop the object."));
  }

  private static Optional<Problem> refusal(Optional<APublication> there) {
    return Publications.refusal(
        desiredFlow().build(), there.map(PublicationsTest::lane).orElseGet(() -> lane(flow())));
  }

  @Test
  void aLongListIsAShortSentence() {
    assertThat(sentences(planFirst(desiredFlow(), "a", "b", "c", "d", "e")))
        .startsWith("Publish a, b, c and 2 more as tributary_all_users_e403e136");
    assertThat(sentences(plan(publication(), "c", "d", "e")))
        .containsExactly("Add c, d, e to the publication tributary_all_users_e403e136");
    assertThat(sentences(unpublish(publication("a", "b"))))
        .containsExactly("Take a, b out of the publication tributary_all_users_e403e136");
  }

  @Test
  void onlyOursIsDropped() {
    assertThat(States.sql(Publications.remove(desiredFlow().build(), lane(publication("users")))))
        .isEqualTo(
            """
            -- SOURCE
            DROP PUBLICATION "tributary_all_users_e403e136";
            -- SOURCE
            DROP PUBLICATION "tributary_all_users_e403e136_inserts";
            -- SOURCE
            DROP PUBLICATION "tributary_all_users_e403e136_arriving";
            """);
    for (var foreign :
        List.of(
            publication("users").unmarked(),
            publication("users").marked(Mark.of(FEDERATION).release()),
            publication("users").marked(Mark.of(States.other(FEDERATION))))) {
      assertThat(Publications.remove(desiredFlow().build(), lane(foreign))).isEmpty();
      assertThat(Publications.release(desiredFlow().build(), lane(foreign))).isEmpty();
    }
    assertThat(Publications.remove(desiredFlow().build(), lane(flow()))).isEmpty();
  }

  @Test
  void releasingChangesTheMarkAlone() {
    assertThat(States.sql(Publications.release(desiredFlow().build(), lane(publication("users")))))
        .isEqualTo(
            """
            -- SOURCE
            COMMENT ON PUBLICATION "tributary_all_users_e403e136" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 released lane=default source=users';
            -- SOURCE
            COMMENT ON PUBLICATION "tributary_all_users_e403e136_inserts" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 released lane=default source=users';
            -- SOURCE
            COMMENT ON PUBLICATION "tributary_all_users_e403e136_arriving" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 released lane=default source=users';
            """);
  }

  private static List<Step> unpublishHarmful(APublication there, PublishedTable... wanted) {
    return Publications.unpublishHarmful(
        desiredFlow().build(), lane(there), List.of(States.relation("events")), wanted(wanted));
  }

  @Test
  void aTableThatLosesItsKeyGoesOnWithItsInsertsAndNoneIsMissed() {
    assertThat(
            States.sql(
                unpublishHarmful(
                    publication("events"), States.insertsOnly(table("events").moved()))))
        .isEqualTo(
            """
            -- SOURCE
            ALTER PUBLICATION "tributary_all_users_e403e136" DROP TABLE "svc"."events";
            ALTER PUBLICATION "tributary_all_users_e403e136_inserts" ADD TABLE ONLY "svc"."events";
            COMMENT ON PUBLICATION "tributary_all_users_e403e136_inserts" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 lane=default source=users';
            """);
  }

  @Test
  void aTableWhoseUpdatesWouldFailIsTakenOutWhereItsInsertsAreNotWanted() {
    assertThat(sentences(unpublishHarmful(publication("events", "users"))))
        .containsExactly("Take events out of the publication tributary_all_users_e403e136");
    assertThat(
            sentences(
                unpublishHarmful(
                    publication("events").alone(), States.insertsOnly(table("events").moved()))))
        .containsExactly("Take events out of the publication tributary_all_users_e403e136");
  }

  private static List<String> unpublishAs(APublication there, PublishedTable wanted) {
    return sentences(Publications.unpublish(lane(there), wanted(wanted)));
  }

  @Test
  void aTableThatGainsAKeyLeavesTheInsertsBehind() {
    assertThat(
            unpublishAs(publication().inserts("events"), States.published(table("events").moved())))
        .containsExactly("Take events out of the publication tributary_all_users_e403e136_inserts");
  }

  @Test
  void anotherRowFilterOrColumnListIsAnotherTable() {
    var open = States.filtered(table("users").moved(), "open");
    var some = States.columnsOf(table("users").moved(), "id");

    assertThat(unpublishAs(publication().part(open), open)).isEmpty();
    assertThat(unpublishAs(publication().part(some), some)).isEmpty();
    for (var other :
        List.of(
            States.filtered(table("users").moved(), "closed"),
            some,
            States.published(table("users").moved()))) {
      assertThat(unpublishAs(publication().part(open), other))
          .containsExactly("Take users out of the publication tributary_all_users_e403e136");
    }
  }

  @Test
  void theMarkRemembersTheRowFilter() {
    var open = States.filtered(table("users").moved(), "open");
    var steps =
        Publications.plan(desiredFlow().build(), lane(publication("notes")), List.of(open), true);

    assertThat(steps.get(0).sql())
        .contains(
            "ALTER PUBLICATION \"tributary_all_users_e403e136\" ADD TABLE ONLY"
                + " \"svc\".\"users\" WHERE (open)")
        .anyMatch(sql -> sql.contains("where_") && sql.contains(Names.digest("open")));
  }
}
