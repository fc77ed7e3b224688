package dev.tributary.demo;

import dev.tributary.fixtures.Db;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The three databases, each on a server of its own. The servers end when the JVM does. */
record Databases(Service accounts, Service support, Search search) {

  static Databases start() {
    Stream.of(Accounts.PORT, Support.PORT, Search.PORT).forEach(Databases::mustBeFree);
    var services =
        Stream.<Supplier<Service>>of(Accounts::start, Support::start)
            .parallel()
            .map(Supplier::get)
            .toList();
    return new Databases(services.get(0), services.get(1), Search.start());
  }

  private static void mustBeFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      socket.getLocalPort();
    } catch (IOException e) {
      throw new Failure(
          ("Port %d of this machine is taken, and examples/quickstart/ has a database there. Is another demo"
                  + " running? Otherwise see who listens: ss -ltnp 'sport = :%1$d'")
              .formatted(port));
    }
  }

  /** Where each one is, as a table. */
  List<String> describe() {
    return new Table(
            List.of(
                List.of("database", "address", "server", "tables"),
                row(accounts.database(), "public.users, public.notes"),
                row(support.database(), "public.users, public.notes"),
                row(search.database(), "none yet")))
        .lines();
  }

  private static List<String> row(Db database, String tables) {
    return List.of(
        database.name(),
        database.server().host() + ":" + database.server().port(),
        "PostgreSQL " + database.one("SHOW server_version"),
        tables);
  }

  /** How psql reaches them. */
  List<String> commandLines() {
    return List.of(
        psql(accounts.database(), accounts.owner()),
        psql(support.database(), support.owner()),
        psql(search.database(), Search.ROLE),
        "  (psql asks for the password, or takes it from PGPASSWORD: the Secrets in"
            + " examples/quickstart/ have it)");
  }

  private static String psql(Db database, String user) {
    return "psql -h %s -p %d -U %s %s"
        .formatted(database.server().host(), database.server().port(), user, database.name());
  }
}
