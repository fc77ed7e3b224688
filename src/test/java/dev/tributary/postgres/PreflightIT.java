package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.TlsMode;
import dev.tributary.federation.Budget;
import dev.tributary.federation.Demand;
import dev.tributary.federation.Demand.Lane;
import dev.tributary.federation.Finding;
import dev.tributary.federation.OpenTransaction;
import dev.tributary.federation.Outcome;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Provider;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Receiving;
import dev.tributary.federation.ServerFacts;
import dev.tributary.federation.Settings.Setting;
import dev.tributary.federation.Site;
import dev.tributary.federation.SourcePreflight;
import dev.tributary.federation.Step;
import dev.tributary.federation.TargetPreflight;
import dev.tributary.federation.Trouble;
import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.PostgresServer;
import dev.tributary.postgres.Executor.ConnectionString;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the preflight says of servers as they are, asked by roles that may little. */
class PreflightIT {
  private static final String PASSWORD = "preflight-Pa55";

  /** Not committed: nobody sees it, and a slot's making waits for it. */
  private static final String WRITE = "INSERT INTO written VALUES (1)";

  private PostgresServer server;
  private Db database;

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  /** A server of its own with a database that a role of little right may create in. */
  private void start(int major, Map<String, String> settings) {
    server = PostgresServer.start(major, settings);
    server
        .database("postgres")
        .execute(
            "CREATE ROLE plain LOGIN PASSWORD '%s'".formatted(PASSWORD),
            "CREATE ROLE replicator LOGIN REPLICATION PASSWORD '%s'".formatted(PASSWORD),
            "CREATE ROLE \"nightly batch\" LOGIN SUPERUSER PASSWORD '%s'".formatted(PASSWORD));
    database = server.createDatabase("users db");
    database.execute(
        "GRANT CREATE ON DATABASE \"users db\" TO plain", "CREATE TABLE written (i int)");
  }

  private ConnectionSettings as(String role) {
    return new ConnectionSettings(
        server.host(),
        server.port(),
        database.name(),
        role,
        PASSWORD,
        "secret",
        TlsMode.PREFER,
        Optional.empty());
  }

  private ServerFacts facts(String role) throws Trouble {
    try (var session = Session.open(as(role))) {
      return session.inSnapshot(() -> ServerCatalog.server(session));
    }
  }

  private Receiving receiving(String role) throws Trouble {
    try (var session = Session.open(as(role))) {
      return ServerCatalog.receiving(session);
    }
  }

  private static List<Reason> reasons(List<Finding> findings) {
    return findings.stream().map(Finding::reason).toList();
  }

  /** A transaction that has written and is left open. */
  private Connection writer() throws Exception {
    var connection = database.connect("nightly batch", PASSWORD);
    connection.setAutoCommit(false);
    connection.createStatement().execute("SET application_name = 'rep\"ort'");
    connection.createStatement().execute(WRITE);
    return connection;
  }

