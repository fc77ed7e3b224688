package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tributary.federation.Owner;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.fixtures.CatalogDump;
import dev.tributary.fixtures.PostgresServer;
import dev.tributary.postgres.ManagedRole.Operator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The role that replicates, kept by Tributary, on real servers. */
class ReplicationRoleIT {
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final String DENIED = "permission denied for ";

  private static ManagedRole create(int major, Operator operator) {
    return create(PostgresServer.shared(major), operator);
  }

  private static ManagedRole create(PostgresServer server, Operator operator) {
    return ManagedRole.create(server, "kept_" + NEXT.incrementAndGet(), operator);
  }

  @ParameterizedTest(name = "PostgreSQL {0}, {1}")
  @CsvSource({"13, SUPERUSER", "15, SUPERUSER", "17, LEAST", "18, LEAST", "18, SUPERUSER"})
  void itMayDoJustWhatReplicationNeedsAndGoesWithoutATrace(int major, Operator operator)
      throws Exception {
    var source = create(major, operator);
    String before = CatalogDump.of(source.db());

    assertThat(source.work()).isEqualTo(Plan.NOTHING);

    source.asRole("SELECT * FROM svc.users");
    source.asRole("SELECT * FROM svc.\"Notes\"");
    source.asRole("SELECT pg_create_logical_replication_slot('of_a_test', 'pgoutput')");
    source.asRole("SELECT pg_drop_replication_slot('of_a_test')");
    assertThatThrownBy(() -> source.asRole("SELECT * FROM public.audit"))
        .hasMessageContaining(DENIED);
    assertThatThrownBy(() -> source.asRole("SELECT * FROM public.users"))
        .hasMessageContaining(DENIED);
    assertThatThrownBy(() -> source.asRole("INSERT INTO svc.users VALUES (2, 'b')"))
        .hasMessageContaining(DENIED);
    assertThatThrownBy(() -> source.asRole("TRUNCATE svc.users")).hasMessageContaining(DENIED);

    assertThat(source.remove()).isEqualTo(Plan.NOTHING);
    assertThat(source.roleExists()).isFalse();
    assertThat(CatalogDump.changes(before, CatalogDump.of(source.db()))).isEmpty();
  }

  @ParameterizedTest(name = "PostgreSQL {0}, {1}")
  @CsvSource({"13, SUPERUSER", "15, SUPERUSER", "17, LEAST", "18, LEAST"})
  void itsPasswordFollowsTheSecret(int major, Operator operator) throws Exception {
    var source = create(major, operator);
    source.work();
    var rotated = source.withPassword("second-Pa55");

    assertThat(rotated.plan().sentences())
        .containsExactly(
            "Give the role %s the password of its Secret".formatted(source.name().orElseThrow()));
    assertThat(rotated.work()).isEqualTo(Plan.NOTHING);

    rotated.asRole("SELECT 1");
    assertThatThrownBy(() -> source.asRole("SELECT 1"))
        .hasMessageContaining("password authentication failed");
    assertThat(rotated.comment()).endsWith("password=" + rotated.fingerprint());
    // Only a superuser may read what the server keeps.
    assertThat(
            source
                .db()
                .one(
                    "SELECT rolpassword FROM pg_authid WHERE rolname = '%s'"
                        .formatted(source.name().orElseThrow())))
        .startsWith("SCRAM-SHA-256$");
  }

  @Test
  void aTableGetsItsGrantWhenItArrivesAndLosesItWhenItIsExcluded() throws Exception {
    var source = create(17, Operator.LEAST);
    source.work();
    source
        .db()
        .execute("SET ROLE " + source.operator(), "CREATE TABLE public.later (id int PRIMARY KEY)");

    assertThat(source.work()).isEqualTo(Plan.NOTHING);
    source.asRole("SELECT * FROM svc.later");

    var without = source.excluding("audit", "users");
    assertThat(without.work()).isEqualTo(Plan.NOTHING);
    assertThatThrownBy(() -> without.asRole("SELECT * FROM svc.users"))
        .hasMessageContaining(DENIED);
    without.asRole("SELECT * FROM svc.later");
  }

