package dev.tributary.federation;

import static dev.tributary.federation.States.NOW;
import static dev.tributary.federation.States.server;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Finding.Severity;
import dev.tributary.federation.States.AServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every check of a server: when it says something, and what. */
class ServerPreflightTest {

  private static Finding only(List<Finding> findings) {
    assertThat(findings).hasSize(1);
    return findings.get(0);
  }

  @Nested
  class OfASource {
    private static Finding found(AServer server) {
      return only(SourcePreflight.findings(server.build()));
    }

    private static void nothing(AServer server) {
      assertThat(SourcePreflight.findings(server.build())).isEmpty();
    }

    private static void found(
        AServer server,
        Severity severity,
        Reason reason,
        String current,
        String wanted,
        String sentence) {
      assertThat(found(server))
          .isEqualTo(Finding.ofServer(severity, reason, current, wanted, sentence));
    }

    @Test
    void thirteenIsTheOldest() {
      nothing(server().version(130000));
      found(
          server().version(120022),
          Severity.Blocker,
          Reason.ServerTooOld,
          "12.22",
          "13 or later",
          "The source is PostgreSQL 12.22; it has to be 13 or later: upgrade it.");
    }

    @Test
    void aStandby() {
      found(
          server().standby(),
          Severity.Blocker,
          Reason.ServerIsStandby,
          "standby",
          "primary",
          "The source is a standby and read-only: connect to its primary.");
    }

    @Test
    void walLevel() {
      found(
          server().walLevel("replica"),
          Severity.Blocker,
          Reason.WalLevelNotLogical,
          "replica",
          "logical",
          "wal_level is replica: run ALTER SYSTEM SET wal_level = 'logical' on the source and"
              + " restart it.");
    }

    @Test
    void walLevelInTheWordsOfAManagedService() {
      assertThat(sentence(Provider.AMAZON_RDS))
          .isEqualTo(
              "wal_level is replica: set rds.logical_replication to 1 in the parameter group of the"
                  + " source and reboot it.");
      assertThat(sentence(Provider.CLOUD_SQL))
          .isEqualTo(
              "wal_level is replica: set the database flag cloudsql.logical_decoding to on on the"
                  + " source, which restarts it.");
      assertThat(sentence(Provider.AZURE))
          .isEqualTo(
              "wal_level is replica: set the server parameter wal_level to logical on the source and"
                  + " restart it (a single server: azure.replication_support).");
    }

    private static String sentence(Provider provider) {
      return found(server().walLevel("replica").provider(provider)).sentence();
    }

    @Test
    void readOnlyTransactionsAreMendedWhereTheyAreSet() {
      nothing(server().setting("default_transaction_read_only", "off"));
      found(
          readOnly("database"),
          Severity.Blocker,
          Reason.ServerReadOnly,
          "on",
          "off",
          "default_transaction_read_only is on for role app on the source, so it can write nothing:"
              + " run ALTER DATABASE \"users_db\" RESET default_transaction_read_only.");
      assertThat(found(readOnly("user")).sentence())
          .endsWith("run ALTER ROLE \"app\" RESET default_transaction_read_only.");
      assertThat(found(readOnly("database user")).sentence())
          .endsWith(
              "run ALTER ROLE \"app\" IN DATABASE \"users_db\" RESET"
                  + " default_transaction_read_only.");
      assertThat(found(readOnly("configuration file")).sentence())
          .endsWith(
              "run ALTER SYSTEM SET default_transaction_read_only = 'off' and SELECT"
                  + " pg_reload_conf() on the source.");
      assertThat(found(readOnly("configuration file").provider(Provider.AZURE)).sentence())
          .endsWith(
              "give it more storage if that is full, or set the server parameter"
                  + " default_transaction_read_only to off on the source.");
    }

    private static AServer readOnly(String source) {
      return server().setting("default_transaction_read_only", "on", null, source);
    }

    @Test
    void walSenderTimeout() {
      nothing(server().setting("wal_sender_timeout", "10000", "ms"));
      found(
          server().setting("wal_sender_timeout", "0", "ms"),
          Severity.Warning,
          Reason.WalSenderTimeout,
          "0",
          "1min",
          "wal_sender_timeout is 0, so a connection that died is never noticed, and its slot can be"
              + " read by nobody else: run ALTER SYSTEM SET wal_sender_timeout = '1min' and SELECT"
              + " pg_reload_conf() on the source.");
      assertThat(found(server().setting("wal_sender_timeout", "9500", "ms")).sentence())
          .startsWith(
              "wal_sender_timeout is 9500ms, so a target that is busy for a moment loses its"
                  + " connection: ");
    }

