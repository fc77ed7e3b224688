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
    @JsonPropertyDescription(
            "The schema of this source's tables; absent when they are back where they were.")
        String schema,
    @JsonPropertyDescription("Tables that are in their schema, of those that are taken: 3/4.")
        String tables,
    @JsonPropertyDescription("What was found before tables moved, the last time some had to.")
        Preflight preflight,
    @JsonPropertyDescription("What was found of the server at the last look.")
        Preflight serverPreflight,
    @JsonPropertyDescription("What is still to be done; absent when nothing is.") Plan plan,
    @JsonPropertyDescription("Ready, Reconciling and Stalled, as kstatus reads them.")
        List<Condition> conditions) {
  public SourceDatabaseStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  /** Ordered steps. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Plan(
      @JsonPropertyDescription("Tells this plan from any other; schema.approvedPlan names it.")
          String hash,
      @JsonPropertyDescription("How many steps are left.") Integer total,
      @JsonPropertyDescription("The first of them, at most 20; tributary plan prints all.")
          List<Step> steps,
      @JsonPropertyDescription(
              "The steps of the approved plan that is being executed: what is left of it needs no"
                  + " second approval.")
          List<String> approvedSteps) {
    public Plan {
      steps = steps == null ? List.of() : List.copyOf(steps);
      approvedSteps = approvedSteps == null ? List.of() : List.copyOf(approvedSteps);
    }
  }

  /** One thing to do. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Step(
      @JsonPropertyDescription("What it does.") String step,
      @JsonPropertyDescription("The statements, in order, in one transaction.") List<String> sql) {
    public Step {
      sql = sql == null ? List.of() : List.copyOf(sql);
    }
  }
}
