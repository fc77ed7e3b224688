package dev.tributary.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tributary.api.SchemaViolations.Violation;
import dev.tributary.fixtures.KubeApi;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.dsl.NamespaceableResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a real API server refuses, and in which words. */
@EnabledIf(
    value = "dev.tributary.fixtures.KubeApi#realIsAvailable",
    disabledReason = "there is no kube-apiserver here: run .ci/apiserver/build")
class ValidationApiServerIT {

  private static final YAMLMapper YAML = new YAMLMapper();

  /** Valid, with every field set, so that each can be made wrong alone. */
  private static final Map<String, String> COMPLETE =
      Map.of(
          "SourceDatabase",
          """
          connection:
            host: users-db
            port: 5432
            database: users_service
            credentialsSecret: users-db-owner
            tls: {mode: verify-full, caSecret: {name: users-db-ca, key: ca.crt}}
          replication:
            host: users-db.users.svc
            port: 5432
            credentialsSecret: users-db-replicator
            manageRole: true
            tls: {mode: verify-full, rootCertificate: system}
          schema:
            name: users_service
            from: [public]
            method: Move
            compatibility: {views: true, viewsExcept: [old_*], viewsInUse: Keep, searchPath: true}
            sequences: WithTable
            approval: Manual
            approvedPlan: 0123456789abcdef
            lockTimeout: 500ms
            eventTrigger: Never
          tables:
            include: ['*']
            exclude: [audit_*]
            withoutReplicaIdentity: Refuse
            publishedElsewhere: Refuse
            overrides:
            - {name: events, where: "region = 'eu'", columns: [id, region], replicaIdentity: {index: events_key}}
          publication: {operations: [insert, update, delete, truncate]}
          deletionPolicy: Retain
          """,
          "ParadeDBTarget",
          """
          connection:
            host: search
            port: 5432
            database: search
            credentialsSecret: search-admin
            tls: {mode: verify-ca, caSecret: {name: search-ca, key: ca.crt}}
          """,
          "ReplicationFederation",
          """
          target: search
          sources: [{source: users, lanes: [{name: hot, tables: [events]}]}]
          slots: {failover: Auto, maxRetainedWal: 20Gi, onLimit: Drop, onLost: Hold}
          schemaSync: {indexes: All, onlyIndexes: ['*_key'], destructiveChanges: Hold}
          adopt: false
          suspend: false
          deletionPolicy: Retain
          """);

