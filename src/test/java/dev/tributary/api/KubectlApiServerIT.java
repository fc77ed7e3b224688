package dev.tributary.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tributary.deploy.Kubectl;
import dev.tributary.fixtures.KubeApi;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.NamespaceableResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What a user gets to see of the resources: defaults written out, columns, names, explanations. */
@EnabledIf(
    value = "dev.tributary.fixtures.KubeApi#realIsAvailable",
    disabledReason = "there is no kube-apiserver here: run .ci/apiserver/build")
class KubectlApiServerIT {

  private static final YAMLMapper YAML = new YAMLMapper();

  private static final String CONNECTION =
      "connection: {host: db, database: users, credentialsSecret: owner}";

  private static KubeApi api;
  private static Kubectl kubectl;

  @BeforeAll
  static void start() throws IOException {
    api = KubeApi.real().orElseThrow();
    kubectl = Kubectl.asAdmin(api);
    api.applyCrds();
    create("SourceDatabase", "users", CONNECTION);
    create("ParadeDBTarget", "search", CONNECTION);
    create("ReplicationFederation", "shop", "{target: search, sources: [{source: users}]}");
  }

  @AfterAll
  static void stop() {
    if (api != null) {
      api.close();
    }
  }

  @Test
  void defaultsOfTheRequiredFieldsAreWrittenIntoTheResource() throws IOException {
    assertThat(specOf("srcdb/users"))
        .isEqualTo(
            YAML.readTree(
                """
                connection: {host: db, database: users, credentialsSecret: owner, port: 5432}
                deletionPolicy: Retain
                """));
    assertThat(specOf("paradedb/search"))
        .isEqualTo(
            YAML.readTree(
                "connection: {host: db, database: users, credentialsSecret: owner, port: 5432}"));
    assertThat(specOf("fed/shop"))
        .isEqualTo(
            YAML.readTree(
                """
                target: search
                sources: [{source: users}]
                adopt: false
                suspend: false
                deletionPolicy: Retain
                """));
  }

  @Test
  void defaultsOfASectionAreWrittenWhenItIsOpened() throws IOException {
    create(
        "SourceDatabase",
        "opened",
        """
        connection: {host: db, database: users, credentialsSecret: owner, tls: {}}
        replication: {tls: {}}
        schema: {compatibility: {}}
        tables: {}
        publication: {}
        """);

    assertThat(specOf("srcdb/opened"))
        .isEqualTo(
            YAML.readTree(
                """
                connection: {host: db, port: 5432, database: users, credentialsSecret: owner, tls: {mode: prefer}}
                replication: {manageRole: false, tls: {}}
                schema:
                  from: [public]
                  method: Move
                  compatibility: {views: true, viewsInUse: Keep, searchPath: true}
                  sequences: WithTable
                  approval: Automatic
                  lockTimeout: 500ms
                  eventTrigger: Auto
                tables: {withoutReplicaIdentity: Refuse, publishedElsewhere: Refuse}
                publication: {operations: [insert, update, delete, truncate]}
                deletionPolicy: Retain
                """));
  }

  /** The package documentation says why a default stands in two places. */
  @Test
  void theClassesHaveTheDefaultsOfTheServer() throws IOException {
    create(
        "SourceDatabase",
        "sections",
        """
        connection: {host: db, database: users, credentialsSecret: owner, tls: {}}
        replication: {}
        schema: {compatibility: {}}
        tables: {}
        publication: {}
        """);
    create(
        "ReplicationFederation",
        "sections",
        "{target: search, sources: [{source: users}], slots: {}}");

    assertThat(YAML.treeToValue(specOf("srcdb/sections"), SourceDatabaseSpec.class))
        .isEqualTo(YAML.readValue(CONNECTION, SourceDatabaseSpec.class));
    assertThat(YAML.treeToValue(specOf("fed/sections"), ReplicationFederationSpec.class))
        .isEqualTo(
            YAML.readValue(
                "{target: search, sources: [{source: users}]}", ReplicationFederationSpec.class));
  }

