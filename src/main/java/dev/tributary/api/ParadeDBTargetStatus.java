package dev.tributary.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/** What the operator found out about a target. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ParadeDBTargetStatus(
    @JsonPropertyDescription("The generation of the resource that this status speaks of.")
        Long observedGeneration,
    @JsonPropertyDescription("The server's version, as PostgreSQL writes it.") String serverVersion,
    @JsonPropertyDescription("What was found of the server at the last look.") Preflight preflight,
    @JsonPropertyDescription("Ready, Reconciling and Stalled, as kstatus reads them.")
        List<Condition> conditions) {
  public ParadeDBTargetStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }
}
