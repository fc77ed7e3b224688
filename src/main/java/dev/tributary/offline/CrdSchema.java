package dev.tributary.offline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.regex.RegularExpression;
import dev.tributary.api.ParadeDBTarget;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.SourceDatabase;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * What the API server would refuse of a custom resource by the schema of its definition. Rules in
 * CEL are not among it.
 */
final class CrdSchema {
  private static final List<Class<? extends CustomResource<?, ?>>> RESOURCES =
      List.of(SourceDatabase.class, ParadeDBTarget.class, ReplicationFederation.class);
  private static final List<String> BESIDE_SPEC = List.of("apiVersion", "kind", "metadata");
  private static final Map<String, CrdSchema> BY_KIND = new LinkedHashMap<>();

  static {
    for (var resource : RESOURCES) {
      var definition = definition(CustomResource.getCRDName(resource));
      BY_KIND.put(
          definition.at("/spec/names/kind").asText(),
          new CrdSchema(definition.at("/spec/versions/0/schema/openAPIV3Schema")));
    }
  }

  private final JsonSchema schema;

  private CrdSchema(JsonNode openApi) {
    var closed = (ObjectNode) closed(openApi);
    closed.putArray("required").add("spec");
    schema =
        JsonSchemaFactory.getInstance(VersionFlag.V4)
            .getSchema(
                closed,
                SchemaValidatorsConfig.builder()
                    .locale(Locale.ENGLISH)
                    .regularExpressionFactory(CrdSchema::pattern)
                    .build());
  }

  /**
   * Something the API server would refuse.
   *
   * @param path of the field, or of the one that it is missing in
   */
  record Violation(List<String> path, String sentence) {
    boolean isIn(String field) {
      return !path.isEmpty() && path.get(0).equals(field);
    }
  }

  static Optional<CrdSchema> ofKind(String kind) {
    return Optional.ofNullable(BY_KIND.get(kind));
  }

  private static JsonNode definition(String name) {
    String file = "/META-INF/fabric8/" + name + "-v1.yml";
    try (var in = CrdSchema.class.getResourceAsStream(file)) {
      var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Documents.parse(new InputFiles.Input(file, text)).get(0).content();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (UnusableInput e) {
      throw new IllegalStateException(e);
    }
  }

  /** To Go, unlike to Java, $ is not before a line break at the end. */
  private static RegularExpression pattern(String regex) {
    var pattern = Pattern.compile(regex.replaceAll("\\$$", "\\\\z"));
    return value -> pattern.matcher(value).find();
  }

  /** A schema that knows no fields but its own, without what is not of JSON Schema. */
  private static JsonNode closed(JsonNode schema) {
    ObjectNode closed = schema.deepCopy();
    closed.remove(List.of("description", "default", "format"));
    closed.remove(
        closed.properties().stream()
            .map(Map.Entry::getKey)
            .filter(k -> k.startsWith("x-kubernetes-"))
            .toList());
    if (closed.has("properties")) {
      closed.put("additionalProperties", false);
      closed.get("properties").properties().forEach(p -> p.setValue(closed(p.getValue())));
    }
    if (closed.has("items")) {
      closed.set("items", closed(closed.get("items")));
    }
    return closed;
  }

  /** Every violation, one for each field. */
  List<Violation> violations(JsonNode resource) {
    ObjectNode checked = (ObjectNode) withoutNulls(resource);
    checked.remove(BESIDE_SPEC);
    var found = new LinkedHashMap<String, Violation>();
    for (ValidationMessage message : schema.validate(checked)) {
      var violation = violation(message);
      found.putIfAbsent(subject(message), violation);
    }
    return new ArrayList<>(found.values());
  }

  /** The API server takes null for a field that is left out. */
  private static JsonNode withoutNulls(JsonNode node) {
    JsonNode copy = node.deepCopy();
    prune(copy);
    return copy;
  }

  private static void prune(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.properties().removeIf(p -> p.getValue().isNull());
    }
    node.forEach(CrdSchema::prune);
  }

  private static Violation violation(ValidationMessage message) {
    var path = path(message.getInstanceLocation());
    String field = subject(message);
    JsonNode wanted = message.getSchemaNode();
    String sentence =
        switch (message.getType()) {
          case "additionalProperties" -> "there is no field %s.".formatted(field);
          case "required" -> "%s is required.".formatted(field);
          case "enum" -> "%s has to be one of %s.".formatted(field, words(wanted));
          case "type" -> "%s has to be of type %s.".formatted(field, wanted.asText());
          case "pattern" -> "%s has to match %s.".formatted(field, wanted.asText());
          case "minLength" -> "%s has to have %s characters at least.".formatted(field, wanted);
          case "maxLength" -> "%s has to have %s characters at most.".formatted(field, wanted);
          case "minItems" -> "%s has to have %s entries at least.".formatted(field, wanted);
          case "maxItems" -> "%s has to have %s entries at most.".formatted(field, wanted);
          case "minimum" -> "%s has to be %d at least.".formatted(field, wanted.asLong());
          case "maximum" -> "%s has to be %d at most.".formatted(field, wanted.asLong());
          default -> "%s is not allowed by %s.".formatted(field, message.getType());
        };
    if (message.getProperty() != null) {
      path.add(message.getProperty());
    }
    return new Violation(path, sentence);
  }

  private static String words(JsonNode values) {
    return StreamSupport.stream(values.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining(", "));
  }

  private static List<String> path(JsonNodePath location) {
    var path = new ArrayList<String>();
    for (int i = 0; i < location.getNameCount(); i++) {
      path.add(String.valueOf(location.getElement(i)));
    }
    return path;
  }

  private static String subject(ValidationMessage message) {
    var path = path(message.getInstanceLocation());
    if (message.getProperty() != null) {
      path.add(message.getProperty());
    }
    return readable(path);
  }

  /** {@code spec.schema.from[0]}. */
  static String readable(List<String> path) {
    var text = new StringBuilder();
    for (String name : path) {
      boolean index = !name.isEmpty() && name.chars().allMatch(Character::isDigit);
      text.append(index ? "[" + name + "]" : (text.isEmpty() ? "" : ".") + name);
    }
    return text.toString();
  }
}
