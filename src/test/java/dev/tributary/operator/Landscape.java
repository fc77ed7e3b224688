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
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;

/** Two services, a target and a federation of them, under names that no other test uses. */
final class Landscape {
  private static final AtomicInteger NEXT = new AtomicInteger();
  static final Duration PATIENCE = Duration.ofSeconds(60);

  final String id;
  final KubeApi kube;
  final Service accounts;
  final Service support;
  final Db target;
  final String targetOwner;
  final String targetPassword;

  private Landscape(
      KubeApi kube, PostgresServer first, PostgresServer second, PostgresServer third) {
    this.kube = kube;
    this.id = "t" + NEXT.incrementAndGet();
    this.accounts = Service.create(first, "accounts-" + id, 500);
    this.support = Service.create(second, "support-" + id, 300);
    this.target = third.createDatabase("search_" + id);
    this.targetOwner = "search_owner_" + id;
    this.targetPassword = "pw-target-" + id + "-9Zk";
    target.execute(
        "CREATE ROLE %s LOGIN PASSWORD '%s' IN ROLE pg_create_subscription"
            .formatted(targetOwner, targetPassword),
        "GRANT CREATE ON DATABASE %s TO %s".formatted(target.name(), targetOwner));
  }

  /** Sources on 15 and 17, the target on 18. */
  static Landscape create(KubeApi kube) {
    return create(
        kube, PostgresServer.shared(15), PostgresServer.shared(17), PostgresServer.shared(18));
  }

  static Landscape create(
      KubeApi kube, PostgresServer accounts, PostgresServer support, PostgresServer target) {
    return new Landscape(kube, accounts, support, target);
  }

  /** Everything that a user would apply. */
  String manifests() {
    return documents(
        accounts.secret(),
        accounts.sourceDatabase(),
        support.secret(),
        support.sourceDatabase(),
        targetSecret(),
        targetResource(target.server().port()),
        federation(""));
  }

  static String documents(String... documents) {
    return String.join("---\n", documents);
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

  String targetResource(int port) {
    return """
        apiVersion: tributary.dev/v1alpha1
        kind: ParadeDBTarget
        metadata: {name: %1$s}
        spec:
          connection: {host: 127.0.0.1, port: %2$d, database: %3$s, credentialsSecret: %1$s}
        """
        .formatted(targetName(), port, target.name());
  }

  /** The federation of both, with further lines of its spec, indented by two. */
  String federation(String more) {
    return federation(List.of(accounts, support), more);
  }

  String federation(List<Service> sources, String more) {
    return """
        apiVersion: tributary.dev/v1alpha1
        kind: ReplicationFederation
        metadata: {name: %s}
        spec:
          target: %s
          sources: [%s]
        %s
        """
        .formatted(
            federationName(),
            targetName(),
            sources.stream()
                .map(s -> "{source: " + s.name() + "}")
                .collect(Collectors.joining(", ")),
            more);
  }

  String targetName() {
    return "search-" + id;
  }

  String federationName() {
    return "everything-" + id;
  }

  /** An operator that looks often, so that tests are quick. */
  OperatorProcess startOperator() {
    return startOperator(kube, Duration.ofMillis(500));
  }

  static OperatorProcess startOperator(KubeApi kube, Duration poll, String... more) {
    var args =
        Stream.concat(
            Stream.of(
                "--namespace",
                "default",
                "--poll-interval",
                poll.toMillis() + "ms",
                "--health-port",
                "0"),
            Stream.of(more));
    return OperatorProcess.start(kube.kubeconfig(), args.toArray(String[]::new));
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

  /**
   * Takes the resources out of the API at once, finalizers or not, and stops what flows: workers
   * and slots of the shared servers are for all tests.
   */
  void forget() {
    Stream.<HasMetadata>of(source(accounts), source(support), targetStatus(), federation())
        .filter(Objects::nonNull)
        .map(resource -> kube.client().resource(resource))
        .forEach(
            resource -> {
              resource.edit(
                  r -> {
                    r.getMetadata().setFinalizers(List.of());
                    return r;
                  });
              resource.delete();
            });
    for (var row : target.query(SUBSCRIPTIONS)) {
      String alter = "ALTER SUBSCRIPTION " + row.get(0);
      target.execute(
          alter + " DISABLE", alter + " SET (slot_name = NONE)", "DROP SUBSCRIPTION " + row.get(0));
    }
    for (Service service : List.of(accounts, support)) {
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> service.database().query(DROP_SLOTS).isEmpty());
    }
  }

  private static final String SUBSCRIPTIONS =
      """
      SELECT quote_ident(subname) FROM pg_subscription
       WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
      """;

  private static final String DROP_SLOTS =
      """
      SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()
      """;

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
    awaitEqualRows(accounts);
    awaitEqualRows(support);
  }

  void awaitEqualRows(Service service) {
    for (String table : List.of("users", "notes")) {
      String own = service.schema() + "." + table;
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          // The table may not be there yet, or not be there again.
          .ignoreExceptions()
          .untilAsserted(
              () ->
                  Assertions.assertThat(target.rows(own, "id"))
                      .isEqualTo(service.database().rows("public." + table, "id")));
    }
  }

  /**
   * What a person would see of a database: relations, schemas with their rights and comments,
   * settings, publications, slots, subscriptions. Names of this landscape and identities are
   * replaced, so that two landscapes can be compared.
   */
  List<List<String>> catalog(Db database) {
    return database.query(CATALOG).stream()
        .map(
            row ->
                row.stream()
                    .map(
                        v ->
                            v == null
                                ? ""
                                : v.replaceAll("_[0-9a-f]{8}(?=\\b|_)", "_HASH")
                                    .replaceAll("uid=\\S+", "uid=UID")
                                    .replaceAll("connection=\\S+", "connection=HASH")
                                    .replaceAll(" unique=\\d+/\\S+", " unique=POSITION")
                                    .replaceAll(" of=\\d+", " of=OID")
                                    .replaceAll(" file=\\S+", " file=FILE")
                                    .replace(id, "ID")
                                    .replace(id.replace('-', '_'), "ID"))
                    .toList())
        .toList();
  }

  static final String CATALOG =
      """
      SELECT n.nspname, c.relname, c.relkind::text, c.relacl::text, pg_get_userbyid(c.relowner), obj_description(c.oid, 'pg_class')
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      UNION ALL
      SELECT nspname, NULL, NULL, nspacl::text, pg_get_userbyid(nspowner), obj_description(oid, 'pg_namespace')
        FROM pg_namespace WHERE nspname !~ '^pg_'
      UNION ALL
      SELECT 'setting', setconfig::text, NULL, NULL, NULL, NULL FROM pg_db_role_setting
       WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
      UNION ALL
      SELECT 'publication', pubname, (SELECT string_agg(prrelid::regclass::text, ' ' ORDER BY 1) FROM pg_publication_rel WHERE prpubid = p.oid),
             NULL, NULL, obj_description(oid, 'pg_publication') FROM pg_publication p
      UNION ALL
      SELECT 'slot', slot_name, NULL, NULL, NULL, NULL FROM pg_replication_slots WHERE database = current_database()
      UNION ALL
      SELECT 'subscription', subname, subslotname, subenabled::text, NULL, obj_description(oid, 'pg_subscription')
        FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
      ORDER BY 1, 2, 3
      """;
}
