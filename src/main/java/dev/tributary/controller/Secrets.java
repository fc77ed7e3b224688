package dev.tributary.controller;

import dev.tributary.federation.Reason;
import dev.tributary.federation.Trouble;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads Secrets, each when it is needed: the operator has no right to list or watch them.
 *
 * <p>The last ones read are kept in memory, because {@code kubectl delete -f} of a whole folder
 * takes the Secrets away before the finalizers that need them have run.
 */
final class Secrets {
  private final SecretSource source;
  private final Map<String, Secret> lastSeen = new ConcurrentHashMap<>();

  Secrets(KubernetesClient client) {
    this(
        (namespace, name) ->
            Optional.ofNullable(client.secrets().inNamespace(namespace).withName(name).get()));
  }

  Secrets(SecretSource source) {
    this.source = source;
  }

  /**
   * What a Secret says.
   *
   * @param version changes whenever the Secret does; empty for one that no API server has seen
   */
  record Credentials(String username, String password, Optional<String> version) {
    @Override
    public String toString() {
      return "Credentials[" + username + "]";
    }
  }

  /** The credentials of a basic-auth Secret; throws Trouble when there are none. */
  Credentials credentials(String namespace, String name, boolean deleting) throws Trouble {
    Secret secret = read(namespace, name, deleting);
    return new Credentials(
        value(secret, "username"), value(secret, "password"), version(secret.getMetadata()));
  }

  private static Optional<String> version(ObjectMeta metadata) {
    return Optional.ofNullable(metadata.getResourceVersion()).map(v -> metadata.getUid() + "/" + v);
  }

  /** One value of a Secret; throws Trouble when it is not there. */
  String value(String namespace, String name, String key, boolean deleting) throws Trouble {
    return value(read(namespace, name, deleting), key);
  }

  private Secret read(String namespace, String name, boolean deleting) throws Trouble {
    String id = namespace + "/" + name;
    Secret secret = source.find(namespace, name).orElse(null);
    if (secret != null) {
      lastSeen.put(id, secret);
    } else if (deleting) {
      secret = lastSeen.get(id);
    }
    if (secret == null) {
      throw new Trouble(
          Reason.SecretMissing,
          ("There is no Secret %s in namespace %s: create it with kubectl -n %s create secret generic %s"
                  + " --type=kubernetes.io/basic-auth --from-literal=username=… --from-literal=password=…")
              .formatted(name, namespace, namespace, name));
    }
    return secret;
  }

  private static String value(Secret secret, String key) throws Trouble {
    String encoded = secret.getData() == null ? null : secret.getData().get(key);
    String value =
        encoded == null
            ? ""
            : new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
    if (value.isEmpty() || value.indexOf('\0') >= 0) {
      throw new Trouble(
          Reason.SecretInvalid,
          "The Secret %s has no usable value for %s: set it."
              .formatted(secret.getMetadata().getName(), key));
    }
    return value;
  }
}
