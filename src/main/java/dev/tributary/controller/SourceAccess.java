package dev.tributary.controller;

import dev.tributary.api.SourceDatabase;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.Site;
import dev.tributary.federation.SourceState;
import dev.tributary.federation.Trouble;
import dev.tributary.postgres.Sessions;
import dev.tributary.postgres.SourceCatalog;
import java.util.Map;

/** A source's database, reached as its resource says. */
final class SourceAccess implements AutoCloseable {
  private final DesiredSchema desired;
  private final String user;
  private final String replicator;
  private final Sessions sessions;

  private SourceAccess(DesiredSchema desired, String user, String replicator, Sessions sessions) {
    this.desired = desired;
    this.user = user;
    this.replicator = replicator;
    this.sessions = sessions;
  }

  /** Resolves the Secrets; connects when it is first looked at. */
  static SourceAccess to(
      SourceDatabase source, DesiredSchema desired, Connections connections, boolean deleting)
      throws Trouble {
    var namespace = source.getMetadata().getNamespace();
    var connection = connections.of(namespace, source.getSpec().connection(), deleting);
    var replicator = connections.replication(source, deleting).fromOperator().user();
    return new SourceAccess(
        desired,
        connection.user(),
        replicator,
        new Sessions(desired.owner().toString(), Map.of(Site.SOURCE, connection)));
  }

  SourceState observe() throws Trouble {
    var session = sessions.at(Site.SOURCE);
    return session.inSnapshot(() -> SourceCatalog.observe(session, desired, replicator));
  }

  /** Whom it connects as. */
  String user() {
    return user;
  }

  Sessions sessions() {
    return sessions;
  }

  @Override
  public void close() {
    sessions.close();
  }
}
