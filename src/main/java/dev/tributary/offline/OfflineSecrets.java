package dev.tributary.offline;

import dev.tributary.controller.SecretSource;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Trouble;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.util.Optional;

/** Secrets of manifests; a line of the password file goes before them. */
public record OfflineSecrets(Manifests manifests, PasswordFile passwords) implements SecretSource {
  @Override
  public Optional<Secret> find(String namespace, String name) throws Trouble {
    var wanted = new SecretName(namespace, name);
    var written = Optional.ofNullable(manifests.secrets().get(wanted));
    var login = passwords.of(wanted);
    if (login.isPresent()) {
      return Optional.of(
          written
              .map(SecretBuilder::new)
              .orElseGet(
                  () ->
                      new SecretBuilder()
                          .withNewMetadata()
                          .withNamespace(namespace)
                          .withName(name)
                          .endMetadata())
              .addToData("username", ManifestReader.encode(login.get().username()))
              .addToData("password", ManifestReader.encode(login.get().password()))
              .build());
    }
    if (written.isEmpty()) {
      throw new Trouble(
          Reason.SecretMissing,
          ("There is no Secret %s of namespace %s among the manifests: add its manifest with -f, or a line"
                  + " %s:USERNAME:PASSWORD to --password-file.")
              .formatted(name, namespace, name));
    }
    return written;
  }
}
