package dev.tributary.offline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.api.Api;
import dev.tributary.api.SourceDatabase;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Makes resources of documents, and collects what is wrong with them. */
final class ManifestReader {
  private static final Pattern NAME =
      Pattern.compile("(?=.{1,253}$)[a-z0-9]([-a-z0-9.]*[a-z0-9])?");
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final String VERSION = Api.GROUP + "/" + Api.VERSION;
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final String namespace;
  private final List<SourceDatabase> sources = new ArrayList<>();
  private final Map<SecretName, Secret> secrets = new LinkedHashMap<>();
  private final Map<String, String> places = new LinkedHashMap<>();
  private final List<String> complaints = new ArrayList<>();

  ManifestReader(String namespace) throws UnusableInput {
    if (!NAMESPACE.matcher(namespace).matches()) {
      throw new UnusableInput("'" + namespace + "' is no name of a namespace.");
    }
    this.namespace = namespace;
  }

  Manifests manifests() throws UnusableInput {
    if (!complaints.isEmpty()) {
      throw new UnusableInput(complaints);
    }
    if (sources.isEmpty()) {
      throw new UnusableInput(
          "There is no SourceDatabase (%s) among the manifests.".formatted(VERSION));
    }
    return new Manifests(sources, secrets);
  }

  void add(Document document) {
    add(new Item(document, List.of(), document.content()));
  }

  /** A resource in a document, or in a list there. */
  private record Item(Document document, List<String> path, JsonNode content) {
    String text(String name) {
      return content.path(name).isTextual() ? content.get(name).asText() : "";
    }

    Item at(String... further) {
      var all = new ArrayList<>(path);
      all.addAll(List.of(further));
      return new Item(document, all, content);
    }

    String place() {
      return document.place(path);
    }
  }

  private void complain(Item item, String sentence) {
    complaints.add(item.place() + ": " + sentence);
  }

  private void add(Item item) {
    if (item.content.isNull() || item.content.isMissingNode()) {
      return;
    }
    String kind = item.text("kind");
    String version = item.text("apiVersion");
    if (kind.isEmpty() || version.isEmpty()) {
      complain(item, "this is no manifest: it has no apiVersion or no kind.");
    } else if (kind.endsWith("List") && item.content.path("items").isArray()) {
      int i = 0;
      for (JsonNode content : item.content.get("items")) {
        add(new Item(item.document, item.at("items", String.valueOf(i)).path, content));
        i++;
      }
    } else if (version.equals("v1") && kind.equals("Secret")) {
      addSecret(item);
    } else if (version.equals(Api.GROUP) || version.startsWith(Api.GROUP + "/")) {
      addResource(item, kind, version);
    }
  }

  private void addResource(Item item, String kind, String version) {
    var schema = CrdSchema.ofKind(kind);
    if (schema.isEmpty() || !version.equals(VERSION)) {
      complain(
          item.at("kind"),
          "there is no kind %s in %s; tributary knows %s.".formatted(kind, version, VERSION));
      return;
    }
    if (!isNamed(item)) {
      return;
    }
    boolean good = true;
    boolean statusIsGood = true;
    for (var violation : schema.get().violations(item.content)) {
      if (violation.isIn("status")) {
        statusIsGood = false;
        continue;
      }
      good = false;
      complain(
          item.at(violation.path().toArray(String[]::new)),
          "%s %s: %s"
              .formatted(kind, item.content.at("/metadata/name").asText(), violation.sentence()));
    }
    if (good && kind.equals("SourceDatabase")) {
      addSource(item, statusIsGood);
    }
  }

  private void addSource(Item item, boolean withStatus) {
    ObjectNode content = item.content.deepCopy();
    if (!withStatus) {
      content.remove("status");
    }
    try {
      var source = JSON.treeToValue(content, SourceDatabase.class);
      source.getMetadata().setNamespace(namespace(item));
      if (isFirst(item, "SourceDatabase")) {
        sources.add(source);
      }
    } catch (JsonProcessingException e) {
      complain(item.at("metadata"), "the metadata is not as Kubernetes has it.");
    }
  }

  private void addSecret(Item item) {
    if (!isNamed(item) || !isFirst(item, "Secret")) {
      return;
    }
    var data = new LinkedHashMap<String, String>();
    boolean good =
        values(item, "data", ManifestReader::canonical, "in base64", data)
            & values(item, "stringData", ManifestReader::encode, "a string, in quotes", data);
    if (good) {
      String name = item.content.at("/metadata/name").asText();
      secrets.put(
          new SecretName(namespace(item), name),
          new SecretBuilder()
              .withNewMetadata()
              .withNamespace(namespace(item))
              .withName(name)
              .endMetadata()
              .withData(data)
              .build());
    }
  }

  /** Adds the values of a section, and says whether they are as they have to be. */
  private boolean values(
      Item item,
      String section,
      Function<String, String> base64,
      String wanted,
      Map<String, String> to) {
    JsonNode values = item.content.path(section);
    if (values.isMissingNode() || values.isNull()) {
      return true;
    }
    if (!values.isObject()) {
      complain(item.at(section), section + " has to be keys and values.");
      return false;
    }
    boolean good = true;
    for (var value : values.properties()) {
      try {
        if (!value.getValue().isTextual() && !value.getValue().isNull()) {
          throw new IllegalArgumentException("not a text");
        }
        to.put(value.getKey(), base64.apply(value.getValue().asText("")));
      } catch (IllegalArgumentException e) {
        complain(
            item.at(section, value.getKey()),
            "%s.%s has to be %s.".formatted(section, value.getKey(), wanted));
        good = false;
      }
    }
    return good;
  }

  /** As the API server stores it: line breaks in base64 are allowed in a manifest. */
  private static String canonical(String base64) {
    String line = base64.replaceAll("[\r\n]", "");
    if (line.length() % 4 != 0) {
      throw new IllegalArgumentException("not padded");
    }
    return Base64.getEncoder().encodeToString(Base64.getDecoder().decode(line));
  }

  static String encode(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private boolean isNamed(Item item) {
    JsonNode name = item.content.at("/metadata/name");
    if (!name.isTextual() || !NAME.matcher(name.asText()).matches()) {
      complain(item.at("metadata", "name"), "metadata.name has to be the name of a resource.");
      return false;
    }
    JsonNode of = item.content.at("/metadata/namespace");
    boolean absent = of.isMissingNode() || of.isNull();
    if (!absent && !(of.isTextual() && NAMESPACE.matcher(of.asText()).matches())) {
      complain(
          item.at("metadata", "namespace"),
          "metadata.namespace has to be the name of a namespace.");
      return false;
    }
    return true;
  }

  private String namespace(Item item) {
    return item.content.at("/metadata/namespace").asText(namespace);
  }

  private boolean isFirst(Item item, String kind) {
    String id =
        "%s %s/%s".formatted(kind, namespace(item), item.content.at("/metadata/name").asText());
    String before = places.putIfAbsent(id, item.place());
    if (before != null) {
      complain(item, "%s is there already: %s.".formatted(id, before));
    }
    return before == null;
  }
}