    @Test
    void walThatSlotsMayKeep() {
      nothing(server().setting("max_slot_wal_keep_size", "1024", "MB"));
      found(
          server().setting("max_slot_wal_keep_size", "-1", "MB"),
          Severity.Info,
          Reason.SlotWalLimit,
          "-1",
          "less than the disk has free",
          "max_slot_wal_keep_size is -1, so a slot that nobody reads can fill the disk of the"
              + " source: watch how much WAL is kept, or set a limit that the disk can bear.");
      found(
          server().setting("max_slot_wal_keep_size", "512", "MB"),
          Severity.Warning,
          Reason.SlotWalLimit,
          "512MB",
          "1GB or more",
          "max_slot_wal_keep_size is 512MB, so a slot is lost as soon as its reader is so far"
              + " behind, and the source is copied again: run ALTER SYSTEM SET"
              + " max_slot_wal_keep_size = '10GB' and SELECT pg_reload_conf() on the source.");
    }

    @Test
    void slotsThatAreLostWhenNobodyReadsThem() {
      nothing(server().setting("idle_replication_slot_timeout", "0", "s"));
      nothing(server().setting("idle_replication_slot_timeout", "86400", "s"));
      found(
          server().setting("idle_replication_slot_timeout", "120", "min"),
          Severity.Warning,
          Reason.SlotIdleLimit,
          "2h",
          "0, or 1d or more",
          "idle_replication_slot_timeout is 2h, so a slot is lost when its target is away for so"
              + " long, and the source is copied again: run ALTER SYSTEM SET"
              + " idle_replication_slot_timeout = 0 and SELECT pg_reload_conf() on the source.");
    }

    @Test
    void transactionsThatMayIdleForEver() {
      nothing(server().setting("idle_in_transaction_session_timeout", "60000", "ms"));
      found(
          server().setting("idle_in_transaction_session_timeout", "0", "ms"),
          Severity.Info,
          Reason.IdleInTransaction,
          "0",
          "some minutes",
          "idle_in_transaction_session_timeout is 0, so a transaction that an application forgot"
              + " holds up the making of a slot for ever: where no application needs that, run ALTER"
              + " SYSTEM SET idle_in_transaction_session_timeout = '10min' and SELECT"
              + " pg_reload_conf() on the source.");
    }

    @Test
    void aTransactionThatHasLastedForMoreThanAMinute() {
      nothing(server().open(transaction(4711, NOW.minusSeconds(60))));
      found(
          server().open(transaction(4711, NOW.minusSeconds(61))),
          Severity.Warning,
          Reason.LongTransaction,
          "process 4711 (role batch, application nightly, database users_db, in a transaction since"
              + " 2026-01-01 11:58 UTC)",
          "none older than 1min",
          "A slot can only be made when process 4711 (role batch, application nightly, database"
              + " users_db, in a transaction since 2026-01-01 11:58 UTC) has ended: wait for it, or"
              + " run SELECT pg_terminate_backend(4711).");
    }

    @Test
    void aTransactionWhoseAgeIsHiddenIsNotCalledLong() {
      nothing(
          server()
              .open(
                  new OpenTransaction(
                      Optional.of(4711),
                      Optional.empty(),
                      Optional.of("batch"),
                      Optional.empty(),
                      "users_db",
                      Optional.empty())));
    }

    @Test
    void onlyTheThreeOldestTransactionsAreNamed() {
      var busy = server();
      IntStream.range(0, 5)
          .forEach(i -> busy.open(transaction(i, NOW.minus(Duration.ofHours(9 - i)))));

      assertThat(SourcePreflight.findings(busy.build()))
          .extracting(f -> f.current().orElseThrow().split(" ")[1])
          .containsExactly("0", "1", "2");
    }

    private static OpenTransaction transaction(int pid, Instant since) {
      return new OpenTransaction(
          Optional.of(pid),
          Optional.empty(),
          Optional.of("batch"),
          Optional.of("nightly"),
          "users_db",
          Optional.of(since));
    }

    @Test
    void aPreparedTransactionThatNobodyEnds() {
      var prepared =
          new OpenTransaction(
              Optional.empty(),
              Optional.of("o'rder"),
              Optional.of("shop"),
              Optional.empty(),
              "orders",
              Optional.of(NOW.minusSeconds(86400)));

      found(
          server().open(prepared),
          Severity.Warning,
          Reason.PreparedTransaction,
          "the prepared transaction o'rder (role shop, database orders, prepared 2025-12-31 12:00"
              + " UTC)",
          "none older than 1min",
          "A slot can only be made when the prepared transaction o'rder (role shop, database orders,"
              + " prepared 2025-12-31 12:00 UTC) has ended: run COMMIT PREPARED 'o''rder' or"
              + " ROLLBACK PREPARED 'o''rder' in database orders.");
    }