  @Test
  void whatAPersonTookFromItComesBack() throws Exception {
    var source = create(18, Operator.LEAST);
    source.work();
    String role = source.name().orElseThrow();
    String kept = CatalogDump.of(source.db());
    source
        .db()
        .execute(
            "ALTER ROLE %s NOLOGIN NOREPLICATION".formatted(role),
            "REVOKE SELECT ON svc.users FROM " + role,
            "REVOKE USAGE ON SCHEMA svc FROM " + role,
            "REVOKE CONNECT ON DATABASE %s FROM %s".formatted(source.db().name(), role));

    assertThat(source.work()).isEqualTo(Plan.NOTHING);

    assertThat(CatalogDump.changes(kept, CatalogDump.of(source.db()))).isEmpty();
  }

  @Test
  void anotherUsernameIsAnotherRoleAndTheOldOneGoesWhenNobodyUsesIt() throws Exception {
    var source = create(17, Operator.LEAST);
    source.work();
    var renamed = source.named(source.name().orElseThrow() + "_new");

    try (var session = source.db().connect(source.name().orElseThrow(), source.password())) {
      assertThat(renamed.work()).isEqualTo(Plan.NOTHING);
      assertThat(session.isValid(1)).isTrue();
      assertThat(source.roleExists()).isTrue();
    }
    source.db().execute("SELECT pg_create_logical_replication_slot('tributary_idle', 'pgoutput')");
    assertThat(renamed.work()).isEqualTo(Plan.NOTHING);
    assertThat(source.roleExists()).as("a slot that nobody reads may be read next").isTrue();
    source.db().execute("SELECT pg_drop_replication_slot('tributary_idle')");

    await()
        .atMost(30, TimeUnit.SECONDS)
        .untilAsserted(
            () -> {
              assertThat(renamed.work()).isEqualTo(Plan.NOTHING);
              assertThat(source.roleExists()).isFalse();
            });
    renamed.asRole("SELECT * FROM svc.users");
  }

  @Test
  void aRoleThatItDidNotMakeIsLeftAlone() throws Exception {
    var source = create(18, Operator.SUPERUSER);
    String role = source.name().orElseThrow();
    source.db().execute("CREATE ROLE %s LOGIN PASSWORD 'of-a-person'".formatted(role));
    String password = verifier(source);

    assertThat(source.work().problems())
        .extracting(Problem::reason)
        .containsExactly(Reason.NotOwned);
    assertThat(source.remove()).isEqualTo(Plan.NOTHING);

    assertThat(verifier(source)).isEqualTo(password);
    assertThat(source.comment()).isNull();
  }

  @Test
  void norOneOfAnotherSource() throws Exception {
    var source = create(18, Operator.SUPERUSER);
    source.work();
    String password = verifier(source);
    var other =
        create(18, Operator.SUPERUSER).named(source.name().orElseThrow()).withPassword("other");

    assertThat(other.work().problems())
        .extracting(Problem::reason)
        .containsExactly(Reason.OwnedByAnother);
    other.remove();

    assertThat(verifier(source)).isEqualTo(password);
    assertThat(source.work()).isEqualTo(Plan.NOTHING);
  }

  private static String verifier(ManagedRole source) {
    return source
        .db()
        .one(
            "SELECT rolpassword FROM pg_authid WHERE rolname = '%s'"
                .formatted(source.name().orElseThrow()));
  }

  @Test
  void aRoleThatIsNoLongerKeptStaysAndCanBeTakenUpAgain() throws Exception {
    var source = create(17, Operator.LEAST);
    source.work();

    assertThat(source.named(null).work()).isEqualTo(Plan.NOTHING);
    assertThat(source.comment()).contains(" released ");
    source.asRole("SELECT * FROM svc.users");
    source.named(null).remove();
    assertThat(source.roleExists()).isTrue();

    assertThat(source.work()).isEqualTo(Plan.NOTHING);
    assertThat(source.comment()).doesNotContain("released");
    assertThat(source.remove()).isEqualTo(Plan.NOTHING);
    assertThat(source.roleExists()).isFalse();
  }

  @Test
  void aRoleThatHasMoreIsNotDropped() throws Exception {
    var source = create(17, Operator.LEAST);
    source.work();
    var elsewhere = source.db().server().createDatabase(source.db().name() + "_elsewhere");
    elsewhere.execute(
        "CREATE TABLE t (id int)", "GRANT SELECT ON t TO " + source.name().orElseThrow());

    var problems = source.remove().problems();

    assertThat(problems).extracting(Problem::reason).containsExactly(Reason.RoleInUse);
    assertThat(problems.get(0).sentence()).contains("something in database " + elsewhere.name());
    assertThat(source.roleExists()).isTrue();
    assertThatThrownBy(() -> source.asRole("SELECT * FROM public.users"))
        .hasMessageContaining(DENIED);
    elsewhere.execute("REVOKE ALL ON t FROM " + source.name().orElseThrow());
    assertThat(source.remove()).isEqualTo(Plan.NOTHING);
    assertThat(source.roleExists()).isFalse();
  }

