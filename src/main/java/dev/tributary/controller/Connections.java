package dev.tributary.controller;

import dev.tributary.api.Connection;
import dev.tributary.api.SourceDatabase;
import dev.tributary.api.SourceDatabaseSpec;
import dev.tributary.federation.Names;
import dev.tributary.federation.Trouble;
import dev.tributary.postgres.ConnectionSettings;
import dev.tributary.postgres.Executor.ConnectionString;
import java.util.Optional;
import java.util.TreeMap;

/** Turns what resources say about connections, and the Secrets they name, into settings. */
final class Connections {
  private static final int FINGERPRINT = 16;

  private final Secrets secrets;

  Connections(Secrets secrets) {
    this.secrets = secrets;
  }

  /** How the operator reaches a database; throws Trouble when a Secret is not as it should be. */
  ConnectionSettings of(String namespace, Connection connection, boolean deleting) throws Trouble {
    var credentials = secrets.credentials(namespace, connection.credentialsSecret(), deleting);
    var ca = connection.tls().caSecret();
    return new ConnectionSettings(
        connection.host(),
        connection.port(),
        connection.database(),
        credentials.username(),
        credentials.password(),
        connection.credentialsSecret(),
        connection.tls().mode(),
        ca == null
            ? Optional.empty()
            : Optional.of(secrets.value(namespace, ca.name(), ca.key(), deleting)));
  }

  /** How the target's server reaches a source, and as whom the operator makes its slot. */
  Replication replication(SourceDatabase source, boolean deleting) throws Trouble {
    String namespace = source.getMetadata().getNamespace();
    Connection connection = source.getSpec().connection();
    SourceDatabaseSpec.Replication replication = source.getSpec().replication();
    String secret = orElse(replication.credentialsSecret(), connection.credentialsSecret());
    var credentials = secrets.credentials(namespace, secret, deleting);
    var tls = Optional.ofNullable(replication.tls());
    var target =
        new ConnectionSettings(
            orElse(replication.host(), connection.host()),
            orElse(replication.port(), connection.port()),
            connection.database(),
            credentials.username(),
            credentials.password(),
            secret,
            tls.map(SourceDatabaseSpec.ReplicationTls::mode).orElse(connection.tls().mode()),
            Optional.empty());
    var rootCertificate = tls.map(SourceDatabaseSpec.ReplicationTls::rootCertificate);
    var operator =
        new ConnectionSettings(
            connection.host(),
            connection.port(),
            connection.database(),
            credentials.username(),
            credentials.password(),
            secret,
            connection.tls().mode(),
            of(namespace, connection, deleting).rootCertificate());
    return new Replication(
        operator,
        new ConnectionString(target.libpq(rootCertificate), target.password()),
        fingerprint(target, rootCertificate, credentials.version().orElse("")),
        credentials.version().map(v -> Names.sha256(v).substring(0, FINGERPRINT)));
  }

  /**
   * The role that replicates.
   *
   * @param fromOperator how the operator connects as it
   * @param connectionString how the target's server connects as it
   * @param fingerprint changes whenever the connection string does, and holds no secret: the
   *     password is in it by the version of its Secret
   * @param password changes whenever its Secret does; empty where that has no version, as a
   *     manifest
   */
  record Replication(
      ConnectionSettings fromOperator,
      ConnectionString connectionString,
      String fingerprint,
      Optional<String> password) {}

  private static String fingerprint(
      ConnectionSettings settings, Optional<String> rootCertificate, String secretVersion) {
    return Names.sha256(
            new TreeMap<>(settings.publicParts()) + rootCertificate.orElse("") + secretVersion)
        .substring(0, FINGERPRINT);
  }

  private static <T> T orElse(T value, T otherwise) {
    return value == null ? otherwise : value;
  }
}
