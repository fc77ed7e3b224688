package dev.tributary.federation;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Who runs a server: a managed one has its own words for changing a setting. */
public enum Provider {
  SELF,
  AMAZON_RDS,
  CLOUD_SQL,
  AZURE;

  /** Told by the role that the service gives its customers in place of a superuser. */
  public static Provider of(Collection<String> roles) {
    if (roles.contains("rds_superuser")) {
      return AMAZON_RDS;
    }
    if (roles.contains("cloudsqlsuperuser")) {
      return CLOUD_SQL;
    }
    return roles.contains("azure_pg_admin") ? AZURE : SELF;
  }

  /** A setting and the value it should have. */
  record Change(String setting, String value) {
    private String sql() {
      boolean bare = value.chars().allMatch(Character::isDigit);
      return "ALTER SYSTEM SET %s = %s".formatted(setting, bare ? value : Sql.literal(value));
    }

    private String words() {
      return setting + " to " + value;
    }
  }

  /** How to change settings that are read only when the server starts. */
  String withRestart(List<Change> changes, String side) {
    return switch (this) {
      case SELF -> "run %s on the %s and restart it".formatted(sql(changes), side);
      case AMAZON_RDS ->
          "set %s in the parameter group of the %s and reboot it".formatted(words(changes), side);
      case CLOUD_SQL ->
          "set the database flag %s on the %s, which restarts it".formatted(words(changes), side);
      case AZURE ->
          "set the server parameter %s on the %s and restart it".formatted(words(changes), side);
    };
  }

  /** How to change a setting that a running server takes. */
  String withoutRestart(Change change, String side) {
    return switch (this) {
      case SELF ->
          "run %s and SELECT pg_reload_conf() on the %s".formatted(sql(List.of(change)), side);
      case AMAZON_RDS -> "set %s in the parameter group of the %s".formatted(change.words(), side);
      case CLOUD_SQL -> "set the database flag %s on the %s".formatted(change.words(), side);
      case AZURE -> "set the server parameter %s on the %s".formatted(change.words(), side);
    };
  }

  /** How to switch logical decoding on. */
  String logicalDecoding() {
    return switch (this) {
      case SELF -> withRestart(List.of(new Change("wal_level", "logical")), "source");
      case AMAZON_RDS -> withRestart(List.of(new Change("rds.logical_replication", "1")), "source");
      case CLOUD_SQL ->
          withRestart(List.of(new Change("cloudsql.logical_decoding", "on")), "source");
      case AZURE ->
          withRestart(List.of(new Change("wal_level", "logical")), "source")
              + " (a single server: azure.replication_support)";
    };
  }

  /** What gives a role the right to replicate. */
  public String grantReplication(String role) {
    return this == AMAZON_RDS
        ? "GRANT rds_replication TO " + Sql.identifier(role)
        : "ALTER ROLE %s REPLICATION".formatted(Sql.identifier(role));
  }

  private static String sql(List<Change> changes) {
    return changes.stream().map(Change::sql).collect(Collectors.joining(" and "));
  }

  private static String words(List<Change> changes) {
    return changes.stream().map(Change::words).collect(Collectors.joining(" and "));
  }
}