  private static final String REFUSED =
      """
      SourceDatabase | {connection: {database: orders}} | connection.database cannot be changed: the tables of another database are another source; create a second SourceDatabase for it
      SourceDatabase | {schema: {name: orders}} | schema.name cannot be changed: published tables would change their name under the target; create a new SourceDatabase instead
      SourceDatabase | {schema: {name: pg_users}} | the schema must not be information_schema or begin with pg_, PostgreSQL keeps these names to itself: set schema.name (without it the database's name is taken)
      SourceDatabase | {schema: {name: information_schema}} | the schema must not be information_schema or begin with pg_
      SourceDatabase | {schema: null, connection: {database: pg_users}} | the schema must not be information_schema or begin with pg_
      SourceDatabase | {schema: {name: äöüßäöüßäöüßäöüßäöüßäöüßäöüßäöüß}} | schema.name is too long: PostgreSQL cuts names after 63 bytes, and a letter that is not ASCII has several
      SourceDatabase | {schema: {from: [public, users_service]}} | the schema must not be one of schema.from, tables cannot move into the schema they are in: set schema.name to another name (without it the database's name is taken), or schema.method to None when the tables live in their own schema already
      SourceDatabase | {schema: {name: null, from: [users_service]}} | the schema must not be one of schema.from
      SourceDatabase | {schema: null, connection: {database: public}} | the schema must not be one of schema.from
      SourceDatabase | {schema: {from: [pg_catalog]}} | schema.from must not name a system schema: its tables cannot be moved
      SourceDatabase | {schema: {from: [information_schema]}} | schema.from must not name a system schema
      SourceDatabase | {schema: {approvedPlan: 0123456789ABCDEF}} | spec.schema.approvedPlan in body should match '^[0-9a-f]{16}$'
      SourceDatabase | {schema: {approvedPlan: 0123456789abcde}} | spec.schema.approvedPlan in body should match
      SourceDatabase | {schema: {approvedPlan: 0123456789abcdef0}} | spec.schema.approvedPlan in body should match
      SourceDatabase | {schema: {approval: Always}} | Unsupported value: "Always": supported values: "Automatic", "Manual"
      SourceDatabase | {schema: {sequences: Keep}} | Unsupported value: "Keep": supported values: "WithTable", "KeepInPlace"
      SourceDatabase | {schema: {eventTrigger: Always}} | Unsupported value: "Always": supported values: "Auto", "Never"
      SourceDatabase | {schema: {compatibility: {viewsInUse: Refuse}}} | Unsupported value: "Refuse": supported values: "Keep", "Drop"
      SourceDatabase | {schema: {compatibility: {viewsExcept: ['']}}} | spec.schema.compatibility.viewsExcept[0] in body should be at least 1 chars long
      SourceDatabase | {tables: {publishedElsewhere: Ignore}} | Unsupported value: "Ignore": supported values: "Refuse", "Move"
      SourceDatabase | {schema: {lockTimeout: 0s}} | spec.schema.lockTimeout in body should match
      SourceDatabase | {connection: {tls: {mode: require}}} | tls.caSecret is only used when tls.mode is verify-ca or verify-full: set the mode, or remove caSecret
      SourceDatabase | {connection: {tls: {mode: null}}} | tls.caSecret is only used when tls.mode is verify-ca or verify-full
      SourceDatabase | {connection: {host: 'db/x?socketFactory=y'}} | spec.connection.host in body should match
      SourceDatabase | {connection: {credentialsSecret: ../x}} | spec.connection.credentialsSecret in body should match
      SourceDatabase | {replication: {tls: {mode: require}}} | replication.tls.rootCertificate 'system' needs mode verify-full: libpq refuses it with a weaker one
      SourceDatabase | {replication: {credentialsSecret: null}} | replication.manageRole needs replication.credentialsSecret: the role of connection is not Tributary's to manage
      SourceDatabase | {tables: {overrides: [{name: a}, {name: a}]}} | tables.overrides must name each table once
      SourceDatabase | {deletionPolicy: delete} | Unsupported value: "delete": supported values: "Retain", "Delete"
      ParadeDBTarget | {connection: {database: other}} | connection.database cannot be changed: another database is another target; create a second ParadeDBTarget for it
      ParadeDBTarget | {connection: {tls: {mode: prefer}}} | tls.caSecret is only used when tls.mode is verify-ca or verify-full: set the mode, or remove caSecret
      ReplicationFederation | {target: other} | target cannot be changed: the rows live there; create a second ReplicationFederation for the other target
      ReplicationFederation | {sources: [{source: users}, {source: users}]} | sources must name each SourceDatabase once
      ReplicationFederation | {sources: [{source: users, lanes: [{name: default, tables: [a]}]}]} | the lane default has every table that no other lane names: choose another name
      ReplicationFederation | {sources: [{source: users, lanes: [{name: a, tables: [a]}, {name: a, tables: [b]}]}]} | lanes must have different names
      ReplicationFederation | {slots: {maxRetainedWal: 20 GB}} | slots.maxRetainedWal is a quantity of bytes: write 20Gi, or 512Mi
      ReplicationFederation | {slots: {maxRetainedWal: null}} | slots.onLimit needs slots.maxRetainedWal: without it there is no limit
      ReplicationFederation | {schemaSync: {indexes: None}} | schemaSync.onlyIndexes needs schemaSync.indexes: All: with None there are none
      ReplicationFederation | {schemaSync: {indexes: Some}} | Unsupported value: "Some": supported values: "All", "None"
      ReplicationFederation | {schemaSync: {destructiveChanges: Drop}} | Unsupported value: "Drop": supported values: "Hold", "Apply"
      ReplicationFederation | {schemaSync: {onlyIndexes: ['']}} | spec.schemaSync.onlyIndexes[0] in body should be at least 1 chars long
      ReplicationFederation | {sources: []} | spec.sources in body should have at least 1 items
      """;

  private static KubeApi api;

  @BeforeAll
  static void start() {
    api = KubeApi.real().orElseThrow();
    api.applyCrds();
    COMPLETE.keySet().forEach(kind -> client(complete(kind)).create());
  }

  @AfterAll
  static void stop() {
    if (api != null) {
      api.close();
    }
  }

