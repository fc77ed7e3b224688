package dev.tributary.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tributary.federation.Reason;
import dev.tributary.federation.Trouble;
import dev.tributary.offline.PasswordFile.Login;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Credentials that do not come from a Secret. */
class PasswordFileTest {
  @TempDir private Path folder;

  private PasswordFile read(String text) throws IOException, UnusableInput {
    return PasswordFile.read(Files.writeString(folder.resolve("passwords"), text).toString());
  }

  @Test
  void thePasswordIsTheRestOfTheLine() throws IOException, UnusableInput {
    var file =
        read("# for the pipeline\n\nusers:app: a:b#'\" \r\nshop/users:shop:x\nother:größe:$(rm)\n");

    assertThat(file.of(new SecretName("default", "users"))).contains(new Login("app", " a:b#'\" "));
    assertThat(file.of(new SecretName("shop", "users"))).contains(new Login("shop", "x"));
    assertThat(file.of(new SecretName("shop", "other"))).contains(new Login("größe", "$(rm)"));
    assertThat(file.of(new SecretName("shop", "else"))).isEmpty();
    assertThat(new Login("app", "s3cret")).hasToString("Login[app]");
  }

  @Test
  void aLineThatIsWrongIsNamedAndNotRepeated() {
    for (String line : List.of("s3cret", "users:s3cret", "users::s3cret", "Users:s3cret:s3cret")) {
      assertThatExceptionOfType(UnusableInput.class)
          .isThrownBy(() -> read("a:b:c\n" + line))
          .withMessageEndingWith(
              "passwords, line 2: write SECRET:USERNAME:PASSWORD, or"
                  + " NAMESPACE/SECRET:USERNAME:PASSWORD.");
    }
    assertThatExceptionOfType(UnusableInput.class)
        .isThrownBy(() -> read("a:b:s3cret\na:c:s3cret"))
        .withMessageEndingWith("passwords, line 2: there is a line for the Secret a already.");
  }

  @Test
  void itGoesBeforeASecretAndKeepsItsOtherKeys() throws IOException, UnusableInput, Trouble {
    var secret = new SecretBuilder().withData(Map.of("password", "b2xk", "ca.crt", "UEVN")).build();
    var secrets =
        new OfflineSecrets(
            new Manifests(List.of(), Map.of(new SecretName("shop", "users"), secret)),
            read("users:app:new"));

    assertThat(secrets.find("shop", "users").orElseThrow().getData())
        .isEqualTo(
            Map.of(
                "username",
                ManifestReader.encode("app"),
                "password",
                ManifestReader.encode("new"),
                "ca.crt",
                "UEVN"));
  }

  @Test
  void aSecretThatIsNowhere() {
    var secrets = new OfflineSecrets(new Manifests(List.of(), Map.of()), PasswordFile.NONE);

    assertThatExceptionOfType(Trouble.class)
        .isThrownBy(() -> secrets.find("shop", "users"))
        .satisfies(
            t -> {
              assertThat(t.problem().reason()).isEqualTo(Reason.SecretMissing);
              assertThat(t.problem().sentence())
                  .isEqualTo(
                      "There is no Secret users of namespace shop among the manifests: add its"
                          + " manifest with -f, or a line users:USERNAME:PASSWORD to --password-file.");
            });
  }
}
