package dev.tributary.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chart deploys what the plain manifests deploy, and refuses values that make no sense. */
class HelmChartTest {

  private static final YAMLMapper YAML = new YAMLMapper();

  private final Helm chart = new Helm(Path.of("helm/tributary"));

  @Test
  void lintsWithoutAWarning() {
    var lint = chart.lint().strict().call();

    assertThat(lint.isFailed()).as("%s", lint.getMessages()).isFalse();
  }

  @Test
  void deploysTheContainerOfTheManifests() throws IOException {
    var expected = manifest("deployment.yaml").at("/spec/template/spec");
    var rendered = one("Deployment", render(template()));

    assertThat(rendered.at("/spec/template/spec")).isEqualTo(expected);
    assertThat(rendered.at("/spec/replicas"))
        .isEqualTo(manifest("deployment.yaml").at("/spec/replicas"));
    assertThat(rendered.at("/spec/strategy"))
        .isEqualTo(manifest("deployment.yaml").at("/spec/strategy"));
    assertThat(rendered.at("/spec/template/metadata/labels").properties())
        .containsAll(rendered.at("/spec/selector/matchLabels").properties());
  }

  @Test
  void watchesEverythingWithTheClusterRoleOfTheManifests() throws IOException {
    var rendered = render(template());
    var role = one("ClusterRole", rendered);
    var binding = one("ClusterRoleBinding", rendered);

    assertThat(role.get("rules")).isEqualTo(manifest("role.yaml").get("rules"));
    assertThat(binding.get("roleRef")).isEqualTo(manifest("role-binding.yaml").get("roleRef"));
    assertThat(binding.get("subjects")).isEqualTo(manifest("role-binding.yaml").get("subjects"));
    assertThat(all("Role", rendered)).isEmpty();
    assertThat(one("ServiceAccount", rendered).at("/metadata/name").asText())
        .isEqualTo("tributary");
  }

  @Test
  void watchesSomeNamespacesWithTheSameRulesThereAndNowhereElse() throws IOException {
    var rendered =
        render(template().set("watch.namespaces[0]", "shop").set("watch.namespaces[1]", "crm"));

    assertThat(all("ClusterRole", rendered)).isEmpty();
    assertThat(all("ClusterRoleBinding", rendered)).isEmpty();
    assertThat(all("Role", rendered))
        .allSatisfy(
            role -> assertThat(role.get("rules")).isEqualTo(manifest("role.yaml").get("rules")))
        .extracting(HelmChartTest::namespace)
        .containsExactly("shop", "crm");
    assertThat(all("RoleBinding", rendered))
        .allSatisfy(binding -> assertThat(binding.at("/roleRef/kind").asText()).isEqualTo("Role"))
        .allSatisfy(
            binding ->
                assertThat(binding.at("/subjects/0/namespace").asText())
                    .isEqualTo("tributary-system"))
        .extracting(HelmChartTest::namespace)
        .containsExactly("shop", "crm");

    var container = one("Deployment", rendered).at("/spec/template/spec/containers/0");
    assertThat(container.get("args")).map(JsonNode::asText).containsExactly("run");
    assertThat(container.get("env"))
        .containsExactly(YAML.readTree("{name: TRIBUTARY_NAMESPACE, value: 'shop,crm'}"));
  }

  @Test
  void takesImageIntervalLabelsAndServiceAccountFromTheValues() throws IOException {
    var rendered =
        render(
            template()
                .set("image.repository", "registry.example.com/tributary")
                .set("image.tag", "main")
                .set("image.pullPolicy", "Always")
                .set("pollInterval", "30s")
                .set("labels.team", "search")
                .set("serviceAccount.create", "false")
                .set("serviceAccount.name", "somebody"));
    var pod = one("Deployment", rendered).at("/spec/template");
    var container = pod.at("/spec/containers/0");

    assertThat(container.get("image").asText()).isEqualTo("registry.example.com/tributary:main");
    assertThat(container.get("imagePullPolicy").asText()).isEqualTo("Always");
    assertThat(container.get("env"))
        .containsExactly(YAML.readTree("{name: TRIBUTARY_POLL_INTERVAL, value: 30s}"));
    assertThat(pod.at("/spec/serviceAccountName").asText()).isEqualTo("somebody");
    assertThat(one("ClusterRoleBinding", rendered).at("/subjects/0/name").asText())
        .isEqualTo("somebody");
    assertThat(all("ServiceAccount", rendered)).isEmpty();
    assertThat(rendered)
        .allSatisfy(
            object -> assertThat(object.at("/metadata/labels/team").asText()).isEqualTo("search"));
    assertThat(pod.at("/metadata/labels/team").asText()).isEqualTo("search");
  }

  @ParameterizedTest
  @CsvSource({
    "replicas,                 2",
    "image.tags,               main",
    "image.repository,         ''",
    "image.pullPolicy,         Sometimes",
    "pollInterval,             soon",
    "pollInterval,             0s",
    "watch.namespaces,         shop",
    "watch.namespaces[0],      Shop",
    "serviceAccount.create,    false",
    "labels.app\\.kubernetes\\.io/name, mine",
  })
  void refusesValuesThatMakeNoSense(String value, String set) {
    assertThatThrownBy(() -> template().set(value, set).call())
        .hasMessageContaining("values don't meet the specifications of the schema");
  }

  @Test
  void packagesTheCustomResourceDefinitions(@TempDir Path directory) throws IOException {
    chart.packageIt().withDestination(directory).call();

    var archive = directory.resolve("tributary-0.1.0.tgz");
    assertThat(Files.exists(archive)).isTrue();
    var crds = new Helm(archive).show().crds();
    for (String file : List.of("sourcedatabases", "paradedbtargets", "replicationfederations")) {
      assertThat(crds.call()).contains("name: " + file + ".tributary.dev");
    }
  }

  private TemplateCommand template() {
    return chart
        .template()
        .withName("tributary")
        .withNamespace("tributary-system")
        .withKubeVersion("1.35.0");
  }

  private static List<JsonNode> render(TemplateCommand template) throws IOException {
    return YAML.readerFor(JsonNode.class).<JsonNode>readValues(template.call()).readAll();
  }

  private static JsonNode manifest(String file) throws IOException {
    return YAML.readTree(Path.of("deploy", file).toFile());
  }

  private static List<JsonNode> all(String kind, List<JsonNode> objects) {
    return objects.stream().filter(object -> object.path("kind").asText().equals(kind)).toList();
  }

  private static JsonNode one(String kind, List<JsonNode> objects) {
    assertThat(all(kind, objects)).as(kind).hasSize(1);
    return all(kind, objects).get(0);
  }

  private static String namespace(JsonNode object) {
    return object.at("/metadata/namespace").asText();
  }
}
