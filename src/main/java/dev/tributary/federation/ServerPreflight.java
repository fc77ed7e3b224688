package dev.tributary.federation;

import dev.tributary.federation.Finding.Severity;
import java.util.ArrayList;
import java.util.List;

/** What a server has to be on either side. */
final class ServerPreflight {
  private static final String READ_ONLY = "default_transaction_read_only";

  private ServerPreflight() {}

  static List<Finding> findings(ServerFacts server, String side, int oldest) {
    var findings = new ArrayList<Finding>();
    if (server.version() < oldest) {
      findings.add(
          Finding.ofServer(
              Severity.Blocker,
              Reason.ServerTooOld,
              server.versionText(),
              oldest / 10000 + " or later",
              "The %s is PostgreSQL %s; it has to be %d or later: upgrade it."
                  .formatted(side, server.versionText(), oldest / 10000)));
    }
    if (server.standby()) {
      findings.add(
          Finding.ofServer(
              Severity.Blocker,
              Reason.ServerIsStandby,
              "standby",
              "primary",
              "The %s is a standby and read-only: connect to its primary.".formatted(side)));
    }
    if (server.settings().on(READ_ONLY)) {
      findings.add(
          Finding.ofServer(
              Severity.Blocker,
              Reason.ServerReadOnly,
              "on",
              "off",
              "default_transaction_read_only is on for role %s on the %s, so it can write nothing: %s."
                  .formatted(server.role(), side, writable(server, side))));
    }
    return findings;
  }

  private static String writable(ServerFacts server, String side) {
    String role = Sql.identifier(server.role());
    String database = Sql.identifier(server.database());
    String source = server.settings().named(READ_ONLY).orElseThrow().source();
    return switch (source) {
      case "database" -> "run ALTER DATABASE %s RESET %s".formatted(database, READ_ONLY);
      case "user" -> "run ALTER ROLE %s RESET %s".formatted(role, READ_ONLY);
      case "database user" ->
          "run ALTER ROLE %s IN DATABASE %s RESET %s".formatted(role, database, READ_ONLY);
      default ->
          // Azure sets it by itself, see "Storage" of its documentation.
          (server.provider() == Provider.AZURE ? "give it more storage if that is full, or " : "")
              + server.provider().withoutRestart(new Provider.Change(READ_ONLY, "off"), side);
    };
  }
}
