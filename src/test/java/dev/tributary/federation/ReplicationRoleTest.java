package dev.tributary.federation;

import static dev.tributary.federation.States.SOURCE;
import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.other;
import static dev.tributary.federation.States.reborn;
import static dev.tributary.federation.States.schemaOfSource;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.States.ASource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The role that replicates: made with just its rights, given the password of its Secret, and taken
 * away again. Role {@code app} connects and owns the tables, {@code repl} is the role.
 */
class ReplicationRoleTest {
  private static final DesiredSchema SCHEMA = desiredSchema().build();
  private static final String TODAY = "5ec4e7";
  private static final DesiredRole DESIRED = desired(TODAY);

  /** The least that may manage roles from PostgreSQL 16 on. */
  private static final RoleFacts MAY = facts();

  private static DesiredRole desired(String password) {
    return new DesiredRole("repl", Optional.ofNullable(password), "replicator");
  }

  private static RoleFacts facts(RoleState... roles) {
    return new RoleFacts(true, false, Optional.empty(), List.of(), List.of(roles));
  }

  private static RoleFacts having(RoleFacts.Slot slot, RoleState... roles) {
    return new RoleFacts(true, false, Optional.empty(), List.of(slot), List.of(roles));
  }

  private static Mark mark(String password) {
    return Mark.of(SOURCE, Map.of(Mark.PASSWORD, password));
  }

  /** As it is to be where {@code users} is settled. */
  private static RoleState role(Mark mark) {
    return role("repl", mark, Optional.empty(), List.of(), false);
  }

  private static RoleState role(
      String name, Mark mark, Optional<String> comment, List<String> elsewhere, boolean connected) {
    return new RoleState(
        name,
        Optional.ofNullable(mark),
        comment,
        true,
        false,
        true,
        true,
        false,
        true,
        true,
        true,
        true,
        Set.of("svc"),
        Set.of(new Relation("svc", "users")),
        elsewhere,
        connected);
  }

  private static ASource settled() {
    return source().schema(schemaOfSource()).server(server()).moved(table("users"));
  }

  /** What is planned for the role alone. */
  private static Plan plan(DesiredRole desired, ASource source, RoleFacts facts) {
    return ReplicationRole.plan(desired, SCHEMA, source.build(), facts, Plan.NOTHING);
  }

  @Test
  void aRoleIsMadeWithJustTheRightsThatReplicationNeeds() {
    assertThat(States.sql(plan(DESIRED, settled(), MAY)))
        .isEqualTo(
            """
            -- SOURCE
            CREATE ROLE "repl" LOGIN REPLICATION;
            COMMENT ON ROLE "repl" IS 'tributary.dev/SourceDatabase shop/users uid=s-1';
            -- SOURCE
            GRANT CONNECT ON DATABASE "users_db" TO "repl";
            -- SOURCE
            GRANT USAGE ON SCHEMA "svc" TO "repl";
            -- SOURCE
            GRANT SELECT ON TABLE "svc"."users" TO "repl";
            """);
  }

  @Test
  void thenItGetsThePasswordOfItsSecretAndTheMarkSaysWhichOne() {
    var plan = plan(DESIRED, settled(), facts(role(Mark.of(SOURCE))));

    assertThat(States.sql(plan))
        .isEqualTo(
            """
            -- SOURCE
            ALTER ROLE "repl" PASSWORD '<SCRAM-SHA-256 verifier of the password in the Secret>';
            COMMENT ON ROLE "repl" IS 'tributary.dev/SourceDatabase shop/users uid=s-1 password=5ec4e7';
            """);
    assertThat(plan.steps())
        .singleElement()
        .extracting(s -> ((Step.WithPasswordVerifier) s).sql("SCRAM-SHA-256$it's").get(0))
        .isEqualTo("ALTER ROLE \"repl\" PASSWORD 'SCRAM-SHA-256$it''s'");
  }

  @Test
  void aRoleThatIsAsWantedIsLeftAlone() {
    assertThat(plan(DESIRED, settled(), facts(role(mark(TODAY))))).isEqualTo(Plan.NOTHING);
  }

  @Test
  void aNewVersionOfTheSecretIsANewPasswordAndNothingElse() {
    var plan = plan(desired("new"), settled(), facts(role(mark(TODAY))));

    assertThat(plan.sentences()).containsExactly("Give the role repl the password of its Secret");
    assertThat(plan(desired(null), settled(), facts(role(mark(TODAY)))))
        .as("a manifest has no version")
        .isEqualTo(Plan.NOTHING);
  }

  @Test
  void whatAPersonSaysOfTheRoleIsKept() {
    var commented = role("repl", mark("old"), Optional.of("Reads for search."), List.of(), false);

    assertThat(States.sql(plan(DESIRED, settled(), facts(commented))))
        .contains("IS 'Reads for search.\ntributary.dev/SourceDatabase shop/users");
  }

