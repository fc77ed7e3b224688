package dev.tributary.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;

/** What is to be known of a server, or of tables before they move. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Preflight(
    @JsonPropertyDescription("How many findings nothing is moved or copied before.")
        Integer blockers,
    @JsonPropertyDescription(
            "How many findings by which something works otherwise than before, or not always.")
        Integer warnings,
    @JsonPropertyDescription("How many findings that are good to know.") Integer infos,
    @JsonPropertyDescription("Worst first, at most 20; tributary plan prints all.")
        List<Finding> findings) {
  public Preflight {
    findings = findings == null ? List.of() : List.copyOf(findings);
  }

  /** What one check found. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Finding(
      @JsonPropertyDescription("Blocker, Warning or Info.") String severity,
      @JsonPropertyDescription("The name of the check: one stable word.") String reason,
      @JsonPropertyDescription(
              "The table, with its schema; absent where it concerns all, or the server.")
          String table,
      @JsonPropertyDescription("The value that was found; absent where there is none.")
          String current,
      @JsonPropertyDescription("The value that it should have.") String wanted,
      @JsonPropertyDescription("What will be, and the way round.") String message) {}
}
