package dev.tributary.controller;

import dev.tributary.federation.Trouble;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Optional;

/** Where Secrets are read: the API server, or manifests. */
@FunctionalInterface
public interface SecretSource {
  /** The Secret, if it is there; throws Trouble to say itself what to do about one that is not. */
  Optional<Secret> find(String namespace, String name) throws Trouble;
}
