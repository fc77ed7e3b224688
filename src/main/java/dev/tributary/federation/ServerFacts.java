package dev.tributary.federation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A server, a database and what the connected role may do there.
 *
 * @param version {@code server_version_num}, e.g. 170011
 * @param versionText {@code server_version}
 * @param replication REPLICATION, or member of Amazon's rds_replication
 * @param mayCreateSchema CREATE on the database
 * @param mayAlterDatabase owner of the database, or a member of it
 * @param maySubscribe superuser, or member of pg_create_subscription
 * @param databaseSearchPath the search_path that {@code ALTER DATABASE} has set
 * @param serverSearchPath the one of the server's configuration, if it is not PostgreSQL's default
 * @param roleSearchPaths of the roles that have one of their own
 * @param tableDefaults what this role gives to others on each table it makes, in whatever schema
 * @param now the server's clock
 * @param openTransactions those that have written, oldest first, not more than 20
 */
public record ServerFacts(
    int version,
    String versionText,
    String walLevel,
    boolean standby,
    String database,
    String role,
    boolean superuser,
    boolean replication,
    boolean mayCreateSchema,
    boolean mayAlterDatabase,
    boolean maySubscribe,
    Optional<String> databaseSearchPath,
    Optional<String> serverSearchPath,
    List<RoleSearchPath> roleSearchPaths,
    List<Grant> tableDefaults,
    Provider provider,
    Settings settings,
    Sending sending,
    Instant now,
    List<OpenTransaction> openTransactions) {
  public ServerFacts {
    roleSearchPaths = List.copyOf(roleSearchPaths);
    tableDefaults = List.copyOf(tableDefaults);
    openTransactions = List.copyOf(openTransactions);
  }

  /** Whether the role may make slots and stream from them. */
  public boolean mayReplicate() {
    return superuser || replication;
  }
}
