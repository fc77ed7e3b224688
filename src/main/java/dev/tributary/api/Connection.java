package dev.tributary.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** How the operator reaches a database. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Connection(
    @Required
        @Size(min = 1, max = 253)
        @Pattern("^[A-Za-z0-9._:-]+$")
        @JsonPropertyDescription("Host name or address of the server.")
        String host,
    @Default("5432") @Min(1) @Max(65535) @JsonPropertyDescription("TCP port of the server.")
        Integer port,
    @Required
        @Size(min = 1, max = 63)
        @JsonPropertyDescription("Name of the database. Cannot be changed.")
        String database,
    @Required
        @Size(min = 1, max = 253)
        @Pattern(Api.NAME)
        @JsonPropertyDescription(
            "Name of a Secret of type kubernetes.io/basic-auth (keys username and password) in the"
                + " namespace of this resource.")
        String credentialsSecret,
    @JsonPropertyDescription("Encryption of the connection; without it sslmode is prefer.")
        Tls tls) {

  public Connection {
    port = port == null ? 5432 : port;
    tls = tls == null ? new Tls(null, null) : tls;
  }

  /** The database, as people write it. */
  public String where() {
    return "%s:%d/%s".formatted(host, port, database);
  }

  /** Encryption of a connection that the operator opens. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value = "!has(self.caSecret) || (has(self.mode) && self.mode.startsWith('verify-'))",
      message =
          "tls.caSecret is only used when tls.mode is verify-ca or verify-full: set the mode, or"
              + " remove caSecret")
  public record Tls(
      @Default("prefer")
          @JsonPropertyDescription(
              "libpq's sslmode. verify-ca and verify-full check the server's certificate against"
                  + " caSecret, or against Java's trusted roots without one.")
          TlsMode mode,
      @JsonPropertyDescription(
              "The certificate authority that signed the server's certificate, PEM.")
          SecretKey caSecret) {
    public Tls {
      mode = mode == null ? TlsMode.PREFER : mode;
    }
  }
}
