package dev.tributary.controller;

import static dev.tributary.controller.Resources.NAMESPACE;
import static dev.tributary.controller.Resources.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tributary.controller.Secrets.Credentials;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Trouble;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a Secret says, or what to do about it. */
class SecretsTest {
  private final Map<String, Secret> there = new HashMap<>();
  private final Secrets secrets = new Secrets(Resources.client(there));

  private void add(Secret secret) {
    there.put(secret.getMetadata().getName(), secret);
  }

  private static void assertTrouble(ThrowingCallable reading, Reason reason, String sentence) {
    assertThatExceptionOfType(Trouble.class)
        .isThrownBy(reading)
        .satisfies(t -> assertThat(t.problem()).isEqualTo(new Problem(reason, sentence)));
  }

  @Test
  void credentialsHaveTheVersionOfTheirSecret() throws Trouble {
    add(secret("db", "username", "app", "password", "größe'\\"));

    assertThat(secrets.credentials(NAMESPACE, "db", false))
        .isEqualTo(new Credentials("app", "größe'\\", Optional.of("uid-of-db/7")));
  }

  @Test
  void aValueIsReadByItsKey() throws Trouble {
    add(secret("ca", "ca.crt", "PEM"));

    assertThat(secrets.value(NAMESPACE, "ca", "ca.crt", false)).isEqualTo("PEM");
  }

  @Test
  void aSecretThatIsNotThereComesWithTheCommandThatMakesIt() {
    assertTrouble(
        () -> secrets.credentials(NAMESPACE, "db", false),
        Reason.SecretMissing,
        "There is no Secret db in namespace shop: create it with kubectl -n shop create secret"
            + " generic db --type=kubernetes.io/basic-auth --from-literal=username=…"
            + " --from-literal=password=…");
  }

  @Test
  void aSecretOfAnotherNamespaceIsNotThere() {
    add(secret("db", "username", "app", "password", "s3cret"));

    assertThatExceptionOfType(Trouble.class)
        .isThrownBy(() -> secrets.credentials("other", "db", false))
        .satisfies(t -> assertThat(t.problem().reason()).isEqualTo(Reason.SecretMissing));
  }

  @Test
  void aKeyWithoutAUsableValueIsNamedAndItsValueIsNot() {
    add(secret("without", "username", "app"));
    add(secret("empty", "username", "app", "password", ""));
    add(secret("with-nul", "username", "app", "password", "s3cret\0"));

    for (String name : new String[] {"without", "empty", "with-nul"}) {
      assertTrouble(
          () -> secrets.credentials(NAMESPACE, name, false),
          Reason.SecretInvalid,
          "The Secret %s has no usable value for password: set it.".formatted(name));
    }
  }

  @Test
  void aSecretWithoutDataHasNoUsableValue() {
    add(secret("db"));
    there.get("db").setData(null);

    assertTrouble(
        () -> secrets.credentials(NAMESPACE, "db", false),
        Reason.SecretInvalid,
        "The Secret db has no usable value for username: set it.");
  }

  @Test
  void aDeletionUsesTheSecretThatWentWithItsResource() throws Trouble {
    add(secret("db", "username", "app", "password", "s3cret"));
    var before = secrets.credentials(NAMESPACE, "db", false);
    there.clear();

    assertThat(secrets.credentials(NAMESPACE, "db", true)).isEqualTo(before);
    assertThatExceptionOfType(Trouble.class)
        .isThrownBy(() -> secrets.credentials(NAMESPACE, "db", false));
  }

  @Test
  void aSecretThatChangedIsReadAnewEvenByADeletion() throws Trouble {
    add(secret("db", "username", "app", "password", "old"));
    secrets.credentials(NAMESPACE, "db", false);
    add(secret("db", "username", "app", "password", "new"));

    assertThat(secrets.credentials(NAMESPACE, "db", true).password()).isEqualTo("new");
  }

  @Test
  void thePasswordIsPrintedNowhere() {
    assertThat(new Credentials("app", "s3cret", Optional.of("1"))).hasToString("Credentials[app]");
  }
}
