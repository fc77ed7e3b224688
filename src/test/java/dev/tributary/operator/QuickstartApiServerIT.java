package dev.tributary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.deploy.Kubectl;
import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.KubeApi;
import dev.tributary.fixtures.OperatorProcess;
import dev.tributary.fixtures.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * The quickstart on a real API server, by kubectl, with an operator that has no rights but those of
 * the shipped service account.
 */
@EnabledIf(
    value = "dev.tributary.fixtures.KubeApi#realIsAvailable",
    disabledReason = "there is no kube-apiserver here: run .ci/apiserver/build")
class QuickstartApiServerIT {
  private static final String OPERATOR = "system:serviceaccount:tributary-system:tributary";

  private static KubeApi kube;
  private static Kubectl kubectl;
  private static OperatorProcess operator;
  private static Service accounts;
  private static Service support;
  private static Db target;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    accounts = Service.create(PostgresServer.shared(15), "accounts", "quickstart-accounts", 400);
    support = Service.create(PostgresServer.shared(17), "support", "quickstart-support", 200);
    target = PostgresServer.shared(18).createDatabase("search");
    target.execute(
        "CREATE ROLE tributary LOGIN PASSWORD 'quickstart-search' IN ROLE pg_create_subscription",
        "GRANT CREATE ON DATABASE search TO tributary");

    kube = KubeApi.real().orElseThrow();
    kubectl = Kubectl.asAdmin(kube);
    kubectl.run("apply", "-k", "deploy/");
    String token = kubectl.run("-n", "tributary-system", "create", "token", "tributary").strip();
    operator =
        OperatorProcess.start(
            kube.kubeconfig(token),
            "--all-namespaces",
            "--poll-interval",
            "500ms",
            "--health-port",
            "0");
  }

  @AfterAll
  static void stop() {
    operator.close();
    kube.close();
  }

  @Test
  void appliedWaitedForLookedAtAndDeletedByKubectl() throws Exception {
    var before = catalogs();
    quickstart();

    assertThat(kubectl.run("apply", "-f", folder.toString())).doesNotContain("rror");
    for (String resource :
        List.of("fed/everything", "srcdb/accounts", "srcdb/support", "paradedb/search")) {
      assertThat(kubectl.run("wait", "--for=condition=Ready", "--timeout=60s", resource))
          .as(() -> operator.output())
          .contains("condition met");
    }
    assertThat(kubectl.lines("get", "fed"))
        .containsExactly(
            "NAME READY PHASE SOURCES TABLES COPIED LAG TARGET AGE",
            "everything True Streaming 2/2 4/4 100% 0s search 0s");
    awaitEqualRows();

    assertTheStatusIsAppliedByOneManager();
    assertNothingIsWrittenInTheSteadyState();

    for (String resource : List.of("fed/everything", "srcdb/accounts", "srcdb/support")) {
      kubectl.run(
          "patch", resource, "--type=merge", "-p", "{\"spec\": {\"deletionPolicy\": \"Delete\"}}");
    }
    assertThat(kubectl.run("delete", "-f", folder.toString(), "--timeout=60s"))
        .as(() -> operator.output())
        .doesNotContain("rror");
    assertThat(kubectl.run("get", "tributary")).contains("No resources found");
    assertThat(catalogs()).isEqualTo(before);
  }

  /** The files as they are, but for the ports of this test's servers. */
  private void quickstart() throws IOException {
    try (var files = Files.list(Path.of("examples/quickstart"))) {
      for (Path file : files.toList()) {
        Files.writeString(
            folder.resolve(file.getFileName()),
            Files.readString(file)
                .replace("25415", String.valueOf(accounts.database().server().port()))
                .replace("25417", String.valueOf(support.database().server().port()))
                .replace("25418", String.valueOf(target.server().port())));
      }
    }
  }

  private static void awaitEqualRows() {
    for (Service service : List.of(accounts, support)) {
      for (String table : List.of("users", "notes")) {
        await()
            .atMost(Landscape.PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(target.rows(service.schema() + "." + table, "id"))
                        .isEqualTo(service.database().rows("public." + table, "id")));
      }
    }
  }

  private static void assertTheStatusIsAppliedByOneManager() {
    String managers =
        kubectl.run(
            "get",
            "fed/everything",
            "--show-managed-fields",
            "-o",
            "jsonpath={range .metadata.managedFields[?(@.subresource==\"status\")]}{.manager} {.operation};{end}");
    assertThat(managers).isEqualTo("tributary Apply;");
    assertThat(kubectl.run("get", "fed/everything", "-o", "jsonpath={.metadata.finalizers}"))
        .isEqualTo("[\"replicationfederations.tributary.dev/finalizer\"]");
  }

  private static void assertNothingIsWrittenInTheSteadyState() {
    var writes = kube.writesBy(OPERATOR);
    assertThat(writes).isNotEmpty();
    // Ten looks: what was written then would have been written for no reason.
    await()
        .during(Duration.ofSeconds(5))
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> kube.writesBy(OPERATOR).equals(writes));
  }

  private static Map<String, List<List<String>>> catalogs() {
    return Stream.of(accounts.database(), support.database(), target)
        .collect(Collectors.toMap(Db::name, db -> db.query(Landscape.CATALOG)));
  }
}
