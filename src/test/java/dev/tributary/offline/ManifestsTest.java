package dev.tributary.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tributary.api.SourceDatabase;
import dev.tributary.api.SourceDatabaseSpec.Method;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from manifests, and what is said of those that are wrong. */
class ManifestsTest {
  private static final String HEAD =
      """
      apiVersion: tributary.dev/v1alpha1
      kind: SourceDatabase
      metadata: {name: users}
      """;
  private static final String CONNECTION =
      "  connection: {host: users-db, database: users, credentialsSecret: users}\n";
  private static final String SOURCE = HEAD + "spec:\n" + CONNECTION;
  private static final String SECRET =
      """
      apiVersion: v1
      kind: Secret
      metadata: {name: users}
      stringData: {username: app, password: s3cret}
      """;

  @TempDir private Path folder;

  private Manifests read(String yaml) throws UnusableInput {
    return Manifests.read(List.of("-"), false, input(yaml), "default");
  }

  private static InputStream input(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static List<String> names(Manifests manifests) {
    return manifests.sources().stream().map(s -> s.getMetadata().getName()).toList();
  }

  private static String named(String name) {
    return SOURCE.replace("name: users", "name: " + name);
  }

  private void assertUnusable(String yaml, String... sentences) {
    assertThatExceptionOfType(UnusableInput.class)
        .isThrownBy(() -> read(yaml))
        .satisfies(e -> assertThat(e.getMessage().lines()).containsExactly(sentences));
  }

  private static Map<String, String> data(Manifests manifests, String namespace, String name) {
    return manifests.secrets().get(new SecretName(namespace, name)).getData();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void severalDocumentsAndWhatIsNotOurs() throws UnusableInput {
    var manifests =
        read(
            "---\n# nothing\n---\n"
                + SOURCE
                + "---\n"
                + SECRET
                + "---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: a b}, anything: {}}\n...\n");

    assertThat(names(manifests)).containsExactly("users");
    assertThat(manifests.sources().get(0).getSpec().connection().port()).isEqualTo(5432);
    assertThat(data(manifests, "default", "users"))
        .containsOnly(
            Map.entry("username", base64("app")), Map.entry("password", base64("s3cret")));
  }

  @Test
  void listsOfAnyKind() throws UnusableInput {
    var manifests =
        read(
            """
            apiVersion: v1
            kind: List
            items:
            - {apiVersion: v1, kind: Secret, metadata: {name: users}, data: {username: YXBw, password: cw==}}
            - apiVersion: tributary.dev/v1alpha1
              kind: SourceDatabaseList
              items:
              - apiVersion: tributary.dev/v1alpha1
                kind: SourceDatabase
                metadata: {name: users, namespace: shop}
                spec: {connection: {host: h, database: d, credentialsSecret: users}, schema: {method: None}}
            """);

    SourceDatabase source = manifests.sources().get(0);
    assertThat(source.getMetadata().getNamespace()).isEqualTo("shop");
    assertThat(source.getSpec().schema().method()).isEqualTo(Method.None);
    assertThat(data(manifests, "default", "users")).containsEntry("password", base64("s"));
  }

  @Test
  void theNamespaceIsTheManifestsElseTheGivenOne() throws UnusableInput {
    var manifests =
        Manifests.read(
            List.of("-"),
            false,
            input(SOURCE + "---\n" + named("users, namespace: shop") + "---\n" + SECRET),
            "team");

    assertThat(manifests.sources())
        .extracting(s -> s.getMetadata().getNamespace())
        .containsExactly("team", "shop");
    assertThat(manifests.secrets()).containsOnlyKeys(new SecretName("team", "users"));
  }

  @Test
  void filesOfADirectoryAndThoseBelowItWhenAsked() throws IOException, UnusableInput {
    write("b.yml", named("b"));
    write("a.yaml", named("a"));
    write(
        "c.json",
        "{\t\"apiVersion\": \"tributary.dev/v1alpha1\", \"kind\": \"SourceDatabase\","
            + " \"metadata\": {\"name\": \"c\"}, \"spec\": {\"connection\":"
            + " {\"host\": \"h\", \"database\": \"d\", \"credentialsSecret\": \"s\"}}}");
    write("README.md", "{ not: [yaml");
    write("below/d.yaml", named("d"));

    assertThat(names(Manifests.read(List.of(folder.toString()), false, input(""), "default")))
        .containsExactly("a", "b", "c");
    assertThat(names(Manifests.read(List.of(folder.toString()), true, input(""), "default")))
        .containsExactly("a", "b", "d", "c");
  }

  @Test
  void aFileThatIsNamedTwiceIsReadOnce() throws IOException, UnusableInput {
    String file = write("a.yaml", named("a")).toString();

    assertThat(
            names(
                Manifests.read(
                    List.of(file, folder.toString(), file, "-", "-"),
                    false,
                    input(SECRET),
                    "default")))
        .containsExactly("a");
  }

  @Test
  void aResourceThatIsThereTwiceIsRefused() {
    assertUnusable(
        SOURCE + "---\n" + SOURCE,
        "standard input, document 2, line 7: SourceDatabase default/users is there already:"
            + " standard input, document 1, line 1.");
  }

  @Test
  void aFileThatIsNotThere() {
    assertThatExceptionOfType(UnusableInput.class)
        .isThrownBy(() -> Manifests.read(List.of("no/such.yaml"), false, input(""), "default"))
        .withMessage("There is no file no/such.yaml.");
  }

  @Test
  void aFileThatIsNoText() throws IOException {
    Path file = Files.write(folder.resolve("a.yaml"), new byte[] {(byte) 0xff, 0, 1});

    assertThatExceptionOfType(UnusableInput.class)
        .isThrownBy(() -> Manifests.read(List.of(file.toString()), false, input(""), "default"))
        .withMessage("The file %s is not text in UTF-8.".formatted(file));
  }

  @Test
  void manifestsWithoutASource() {
    assertUnusable(
        SECRET, "There is no SourceDatabase (tributary.dev/v1alpha1) among the manifests.");
  }

  @Test
  void wrongYamlIsFoundByFileDocumentAndLine() {
    assertUnusable(
        SOURCE + "---\nkind: [a\nb: c\n",
        "standard input, document 2, line 8: this is wrong YAML: expected ',' or ']', but got :.");
    assertUnusable(
        "kind: a\nkind: b\n",
        "standard input, document 1, line 2: this is wrong YAML: found duplicate key kind.");
  }

  @Test
  void wrongJsonIsFoundByFileDocumentAndLine() throws IOException {
    String file = write("a.json", "{\"kind\": \"x\",\n \"kind\": \"y\"}").toString();

    assertThatExceptionOfType(UnusableInput.class)
        .isThrownBy(() -> Manifests.read(List.of(file), false, input(""), "default"))
        .withMessage("%s, document 1, line 2: this is no JSON, or has a field twice.", file);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          '  schema: {metod: Move}'; 6; there is no field spec.schema.metod.
          '  shema: {}'; 6; there is no field spec.shema.
          '  schema: {method: move}'; 6; spec.schema.method has to be one of Move, None.
          '  schema: {name: ""}'; 6; spec.schema.name has to have 1 characters at least.
          '  schema: {approvedPlan: "0123456789ABCDEF"}'; 6; spec.schema.approvedPlan has to match ^[0-9a-f]{16}$.
          '  schema: {lockTimeout: "500ms\\n"}'; 6; spec.schema.lockTimeout has to match ^[1-9][0-9]{0,5}(ms|s)$.
          '  schema: {from: []}'; 6; spec.schema.from has to have 1 entries at least.
          '  schema: {from: [public, 5]}'; 6; spec.schema.from[1] has to be of type string.
          '  schema: {compatibility: {views: "yes"}}'; 6; spec.schema.compatibility.views has to be of type boolean.
          '  publication: {operations: [insert, x]}'; 6; spec.publication.operations[1] has to be one of delete, insert, truncate, update.
          '  replication: {port: 65536}'; 6; spec.replication.port has to be 65535 at most.
          '  replication: {port: 0}'; 6; spec.replication.port has to be 1 at least.
          '  replication: {port: "5432"}'; 6; spec.replication.port has to be of type integer.
          '  replication: {host: "db/x?sslmode=off"}'; 6; spec.replication.host has to match ^[A-Za-z0-9._:-]+$.
          'sepc: {}'; 6; there is no field sepc.
          """)
  void whatTheDefinitionDoesNotKnowIsRefused(String line, int number, String sentence) {
    assertThatExceptionOfType(UnusableInput.class)
        .isThrownBy(() -> read(SOURCE + line.replace("'", "") + "\n"))
        .satisfies(
            e ->
                assertThat(e.getMessage())
                    .startsWith(
                        "standard input, document 1, line %d: SourceDatabase users: "
                            .formatted(number))
                    .endsWith(sentence));
  }

  @Test
  void whatIsMissingAndEverythingAtOnce() {
    assertUnusable(
        HEAD + "spec:\n  connection:\n    host: h\n    prot: 1\n    database: d\n",
        "standard input, document 1, line 5: SourceDatabase users: spec.connection.credentialsSecret is required.",
        "standard input, document 1, line 7: SourceDatabase users: there is no field spec.connection.prot.");
    assertUnusable(
        HEAD + "spec: null\n",
        "standard input, document 1, line 4: SourceDatabase users: spec is required.");
  }

  @Test
  void targetsAndFederationsAreCheckedToo() {
    assertUnusable(
        """
        apiVersion: tributary.dev/v1alpha1
        kind: ReplicationFederation
        metadata: {name: all}
        spec: {target: search, sources: [{source: users, tables: []}]}
        """,
        "standard input, document 1, line 4: ReplicationFederation all: there is no field"
            + " spec.sources[0].tables.");
  }

  @Test
  void aKindOrAVersionThatIsNotThere() {
    assertUnusable(
        SOURCE.replace("SourceDatabase", "SourceDatabse"),
        "standard input, document 1, line 2: there is no kind SourceDatabse in"
            + " tributary.dev/v1alpha1; tributary knows tributary.dev/v1alpha1.");
    assertUnusable(
        SOURCE.replace("v1alpha1", "v1"),
        "standard input, document 1, line 2: there is no kind SourceDatabase in tributary.dev/v1;"
            + " tributary knows tributary.dev/v1alpha1.");
  }

  @Test
  void nullIsAsGoodAsNothing() throws UnusableInput {
    assertThat(read(SOURCE + "  schema:\n  tables: {exclude: null}\n").sources()).hasSize(1);
  }

  @Test
  void whatTheClusterAddsIsNotInTheWay() throws UnusableInput {
    var manifests =
        read(
            SOURCE.replace(
                    "{name: users}",
                    "{name: users, uid: u-1, creationTimestamp: 2026-01-02T03:04:05Z, managedFields: [{x: 1}]}")
                + "status: {plan: {hash: abc, approvedSteps: [x]}}\n");
    var ofALaterVersion = read(SOURCE + "status: {news: true, plan: 7}\n");

    assertThat(manifests.sources().get(0).getMetadata().getUid()).isEqualTo("u-1");
    assertThat(manifests.sources().get(0).getStatus().plan().approvedSteps()).containsExactly("x");
    assertThat(ofALaterVersion.sources().get(0).getStatus()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{name: [a]}",
        "{name: A}",
        "{name: 'a\n\nb'}",
        "{name: a, namespace: ../b}"
      })
  void aNameThatKubernetesWouldRefuse(String metadata) {
    assertThatExceptionOfType(UnusableInput.class)
        .isThrownBy(() -> read(SOURCE.replace("{name: users}", metadata)))
        .satisfies(e -> assertThat(e.getMessage()).contains("line 3: metadata.name"));
  }

  @Test
  void anAliasAndAMergedMapAreWhatTheyStandFor() throws UnusableInput {
    var manifests =
        read(
            """
            apiVersion: v1
            kind: List
            items:
            - apiVersion: tributary.dev/v1alpha1
              kind: SourceDatabase
              metadata: {name: a}
              spec: &spec
                connection: {host: h, database: d, credentialsSecret: s}
            - apiVersion: tributary.dev/v1alpha1
              kind: SourceDatabase
              metadata: {name: b}
              spec:
                <<: *spec
                schema: {name: other}
            """);

    assertThat(manifests.sources())
        .extracting(s -> s.getSpec().schemaName())
        .containsExactly("d", "other");
  }

  @Test
  void aSecretThatTheApiServerWouldRefuse() {
    assertUnusable(
        SOURCE + "---\n" + SECRET.replace("password: s3cret", "password: 12345"),
        "standard input, document 2, line 10: stringData.password has to be a string, in quotes.");
    assertUnusable(
        SOURCE + "---\n" + SECRET.replace("stringData", "data"),
        "standard input, document 2, line 10: data.username has to be in base64.",
        "standard input, document 2, line 10: data.password has to be in base64.");
    assertUnusable(
        SOURCE + "---\n" + SECRET.replace("{username: app, password: s3cret}", "[s3cret]"),
        "standard input, document 2, line 10: stringData has to be keys and values.");
  }

  @Test
  void whatIsNoManifest() {
    assertUnusable(
        "[1, 2]",
        "standard input, document 1, line 1: this is no manifest: it has no apiVersion or no kind.");
    assertUnusable(
        "replicas: 3",
        "standard input, document 1, line 1: this is no manifest: it has no apiVersion or no kind.");
  }
}
