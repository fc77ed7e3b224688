package dev.tributary.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/** What the operator found and did in one source database. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record SourceDatabaseStatus(
    @JsonPropertyDescription("The generation of the resource that this status speaks of.")
        Long observedGeneration,
    @JsonPropertyDescription("The server's version, as PostgreSQL writes it.") String serverVersion,
    @JsonPropertyDescription("The schema of this source's tables.") String schema,
    @JsonPropertyDescription("Tables that are in their schema, of those that are taken: 3/4.")
        String tables,
    @JsonPropertyDescription("What is still to be done, one sentence a step, at most 20.")
        List<String> pending,
    @JsonPropertyDescription("Ready, Reconciling and Stalled, as kstatus reads them.")
        List<Condition> conditions) {
  public SourceDatabaseStatus {
    pending = pending == null ? List.of() : List.copyOf(pending);
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }
}
