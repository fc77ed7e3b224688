package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.api.SourceDatabase;
import dev.tributary.api.SourceDatabaseStatus;
import dev.tributary.fixtures.KubeApi;
import dev.tributary.fixtures.OperatorProcess;
import io.fabric8.kubernetes.api.model.Condition;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** tributary plan on real databases, without a cluster. */
class PlanCommandIT {
  private static final String PASSWORD = "s3cret-Pa55-of-plans";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private String name;
  private final List<String> printed = new ArrayList<>();

  /** How a command ended, and what it printed. */
  private record Result(int code, String out, String err) {}

  @BeforeEach
  void nameThem(TestInfo test) {
    name = "plan_" + test.getTestMethod().orElseThrow().getName().toLowerCase(Locale.ROOT);
    name = name.substring(0, Math.min(40, name.length()));
  }

  @AfterEach
  void thePasswordIsPrintedNowhere() {
    assertThat(printed).isNotEmpty().noneMatch(text -> text.contains(PASSWORD));
  }

  private Result plan(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        new CommandLine(new Tributary())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments);
    printed.add(out.toString());
    printed.add(err.toString());
    return new Result(code, out.toString(), err.toString());
  }

  private Result plan(Path manifests, String... options) {
    var arguments = new ArrayList<>(List.of("plan", "-f", manifests.toString()));
    arguments.addAll(List.of(options));
    return plan(arguments.toArray(String[]::new));
  }

  private OwnedDatabase database(int major, String suffix) {
    return OwnedDatabase.create(major, name + suffix, PASSWORD);
  }

  private Path manifests(String text) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "manifests", ".yaml"), text);
  }

  private Path manifests(OwnedDatabase db) throws IOException {
    return manifests(db.secret(PASSWORD) + db.source(""));
  }

  @Test
  void anUntouchedDatabaseHasAPlan() throws IOException {
    var db = database(17, "");

    var result = plan(manifests(db));

    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .startsWith(
            "default/%s: database %s at 127.0.0.1:%d, PostgreSQL 17."
                .formatted(db.resource(), db.name(), db.port()))
        .contains("\n1 warning, 3 infos\n  Warning  OwnedSequence ")
        .containsPattern("\nPlan [0-9a-f]{16}, \\d steps:\n  1\\. Create the schema " + db.name())
        .containsPattern("\n  \\d\\. Move table public.users to schema ")
        .contains("Größe; -- ?DROP TABLE users;");
    assertThat(
            db.one("SELECT count(*) FROM pg_namespace WHERE nspname = '%s'".formatted(db.name())))
        .isEqualTo("0");
  }

  @Test
  void theScriptLeavesNothingToDo() throws IOException, SQLException {
    var db = database(17, "");
    Path manifests = manifests(db);
    var script = plan(manifests, "--sql");

    assertThat(script.code()).isZero();
    assertThat(script.out()).contains("\nSET LOCAL lock_timeout = '500ms';\n");
    assertThat(script.out()).doesNotContain("\\connect");
    db.execute(script.out());

    assertThat(plan(manifests).out()).endsWith("Nothing to do.\n");
    assertThat(plan(manifests).code()).isZero();
    assertThat(plan(manifests, "--sql").out()).endsWith("-- Nothing to do.\n");
    assertThat(db.one("SELECT count(*) FROM %s.users".formatted(db.name()))).isEqualTo("0");
    var ready = json(plan(manifests, "--json")).at("/sources/0");
    assertThat(ready.get("ready").asBoolean()).isTrue();
    assertThat(ready.at("/plan/hash").isNull()).isTrue();

    // The resource in the cluster has a uid, and takes up what the script has made.
    assertThat(plan(manifests(withUid(manifests, "u-1"))).out()).endsWith("Nothing to do.\n");
    // And back.
    Path back = manifests(db.secret(PASSWORD) + db.source("  schema: {method: None}"));
    db.execute(plan(back, "--sql").out());
    assertThat(db.one("SELECT count(*) FROM public.users")).isEqualTo("0");
    assertThat(db.one("SELECT to_regnamespace('%s')".formatted(db.name()))).isNull();
  }

  private static String withUid(Path manifests, String uid) throws IOException {
    return Files.readString(manifests)
        .replaceAll("(SourceDatabase\nmetadata: \\{name: [^}]*)}", "$1, uid: " + uid + "}");
  }

  @Test
  void theHashIsTheOneOfTheResourceInTheCluster() throws IOException {
    var db = database(15, "");
    Path manifests = manifests(db);

    var known = plan(manifests(withUid(manifests, "0b7c")), "--json");
    var unknown = plan(manifests, "--json");

    assertThat(known.code()).isZero();
    assertThat(json(unknown).at("/sources/0/plan/hash").asText()).matches("[0-9a-f]{16}");
    assertThat(json(unknown).at("/sources/0/plan/hash"))
        .isEqualTo(json(known).at("/sources/0/plan/hash"));
    assertThat(known.out()).contains("uid=0b7c");
    assertThat(json(plan(manifests, "--json", "-n", "shop")).at("/sources/0/plan/hash"))
        .isNotEqualTo(json(unknown).at("/sources/0/plan/hash"));
  }

  @Test
  void theOperatorWaitsForJustThisHashAndTakesUpWhatTheScriptDid() throws IOException {
    var db = database(17, "");
    String applied = db.secret(PASSWORD) + db.source("  schema: {approval: Manual}");
    Path manifests = manifests(applied);
    try (var kube = KubeApi.mock()) {
      kube.applyCrds();
      kube.apply(applied);
      try (var operator =
          OperatorProcess.start(
              kube.kubeconfig(),
              "-n",
              "default",
              "--poll-interval",
              "200ms",
              "--health-port",
              "0")) {
        await().atMost(PATIENCE).until(() -> status(kube).map(s -> s.plan() != null).orElse(false));
        assertThat(status(kube).orElseThrow().plan().hash())
            .isEqualTo(json(plan(manifests, "--json")).at("/sources/0/plan/hash").asText());

        db.execute(plan(manifests, "--sql").out());

        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(status(kube).orElseThrow().conditions())
                        .filteredOn(c -> c.getType().equals("Ready"))
                        .extracting(Condition::getReason)
                        .containsExactly("Prepared"));
        assertThat(operator.isAlive()).isTrue();
      }
    }
  }

  private static Optional<SourceDatabaseStatus> status(KubeApi kube) {
    return kube.client().resources(SourceDatabase.class).inAnyNamespace().list().getItems().stream()
        .map(SourceDatabase::getStatus)
        .filter(Objects::nonNull)
        .findFirst();
  }

  @Test
  void theObjectHasItsKeys() throws IOException {
    var db = database(17, "");

    var result = json(plan(manifests(db), "--json"));

    assertThat(result.fieldNames()).toIterable().containsExactly("sources", "blockers");
    var source = result.at("/sources/0");
    assertThat(source.fieldNames())
        .toIterable()
        .containsExactly(
            "namespace",
            "name",
            "database",
            "serverVersion",
            "schema",
            "ready",
            "findings",
            "plan");
    assertThat(source.at("/findings/0/severity").asText()).isEqualTo("Warning");
    assertThat(source.at("/findings/0/table").asText()).isEqualTo("public.users");
    assertThat(source.at("/plan/steps/0/transactional").asBoolean()).isTrue();
    assertThat(source.at("/plan/steps").findValues("lockTimeoutMillis"))
        .hasSize(2)
        .allMatch(v -> v.asInt() == 500);
    assertThat(result.get("blockers").asInt()).isZero();
  }

  private static JsonNode json(Result result) throws IOException {
    return JSON.readTree(result.out());
  }

  @Test
  void aBlockerIsTheWorstThereIsAndNothingIsPlanned() throws IOException {
    var db = database(17, "");
    db.execute("CREATE TABLE events (at timestamptz)");
    Path manifests = manifests(db);

    var result = plan(manifests);

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out())
        .contains(
            "\n1 blocker, 1 warning, 3 infos\n  Blocker  NoReplicaIdentity   Table public.events has no")
        .endsWith("\nNothing is planned before the blockers are settled.\n");
    assertThat(plan(manifests, "--sql").out().lines()).allMatch(l -> l.startsWith("-- "));
    assertThat(json(plan(manifests, "--json")).get("blockers").asInt()).isEqualTo(1);
  }

  @Test
  void whatCannotBeReachedDoesNotHideTheOthers() throws IOException {
    var good = database(17, "_good");
    var wrong = database(15, "_wrong");
    Path manifests =
        manifests(
            wrong.secret("wr0ng")
                + wrong.source("")
                + good.secret(PASSWORD)
                + good.source("")
                + "---\n"
                + good.source("")
                    .replaceAll("port: \\d+", "port: 1")
                    .replaceFirst("name: ", "name: gone-")
                + "---\n"
                + good.source("")
                    .replaceAll("credentialsSecret: ", "credentialsSecret: no-")
                    .replaceFirst("name: ", "name: without-"));

    var result = plan(manifests);

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out())
        .contains("Blocker  AuthenticationFailed  ")
        .contains("Blocker  Unreachable         ")
        .contains("Blocker  SecretMissing       There is no Secret no-")
        .contains("Move table public.users to schema " + good.name())
        .doesNotContain("wr0ng");
    var json = json(plan(manifests, "--json"));
    assertThat(json.get("blockers").asInt()).isEqualTo(3);
    assertThat(json.at("/sources/0/error/reason").asText()).isEqualTo("AuthenticationFailed");
    assertThat(json.at("/sources/0/plan").isNull()).isTrue();
  }

  @Test
  void whatTheOperatorRefusesBlocks() throws IOException {
    var db = database(17, "");
    var result =
        plan(
            manifests(
                db.secret(PASSWORD) + db.source("  schema: {from: [%s]}".formatted(db.name()))));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out())
        .contains("Blocker  InvalidSpec         Tables cannot move from schema");
  }

  @Test
  void thePasswordFileStandsForSecrets() throws IOException {
    var db = database(17, "");
    Path passwords = folder.resolve("passwords");
    Files.writeString(passwords, "%s:%s:%s\n".formatted(db.resource(), db.name(), PASSWORD));

    assertThat(plan(manifests(db.source("")), "--password-file", passwords.toString()).code())
        .isZero();
    Files.writeString(passwords, PASSWORD);
    var unusable = plan(manifests(db.source("")), "--password-file", passwords.toString());
    assertThat(unusable.code()).isEqualTo(1);
    assertThat(unusable.err()).contains("passwords, line 1: write SECRET:USERNAME:PASSWORD");
  }

  @Test
  void whatCannotBeUsedIsSaidOnStandardError() throws IOException {
    Path wrong =
        manifests(
            "apiVersion: tributary.dev/v1alpha1\nkind: SourceDatabase\n"
                + "metadata: {name: a}\nspec: {conection: %s}\n".formatted(PASSWORD));
    var result = plan(wrong, "--json");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .contains(
            wrong + ", document 1, line 4: SourceDatabase a: there is no field spec.conection.")
        .contains("spec.connection is required.");
    assertThat(plan("plan").code()).isEqualTo(1);
    assertThat(plan("plan", "-f", "x", "--sql", "--json").code()).isEqualTo(1);
    assertThat(plan("plan", "-f", folder.resolve("none").toString()).err())
        .contains("There is no file");
  }

  @Test
  void psqlRunsTheScriptOfSeveralDatabases() throws IOException, InterruptedException {
    assumeThat(Path.of("/usr/bin/psql")).as("psql").exists();
    var one = database(17, "_one");
    var two = database(15, "_two");
    Path manifests =
        manifests(one.secret(PASSWORD) + one.source("") + two.secret(PASSWORD) + two.source(""));
    Path script = folder.resolve("plan.sql");
    Files.writeString(script, plan(manifests, "--sql").out());

    var psql =
        new ProcessBuilder(
            "/usr/bin/psql",
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-f",
            script.toString(),
            "host=127.0.0.1 port=%d user=postgres dbname=postgres".formatted(one.port()));
    psql.environment().put("PGPASSWORD", PASSWORD);
    psql.environment().put("PGCLIENTENCODING", "UTF8");
    var process = psql.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    assertThat(plan(manifests).out()).containsPattern("(?s)Nothing to do.\n.*Nothing to do.\n");
  }

  @Test
  void theJarExplainsEveryOption() throws IOException, InterruptedException {
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("tributary.jar", "target/tributary.jar"),
                "plan",
                "--help")
            .redirectErrorStream(true)
            .start();
    printed.add(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));

    assertThat(process.waitFor()).isZero();
    assertThat(printed.get(0))
        .contains("-f, --filename=PATH", "-R, --recursive", "-n, --namespace=NAME")
        .contains("--password-file=FILE", "--sql", "--json", "Exit codes:");
  }
}
