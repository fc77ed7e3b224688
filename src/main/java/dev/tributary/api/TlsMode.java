package dev.tributary.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** libpq's {@code sslmode} words (PostgreSQL documentation, "SSL Support", table 32.1). */
public enum TlsMode {
  @JsonProperty("disable")
  DISABLE("disable"),
  @JsonProperty("allow")
  ALLOW("allow"),
  @JsonProperty("prefer")
  PREFER("prefer"),
  @JsonProperty("require")
  REQUIRE("require"),
  @JsonProperty("verify-ca")
  VERIFY_CA("verify-ca"),
  @JsonProperty("verify-full")
  VERIFY_FULL("verify-full");

  private final String sslmode;

  TlsMode(String sslmode) {
    this.sslmode = sslmode;
  }

  /** The word as libpq and pgjdbc write it. */
  public String sslmode() {
    return sslmode;
  }
}