  @Test
  void aRotationWaitsForNoApprovalAndChangesNoHash() {
    var manual = new Approval(true, Optional.empty(), Optional.empty());
    var rotation = plan(desired("new"), settled(), facts(role(mark(TODAY))));
    var more = settled().tables(table("notes").moved());
    var without = plan(DESIRED, more, facts(role(mark(TODAY))));
    var with = plan(desired("new"), more, facts(role(mark(TODAY))));

    assertThat(manual.gate(rotation, SOURCE)).isEqualTo(rotation);
    assertThat(with.hash(SOURCE)).isEqualTo(without.hash(SOURCE));
    assertThat(manual.gate(with, SOURCE).steps()).isEqualTo(rotation.steps());
    assertThat(manual.gate(with, SOURCE).problems())
        .singleElement()
        .satisfies(p -> assertThat(p.sentence()).startsWith("1 step waits for approval"));
  }

  @Test
  void theHashOfTheFirstPlanDoesNotKnowTheSecret() {
    assertThat(plan(desired("a"), settled(), MAY).hash(SOURCE))
        .isEqualTo(plan(desired(null), settled(), MAY).hash(SOURCE));
  }

  @Test
  void oneApprovalIsEnoughForTheMoveAndTheRole() {
    var state = source().server(server()).tables(table("users"));

    var plan = SourcePlan.plan(SCHEMA, Optional.of(DESIRED), state.build(), MAY);

    assertThat(plan.problems()).isEmpty();
    assertThat(plan.sentences())
        .startsWith(
            "Create the role repl, which replicates; it gets the password of its Secret",
            "Give the role repl CONNECT on database users_db",
            "Give the role repl SELECT on table public.users",
            "Create the schema svc on the source")
        .endsWith("Give the role repl USAGE on schema svc");
  }

  @Test
  void aRoleThatAPersonMadeIsRefused() {
    var plan = plan(DESIRED, settled(), facts(role(null)));

    assertThat(plan)
        .isEqualTo(
            Plan.blocked(
                List.of(
                    new Problem(
                        Reason.NotOwned,
                        "Role repl was not made by Tributary, which changes no role of others: set another username in the Secret replicator, or replication.manageRole to false."))));
  }

  @Test
  void soIsOneOfAnotherSource() {
    for (Owner another : List.of(other(SOURCE), reborn(SOURCE))) {
      assertThat(plan(DESIRED, settled(), facts(role(Mark.of(another)))).problems())
          .extracting(Problem::reason)
          .containsExactly(Reason.OwnedByAnother);
    }
  }

  @Test
  void aRefusedRoleGetsNothingFromAMoveEither() {
    var state = source().server(server()).tables(table("users"));

    assertThat(
            States.sql(
                SourcePlan.plan(SCHEMA, Optional.of(DESIRED), state.build(), facts(role(null)))))
        .contains("CREATE SCHEMA")
        .doesNotContain("repl");
  }

  @Test
  void aReleasedRoleIsTakenUpBeforeItsPasswordIsTouched() {
    var released = facts(role(mark("old").release()));

    assertThat(plan(DESIRED, settled(), released).sentences())
        .containsExactly("Take up the role repl");
  }

  @Test
  void withoutTheRightToMakeItNothingIsTried() {
    var powerless = new RoleFacts(false, false, Optional.empty(), List.of(), List.of());

    assertThat(plan(DESIRED, settled(), powerless))
        .isEqualTo(
            Plan.blocked(
                List.of(
                    new Problem(
                        Reason.NoRightToManageRole,
                        "Role app may not create the role repl, which replicates: run ALTER ROLE \"app\" CREATEROLE REPLICATION; or create it yourself (CREATE ROLE \"repl\" LOGIN REPLICATION; GRANT CONNECT ON DATABASE \"users_db\" TO \"repl\"; GRANT USAGE ON SCHEMA \"svc\" TO \"repl\"; GRANT SELECT ON ALL TABLES IN SCHEMA \"svc\" TO \"repl\"; and in psql \\password \"repl\"), and set replication.manageRole to false."))));
  }

  @Test
  void beforeSixteenThatIsASuperuser() {
    var old = settled().server(server().version(150019));

    assertThat(plan(DESIRED, old, MAY).problems())
        .singleElement()
        .satisfies(
            p -> assertThat(p.sentence()).contains("before PostgreSQL 16 only a superuser may"));
  }

  @Test
  void whereReplicatingIsAMembershipThatIsGranted() {
    var rds = new RoleFacts(true, false, Optional.of(true), List.of(), List.of());
    var old = settled().server(server().version(150019));

    assertThat(States.sql(plan(DESIRED, old, rds)))
        .startsWith(
            """
            -- SOURCE
            CREATE ROLE "repl" LOGIN;
            GRANT "rds_replication" TO "repl";
            """);
  }