  @Test
  void columnsStandInTheOrderInWhichTheyAreDeclared() throws IOException {
    status(
        "srcdb/users",
        """
        {schema: users, tables: 3/4,
         conditions: [{type: Ready, status: 'False', reason: Moving, message: One to go}]}
        """);
    status(
        "paradedb/search",
        """
        {serverVersion: '17.2',
         conditions: [{type: Ready, status: 'True', reason: Reachable, message: Fine}]}
        """);
    status(
        "fed/shop",
        """
        {phase: Copying, sourcesStreaming: 0/1, tables: 1/4, copied: 87%, lag: 2s,
         conditions: [{type: Ready, status: 'False', reason: Copying, message: Wait}]}
        """);

    assertThat(kubectl.lines("get", "srcdb/users", "paradedb/search", "fed/shop"))
        .containsSubsequence(
            "NAME READY REASON SCHEMA TABLES AGE",
            "sourcedatabase.tributary.dev/users False Moving users 3/4 0s",
            "NAME READY REASON VERSION AGE",
            "paradedbtarget.tributary.dev/search True Reachable 17.2 0s",
            "NAME READY PHASE SOURCES TABLES COPIED LAG TARGET AGE",
            "replicationfederation.tributary.dev/shop False Copying 0/1 1/4 87% 2s search 0s");
    assertThat(kubectl.lines("get", "srcdb,paradedb,fed", "--output=wide"))
        .contains(
            "NAME READY REASON SCHEMA TABLES PLAN MESSAGE AGE",
            "NAME READY REASON VERSION MESSAGE AGE",
            "NAME READY PHASE SOURCES TABLES COPIED LAG TARGET MESSAGE AGE");
  }

  @Test
  void shortNamesBelongToNobodyElse() {
    assertThat(kubectl.lines("get", "tributary", "--output=name"))
        .contains(
            "sourcedatabase.tributary.dev/users",
            "paradedbtarget.tributary.dev/search",
            "replicationfederation.tributary.dev/shop");
    for (String name : List.of("srcdb", "paradedb", "fed")) {
      assertThat(kubectl.lines("get", name)).noneMatch(line -> line.contains("could also match"));
    }
  }

  @Test
  void explainsTheResourcesAndTheirFields() {
    assertThat(String.join(" ", kubectl.lines("explain", "srcdb")))
        .contains(
            "One PostgreSQL database to publish, and how its tables get a schema of their own.")
        .doesNotContain("<no description>");
    assertThat(kubectl.lines("explain", "fed.spec.slots")).contains("enum: Hold, Resync");
  }

  /** Server-side apply merges them by their keys, so a client may own one entry of a list. */
  @Test
  void conditionsAndSourcesOfTheStatusAreKeyed() throws IOException {
    create("ReplicationFederation", "keyed", "{target: search, sources: [{source: users}]}");
    for (String type : List.of("Ready", "Stalled")) {
      var resource = resource("ReplicationFederation", "keyed");
      resource.set(
          "status",
          YAML.readTree(
              """
              conditions: [{type: %1$s, status: 'True'}]
              sources: [{name: of-%1$s}]
              """
                  .formatted(type)));
      client(resource).subresource("status").patch(applyAs(type), client(resource).item());
    }

    var status = json("fed/keyed").get("status");
    assertThat(status.get("conditions").findValuesAsText("type"))
        .containsExactly("Ready", "Stalled");
    assertThat(status.get("sources").findValuesAsText("name"))
        .containsExactly("of-Ready", "of-Stalled");
  }

  @Test
  void aMisspeltFieldIsRefused() throws IOException {
    var resource = resource("ParadeDBTarget", "misspelt");
    resource.set("spec", YAML.readTree(CONNECTION.replace("host", "hots")));

    assertThatThrownBy(() -> client(resource).fieldValidation(Validation.STRICT).create())
        .hasMessageContaining("unknown field \"spec.connection.hots\"");
  }

  private static void create(String kind, String name, String spec) throws IOException {
    client(resource(kind, name).set("spec", YAML.readTree(spec))).create();
  }

  private static ObjectNode resource(String kind, String name) {
    ObjectNode resource = YAML.createObjectNode();
    resource.put("apiVersion", Api.GROUP + "/" + Api.VERSION).put("kind", kind);
    resource.putObject("metadata").put("name", name).put("namespace", "default");
    return resource;
  }

  private static NamespaceableResource<GenericKubernetesResource> client(JsonNode resource) {
    return api.client().resource(YAML.convertValue(resource, GenericKubernetesResource.class));
  }

  private static PatchContext applyAs(String manager) {
    return new PatchContext.Builder()
        .withPatchType(PatchType.SERVER_SIDE_APPLY)
        .withFieldManager(manager)
        .build();
  }

  private static void status(String resource, String yaml) throws IOException {
    var patch = YAML.createObjectNode().set("status", YAML.readTree(yaml));
    kubectl.run(
        "patch", resource, "--subresource=status", "--type=merge", "--patch", patch.toString());
  }

  private static JsonNode specOf(String resource) throws IOException {
    return json(resource).get("spec");
  }

  private static JsonNode json(String resource) throws IOException {
    return YAML.readTree(kubectl.run("get", resource, "--output=json"));
  }
}