  @Test
  void aRoleThatStillReplicatesIsNotDropped() throws Exception {
    var source = create(17, Operator.LEAST);
    source.work();
    source.db().execute("SELECT pg_create_logical_replication_slot('tributary_left', 'pgoutput')");

    assertThat(source.remove().problems()).extracting(Problem::reason).contains(Reason.ObjectInUse);
    assertThat(source.roleExists()).isTrue();

    source.db().execute("SELECT pg_drop_replication_slot('tributary_left')");
    assertThat(source.remove()).isEqualTo(Plan.NOTHING);
  }

  @ParameterizedTest(name = "PostgreSQL {0}, {1}")
  @CsvSource({"15, LEAST", "17, POWERLESS", "18, POWERLESS"})
  void nothingIsTriedWithoutTheRight(int major, Operator operator) throws Exception {
    var source = create(major, operator);

    var plan = source.work();

    assertThat(plan.problems())
        .extracting(Problem::reason)
        .containsExactly(Reason.NoRightToManageRole);
    assertThat(source.roleExists()).isFalse();
    assertThat(source.db().one("SELECT count(*) FROM svc.users"))
        .as("the rest is done")
        .isEqualTo("1");
  }

  @Test
  void theSentenceSaysWhatLetsAnotherRoleGoOn() throws Exception {
    var source = create(17, Operator.LEAST);
    source.work();
    String successor = source.operator() + "_2";
    source
        .db()
        .execute(
            "CREATE ROLE %s LOGIN PASSWORD 'pw' IN ROLE %s"
                .formatted(successor, source.operator()));
    var rotated = source.withPassword("second").connectedAs(successor, "pw");

    var problems = rotated.work().problems();
    assertThat(problems)
        .containsExactly(
            new Problem(
                Reason.NoRightToManageRole,
                "Role %1$s may not change or drop the role %2$s: run ALTER ROLE \"%1$s\" CREATEROLE and GRANT \"%2$s\" TO \"%1$s\" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE; or run COMMENT ON ROLE \"%2$s\" IS NULL, and keep it yourself with replication.manageRole false."
                    .formatted(successor, source.name().orElseThrow())));

    source
        .db()
        .execute(
            "ALTER ROLE \"%s\" CREATEROLE".formatted(successor),
            "GRANT \"%s\" TO \"%s\" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE"
                .formatted(source.name().orElseThrow(), successor));
    assertThat(rotated.work()).isEqualTo(Plan.NOTHING);
    rotated.asRole("SELECT 1");
  }

  @Test
  void rowLevelSecurityIsBypassedAsLongAsATableHasIt() throws Exception {
    var source = create(18, Operator.SUPERUSER);
    source.db().execute("ALTER TABLE public.users ENABLE ROW LEVEL SECURITY");

    assertThat(source.work()).isEqualTo(Plan.NOTHING);
    assertThat(bypasses(source)).isEqualTo("t");
    source.db().execute("ALTER TABLE svc.users DISABLE ROW LEVEL SECURITY");
    assertThat(source.work()).isEqualTo(Plan.NOTHING);
    assertThat(bypasses(source)).isEqualTo("f");
  }

  @Test
  void whoMayNotGiveThatSaysWhoMay() throws Exception {
    var source = create(18, Operator.LEAST);
    source.db().execute("ALTER TABLE public.users ENABLE ROW LEVEL SECURITY");

    var problems = source.work().problems();
    assertThat(problems).extracting(Problem::reason).containsExactly(Reason.NoRightToManageRole);
    assertThat(problems.get(0).sentence())
        .contains("ALTER ROLE \"%s\" BYPASSRLS".formatted(source.name().orElseThrow()));

    source.db().execute("ALTER ROLE %s BYPASSRLS".formatted(source.operator()));
    assertThat(source.work()).isEqualTo(Plan.NOTHING);
    assertThat(bypasses(source)).isEqualTo("t");
    assertThat(source.remove()).isEqualTo(Plan.NOTHING);
  }

  private static String bypasses(ManagedRole source) {
    return source
        .db()
        .one(
            "SELECT rolbypassrls FROM pg_roles WHERE rolname = '%s'"
                .formatted(source.name().orElseThrow()));
  }

