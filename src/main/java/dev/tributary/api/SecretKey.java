package dev.tributary.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** One key of a Secret in the resource's own namespace. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record SecretKey(
    @Required
        @Size(min = 1, max = 253)
        @Pattern(Api.NAME)
        @JsonPropertyDescription("Name of the Secret, in the namespace of this resource.")
        String name,
    @Default("ca.crt")
        @Size(min = 1, max = 253)
        @Pattern("^[-._a-zA-Z0-9]+$")
        @JsonPropertyDescription("Key within the Secret.")
        String key) {
  public SecretKey {
    key = key == null ? "ca.crt" : key;
  }
}
