package dev.tributary.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
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
    slots = slots == null ? new Slots(null) : slots;
    suspend = suspend != null && suspend;
    deletionPolicy = deletionPolicy == null ? DeletionPolicy.Retain : deletionPolicy;
  }

  /** One source of a federation. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Source(
      @Required
          @Size(min = 1, max = 253)
          @Pattern(Api.NAME)
          @JsonPropertyDescription("Name of the SourceDatabase, in the namespace of this resource.")
          String source) {}

  /** How replication slots are dealt with. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Slots(
      @Default("Hold")
          @JsonPropertyDescription(
              "What to do when the server has invalidated a slot (wal_status is lost) and changes are"
                  + " missing. Hold: keep what is there and say so. Resync: copy the source's tables"
                  + " again.")
          OnLost onLost) {
    public Slots {
      onLost = onLost == null ? OnLost.Hold : onLost;
    }
  }

  /** What to do when a slot was invalidated. */
  public enum OnLost {
    Hold,
    Resync
  }
}
