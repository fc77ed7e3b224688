package dev.tributary.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;

/** What a user writes about a federation. */
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
    value = "self.target == oldSelf.target",
    message =
        "target cannot be changed: the rows live there; create a second ReplicationFederation for the"
            + " other target")
@ValidationRule(
    value = "self.sources.all(s, self.sources.exists_one(o, o.source == s.source))",
    message = "sources must name each SourceDatabase once")
public record ReplicationFederationSpec(
    @Required
        @Size(min = 1, max = 253)
        @Pattern(Api.NAME)
        @JsonPropertyDescription(
            "Name of the ParadeDBTarget, in the namespace of this resource. Cannot be changed.")
        String target,
    @Required
        @Size(min = 1, max = 128)
        @JsonPropertyDescription("The sources that flow into the target.")
        List<Source> sources,
    @JsonPropertyDescription("How replication slots are dealt with.") Slots slots,
    @JsonPropertyDescription("How the tables on the target follow those of the sources.")
        SchemaSync schemaSync,
    @Default("false")
        @JsonPropertyDescription(
            "Take over publications, slots and subscriptions that bear the names this federation uses"
                + " and that nobody has marked as his, instead of refusing to touch them.")
        Boolean adopt,
    @Default("false")
        @JsonPropertyDescription(
            "Pause: subscriptions are disabled and nothing else is changed. The slots stay, so the"
                + " sources keep their WAL until this is false again.")
        Boolean suspend,
    @Default("Retain")
        @JsonPropertyDescription(
            "What deleting this resource, or taking a source out of it, does. Retain: replication goes"
                + " on as it is, and a federation of the same name takes it up again. Delete: the"
                + " subscription, the slot, the publication and the tables on the target are removed.")
        DeletionPolicy deletionPolicy) {

  public ReplicationFederationSpec {
    sources = sources == null ? List.of() : List.copyOf(sources);
    slots = slots == null ? new Slots(null, null, null, null) : slots;
    schemaSync = schemaSync == null ? new SchemaSync(null, null, null) : schemaSync;
    adopt = adopt != null && adopt;
    suspend = suspend != null && suspend;
    deletionPolicy = deletionPolicy == null ? DeletionPolicy.Retain : deletionPolicy;
  }

  /** One source of a federation. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value = "!has(self.lanes) || self.lanes.all(l, self.lanes.exists_one(o, o.name == l.name))",
      message = "lanes must have different names")
  public record Source(
      @Required
          @Size(min = 1, max = 253)
          @Pattern(Api.NAME)
          @JsonPropertyDescription("Name of the SourceDatabase, in the namespace of this resource.")
          String source,
      @Size(max = 16)
          @JsonPropertyDescription(
              "Tables that do not wait for the others: each lane has a publication, a slot and a"
                  + " subscription of its own. All other tables are in the lane default. A table may"
                  + " change its lane at any time, without a new copy.")
          List<Lane> lanes) {
    public Source {
      lanes = lanes == null ? List.of() : List.copyOf(lanes);
    }
  }

  /** Tables that flow beside the others. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value = "self.name != 'default'",
      message = "the lane default has every table that no other lane names: choose another name")
  public record Lane(
      @Required
          @Size(min = 1, max = 20)
          @Pattern("^[a-z]([a-z0-9-]*[a-z0-9])?$")
          @JsonPropertyDescription("Name of the lane.")
          String name,
      @Required
          @Size(min = 1, max = 256)
          @JsonPropertyDescription(
              "Its tables, by name, * stands for any characters and ? for one. A table that several"
                  + " lanes name is in the first of them.")
          List<@Size(min = 1, max = 63) String> tables) {
    public Lane {
      tables = tables == null ? List.of() : List.copyOf(tables);
    }
  }

  /** How replication slots are dealt with. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value =
          "!has(self.maxRetainedWal) ||"
              + " string(self.maxRetainedWal).matches('^[0-9]{1,15}([.][0-9]{1,9})?(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$')",
      message = "slots.maxRetainedWal is a quantity of bytes: write 20Gi, or 512Mi")
  @ValidationRule(
      value = "!has(self.onLimit) || self.onLimit == 'Alert' || has(self.maxRetainedWal)",
      message = "slots.onLimit needs slots.maxRetainedWal: without it there is no limit")
  public record Slots(
      @Default("Auto")
          @JsonPropertyDescription(
              "Whether slots go along when a standby of the source is promoted. Auto: where the server"
                  + " has it (PostgreSQL 17 and later). Never: they do not.")
          Failover failover,
      @JsonPropertyDescription(
              "How much WAL a source may keep for one slot, such as 20Gi; without it there is no limit"
                  + " but the server's own max_slot_wal_keep_size.")
          Quantity maxRetainedWal,
      @Default("Alert")
          @JsonPropertyDescription(
              "What to do when a slot keeps more than that. Alert: say so. Drop: drop the slot before"
                  + " the source's disk is full; what follows is decided by onLost.")
          OnLimit onLimit,
      @Default("Hold")
          @JsonPropertyDescription(
              "What to do when the server has invalidated a slot (wal_status is lost), or onLimit has"
                  + " dropped it, and changes are missing. Hold: keep what is there and say so. Resync: copy the lane's tables"
                  + " again.")
          OnLost onLost) {
    public Slots {
      failover = failover == null ? Failover.Auto : failover;
      onLimit = onLimit == null ? OnLimit.Alert : onLimit;
      onLost = onLost == null ? OnLost.Hold : onLost;
    }
  }

  /** How the tables on the target follow those of the sources. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value = "!has(self.onlyIndexes) || !has(self.indexes) || self.indexes != 'None'",
      message = "schemaSync.onlyIndexes needs schemaSync.indexes: All: with None there are none")
  public record SchemaSync(
      @Default("All")
          @JsonPropertyDescription(
              "Which secondary indexes of the sources' tables the target gets. All: each that it can"
                  + " have. None: only the keys that rows are found by. What Tributary has built and"
                  + " is not wanted any more is dropped.")
          IndexSync indexes,
      @Size(max = 256)
          @JsonPropertyDescription(
              "Only indexes of these names, * stands for any characters and ? for one.")
          List<@Size(min = 1, max = 63) String> onlyIndexes,
      @Default("Hold")
          @JsonPropertyDescription(
              "What to do on the target when the source drops a column or a table, or changes it so"
                  + " that its rows have to be copied again. Hold: keep what is there and say so."
                  + " Apply: do the same on the target.")
          DestructiveChanges destructiveChanges) {
    public SchemaSync {
      indexes = indexes == null ? IndexSync.All : indexes;
      onlyIndexes = onlyIndexes == null ? List.of() : List.copyOf(onlyIndexes);
      destructiveChanges =
          destructiveChanges == null ? DestructiveChanges.Hold : destructiveChanges;
    }
  }

  /** Which secondary indexes the target gets. */
  public enum IndexSync {
    All,
    None
  }

  /** What to do when the source drops something. */
  public enum DestructiveChanges {
    Hold,
    Apply
  }

  /** Whether slots go along when a standby is promoted. */
  public enum Failover {
    Auto,
    Never
  }

  /** What to do when a slot keeps too much WAL. */
  public enum OnLimit {
    Alert,
    Drop
  }

  /** What to do when a slot was invalidated. */
  public enum OnLost {
    Hold,
    Resync
  }
}
