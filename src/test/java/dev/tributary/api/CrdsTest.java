package dev.tributary.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The files that users apply are those of the classes. */
class CrdsTest {

  static final String WRITE = "mvn -q test -Dtest=CrdsTest -Dcrds.write";

  private static final List<Class<? extends CustomResource<?, ?>>> RESOURCES =
      PublishedCrds.RESOURCES;
  private static final Path CRDS = Path.of("crds");

  /** Copies, because Flux leaves symbolic links out of what it fetches. */
  private static final Path CRDS_OF_THE_CHART = Path.of("helm/tributary/crds");

  @BeforeAll
  static void writeWhenAskedTo() throws IOException {
    if (System.getProperty("crds.write") == null) {
      return;
    }
    for (var resource : RESOURCES) {
      for (Path directory : List.of(CRDS, CRDS_OF_THE_CHART)) {
        Files.writeString(
            directory.resolve(PublishedCrds.fileName(resource)), PublishedCrds.yaml(resource));
      }
    }
  }

  @ParameterizedTest
  @FieldSource("RESOURCES")
  void publishedFilesAreThoseOfTheClasses(Class<? extends CustomResource<?, ?>> resource)
      throws IOException {
    for (Path directory : List.of(CRDS, CRDS_OF_THE_CHART)) {
      Path file = directory.resolve(PublishedCrds.fileName(resource));
      assertThat(Files.exists(file) ? Files.readString(file) : "")
          .as("%s is not what the classes say; write it anew by: %s", file, WRITE)
          .isEqualTo(PublishedCrds.yaml(resource));
    }
  }

  @Test
  void nothingElseIsPublished() throws IOException {
    var files = RESOURCES.stream().map(PublishedCrds::fileName).toList();
    var kustomization = new YAMLMapper().readTree(CRDS.resolve("kustomization.yaml").toFile());

    assertThat(kustomization.get("resources"))
        .map(JsonNode::asText)
        .containsExactlyInAnyOrderElementsOf(files);
    assertThat(namesIn(CRDS_OF_THE_CHART)).containsExactlyInAnyOrderElementsOf(files);
    assertThat(namesIn(CRDS)).contains("kustomization.yaml").hasSize(files.size() + 1);
  }

  @ParameterizedTest
  @FieldSource("RESOURCES")
  void everyFieldOfTheSpecIsDescribed(Class<? extends CustomResource<?, ?>> resource) {
    var schema = PublishedCrds.definition(resource).at("/spec/versions/0/schema/openAPIV3Schema");

    assertThat(schema.get("description").asText()).isNotBlank();
    assertThat(undescribed("spec", schema.at("/properties/spec"))).isEmpty();
  }

  private static List<String> undescribed(String path, JsonNode schema) {
    List<String> found = new ArrayList<>();
    JsonNode section = schema.path("type").asText().equals("array") ? schema.get("items") : schema;
    for (Map.Entry<String, JsonNode> field : section.path("properties").properties()) {
      String fieldPath = path + "." + field.getKey();
      if (field.getValue().path("description").asText().isBlank()) {
        found.add(fieldPath);
      }
      found.addAll(undescribed(fieldPath, field.getValue()));
    }
    return found;
  }

  private static List<String> namesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
