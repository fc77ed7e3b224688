package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tributary.api.TlsMode;
import dev.tributary.postgres.Executor.ConnectionString;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A value of a resource or a Secret adds no parameter, and a password is printed nowhere. */
class ConnectionSettingsTest {

  private static ConnectionSettings settings(
      String host, String database, String user, String password) {
    return new ConnectionSettings(
        host,
        5433,
        database,
        user,
        password,
        "credentials",
        TlsMode.VERIFY_FULL,
        Optional.of("-----BEGIN CERTIFICATE-----"));
  }

  private static ConnectionSettings settings(String host, String database) {
    return settings(host, database, "app", "s3cret");
  }

  @ParameterizedTest
  @CsvSource({
    "users-db.shop.svc, users, jdbc:postgresql://users-db.shop.svc:5433/users",
    "10.0.0.1, users, jdbc:postgresql://10.0.0.1:5433/users",
    "fd00::1, users, jdbc:postgresql://[fd00::1]:5433/users",
    "db, a b, jdbc:postgresql://db:5433/a%20b",
    "db, a+b, jdbc:postgresql://db:5433/a%2Bb",
    "db, a?user=postgres&b, jdbc:postgresql://db:5433/a%3Fuser%3Dpostgres%26b",
    "db, a/b, jdbc:postgresql://db:5433/a%2Fb",
    "db, größe, jdbc:postgresql://db:5433/gr%C3%B6%C3%9Fe",
  })
  void theUrlIsHostPortAndDatabaseAndNothingElse(String host, String database, String url) {
    assertThat(settings(host, database).url()).isEqualTo(url);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a b", "a,b", "a/b", "a?ssl=false", "a@b", "/var/run", "a\n", "größe"})
  void whatIsNoHostNameOrAddressIsRefused(String host) {
    assertThatIllegalArgumentException().isThrownBy(() -> settings(host, "users"));
  }

  @Test
  void aSubscriptionConnectsWithLibpqsWords() {
    assertThat(settings("users-db", "users").libpq(Optional.of("/etc/ca.crt")))
        .isEqualTo(
            "host='users-db' port='5433' dbname='users' user='app' password='s3cret'"
                + " sslmode='verify-full' sslrootcert='/etc/ca.crt' connect_timeout='10'");
  }

  @Test
  void noValueEndsItsQuotes() {
    assertThat(
            settings("db", "it's", "a' host='evil", "p\\' sslmode=disable").libpq(Optional.empty()))
        .isEqualTo(
            "host='db' port='5433' dbname='it\\'s' user='a\\' host=\\'evil'"
                + " password='p\\\\\\' sslmode=disable' sslmode='verify-full'"
                + " connect_timeout='10'");
  }

  @Test
  void thePublicPartsAreEverythingButTheSecret() {
    assertThat(settings("users-db", "users").publicParts())
        .isEqualTo(
            Map.of(
                "host", "users-db",
                "port", "5433",
                "dbname", "users",
                "user", "app",
                "sslmode", "verify-full"));
  }

  @Test
  void thePasswordIsPrintedNowhere() {
    assertThat(settings("users-db", "users")).hasToString("app@users-db:5433/users");
    assertThat(new ConnectionString("password='s3cret'", "s3cret"))
        .hasToString("<connection string>");
  }
}
