package dev.tributary.controller;

import dev.tributary.api.SourceDatabase;
import dev.tributary.federation.DesiredRole;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.Plan;
import dev.tributary.federation.RoleFacts;
import dev.tributary.federation.Site;
import dev.tributary.federation.SourcePlan;
import dev.tributary.federation.SourceState;
import dev.tributary.federation.Trouble;
import dev.tributary.postgres.ConnectionSettings;
import dev.tributary.postgres.Executor;
import dev.tributary.postgres.RoleCatalog;
import dev.tributary.postgres.Sessions;
import dev.tributary.postgres.SourceCatalog;
import java.util.Map;
import java.util.Optional;

/** A source's database, reached as its resource says. */
final class SourceAccess implements AutoCloseable {
  private final DesiredSchema desired;
  private final Optional<DesiredRole> role;
  private final ConnectionSettings connection;
  private final ConnectionSettings replicator;
  private final Sessions sessions;

  private SourceAccess(
      DesiredSchema desired,
      Optional<DesiredRole> role,
      ConnectionSettings connection,
      ConnectionSettings replicator,
      Sessions sessions) {
    this.desired = desired;
    this.role = role;
    this.connection = connection;
    this.replicator = replicator;
    this.sessions = sessions;
  }

  /** Resolves the Secrets; connects when it is first looked at. */
  static SourceAccess to(
      SourceDatabase source, DesiredSchema desired, Connections connections, boolean deleting)
      throws Trouble {
    var namespace = source.getMetadata().getNamespace();
    var connection = connections.of(namespace, source.getSpec().connection(), deleting);
    var replication = connections.replication(source, deleting);
    return new SourceAccess(
        desired,
        deleting ? Optional.empty() : Desired.role(source, replication, connection.user()),
        connection,
        replication.fromOperator(),
        new Sessions(desired.owner().toString(), Map.of(Site.SOURCE, connection)));
  }

  /** What the catalog says of the tables' schema and of roles. */
  record Seen(SourceState state, RoleFacts roles) {}

  Seen observe() throws Trouble {
    var session = sessions.at(Site.SOURCE);
    return session.inSnapshot(
        () ->
            new Seen(
                SourceCatalog.observe(session, desired, replicator.user()),
                RoleCatalog.observe(session, role.isPresent(), replicator.user(), desired.name())));
  }

  /** What leads to what the resource wants. */
  Plan plan(Seen seen) {
    return SourcePlan.plan(desired, role, seen.state, seen.roles);
  }

  /** Whom it connects as. */
  String user() {
    return connection.user();
  }

  /** How it connects. */
  ConnectionSettings connection() {
    return connection;
  }

  /** The password of the role that replicates, for the step that gives it to it. */
  Executor.Secret password() {
    return new Executor.RolePassword(replicator.password());
  }

  Sessions sessions() {
    return sessions;
  }

  @Override
  public void close() {
    sessions.close();
  }
}
