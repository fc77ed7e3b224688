package dev.tributary.api;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * For every constraint in the schema of a spec the resource that breaks this one and no other, made
 * from a resource in which every field is set.
 */
final class SchemaViolations {

  /** A resource and what the API server says about it. */
  record Violation(String constraint, JsonNode resource, String sentence) {}

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final JsonNode complete;
  private final List<Violation> found = new ArrayList<>();

  private SchemaViolations(JsonNode complete) {
    this.complete = complete;
  }

  static List<Violation> of(JsonNode schemaOfSpec, JsonNode complete) {
    var violations = new SchemaViolations(complete);
    violations.field("spec", JsonPointer.compile("/spec"), schemaOfSpec);
    return violations.found;
  }

  private void field(String path, JsonPointer at, JsonNode schema) {
    if (complete.at(at).isMissingNode()) {
      throw new IllegalArgumentException("the resource that sets every field does not set " + path);
    }
    JsonNode properties = schema.path("properties");
    for (JsonNode name : schema.path("required")) {
      String missing = path + "." + name.asText();
      without(missing, at.appendProperty(name.asText()), missing + ": Required value");
    }
    for (Map.Entry<String, JsonNode> property : properties.properties()) {
      String name = property.getKey();
      field(path + "." + name, at.appendProperty(name), property.getValue());
    }
    if (schema.has("items")) {
      field(path + "[0]", at.appendIndex(0), schema.get("items"));
    }
    values(path, at, schema);
  }

  private void values(String path, JsonPointer at, JsonNode schema) {
    String type = schema.path("type").asText();
    for (Map.Entry<String, JsonNode> constraint : schema.properties()) {
      int limit = constraint.getValue().asInt();
      switch (constraint.getKey()) {
        case "type" ->
            with(
                path + " is no " + type,
                at,
                type.equals("object") ? JSON.textNode("x") : JSON.objectNode(),
                path + " in body must be of type " + type);
        case "enum" ->
            with(
                path + " is another word",
                at,
                JSON.textNode("Nonsense"),
                path + ": Unsupported value: \"Nonsense\": supported values: ");
        case "pattern" ->
            with(
                path + " does not match",
                at,
                JSON.textNode("what is/this?"),
                path + " in body should match '" + constraint.getValue().asText() + "'");
        case "minLength" ->
            with(
                path + " is too short",
                at,
                JSON.textNode("x".repeat(limit - 1)),
                path + " in body should be at least " + limit + " chars long");
        case "maxLength" ->
            with(
                path + " is too long",
                at,
                JSON.textNode("x".repeat(limit + 1)),
                path + ": Too long: may not be more than " + limit + " bytes");
        case "minimum" ->
            with(
                path + " is too small",
                at,
                JSON.numberNode(limit - 1),
                path + " in body should be greater than or equal to " + limit);
        case "maximum" ->
            with(
                path + " is too great",
                at,
                JSON.numberNode(limit + 1),
                path + " in body should be less than or equal to " + limit);
        case "minItems" ->
            with(
                path + " is empty",
                at,
                JSON.arrayNode(),
                path + " in body should have at least " + limit + " items");
        case "maxItems" ->
            with(
                path + " has too many",
                at,
                repeated(complete.at(at).get(0), limit + 1),
                path + ": Too many: " + (limit + 1) + ": must have at most " + limit + " items");
        default -> {
          // descriptions, defaults, and the CEL rules, which have cases of their own
        }
      }
    }
  }

  private static ArrayNode repeated(JsonNode item, int times) {
    ArrayNode items = JSON.arrayNode();
    for (int i = 0; i < times; i++) {
      items.add(item);
    }
    return items;
  }

  private void with(String constraint, JsonPointer at, JsonNode value, String sentence) {
    JsonNode resource = complete.deepCopy();
    JsonNode parent = resource.at(at.head());
    if (parent instanceof ArrayNode list) {
      list.set(at.last().getMatchingIndex(), value);
    } else {
      ((ObjectNode) parent).set(at.last().getMatchingProperty(), value);
    }
    found.add(new Violation(constraint, resource, sentence));
  }

  private void without(String field, JsonPointer at, String sentence) {
    JsonNode resource = complete.deepCopy();
    ((ObjectNode) resource.at(at.head())).remove(at.last().getMatchingProperty());
    found.add(new Violation(field + " is missing", resource, sentence));
  }
}