  private static int pid(Connection connection) throws Exception {
    try (var row = connection.createStatement().executeQuery("SELECT pg_backend_pid()")) {
      row.next();
      return row.getInt(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 15, 17, 18})
  void settingsAreThoseOfEverySession(int major) throws Exception {
    start(
        major,
        Map.of(
            "wal_level", "replica",
            "wal_sender_timeout", "5s",
            "max_slot_wal_keep_size", "512MB",
            "idle_in_transaction_session_timeout", "0",
            "max_replication_slots", "3",
            "max_wal_senders", "4"));
    database.execute("ALTER DATABASE \"users db\" SET default_transaction_read_only = on");

    var facts = facts("plain");

    assertThat(facts.provider()).isEqualTo(Provider.SELF);
    assertThat(facts.settings().byName())
        .contains(
            entry("default_transaction_read_only", new Setting("on", Optional.empty(), "database")),
            entry("wal_sender_timeout", new Setting("5000", Optional.of("ms"), "command line")),
            entry("max_slot_wal_keep_size", new Setting("512", Optional.of("MB"), "command line")),
            entry("max_replication_slots", new Setting("3", Optional.empty(), "command line")),
            entry("max_wal_senders", new Setting("4", Optional.empty(), "command line")),
            entry(
                "max_sync_workers_per_subscription", new Setting("2", Optional.empty(), "default")))
        .hasSize(major < 18 ? 12 : 14);
    assertThat(SourcePreflight.findings(facts))
        .extracting(f -> f.reason() + " " + f.current().orElseThrow())
        .containsExactly(
            "ServerReadOnly on",
            "WalLevelNotLogical replica",
            "WalSenderTimeout 5s",
            "SlotWalLimit 512MB",
            "IdleInTransaction 0");
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 18})
  void whatARoleHasOfItsOwnIsWhatCounts(int major) throws Exception {
    start(major, Map.of());
    database.execute("ALTER ROLE plain SET default_transaction_read_only = off");
    server.restart(Map.of("default_transaction_read_only", "on"));

    assertThat(reasons(SourcePreflight.findings(facts("plain"))))
        .doesNotContain(Reason.ServerReadOnly);
    assertThat(facts("replicator").settings().byName().get("default_transaction_read_only"))
        .isEqualTo(new Setting("on", Optional.empty(), "command line"));
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 18})
  void aManagedServiceIsToldByItsRoleAndGivesTheRightToReplicateByAnother(int major)
      throws Exception {
    start(major, Map.of());
    database.execute(
        "CREATE ROLE rds_superuser", "CREATE ROLE rds_replication", "CREATE ROLE team");
    assertThat(facts("plain").provider()).isEqualTo(Provider.AMAZON_RDS);
    assertThat(facts("plain").mayReplicate()).isFalse();
    assertThat(facts("replicator").mayReplicate()).isTrue();

    database.execute("GRANT rds_replication TO team", "GRANT team TO plain");

    assertThat(facts("plain").mayReplicate()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 15, 17, 18})
  void whoHasWrittenIsSeenByAllAndSinceWhenByWhoMay(int major) throws Exception {
    start(major, Map.of("max_prepared_transactions", "5"));
    database.execute("BEGIN; INSERT INTO written VALUES (2); PREPARE TRANSACTION 'o''rder'");
    try (var writer = writer();
        var reader = database.connect()) {
      reader.setAutoCommit(false);
      reader.createStatement().execute("SELECT * FROM written");

      var seen = facts("plain").openTransactions();

      assertThat(seen).hasSize(2);
      assertThat(seen.get(0).gid()).contains("o'rder");
      assertThat(seen.get(0).since()).isPresent();
      assertThat(seen.get(1))
          .isEqualTo(
              new OpenTransaction(
                  Optional.of(pid(writer)),
                  Optional.empty(),
                  Optional.of("nightly batch"),
                  Optional.of("rep\"ort"),
                  "users db",
                  Optional.empty()));

      database.execute("GRANT pg_read_all_stats TO plain");

      assertThat(facts("plain").openTransactions().get(1).since()).isPresent();
    }
    database.execute("ROLLBACK PREPARED 'o''rder'");
    assertThat(facts("plain").openTransactions()).isEmpty();
  }

  /** The step of Slots, which is not public. */
  private record MakeSlot() implements Step {
    @Override
    public Site site() {
      return Site.SOURCE;
    }

    @Override
    public List<String> sql() {
      return List.of(
          "SET statement_timeout = 1000",
          "SELECT pg_create_logical_replication_slot('flow', 'pgoutput')",
          "RESET statement_timeout");
    }

    @Override
    public String sentence() {
      return "Create the replication slot flow";
    }

    @Override
    public Reason whenTimedOut() {
      return Reason.WaitingForTransactions;
    }

    @Override
    public boolean transactional() {
      return false;
    }
  }

  private Outcome makeSlot() {
    try (var sessions = new Sessions("flow", Map.of(Site.SOURCE, as("replicator")))) {
      return new Executor(new Patience(Clock.systemUTC()))
          .execute(Plan.of(List.of(new MakeSlot())), sessions, ConnectionString.NONE);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 15, 17, 18})
  void aSlotThatCannotBeMadeNamesWhoIsInItsWayAndLeavesNothingBehind(int major) throws Exception {
    start(major, Map.of("max_prepared_transactions", "5"));
    try (var writer = writer()) {
      assertThat(makeSlot().failures())
          .extracting(p -> p.reason() + " " + p.sentence())
          .containsExactly(
              "WaitingForTransactions Create the replication slot flow: gave up waiting for write"
                  + " transactions that are open on the server; tried again by itself. The oldest is"
                  + " process %1$d (role nightly batch, application rep\"ort, database users db): wait for it, or run SELECT pg_terminate_backend(%1$d)."
                      .formatted(pid(writer)));
      assertThat(database.query("SELECT slot_name FROM pg_replication_slots")).isEmpty();
    }
    database.execute("BEGIN; INSERT INTO written VALUES (2); PREPARE TRANSACTION 'o''rder'");

    assertThat(makeSlot().failures().get(0).sentence())
        .contains(
            "The oldest is the prepared transaction o'rder (role postgres, database users db, prepared ")
        .endsWith(
            "): run COMMIT PREPARED 'o''rder' or ROLLBACK PREPARED 'o''rder' in database users db.");
    assertThat(database.query("SELECT slot_name FROM pg_replication_slots")).isEmpty();

    database.execute("ROLLBACK PREPARED 'o''rder'");
    assertThat(makeSlot().failures()).isEmpty();
    assertThat(database.query("SELECT slot_name FROM pg_replication_slots"))
        .containsExactly(List.of("flow"));
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 15, 17, 18})
  void slotsOfEverybodyAreCountedExceptThoseOfACopy(int major) throws Exception {
    start(major, Map.of("max_replication_slots", "6"));
    database.execute(
        "SELECT pg_create_logical_replication_slot('debezium', 'pgoutput')",
        "SELECT pg_create_physical_replication_slot('standby')",
        "SELECT pg_create_logical_replication_slot('pg_16401_sync_16385_7391234567890123456', 'pgoutput')");

    var facts = facts("plain");

    assertThat(facts.sending().slots()).isEqualTo(Set.of("debezium", "standby"));
    assertThat(facts.sending().slotless()).isZero();
    assertThat(Budget.ofSource(facts, 2, new Demand(List.of(new Lane("a", 3)), Set.of())))
        .isEmpty();
    assertThat(
            reasons(
                Budget.ofSource(
                    facts, 2, new Demand(List.of(new Lane("a", 3), new Lane("b", 3)), Set.of()))))
        .containsExactly(Reason.TooFewSlots);
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 18})
  void subscriptionsAndOriginsOfEverybodyAreCounted(int major) throws Exception {
    start(
        major,
        Map.of(
            "max_logical_replication_workers", "3",
            "max_worker_processes", "8",
            "wal_receiver_timeout", "0",
            "wal_retrieve_retry_interval", "10s",
            "max_sync_workers_per_subscription", "0"));
    subscription(database, "off");
    subscription(database, "broken");
    subscription(server.database("postgres"), "elsewhere");
    database.execute(
        "ALTER SUBSCRIPTION broken ENABLE", "SELECT pg_replication_origin_create('theirs')");

    assertThat(receiving("plain"))
        .isEqualTo(new Receiving(Map.of("off", false, "broken", true), 1, 0, 1, Optional.empty()));
    assertThat(reasons(TargetPreflight.findings(facts("plain"), receiving("plain"))))
        .containsExactly(
            Reason.NoRightToSubscribe,
            Reason.TooFewSyncWorkers,
            Reason.WalReceiverTimeout,
            Reason.RetrieveRetryInterval);

    database.execute("GRANT pg_read_all_stats TO plain");

    assertThat(receiving("plain").otherWorkers()).contains(0);
    database.execute(
        "ALTER SUBSCRIPTION broken DISABLE",
        "ALTER SUBSCRIPTION broken SET (slot_name = NONE)",
        "DROP SUBSCRIPTION broken");
    assertThat(receiving("plain"))
        .isEqualTo(new Receiving(Map.of("off", false), 1, 0, 1, Optional.of(0)));
  }

  /** One that reaches nobody. */
  private static void subscription(Db database, String name) {
    database.execute(
        ("CREATE SUBSCRIPTION %s CONNECTION 'host=127.0.0.1 port=1 dbname=none' PUBLICATION none"
                + " WITH (connect = false, slot_name = none_such)")
            .formatted(name));
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 18})
  void whatASubscriptionTakesIsWhatIsCounted(int major) throws Exception {
    var source = PostgresServer.shared(15).createDatabase("preflight_" + major);
    start(major, Map.of());
    source.execute("CREATE TABLE t (id int PRIMARY KEY)", "CREATE PUBLICATION p FOR TABLE t");
    String slot = "preflight_" + major;
    source.execute("SELECT pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(slot));
    database.execute(
        "CREATE TABLE t (id int PRIMARY KEY)",
        "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=%d user=postgres dbname=%s' PUBLICATION p WITH (create_slot = false, slot_name = %s)"
            .formatted(source.server().port(), source.name(), slot));
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> "r".equals(database.one("SELECT srsubstate FROM pg_subscription_rel")));

    assertThat(receiving("plain"))
        .isEqualTo(new Receiving(Map.of("s", true), 0, 0, 0, Optional.empty()));
    database.execute("GRANT pg_read_all_stats TO plain");
    assertThat(receiving("plain").otherWorkers())
        .as("its own workers are none of them")
        .contains(0);

    database.execute(
        "ALTER SUBSCRIPTION s DISABLE",
        "ALTER SUBSCRIPTION s SET (slot_name = NONE)",
        "DROP SUBSCRIPTION s");
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .untilAsserted(
            () -> source.execute("SELECT pg_drop_replication_slot('%s')".formatted(slot)));
  }
}
