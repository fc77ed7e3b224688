package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.api.TlsMode;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Trouble;
import dev.tributary.fixtures.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each sslmode against a server with a certificate for 127.0.0.1, and one without TLS. */
class TlsIT {
  @TempDir private static Path folder;

  private static PostgresServer encrypted;
  private static String authority;
  private static String otherAuthority;

  @BeforeAll
  static void start() throws Exception {
    authority = certificate("server", "ip:127.0.0.1");
    otherAuthority = certificate("other", "ip:127.0.0.1");
    encrypted =
        PostgresServer.start(
            17,
            Map.of(
                "ssl", "on",
                "ssl_cert_file", folder.resolve("server.crt").toString(),
                "ssl_key_file", folder.resolve("server.key").toString()));
  }

  @AfterAll
  static void stop() {
    encrypted.close();
  }

  @Test
  void everyModeReachesAServerWithTheRightCertificate() throws Trouble {
    for (TlsMode mode : TlsMode.values()) {
      assertThat(isEncrypted(open(encrypted, mode, "127.0.0.1", Optional.of(authority))))
          .as(mode.sslmode())
          // allow begins without, and the server takes that.
          .isEqualTo(mode != TlsMode.DISABLE && mode != TlsMode.ALLOW);
    }
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefused() {
    assertRefused(encrypted, TlsMode.VERIFY_CA, "127.0.0.1", Optional.of(otherAuthority));
    assertRefused(encrypted, TlsMode.VERIFY_FULL, "127.0.0.1", Optional.of(otherAuthority));
    assertRefused(encrypted, TlsMode.VERIFY_FULL, "127.0.0.1", Optional.empty());
  }

  @Test
  void aCertificateForAnotherNameIsRefusedByVerifyFullOnly() throws Trouble {
    assertRefused(encrypted, TlsMode.VERIFY_FULL, "localhost", Optional.of(authority));
    assertThat(isEncrypted(open(encrypted, TlsMode.VERIFY_CA, "localhost", Optional.of(authority))))
        .isTrue();
  }

  @Test
  void aServerWithoutTlsIsRefusedFromRequireOn() throws Trouble {
    var plain = PostgresServer.shared(17);
    assertThat(isEncrypted(open(plain, TlsMode.PREFER, "127.0.0.1", Optional.empty()))).isFalse();
    assertRefused(plain, TlsMode.REQUIRE, "127.0.0.1", Optional.empty());
  }

  private static void assertRefused(
      PostgresServer server, TlsMode mode, String host, Optional<String> authority) {
    assertThatThrownBy(() -> open(server, mode, host, authority))
        .isInstanceOfSatisfying(
            Trouble.class, t -> assertThat(t.problem().reason()).isEqualTo(Reason.TlsFailed));
  }

  private static Session open(
      PostgresServer server, TlsMode mode, String host, Optional<String> authority) throws Trouble {
    return Session.open(
        new ConnectionSettings(
            host, server.port(), "postgres", "postgres", "any", "secret", mode, authority));
  }

  private static boolean isEncrypted(Session session) throws Trouble {
    try (session) {
      return session
          .query(
              "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
              row -> row.getBoolean("ssl"))
          .get(0);
    }
  }

  /** Makes a self-signed certificate with the JDK's own tool; returns it as PEM. */
  private static String certificate(String name, String alternativeName) throws Exception {
    Path store = folder.resolve(name + ".p12");
    var keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "k",
                "-keyalg",
                "RSA",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=" + alternativeName,
                "-ext",
                "bc=ca:true",
                "-validity",
                "3650")
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    var keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
    String pem = pem("CERTIFICATE", keys.getCertificate("k").getEncoded());
    write(name + ".crt", pem);
    write(
        name + ".key", pem("PRIVATE KEY", keys.getKey("k", "changeit".toCharArray()).getEncoded()));
    return pem;
  }

  private static void write(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    // PostgreSQL takes no key that others may read.
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static String pem(String type, byte[] der) {
    return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
        .formatted(type, Base64.getMimeEncoder().encodeToString(der));
  }
}
