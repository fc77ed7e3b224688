package dev.tributary.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * The custom resource definitions as users get them: those of Fabric8's generator, with what it
 * sorts away (the order of columns, fields and words) or leaves out (formats, list keys, the
 * description of the resource) put back from the classes.
 */
final class PublishedCrds {

  static final List<Class<? extends CustomResource<?, ?>>> RESOURCES =
      List.of(SourceDatabase.class, ParadeDBTarget.class, ReplicationFederation.class);

  private static final Path GENERATED = Path.of("target/classes/META-INF/fabric8");
  private static final Path SOURCES = Path.of("src/main/java/dev/tributary/api");
  private static final Pattern FIRST_JAVADOC = Pattern.compile("(?s)/\\*\\*(.*?)\\*/");
  private static final YAMLMapper YAML = new YAMLMapper();

  private PublishedCrds() {}

  static String fileName(Class<? extends CustomResource<?, ?>> resource) {
    return HasMetadata.getPlural(resource) + ".yaml";
  }

  /**
   * Jackson quotes every sentence with a comma in it and escapes where it breaks it; this does not.
   */
  static String yaml(Class<? extends CustomResource<?, ?>> resource) {
    DumperOptions style = new DumperOptions();
    style.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    style.setWidth(120);
    return "# Written from the classes in dev.tributary.api by: "
        + CrdsTest.WRITE
        + "\n"
        + new Yaml(style).dump(YAML.convertValue(definition(resource), Object.class));
  }

  static JsonNode definition(Class<? extends CustomResource<?, ?>> resource) {
    ObjectNode definition = generated(resource);
    ObjectNode version = (ObjectNode) definition.at("/spec/versions/0");
    version.set("additionalPrinterColumns", columnsAsDeclared(resource, version));
    version.set(
        "schema", YAML.createObjectNode().set("openAPIV3Schema", schema(resource, version)));
    return definition;
  }

  private static ObjectNode generated(Class<? extends CustomResource<?, ?>> resource) {
    try {
      Path file = GENERATED.resolve(CustomResource.getCRDName(resource) + "-v1.yml");
      return (ObjectNode) YAML.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ArrayNode columnsAsDeclared(Class<?> resource, JsonNode version) {
    ArrayNode columns = YAML.createArrayNode();
    for (var declared : resource.getAnnotationsByType(AdditionalPrinterColumn.class)) {
      for (JsonNode column : version.get("additionalPrinterColumns")) {
        if (column.get("name").asText().equals(declared.name())) {
          columns.add(withoutDefaultPriority((ObjectNode) column));
        }
      }
    }
    return columns;
  }

  private static ObjectNode withoutDefaultPriority(ObjectNode column) {
    if (column.get("priority").asInt() == 0) {
      column.remove("priority");
    }
    return column;
  }

  private static ObjectNode schema(
      Class<? extends CustomResource<?, ?>> resource, JsonNode version) {
    ObjectNode properties = (ObjectNode) version.at("/schema/openAPIV3Schema/properties");
    Type[] specAndStatus =
        ((ParameterizedType) resource.getGenericSuperclass()).getActualTypeArguments();
    properties.set("spec", part(specAndStatus[0], (ObjectNode) properties.get("spec")));
    properties.set("status", part(specAndStatus[1], (ObjectNode) properties.get("status")));
    keyedBy("type", properties.at("/status/properties/conditions"));
    keyedBy("name", properties.at("/status/properties/sources"));

    ObjectNode schema = YAML.createObjectNode();
    schema.put("description", javadoc(resource));
    schema.put("type", "object");
    schema.putArray("required").add("spec");
    schema.set("properties", properties);
    return schema;
  }

  private static ObjectNode part(Type type, ObjectNode schema) {
    complete(schema, type);
    ObjectNode described = YAML.createObjectNode();
    described.put("description", javadoc((Class<?>) type));
    return described.setAll(schema);
  }

  /** Walks a schema and the type it was generated from side by side. */
  private static void complete(ObjectNode schema, Type type) {
    if (type instanceof ParameterizedType list) {
      complete((ObjectNode) schema.get("items"), list.getActualTypeArguments()[0]);
    } else if (type == Long.class) {
      schema.put("format", "int64");
    } else if (type == Integer.class) {
      schema.put("format", "int32");
      Stream.of("minimum", "maximum")
          .filter(schema::has)
          .forEach(bound -> schema.put(bound, schema.get(bound).asInt()));
    } else if (type == Condition.class) {
      ((ObjectNode) schema.at("/properties/lastTransitionTime")).put("format", "date-time");
      ((ObjectNode) schema.at("/properties/observedGeneration")).put("format", "int64");
      schema.putArray("required").add("type").add("status");
    } else if (type instanceof Class<?> word && word.isEnum()) {
      schema.set("enum", YAML.valueToTree(word.getEnumConstants()));
    } else if (type instanceof Class<?> section && section.isRecord()) {
      ObjectNode properties = YAML.createObjectNode();
      for (RecordComponent field : section.getRecordComponents()) {
        ObjectNode property = (ObjectNode) schema.at("/properties/" + field.getName());
        complete(property, field.getGenericType());
        properties.set(field.getName(), property);
      }
      schema.set("properties", properties);
    }
  }

  /** Lets {@code kubectl} and server-side apply tell the entries of a list apart. */
  private static void keyedBy(String key, JsonNode list) {
    if (list instanceof ObjectNode schema) {
      schema.put("x-kubernetes-list-type", "map").putArray("x-kubernetes-list-map-keys").add(key);
      ObjectNode items = (ObjectNode) schema.get("items");
      if (!items.has("required")) {
        items.putArray("required").add(key);
      }
    }
  }

  /** The Javadoc of the class; the generator cannot see it, and reads no other description. */
  private static String javadoc(Class<?> resource) {
    try {
      String source = Files.readString(SOURCES.resolve(resource.getSimpleName() + ".java"));
      var javadoc = FIRST_JAVADOC.matcher(source);
      if (!javadoc.find()) {
        throw new IllegalStateException(resource + " has no Javadoc to describe the resource with");
      }
      return javadoc
          .group(1)
          .replaceAll("\\s*\\n\\s*\\*?\\s*", " ")
          .replaceAll("\\{@\\w+ ([^}]*)}", "$1")
          .strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
