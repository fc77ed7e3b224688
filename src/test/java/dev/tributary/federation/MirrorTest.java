package dev.tributary.federation;

import static dev.tributary.federation.States.FEDERATION;
import static dev.tributary.federation.States.column;
import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.flow;
import static dev.tributary.federation.States.generated;
import static dev.tributary.federation.States.schema;
import static dev.tributary.federation.States.schemaOfFlow;
import static dev.tributary.federation.States.table;
import static dev.tributary.federation.States.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.States.ATable;
import dev.tributary.federation.States.ATarget;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The tables on the target: what can receive the rows, and nothing more. */
class MirrorTest {
  private static final Mark OURS = desiredFlow().build().mark();

  private static Plan plan(ATarget target, ATable... tables) {
    var desired = desiredFlow().build();
    var there = target.build();
    var source = flow().build();
    return new Mirror(
            desired,
            States.settled(tables),
            source,
            there,
            LaneState.of(desired, Optional.of(source), Optional.of(there)),
            true)
        .steps();
  }

  private static void assertBlocked(Plan plan, Reason reason, String sentence) {
    assertThat(plan).isEqualTo(Plan.blocked(List.of(new Problem(reason, sentence))));
  }

  @Test
  void theSchemaComesBeforeItsTables() {
    assertThat(
            States.sql(
                plan(
                    target(),
                    table("users")
                        .moved()
                        .key("tenant", "id")
                        .columns(
                            column("id", "bigint"),
                            column("tenant", "integer"),
                            column("say \"hi\"", "character varying(20)"),
                            generated("total", "numeric(10,2)", "(net * 1.19)")),
                    table("events").moved().identifiedByAll().columns(column("kind", "text[]")))))
        .isEqualTo(
            """
            -- TARGET
            CREATE SCHEMA "svc";
            COMMENT ON SCHEMA "svc" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 source=users';
            -- TARGET
            CREATE TABLE "svc"."users" (
              "id" bigint,
              "tenant" integer,
              "say ""hi""\" character varying(20),
              "total" numeric(10,2) GENERATED ALWAYS AS ((net * 1.19)) STORED,
              PRIMARY KEY ("tenant", "id")
            );
            COMMENT ON TABLE "svc"."users" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 columns=1:1,2:2,3:3,4:4 expressions=4:4a1d5d0ca23f8d5d file=1 of=28632 source=users';
            -- TARGET
            CREATE TABLE "svc"."events" (
              "kind" text[]
            );
            COMMENT ON TABLE "svc"."events" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 columns=1:1 file=1 of=20745 source=users';
            """);
  }

  @Test
  void tablesThatAreAlikeAreLeftAlone() {
    assertThat(
            plan(
                target()
                    .schema(schemaOfFlow())
                    .tables(
                        table("users")
                            .mirrored(Map.of(1, 2, 2, 1))
                            .columns(
                                column("name", "text"),
                                column("id", "bigint"),
                                column("only_here", "tsvector"))),
                table("users").moved()))
        .isEqualTo(Plan.NOTHING);
  }

  @Test
  void aTableThatTheSourceHasNoMoreStays() {
    assertThat(plan(target().schema(schemaOfFlow()).tables(table("old").mirrored())))
        .isEqualTo(Plan.NOTHING);
  }

  @Test
  void aTableThatAPersonMadeIsNeverReceivedInto() {
    assertBlocked(
        plan(
            target().schema(schemaOfFlow()).tables(table("users").moved()), table("users").moved()),
        Reason.NotOwned,
        "The target has a table svc.users that Tributary did not make: rename or drop it.");
  }

  @Test
  void aTableOfAnEarlierLifeInASchemaThatIsOursIsOurs() {
    assertThat(
            plan(
                target()
                    .schema(schemaOfFlow())
                    .tables(table("users").mirrored().marked(Mark.of(States.reborn(FEDERATION)))),
                table("users").moved()))
        .isEqualTo(Plan.NOTHING);
  }

  private static Optional<Problem> refusal(Optional<Mark> mark) {
    return Mirror.refusal(desiredFlow().build(), Optional.of(schema("svc", mark)));
  }

  @Test
  void aSchemaThatIsNotOursMustNotBeTouched() {
    assertThat(Mirror.refusal(desiredFlow().build(), Optional.empty())).isEmpty();
    assertThat(refusal(Optional.of(OURS))).isEmpty();
    assertThat(refusal(Optional.of(OURS.release()))).isEmpty();
    assertThat(refusal(Optional.empty()))
        .contains(
            new Problem(
                Reason.NotOwned,
                "The schema svc on the target was not made by Tributary: rename or drop it."));
    assertThat(refusal(Optional.of(Mark.of(States.other(FEDERATION)))))
        .contains(
            new Problem(
                Reason.OwnedByAnother,
                "The schema svc on the target belongs to ReplicationFederation shop/all-other (uid"
                    + " o-1): use another name here, or delete that resource. If it is gone for"
                    + " good, drop the object."));
  }

  @Test
  void aSchemaOfAnotherSourceOfTheFederationMustNotBeTouchedReleasedOrNot() {
    var mark = Mark.of(FEDERATION, Map.of(Mark.SOURCE, "billing"));
    var taken =
        new Problem(
            Reason.NameTaken,
            "The schema svc on the target belongs to the source billing of this federation: give"
                + " one of the two another schema.name.");

    assertThat(refusal(Optional.of(mark))).contains(taken);
    assertThat(refusal(Optional.of(mark.release()))).contains(taken);
  }

  @Test
  void aSchemaThatWasReleasedIsTakenUp() {
    assertThat(
            States.sql(
                plan(
                    target()
                        .schema(
                            schema(
                                "svc",
                                Optional.of(
                                    Mark.of(States.reborn(FEDERATION), Map.of(Mark.SOURCE, "users"))
                                        .release())))
                        .tables(table("users").mirrored()),
                    table("users").moved())))
        .isEqualTo(
            """
            -- TARGET
            COMMENT ON SCHEMA "svc" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 source=users';
            """);
  }

  @Test
  void onlyMarkedTablesAreDroppedThenTheSchemaIfItIsEmptyThen() {
    assertThat(
            States.sql(
                Mirror.remove(
                    desiredFlow().build(),
                    target()
                        .schema(schemaOfFlow())
                        .tables(table("users").mirrored(), table("mine").moved())
                        .build())))
        .isEqualTo(
            """
            -- TARGET
            DROP TABLE "svc"."users";
            -- TARGET
            DROP SCHEMA "svc";
            """);
  }

  @Test
  void inASchemaThatIsNotOursNothingIsDroppedOrReleased() {
    for (var mark :
        List.of(
            Optional.<Mark>empty(),
            Optional.of(OURS.release()),
            Optional.of(Mark.of(States.other(FEDERATION))))) {
      var target = target().schema(schema("svc", mark)).tables(table("users").mirrored()).build();

      assertThat(Mirror.remove(desiredFlow().build(), target)).isEmpty();
      assertThat(Mirror.release(desiredFlow().build(), target)).isEmpty();
    }
    assertThat(Mirror.remove(desiredFlow().build(), target().build())).isEmpty();
  }

  @Test
  void releasingKeepsWhichSourceTheSchemaIsOf() {
    assertThat(
            States.sql(
                Mirror.release(
                    desiredFlow().build(),
                    target().schema(schemaOfFlow()).tables(table("users").mirrored()).build())))
        .isEqualTo(
            """
            -- TARGET
            COMMENT ON SCHEMA "svc" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 released source=users';
            """);
  }
}
