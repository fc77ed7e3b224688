package dev.tributary.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;

/** How a federation goes: the summary that {@code kubectl get fed} shows, then every source. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ReplicationFederationStatus(
    @JsonPropertyDescription("The generation of the resource that this status speaks of.")
        Long observedGeneration,
    @JsonPropertyDescription("The phase of the source that is least far.") Phase phase,
    @JsonPropertyDescription("Sources that are streaming, of all: 1/2.") String sourcesStreaming,
    @JsonPropertyDescription("Tables that are in sync, of all: 7/9.") String tables,
    @JsonPropertyDescription("How much of the initial copy is done, by size: 87%.") String copied,
    @JsonPropertyDescription("The greatest lag of a source: 0s, 12s; unknown is empty.") String lag,
    @JsonPropertyDescription("One entry per source.") List<Source> sources,
    @JsonPropertyDescription("Ready, Reconciling and Stalled, as kstatus reads them.")
        List<Condition> conditions) {
  public ReplicationFederationStatus {
    sources = sources == null ? List.of() : List.copyOf(sources);
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  /** One source of the federation. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Source(
      @JsonPropertyDescription("Name of the SourceDatabase.") String name,
      @JsonPropertyDescription("Where the source stands.") Phase phase,
      @JsonPropertyDescription("Why, in one stable word.") String reason,
      @JsonPropertyDescription("Why, in one sentence that says what to do.") String message,
      @JsonPropertyDescription("The schema of this source's tables on the target.") String schema,
      @JsonPropertyDescription("Tables in sync.") Integer tablesReady,
      @JsonPropertyDescription("Tables that flow to the target.") Integer tablesTotal,
      @JsonPropertyDescription("How much of the initial copy is done, by size, in percent.")
          Integer copiedPercent,
      @JsonPropertyDescription("The indexes of its tables.") Indexes indexes,
      @JsonPropertyDescription(
              "WAL that the target has not confirmed yet, in bytes, two significant digits; below 64"
                  + " KiB is shown as 0.")
          Long lagBytes,
      @JsonPropertyDescription(
              "Age of the oldest change that the target has not applied, in seconds, at most; absent while unknown.")
          Long lagSeconds,
      @JsonPropertyDescription("One entry per lane.") List<Lane> lanes,
      @JsonPropertyDescription(
              "What the servers are short of for this source, and which indexes cannot be there.")
          Preflight preflight,
      @JsonPropertyDescription("What is still to be done, one sentence a step, at most 20.")
          List<String> pending,
      @JsonPropertyDescription("Tables that are not in sync yet, at most 20.")
          List<TableState> tables) {
    public Source {
      lanes = lanes == null ? List.of() : List.copyOf(lanes);
      pending = pending == null ? List.of() : List.copyOf(pending);
      tables = tables == null ? List.of() : List.copyOf(tables);
    }
  }

  /** The indexes of a source's tables on the target. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Indexes(
      @JsonPropertyDescription("Those that are there.") Integer built,
      @JsonPropertyDescription(
              "Those that are to be there; one that cannot be is among the findings of preflight.")
          Integer total,
      @JsonPropertyDescription("The one that is being built.") Building building) {}

  /** An index that is being built. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Building(
      @JsonPropertyDescription("Its name.") String name,
      @JsonPropertyDescription("How far it is, about, in percent.") Integer percent) {}

  /** One lane of a source. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Lane(
      @JsonPropertyDescription(
              "Name of the lane; default has every table that no other lane names.")
          String name,
      @JsonPropertyDescription("Tables in sync.") Integer tablesReady,
      @JsonPropertyDescription("Tables that flow in this lane.") Integer tablesTotal,
      @JsonPropertyDescription("WAL that the target has not confirmed yet, in bytes, as above.")
          Long lagBytes,
      @JsonPropertyDescription(
              "Age of the oldest change that is not applied, in seconds, as above.")
          Long lagSeconds,
      @JsonPropertyDescription("The replication slot on the source.") Slot slot,
      @JsonPropertyDescription("The subscription on the target.") Subscription subscription) {}

  /** The replication slot on the source. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Slot(
      @JsonPropertyDescription("Name of the slot.") String name,
      @JsonPropertyDescription("Whether the target is connected to it.") Boolean active,
      @JsonPropertyDescription("PostgreSQL's wal_status: reserved, extended, unreserved or lost.")
          String walStatus,
      @JsonPropertyDescription(
              "WAL that the source keeps for the slot, in bytes, two significant digits; below 64 MiB"
                  + " is shown as 0.")
          Long retainedWalBytes,
      @JsonPropertyDescription(
              "WAL that can still be written before the server invalidates the slot, in bytes, likewise;"
                  + " absent where max_slot_wal_keep_size sets no limit.")
          Long safeWalBytes,
      @JsonPropertyDescription("Since when the target is not connected (PostgreSQL 17 and later).")
          String inactiveSince,
      @JsonPropertyDescription("Whether it goes along when a standby of the source is promoted.")
          Boolean failover) {}

  /** The subscription on the target. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Subscription(
      @JsonPropertyDescription("Name of the subscription.") String name,
      @JsonPropertyDescription("Name of the publication on the source.") String publication,
      @JsonPropertyDescription("Whether it is enabled.") Boolean enabled,
      @JsonPropertyDescription("Whether its apply worker runs.") Boolean running,
      @JsonPropertyDescription("Errors while applying changes, since the statistics were reset.")
          Long applyErrors,
      @JsonPropertyDescription("Errors while copying tables, since the statistics were reset.")
          Long syncErrors) {}

  /** One table that is not in sync yet. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record TableState(
      @JsonPropertyDescription("Name of the table on the target.") String name,
      @JsonPropertyDescription(
              "Waiting, Copying (the rows), CatchingUp (with what changed meanwhile) or Missing.")
          String state) {}
}
