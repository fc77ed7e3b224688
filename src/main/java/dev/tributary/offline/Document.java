package dev.tributary.offline;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.OptionalInt;

/**
 * One document of a file.
 *
 * @param number from 1
 */
record Document(String file, int number, JsonNode content, Lines lines) {

  /** Finds a field in the text. */
  @FunctionalInterface
  interface Lines {
    /** The line of a field, or of the nearest that is there; from 1. */
    OptionalInt of(List<String> path);
  }

  /** Where a field is, for the beginning of a sentence. */
  String place(List<String> path) {
    return place(file, number, lines.of(path));
  }

  static String place(String file, int number, OptionalInt line) {
    return "%s, document %d%s"
        .formatted(file, number, line.isPresent() ? ", line " + line.getAsInt() : "");
  }
}