  @Test
  void aRoleOfAnEarlierNameGoesWhenTheOneOfTodayIsReadyAndNobodyIsLeftBehind() {
    var today = role(mark(TODAY));
    var old = role("old", mark("x"), Optional.empty(), List.of(), false);
    var busy = role("old", mark("x"), Optional.empty(), List.of(), true);

    assertThat(States.sql(plan(DESIRED, settled(), facts(today, old))))
        .isEqualTo(
            """
            -- SOURCE
            REVOKE SELECT ON TABLE "svc"."users" FROM "old";
            -- SOURCE
            REVOKE USAGE ON SCHEMA "svc" FROM "old";
            -- SOURCE
            REVOKE CONNECT ON DATABASE "users_db" FROM "old";
            -- SOURCE
            DROP ROLE "old";
            """);
    assertThat(plan(DESIRED, settled(), facts(today, busy))).isEqualTo(Plan.NOTHING);
    assertThat(
            plan(
                DESIRED, settled(), having(new RoleFacts.Slot("tributary_all", false), today, old)))
        .isEqualTo(Plan.NOTHING);
    assertThat(plan(DESIRED, settled(), facts(old)).sentences())
        .doesNotContain("Drop the role old");
  }

  @Test
  void deletingDropsItUnlessItReplicates() {
    var state = settled().build();

    assertThat(ReplicationRole.remove(SOURCE, state.server(), facts(role(mark(TODAY)))).sentences())
        .endsWith("Drop the role repl");
    assertThat(
            ReplicationRole.remove(
                SOURCE,
                state.server(),
                having(new RoleFacts.Slot("tributary_all", true), role(mark(TODAY)))))
        .isEqualTo(
            Plan.blocked(
                List.of(
                    new Problem(
                        Reason.ObjectInUse,
                        "Role repl still replicates by the slot tributary_all: take that down first, or set deletionPolicy to Retain."))));
    assertThat(ReplicationRole.remove(SOURCE, state.server(), facts(role(Mark.of(other(SOURCE))))))
        .isEqualTo(Plan.NOTHING);
  }

  @Test
  void aRoleThatHasMoreStaysAndASentenceSaysSo() {
    var more = role("repl", mark(TODAY), Optional.empty(), List.of("table public.x"), false);

    var plan = ReplicationRole.remove(SOURCE, settled().build().server(), facts(more));

    assertThat(plan.sentences()).doesNotContain("Drop the role repl").hasSize(3);
    assertThat(plan.problems())
        .containsExactly(
            new Problem(
                Reason.RoleInUse,
                "Role repl is no longer needed, but cannot be dropped: somebody has given it more, or it owns something (table public.x). Take that from it, or run COMMENT ON ROLE \"repl\" IS NULL to keep it."));
  }

  @Test
  void aRoleThatIsNoLongerToBeKeptIsLetGoOf() {
    var plan =
        SourcePlan.plan(SCHEMA, Optional.empty(), settled().build(), facts(role(mark(TODAY))));

    assertThat(States.sql(plan))
        .startsWith(
            """
            -- SOURCE
            COMMENT ON ROLE "repl" IS 'tributary.dev/SourceDatabase shop/users uid=s-1 released password=5ec4e7';
            """);
  }

  @Test
  void aFlowMayGoOnWhenTheRoleHasThePasswordOfToday() {
    var today = Optional.of(TODAY);

    assertThat(ReplicationRole.hasPassword(Optional.of(mark(TODAY)), today)).isTrue();
    assertThat(ReplicationRole.hasPassword(Optional.of(mark("old")), today)).isFalse();
    assertThat(ReplicationRole.hasPassword(Optional.of(Mark.of(SOURCE)), today)).isFalse();
    assertThat(ReplicationRole.hasPassword(Optional.empty(), today)).isFalse();
    assertThat(ReplicationRole.hasPassword(Optional.empty(), Optional.empty()))
        .as("nobody keeps the role")
        .isTrue();
  }

  @Test
  void aScriptLeavesThePasswordToTheOperator() {
    var plan = plan(DESIRED, settled(), facts(role(mark("old"))));

    assertThat(Script.of(plan))
        .isEqualTo(
            """
            SET search_path = pg_catalog;

            -- 1. Give the role repl the password of its Secret
            -- Left to the operator, which has the SCRAM-SHA-256 verifier of the password in the Secret.
            """);
  }

  @Test
  void namesAreQuoted() {
    var evil = new DesiredRole("a\"; DROP TABLE t; --", Optional.empty(), "s");

    assertThat(States.sql(plan(evil, settled(), MAY)))
        .contains("CREATE ROLE \"a\"\"; DROP TABLE t; --\" LOGIN REPLICATION;")
        .contains("TO \"a\"\"; DROP TABLE t; --\";");
  }
}