    @Test
    void theWorstIsFirst() {
      assertThat(
              SourcePreflight.findings(
                  server()
                      .setting("max_slot_wal_keep_size", "-1", "MB")
                      .setting("wal_sender_timeout", "0", "ms")
                      .walLevel("replica")
                      .build()))
          .extracting(Finding::severity)
          .containsExactly(Severity.Blocker, Severity.Warning, Severity.Info);
    }
  }

  @Nested
  class OfATarget {
    private static Finding found(AServer server) {
      return only(TargetPreflight.findings(server.build()));
    }

    private static void nothing(AServer server) {
      assertThat(TargetPreflight.findings(server.build())).isEmpty();
    }

    @Test
    void itsRoleHasToBeAllowedToReceive() {
      assertThat(
              TargetPreflight.findings(
                  server().version(160010).mayNotSubscribe().mayNotCreateSchema().build()))
          .extracting(f -> f.current().orElseThrow() + " / " + f.wanted().orElseThrow())
          .containsExactly(
              "16.10 / 17 or later",
              "app / a member of pg_create_subscription",
              "app / CREATE on the database");
    }

    @Test
    void readOnlyTransactions() {
      assertThat(found(server().setting("default_transaction_read_only", "on")).sentence())
          .startsWith("default_transaction_read_only is on for role app on the target");
    }

    @Test
    void withoutSyncWorkersNothingIsEverCopied() {
      nothing(server().setting("max_sync_workers_per_subscription", "1"));
      assertThat(found(server().setting("max_sync_workers_per_subscription", "0")))
          .isEqualTo(
              Finding.ofServer(
                  Severity.Blocker,
                  Reason.TooFewSyncWorkers,
                  "0",
                  "2",
                  "max_sync_workers_per_subscription is 0, so no table is ever copied: run ALTER"
                      + " SYSTEM SET max_sync_workers_per_subscription = 2 and SELECT"
                      + " pg_reload_conf() on the target."));
    }

    @Test
    void aSourceThatIsGoneHasToBeNoticed() {
      nothing(server().setting("wal_receiver_timeout", "60000", "ms"));
      assertThat(found(server().setting("wal_receiver_timeout", "0", "ms")))
          .isEqualTo(
              Finding.ofServer(
                  Severity.Warning,
                  Reason.WalReceiverTimeout,
                  "0",
                  "1min",
                  "wal_receiver_timeout is 0, so a source that is gone is never noticed, and nothing"
                      + " is tried again: run ALTER SYSTEM SET wal_receiver_timeout = '1min' and"
                      + " SELECT pg_reload_conf() on the target."));
    }

    @Test
    void aLongRetryIntervalIsGoodToKnow() {
      nothing(server().setting("wal_retrieve_retry_interval", "5000", "ms"));
      assertThat(found(server().setting("wal_retrieve_retry_interval", "90000", "ms")))
          .isEqualTo(
              Finding.ofServer(
                  Severity.Info,
                  Reason.RetrieveRetryInterval,
                  "90s",
                  "5s or less",
                  "wal_retrieve_retry_interval is 90s, which a new table waits for its copy, and a"
                      + " worker that failed before it tries again: run ALTER SYSTEM SET"
                      + " wal_retrieve_retry_interval = '5s' and SELECT pg_reload_conf() on the"
                      + " target."));
    }
  }

  @Test
  void aServiceIsToldByTheRoleThatItsCustomersHave() {
    assertThat(Provider.of(List.of())).isEqualTo(Provider.SELF);
    assertThat(Provider.of(List.of("rds_superuser"))).isEqualTo(Provider.AMAZON_RDS);
    assertThat(Provider.of(List.of("cloudsqlsuperuser"))).isEqualTo(Provider.CLOUD_SQL);
    assertThat(Provider.of(List.of("azure_pg_admin"))).isEqualTo(Provider.AZURE);
  }

  @Test
  void theRightToReplicateIsGivenAsTheServiceGivesIt() {
    assertThat(Provider.AMAZON_RDS.grantReplication("r"))
        .isEqualTo("GRANT rds_replication TO \"r\"");
    assertThat(Provider.SELF.grantReplication("r")).isEqualTo("ALTER ROLE \"r\" REPLICATION");
    assertThat(server().build().mayReplicate()).isTrue();
    assertThat(server().mayNotReplicate().build().mayReplicate()).isFalse();
  }
}
