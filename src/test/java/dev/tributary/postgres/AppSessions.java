package dev.tributary.postgres;

import dev.tributary.postgres.AppSession.Naming;
import dev.tributary.postgres.AppSession.Outcome;
import dev.tributary.postgres.Usage.Login;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;

/** Sessions opened at one time: each role with each way to write names. */
final class AppSessions implements AutoCloseable {
  private final Map<Naming, Map<Login, AppSession>> sessions = new EnumMap<>(Naming.class);

  AppSessions(MovedDatabase db) throws SQLException {
    for (Naming naming : Naming.values()) {
      var ofNaming = new EnumMap<Login, AppSession>(Login.class);
      for (Login login : Login.values()) {
        ofNaming.put(login, new AppSession(db.connect(login.role()), naming));
      }
      sessions.put(naming, ofNaming);
    }
  }

  Outcome run(Usage usage, Naming naming, String real) throws SQLException {
    return sessions.get(naming).get(usage.login()).run(usage, real);
  }

  @Override
  public void close() throws SQLException {
    for (var ofNaming : sessions.values()) {
      for (var session : ofNaming.values()) {
        session.close();
      }
    }
  }
}
