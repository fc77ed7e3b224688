package dev.tributary.offline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** What was loaded from YAML, as JSON has it. */
final class JsonTree {
  private static final int MOST_NODES = 1_000_000;
  private static final int DEEPEST = 100;

  private final JsonNodeFactory json;
  private int nodes;

  JsonTree(JsonNodeFactory json) {
    this.json = json;
  }

  /** Something that YAML allows and no resource can be. */
  static final class NotJson extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotJson(String sentence) {
      super(sentence);
    }
  }

  JsonNode of(Object loaded) {
    return of(loaded, 0);
  }

  private JsonNode of(Object value, int depth) {
    nodes++;
    // Aliases let a short text be a tree without end.
    if (nodes > MOST_NODES || depth > DEEPEST) {
      throw new NotJson("is too large, or its aliases go round in a circle");
    }
    if (value instanceof Map<?, ?> map) {
      var object = json.objectNode();
      map.forEach((name, v) -> object.set(String.valueOf(name), of(v, depth + 1)));
      return object;
    }
    if (value instanceof List<?> list) {
      var array = json.arrayNode();
      list.forEach(v -> array.add(of(v, depth + 1)));
      return array;
    }
    return scalar(value);
  }

  private JsonNode scalar(Object value) {
    if (value == null) {
      return json.nullNode();
    }
    if (value instanceof String text) {
      return json.textNode(text);
    }
    if (value instanceof Boolean truth) {
      return json.booleanNode(truth);
    }
    if (value instanceof Integer number) {
      return json.numberNode(number);
    }
    if (value instanceof Long number) {
      return json.numberNode(number);
    }
    if (value instanceof BigInteger number) {
      return json.numberNode(number);
    }
    if (value instanceof Double number) {
      return json.numberNode(number);
    }
    throw new NotJson("has a value of a kind that no resource has");
  }
}