  /** As on Amazon RDS, where REPLICATION is nobody's to give. */
  @ParameterizedTest(name = "PostgreSQL {0}")
  @CsvSource({"15", "18"})
  void whereReplicatingIsAMembershipItIsGranted(int major) throws Exception {
    try (var server = PostgresServer.start(major, Map.of())) {
      var source = create(server, Operator.LEAST);
      source
          .db()
          .execute(
              "CREATE ROLE rds_replication NOLOGIN",
              "ALTER ROLE %s NOREPLICATION".formatted(source.operator()),
              "GRANT rds_replication TO %s WITH ADMIN OPTION".formatted(source.operator()));

      assertThat(source.work()).isEqualTo(Plan.NOTHING);
      source.asRole("SELECT * FROM svc.users");
      assertThat(
              source
                  .db()
                  .one(
                      "SELECT pg_has_role('%s', 'rds_replication', 'MEMBER')"
                          .formatted(source.name().orElseThrow())))
          .isEqualTo("t");
      var rotated = source.withPassword("second");
      assertThat(rotated.work()).isEqualTo(Plan.NOTHING);
      rotated.asRole("SELECT 1");
      assertThat(rotated.remove()).isEqualTo(Plan.NOTHING);
    }
  }

  @ParameterizedTest(name = "PostgreSQL {0}, {1}")
  @CsvSource({"13, SUPERUSER", "15, SUPERUSER", "18, LEAST"})
  void neitherPasswordNorVerifierIsLogged(int major, Operator operator) throws Exception {
    try (var server =
        PostgresServer.start(
            major, Map.of("log_statement", "all", "log_min_duration_statement", "0"))) {
      var source = create(server, operator);
      if (operator == Operator.LEAST) {
        source
            .db()
            .execute(
                "GRANT SET ON PARAMETER log_statement, log_min_duration_statement TO "
                    + source.operator());
      }
      assertThat(source.work()).isEqualTo(Plan.NOTHING);
      assertThat(source.withPassword("second-Pa55").work()).isEqualTo(Plan.NOTHING);

      assertThat(server.logText())
          .contains("SET LOCAL log_statement")
          .doesNotContain("SCRAM-SHA-256$")
          .doesNotContain("first-Pa55")
          .doesNotContain("second-Pa55");
    }
  }

  @Test
  void noPasswordIsLoggedWhereTheRoleMayNotSilenceTheServer() throws Exception {
    try (var server =
        PostgresServer.start(
            18, Map.of("log_statement", "all", "log_min_duration_statement", "0"))) {
      var source = create(server, Operator.LEAST);
      assertThat(source.work()).isEqualTo(Plan.NOTHING);

      assertThat(server.logText()).contains("tributary_run").doesNotContain("first-Pa55");
    }
  }

  @Test
  void norWithDdlLoggedIsTheVerifier() throws Exception {
    try (var server = PostgresServer.start(17, Map.of("log_statement", "ddl"))) {
      var source = create(server, Operator.LEAST);
      assertThat(source.work()).isEqualTo(Plan.NOTHING);

      assertThat(server.logText()).contains("CREATE ROLE").doesNotContain("SCRAM-SHA-256$");
    }
  }

  @Test
  void whereverItIsCutOffTheEndIsTheSame() throws Exception {
    var source = create(17, Operator.LEAST);
    String before = CatalogDump.of(source.db());
    int steps = source.plan().steps().size();
    source.work();
    String kept = CatalogDump.of(source.db());
    source.remove();

    for (int cut = 1; cut < steps; cut++) {
      assertThat(source.execute(Plan.of(source.plan().steps().subList(0, cut))).failures())
          .isEmpty();
      assertThatCode(source::work).doesNotThrowAnyException();
      assertThat(CatalogDump.changes(kept, CatalogDump.of(source.db())))
          .as("cut off after step %d", cut)
          .isEmpty();
      assertThat(source.remove()).isEqualTo(Plan.NOTHING);
      assertThat(CatalogDump.changes(before, CatalogDump.of(source.db()))).isEmpty();
    }
  }

  @Test
  void aResourceOfTheSameNameFromElsewhereIsAnother() throws Exception {
    var source = create(18, Operator.LEAST);
    source.work();
    var owner = source.owner();
    var namesake = new Owner(owner.kind(), owner.namespace(), owner.name(), "uid-2");

    assertThat(source.of(namesake).plan().problems())
        .extracting(Problem::reason)
        .contains(Reason.OwnedByAnother);
  }
}
