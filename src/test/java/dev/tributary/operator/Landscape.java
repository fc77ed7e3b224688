package dev.tributary.operator;

import static org.awaitility.Awaitility.await;

import dev.tributary.api.ParadeDBTarget;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.SourceDatabase;
import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.KubeApi;
import dev.tributary.fixtures.OperatorProcess;
import dev.tributary.fixtures.PostgresServer;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;

/** Two services, a target and a federation of them, under names that no other test uses. */
final class Landscape {
  private static final AtomicInteger NEXT = new AtomicInteger();
  static final Duration PATIENCE = Duration.ofSeconds(60);

  final String id = ProcessHandle.current().pid() % 1000 + "-" + NEXT.incrementAndGet();
  final KubeApi kube;
  final Service accounts;
  final Service support;
  final Db target;
  final String targetOwner;
  final String targetPassword;

  private Landscape(KubeApi kube, PostgresServer first, PostgresServer second, Db target) {
    this.kube = kube;
    this.accounts = Service.create(first, "accounts-" + id, 500);
    this.support = Service.create(second, "support-" + id, 300);
    this.target = target;
    this.targetOwner = target.name() + "_owner";
    this.targetPassword = "pw-target-" + id + "-9Zk";
  }

  /** Sources on 15 and 17, the target on 18. */
  static Landscape create(KubeApi kube) {
    return create(kube, PostgresServer.shared(15), PostgresServer.shared(17));
  }

  static Landscape create(KubeApi kube, PostgresServer first, PostgresServer second) {
    String name = "search_" + ProcessHandle.current().pid() % 1000 + "_" + (NEXT.get() + 1);
    var target = PostgresServer.shared(18).createDatabase(name);
    var landscape = new Landscape(kube, first, second, target);
    PostgresServer.shared(18)
        .database("postgres")
        .execute(
            "CREATE ROLE %s LOGIN PASSWORD '%s' IN ROLE pg_create_subscription"
                .formatted(landscape.targetOwner, landscape.targetPassword),
            "GRANT CREATE ON DATABASE %s TO %s".formatted(name, landscape.targetOwner));
    return landscape;
  }

  /** Everything that a user would apply. */
  String manifests() {
    return Stream.of(
            accounts.secret(),
            accounts.sourceDatabase(),
            support.secret(),
            support.sourceDatabase(),
            targetSecret(),
            targetResource(),
            federation(""))
        .collect(Collectors.joining("---\n"));
  }

  String targetSecret() {
    return """
        apiVersion: v1
        kind: Secret
        metadata: {name: %s}
        type: kubernetes.io/basic-auth
        stringData: {username: %s, password: %s}
        """
        .formatted(targetName(), targetOwner, targetPassword);
  }

  String targetResource() {
    return """
        apiVersion: tributary.dev/v1alpha1
        kind: ParadeDBTarget
        metadata: {name: %1$s}
        spec:
          connection: {host: 127.0.0.1, port: %2$d, database: %3$s, credentialsSecret: %1$s}
        """
        .formatted(targetName(), target.server().port(), target.name());
  }

  /** The federation with further lines of its spec, indented by two. */
  String federation(String more) {
    return """
        apiVersion: tributary.dev/v1alpha1
        kind: ReplicationFederation
        metadata: {name: %s}
        spec:
          target: %s
          sources: [{source: %s}, {source: %s}]
        %s
        """
        .formatted(federationName(), targetName(), accounts.name(), support.name(), more);
  }

  String targetName() {
    return "search-" + id;
  }

  String federationName() {
    return "everything-" + id;
  }

  OperatorProcess startOperator(String... more) {
    var args =
        Stream.concat(
                Stream.of(
                    "--namespace", "default", "--poll-interval", "500ms", "--health-port", "0"),
                Stream.of(more))
            .toArray(String[]::new);
    return OperatorProcess.start(kube.kubeconfig(), args);
  }

  SourceDatabase source(Service service) {
    return kube.client()
        .resources(SourceDatabase.class)
        .inNamespace("default")
        .withName(service.name())
        .get();
  }

  ReplicationFederation federation() {
    return kube.client()
        .resources(ReplicationFederation.class)
        .inNamespace("default")
        .withName(federationName())
        .get();
  }

  ParadeDBTarget targetStatus() {
    return kube.client()
        .resources(ParadeDBTarget.class)
        .inNamespace("default")
        .withName(targetName())
        .get();
  }

  void awaitInSync(OperatorProcess operator) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .failFast("the operator has ended", () -> !operator.isAlive())
        .untilAsserted(
            () ->
                Assertions.assertThat(ready(federation()))
                    .withFailMessage(
                        () ->
                            "not in sync:\n"
                                + Serialization.asYaml(federation().getStatus())
                                + "\n"
                                + operator.output())
                    .isEqualTo("True"));
  }

  static String ready(CustomResource<?, ?> resource) {
    return conditions(resource).stream()
        .filter(c -> c.getType().equals("Ready"))
        .map(Condition::getStatus)
        .findFirst()
        .orElse("Unknown");
  }

  static Condition condition(CustomResource<?, ?> resource) {
    return conditions(resource).stream()
        .filter(c -> c.getType().equals("Ready"))
        .findFirst()
        .orElse(new Condition());
  }

  private static List<Condition> conditions(CustomResource<?, ?> resource) {
    if (resource == null || resource.getStatus() == null) {
      return List.of();
    }
    if (resource instanceof SourceDatabase s) {
      return s.getStatus().conditions();
    }
    if (resource instanceof ParadeDBTarget t) {
      return t.getStatus().conditions();
    }
    return ((ReplicationFederation) resource).getStatus().conditions();
  }

  /** Waits until both tables of both services are on the target as they are in the service. */
  void awaitEqualRows() {
    for (Service service : List.of(accounts, support)) {
      for (String table : List.of("users", "notes")) {
        String own = service.schema() + "." + table;
        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(100))
            .untilAsserted(
                () ->
                    Assertions.assertThat(target.rows(own, "id"))
                        .isEqualTo(service.database().rows("public." + table, "id")));
      }
    }
  }
}
