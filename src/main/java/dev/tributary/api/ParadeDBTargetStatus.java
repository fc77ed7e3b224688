package dev.tributary.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/** What the operator found out about a target. */
@JsonIgnoreProperties(ignoreUnknown = true)
// Two field managers write this status: an empty list would take the other one's field from it.
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ParadeDBTargetStatus(
    @JsonPropertyDescription("The generation of the resource that this status speaks of.")
        Long observedGeneration,
    @JsonPropertyDescription("The server's version, as PostgreSQL writes it.") String serverVersion,
    @JsonPropertyDescription("What was found of the server at the last look.") Preflight preflight,
    @JsonPropertyDescription(
            "What federations that are gone had to leave in databases that could not be reached:"
                + " dropped as soon as they can be.")
        List<Orphan> orphans,
    @JsonPropertyDescription(
            "Ready, Reconciling and Stalled, as kstatus reads them; and Orphans while there are any.")
        List<Condition> conditions) {
  public ParadeDBTargetStatus {
    orphans = orphans == null ? List.of() : List.copyOf(orphans);
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  /** The part that reconciling writes. */
  public ParadeDBTargetStatus withoutOrphans() {
    return new ParadeDBTargetStatus(
        observedGeneration, serverVersion, preflight, List.of(), conditions);
  }

  /** What one federation left of one source on one side. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Orphan(
      @JsonPropertyDescription("Name of the ReplicationFederation.") String federation,
      @JsonPropertyDescription(
              "The uid of that federation, which the marks in the databases bear: nothing else is dropped.")
          String uid,
      @JsonPropertyDescription("Name of the SourceDatabase.") String source,
      @JsonPropertyDescription("Where something is left: Source or Target.") Side side,
      @JsonPropertyDescription(
              "The source's database, host:port/database; absent where it was not known any more.")
          String database,
      @JsonPropertyDescription("The schema of the source's tables on the target.") String schema,
      @JsonPropertyDescription(
              "Replication slots on the source, which keep WAL until its disk is full.")
          List<String> slots,
      @JsonPropertyDescription("Publications on the source.") List<String> publications,
      @JsonPropertyDescription("Subscriptions on the target.") List<String> subscriptions,
      @JsonPropertyDescription("Since when nobody looks after it.") String since,
      @JsonPropertyDescription("What is left and why, and the SQL that drops it by hand.")
          String message) {
    public Orphan {
      slots = slots == null ? List.of() : List.copyOf(slots);
      publications = publications == null ? List.of() : List.copyOf(publications);
      subscriptions = subscriptions == null ? List.of() : List.copyOf(subscriptions);
    }

    /** Whether it speaks of the same leftovers, perhaps at another time. */
    public boolean sameAs(Orphan other) {
      return uid.equals(other.uid) && source.equals(other.source) && side == other.side;
    }
  }
}
