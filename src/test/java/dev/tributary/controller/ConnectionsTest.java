package dev.tributary.controller;

import static dev.tributary.controller.Resources.NAMESPACE;
import static dev.tributary.controller.Resources.secret;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.Connection;
import dev.tributary.api.SecretKey;
import dev.tributary.api.SourceDatabase;
import dev.tributary.api.SourceDatabaseSpec;
import dev.tributary.api.SourceDatabaseSpec.Replication;
import dev.tributary.api.SourceDatabaseSpec.ReplicationTls;
import dev.tributary.api.TlsMode;
import dev.tributary.federation.Trouble;
import dev.tributary.postgres.ConnectionSettings;
import dev.tributary.postgres.Executor.ConnectionString;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How a database is reached: by the operator, and by the target's server. */
class ConnectionsTest {
  private static final Connection CONNECTION =
      new Connection(
          "users-db",
          5433,
          "users",
          "owner",
          new Connection.Tls(TlsMode.VERIFY_CA, new SecretKey("ca", null)));

  private final Map<String, Secret> secrets =
      new HashMap<>(
          Map.of(
              "owner", secret("owner", "username", "app", "password", "s3cret"),
              "replicator", secret("replicator", "username", "repl", "password", "it's"),
              "ca", secret("ca", "ca.crt", "PEM")));
  private final Connections connections = new Connections(new Secrets(Resources.client(secrets)));

  private static SourceDatabase source(Replication replication) {
    return Resources.source(
        new SourceDatabaseSpec(CONNECTION, replication, null, null, null, null));
  }

  @Test
  void theOperatorConnectsAsTheResourceAndItsSecretsSay() throws Trouble {
    assertThat(connections.of(NAMESPACE, CONNECTION, false))
        .isEqualTo(
            new ConnectionSettings(
                "users-db",
                5433,
                "users",
                "app",
                "s3cret",
                "owner",
                TlsMode.VERIFY_CA,
                Optional.of("PEM")));
  }

  @Test
  void theDefaultsAreThoseOfPostgres() throws Trouble {
    assertThat(
            connections.of(
                NAMESPACE, new Connection("users-db", null, "users", "owner", null), false))
        .isEqualTo(
            new ConnectionSettings(
                "users-db",
                5432,
                "users",
                "app",
                "s3cret",
                "owner",
                TlsMode.PREFER,
                Optional.empty()));
  }

  @Test
  void whatReplicationLeavesOutIsTakenFromConnection() throws Trouble {
    assertThat(connections.replication(source(null), false).connectionString())
        .isEqualTo(
            new ConnectionString(
                "host='users-db' port='5433' dbname='users' user='app' password='s3cret'"
                    + " sslmode='verify-ca' connect_timeout='10'",
                "s3cret"));
  }

  @Test
  void theTargetsServerHasItsOwnWayAndTheOperatorMakesSlotsAsTheSameRoleOnItsOwn() throws Trouble {
    var replication =
        connections.replication(
            source(
                new Replication(
                    "users-db.users.svc",
                    6432,
                    "replicator",
                    null,
                    new ReplicationTls(TlsMode.VERIFY_FULL, "system"))),
            false);

    assertThat(replication.connectionString())
        .isEqualTo(
            new ConnectionString(
                "host='users-db.users.svc' port='6432' dbname='users' user='repl'"
                    + " password='it\\'s' sslmode='verify-full' sslrootcert='system'"
                    + " connect_timeout='10'",
                "it's"));
    assertThat(replication.fromOperator())
        .isEqualTo(
            new ConnectionSettings(
                "users-db",
                5433,
                "users",
                "repl",
                "it's",
                "replicator",
                TlsMode.VERIFY_CA,
                Optional.of("PEM")));
  }

  @Test
  void everyChangeOfTheConnectionStringChangesTheFingerprintAndNothingElseDoes() throws Trouble {
    var seen = new HashSet<String>();
    var ways =
        List.of(
            new Replication(null, null, null, null, null),
            new Replication("other-host", null, null, null, null),
            new Replication(null, 1, null, null, null),
            new Replication(null, null, "replicator", null, null),
            new Replication(null, null, null, null, new ReplicationTls(TlsMode.REQUIRE, null)),
            new Replication(null, null, null, null, new ReplicationTls(null, "system")));
    for (var way : ways) {
      assertThat(seen.add(connections.replication(source(way), false).fingerprint()))
          .as("%s is new", way)
          .isTrue();
      assertThat(seen.add(connections.replication(source(way), false).fingerprint()))
          .as("%s is the same again", way)
          .isFalse();
    }

    secrets.get("owner").getMetadata().setResourceVersion("8");
    assertThat(seen.add(connections.replication(source(null), false).fingerprint())).isTrue();
  }

  @Test
  void thePasswordIsKnownByTheVersionOfItsSecretAlone() throws Trouble {
    var here = connections.replication(source(null), false).password();
    var there =
        connections
            .replication(source(new Replication("other", 1, null, null, null)), false)
            .password();
    assertThat(here).isPresent().isEqualTo(there);

    secrets.get("owner").getMetadata().setResourceVersion("8");
    assertThat(connections.replication(source(null), false).password())
        .isPresent()
        .isNotEqualTo(here);
    secrets.get("owner").getMetadata().setResourceVersion(null);
    assertThat(connections.replication(source(null), false).password())
        .as("a manifest has none")
        .isEmpty();
  }

  @Test
  void neitherFingerprintNorTextOfAConnectionHoldsThePassword() throws Trouble {
    assertThat(connections.replication(source(null), false).toString()).doesNotContain("s3cret");
  }
}