  @TestFactory
  Stream<DynamicContainer> everyConstraintOfEverySchemaIsKept() {
    return PublishedCrds.RESOURCES.stream()
        .map(
            resource ->
                dynamicContainer(
                    HasMetadata.getKind(resource),
                    SchemaViolations.of(
                            schemaOf(resource).at("/properties/spec"),
                            complete(HasMetadata.getKind(resource)))
                        .stream()
                        .map(ValidationApiServerIT::isRefused)));
  }

  private static DynamicTest isRefused(Violation violation) {
    return dynamicTest(
        violation.constraint(),
        () ->
            assertThatThrownBy(() -> client(violation.resource()).dryRun().update())
                .hasMessageContaining(violation.sentence()));
  }

  @ParameterizedTest
  @CsvSource(textBlock = REFUSED, delimiter = '|', quoteCharacter = '`')
  void refusesWhatMakesNoSenseAndSaysWhatToDo(String kind, String change, String sentence) {
    assertThatThrownBy(() -> change(kind, change)).hasMessageContaining(sentence);
  }

  @Test
  void everyRuleIsAmongTheRefusals() {
    assertThat(PublishedCrds.RESOURCES)
        .flatExtracting(resource -> schemaOf(resource).findValues("x-kubernetes-validations"))
        .flatExtracting(rules -> rules.findValuesAsText("message"))
        .isNotEmpty()
        .allSatisfy(sentence -> assertThat(REFUSED).contains(sentence));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          SourceDatabase | {schema: {name: null}}
          SourceDatabase | {schema: null}
          SourceDatabase | {schema: {method: None, compatibility: null, from: [users_service]}}
          SourceDatabase | {schema: {method: None}}
          SourceDatabase | {schema: {sequences: KeepInPlace, approval: Automatic, approvedPlan: null}}
          SourceDatabase | {schema: {compatibility: {viewsExcept: [], viewsInUse: Drop}}}
          SourceDatabase | {tables: {exclude: [], publishedElsewhere: Move}}
          SourceDatabase | {schema: {lockTimeout: 2s, from: [public, "Old Stuff"]}}
          SourceDatabase | {connection: {host: "fe80::1", port: 65535, tls: null}, replication: null}
          SourceDatabase | {replication: {tls: {mode: require, rootCertificate: /etc/ssl/ca.pem}}}
          SourceDatabase | {tables: null, publication: {operations: [insert]}, deletionPolicy: Delete}
          ParadeDBTarget | {connection: {host: 10.0.0.1, credentialsSecret: search.admin, tls: {mode: disable, caSecret: null}}}
          ReplicationFederation | {sources: [{source: orders}, {source: users}], suspend: true}
          ReplicationFederation | {slots: {maxRetainedWal: 21474836480, onLimit: Alert}, adopt: true}
          ReplicationFederation | {schemaSync: {indexes: None, onlyIndexes: null, destructiveChanges: Apply}}
          ReplicationFederation | {schemaSync: {}}
          ReplicationFederation | {sources: [{source: users, lanes: [{name: a, tables: [a]}, {name: b-2, tables: ["*"]}]}]}
          """)
  void takesWhatMakesSense(String kind, String change) {
    assertThatCode(() -> change(kind, change)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"SourceDatabase", "ParadeDBTarget", "ReplicationFederation"})
  void aResourceHasASpec(String kind) {
    var empty = complete(kind);
    empty.remove("spec");

    assertThatThrownBy(() -> client(empty).dryRun().update())
        .hasMessageContaining("spec: Required value");
  }

  private static void change(String kind, String specInYaml) throws IOException {
    var patch = YAML.createObjectNode().set("spec", YAML.readTree(specInYaml));
    client(complete(kind)).dryRun().patch(PatchContext.of(PatchType.JSON_MERGE), patch.toString());
  }

  private static NamespaceableResource<GenericKubernetesResource> client(JsonNode resource) {
    return api.client().resource(YAML.convertValue(resource, GenericKubernetesResource.class));
  }

  private static ObjectNode complete(String kind) {
    try {
      ObjectNode resource = YAML.createObjectNode();
      resource.put("apiVersion", Api.GROUP + "/" + Api.VERSION).put("kind", kind);
      resource.putObject("metadata").put("name", "complete").put("namespace", "default");
      return resource.set("spec", YAML.readTree(COMPLETE.get(kind)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode schemaOf(Class<? extends CustomResource<?, ?>> resource) {
    return PublishedCrds.definition(resource).at("/spec/versions/0/schema/openAPIV3Schema");
  }
}
