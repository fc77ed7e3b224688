package dev.tributary.controller;

import dev.tributary.api.Connection;
import dev.tributary.api.DeletionPolicy;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.ReplicationFederationSpec;
import dev.tributary.api.SourceDatabase;
import dev.tributary.api.SourceDatabaseSpec;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Resources of namespace {@code shop}, as an API server without defaults would give them. */
final class Resources {
  static final String NAMESPACE = "shop";

  private Resources() {}

  static Connection connection(String database) {
    return new Connection("users-db", null, database, "users-credentials", null);
  }

  /** The source {@code users} of the database {@code users_db}. */
  static SourceDatabase source(SourceDatabaseSpec.Schema schema, SourceDatabaseSpec.Tables tables) {
    return source(new SourceDatabaseSpec(connection("users_db"), null, schema, tables, null, null));
  }

  static SourceDatabase source(SourceDatabaseSpec spec) {
    var source = new SourceDatabase();
    source.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(NAMESPACE)
            .withName("users")
            .withUid("s-1")
            .withGeneration(3L)
            .build());
    source.setSpec(spec);
    return source;
  }

  /** The federation {@code all} of the source {@code users} and the target {@code search}. */
  static ReplicationFederation federation(
      ReplicationFederationSpec.Slots slots, Boolean suspend, DeletionPolicy policy) {
    var federation = new ReplicationFederation();
    federation.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(NAMESPACE)
            .withName("all")
            .withUid("f-1")
            .withGeneration(5L)
            .build());
    federation.setSpec(
        new ReplicationFederationSpec(
            "search",
            List.of(new ReplicationFederationSpec.Source("users", null)),
            slots,
            null,
            null,
            suspend,
            policy));
    return federation;
  }

  static ReplicationFederation federation() {
    return federation(null, null, null);
  }

  static Condition condition(String type, String status, String reason, String since) {
    return new ConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason(reason)
        .withMessage("A sentence about " + reason + ".")
        .withObservedGeneration(3L)
        .withLastTransitionTime(since)
        .build();
  }

  /** A Secret of these keys and values, one after the other. */
  static Secret secret(String name, String... keysAndValues) {
    var data = new LinkedHashMap<String, String>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      data.put(
          keysAndValues[i],
          Base64.getEncoder()
              .encodeToString(keysAndValues[i + 1].getBytes(StandardCharsets.UTF_8)));
    }
    return new SecretBuilder()
        .withNewMetadata()
        .withNamespace(NAMESPACE)
        .withName(name)
        .withUid("uid-of-" + name)
        .withResourceVersion("7")
        .endMetadata()
        .withData(data)
        .build();
  }

  /** A client that gets the Secrets of the namespace by their names, and can do nothing else. */
  static KubernetesClient client(Map<String, Secret> secrets) {
    return only(
        KubernetesClient.class,
        "secrets",
        () ->
            only(
                MixedOperation.class,
                "inNamespace",
                namespace ->
                    only(
                        NonNamespaceOperation.class,
                        "withName",
                        name ->
                            only(
                                Resource.class,
                                "get",
                                () -> namespace.equals(NAMESPACE) ? secrets.get(name) : null))));
  }

  private interface Answer {
    Object get();
  }

  private static <T> T only(Class<T> type, String method, Answer answer) {
    return only(type, method, nothing -> answer.get());
  }

  private static <T> T only(Class<T> type, String method, Function<Object, Object> answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, called, arguments) -> {
              if (!called.getName().equals(method)) {
                throw new UnsupportedOperationException(called.toString());
              }
              return answer.apply(arguments == null ? null : arguments[0]);
            }));
  }
}
