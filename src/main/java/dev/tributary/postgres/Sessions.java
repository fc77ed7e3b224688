package dev.tributary.postgres;

import dev.tributary.federation.Reason;
import dev.tributary.federation.Site;
import dev.tributary.federation.Trouble;
import java.util.EnumMap;
import java.util.Map;

/** The sessions of one reconcile, each opened when it is first needed, all closed at the end. */
public final class Sessions implements AutoCloseable {
  private final String subject;
  private final Map<Site, ConnectionSettings> settings;
  private final Map<Site, Session> open = new EnumMap<>(Site.class);
  private final Map<Site, Session> borrowed = new EnumMap<>(Site.class);

  /**
   * Sessions of a resource.
   *
   * @param subject what the resource is called in the log
   */
  public Sessions(String subject, Map<Site, ConnectionSettings> settings) {
    this.subject = subject;
    this.settings = Map.copyOf(settings);
  }

  /** Uses a session that somebody else closes. */
  public Sessions borrowing(Site site, Session session) {
    borrowed.put(site, session);
    return this;
  }

  /** The session at a site; throws Trouble when it cannot be opened. */
  public Session at(Site site) throws Trouble {
    Session session = borrowed.getOrDefault(site, open.get(site));
    if (session == null) {
      ConnectionSettings wanted = settings.get(site);
      if (wanted == null) {
        throw new Trouble(
            Reason.Unreachable, "It is not known how to connect to the " + site + ".");
      }
      session = Session.open(wanted);
      open.put(site, session);
    }
    return session;
  }

  @Override
  public void close() {
    open.values().forEach(Session::close);
  }

  @Override
  public String toString() {
    return subject;
  }
}
