package dev.tributary.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import dev.tributary.fixtures.KubeApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real API server takes what users deploy, and lets the operator do what it has to, no more. */
@EnabledIf(
    value = "dev.tributary.fixtures.KubeApi#realIsAvailable",
    disabledReason = "there is no kube-apiserver here: run .ci/apiserver/build")
class DeployApiServerIT {

  private static final String[] APPLY_MANIFESTS = {"apply", "--server-side", "-k", "deploy"};

  private static KubeApi api;
  private static Kubectl admin;
  private static String applied;

  @BeforeAll
  static void deploy() {
    api = KubeApi.real().orElseThrow();
    admin = Kubectl.asAdmin(api);
    applied = admin.run(APPLY_MANIFESTS);
  }

  @AfterAll
  static void stop() {
    if (api != null) {
      api.close();
    }
  }

  @Test
  void manifestsAreAcceptedInOneGoAndWithoutAWarning() {
    assertThat(applied.lines())
        .allSatisfy(line -> assertThat(line).endsWith(" serverside-applied"))
        .hasSize(8);
  }

  @Test
  void applyingTheManifestsAgainChangesNothing() {
    List<String> before = versions();

    assertThat(admin.run(APPLY_MANIFESTS).lines()).hasSize(8);
    assertThat(versions()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({"everywhere,", "here-and-there, 'shop,crm'"})
  void theChartIsAcceptedAndApplyingItAgainChangesNothing(
      String release, String namespaces, @TempDir Path directory) throws IOException {
    var template =
        new Helm(Path.of("helm/tributary"))
            .template()
            .withName(release)
            .withNamespace(release)
            .withKubeVersion("1.35.0");
    List<String> watched = namespaces == null ? List.of() : List.of(namespaces.split(","));
    for (int i = 0; i < watched.size(); i++) {
      template.set("watch.namespaces[" + i + "]", watched.get(i));
      admin.run("create", "namespace", watched.get(i));
    }
    admin.run("create", "namespace", release);
    Path rendered = Files.writeString(directory.resolve("chart.yaml"), template.call());
    String[] apply = {"apply", "--server-side", "-f", rendered.toString()};

    assertThat(admin.run(apply).lines())
        .allSatisfy(line -> assertThat(line).endsWith(" serverside-applied"))
        .hasSize(watched.isEmpty() ? 4 : 2 + 2 * watched.size());
    List<String> before = versions();
    admin.run(apply);
    assertThat(versions()).isEqualTo(before);
  }

  @Test
  void helmInstallsTheChart() {
    var release =
        new Helm(Path.of("helm/tributary"))
            .install()
            .withName("search")
            .withNamespace("by-helm")
            .createNamespace()
            .withKubeConfig(api.kubeconfig())
            .call();

    assertThat(release.getStatus()).isEqualTo("deployed");
    assertThat(admin.lines("get", "deployments", "--namespace=by-helm", "--output=name"))
        .containsExactly("deployment.apps/search-tributary");
  }

  @ParameterizedTest
  @CsvSource({
    "list,   sourcedatabases.tributary.dev",
    "watch,  paradedbtargets.tributary.dev",
    "get,    replicationfederations.tributary.dev",
    "patch,  replicationfederations.tributary.dev",
    "patch,  sourcedatabases.tributary.dev/status",
    "get,    secrets",
    "create, events",
  })
  void theOperatorMay(String verb, String resource) {
    assertThat(mayOperator(verb, resource)).isEqualTo("yes");
  }

  @ParameterizedTest
  @CsvSource({
    "list,   secrets",
    "watch,  secrets",
    "create, secrets",
    "patch,  secrets",
    "create, sourcedatabases.tributary.dev",
    "update, paradedbtargets.tributary.dev",
    "delete, replicationfederations.tributary.dev",
    "update, replicationfederations.tributary.dev/status",
    "list,   events",
    "create, pods",
    "get,    pods",
    "get,    configmaps",
    "list,   namespaces",
    "update, customresourcedefinitions",
    "get,    customresourcedefinitions",
    "create, serviceaccounts/token",
    "'*',    '*'",
  })
  void theOperatorMayNot(String verb, String resource) {
    assertThat(mayOperator(verb, resource)).isEqualTo("no");
  }

  @Test
  void theOperatorMayDoNothingElseThatNotEveryServiceAccountMay() {
    admin.run("create", "serviceaccount", "nobody", "--namespace=tributary-system");
    List<String> rights = new ArrayList<>(as("tributary").lines("auth", "can-i", "--list"));
    rights.removeAll(as("nobody").lines("auth", "can-i", "--list"));

    assertThat(rights)
        .containsExactlyInAnyOrder(
            "sourcedatabases.tributary.dev [] [] [get list watch patch]",
            "paradedbtargets.tributary.dev [] [] [get list watch patch]",
            "replicationfederations.tributary.dev [] [] [get list watch patch]",
            "sourcedatabases.tributary.dev/status [] [] [patch]",
            "paradedbtargets.tributary.dev/status [] [] [patch]",
            "replicationfederations.tributary.dev/status [] [] [patch]",
            "secrets [] [] [get]",
            "events [] [] [create]");
  }

  private static String mayOperator(String verb, String resource) {
    List<String> answer =
        as("tributary").lines("auth", "can-i", verb, resource, "--namespace=shop");
    return answer.get(answer.size() - 1).replaceFirst(" - .*", "");
  }

  private static Kubectl as(String serviceAccount) {
    String token =
        admin.run("create", "token", serviceAccount, "--namespace=tributary-system").strip();
    return Kubectl.withToken(api, token);
  }

  /** The resource versions of everything that a deployment consists of. */
  private static List<String> versions() {
    return admin.lines(
        "get",
        "namespaces,crds,deployments,serviceaccounts,clusterroles,clusterrolebindings,roles,rolebindings",
        "--all-namespaces",
        "--output=custom-columns=KIND:.kind,NAME:.metadata.name,VERSION:.metadata.resourceVersion");
  }
}
