package dev.tributary.demo;

import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * A service that has a PostgreSQL database of its own, with tables {@code public.users} and {@code
 * public.notes}. Nothing here belongs to a superuser.
 *
 * @param writes what the service does over and over; the parameter of each is the round: 1, 2, 3 …
 */
record Service(String name, Db database, String owner, String password, List<String> writes) {

  static final List<String> TABLES = List.of("users", "notes");

  /** The SQL for {@code :people}: who is there from the start, the same in both services. */
  private static final String PEOPLE =
      """
      (SELECT i, first || ' ' || last AS name,
         lower(first || '.' || last) || i || '@example.' || (ARRAY['com','org','net'])[1 + i % 3] AS email
       FROM generate_series(1, 2800) AS i,
         LATERAL (SELECT
           (ARRAY['Ada','Ben','Chloe','Dmitri','Elif','Farid','Grace','Hugo','Ines','Jonas','Kofi',
                  'Lena','Mei','Noah','Olga','Pedro','Quinn','Rosa','Sven','Tara'])[1 + i % 20] AS first,
           (ARRAY['Novak','Okafor','Silva','Tanaka','Weber','Rossi','Haddad','Larsen','Murphy',
                  'Kaya','Dubois','Mensah','Ivanova','Castro','Nguyen','Patel','Kowalski','Moreau',
                  'Berg','Adams'])[1 + i / 20 % 20] AS last) AS names) AS people
      """;

  /** The SQL for {@code :newcomer}: who comes to both services in a round. */
  private static final String NEWCOMER =
      """
      (SELECT 'newcomer.' || n || '@example.com' AS email,
         (ARRAY['Yara Lind','Omar Bianchi','Tess Moor','Ivan Petrov','Lucia Reyes','Anil Gupta',
                'Nora Falk'])[1 + n % 7] AS name, n
       FROM (VALUES (?)) AS round (n)) AS newcomer
      """;

  /** Starts its server, where {@code examples/quickstart} says it is, and fills its tables. */
  static Service start(String name, int major, int port, List<String> tables, List<String> writes) {
    PostgresServer server = PostgresServer.start(major, Map.of(), port);
    Service service =
        new Service(
            name,
            server.database(name),
            name + "_owner",
            "quickstart-" + name,
            writes.stream().map(sql -> sql.replace(":newcomer", NEWCOMER)).toList());
    server
        .database("postgres")
        .execute(
            "CREATE ROLE %s LOGIN REPLICATION PASSWORD '%s'"
                .formatted(service.owner, service.password),
            "CREATE DATABASE %s OWNER %s".formatted(name, service.owner));
    service.fill(tables);
    return service;
  }

  private void fill(List<String> tables) {
    try (Connection connection = connect();
        var statement = connection.createStatement()) {
      for (String sql : tables) {
        statement.execute(sql.replace(":people", PEOPLE));
      }
    } catch (SQLException e) {
      throw new Failure("The tables of %s cannot be made: %s".formatted(name, e.getMessage()), e);
    }
  }

  /** As the service itself connects: as the owner of its tables. */
  Connection connect() throws SQLException {
    return database.connect(owner, password);
  }

  /** Rows of both tables, counted under their old names. */
  long rows() {
    return Long.parseLong(
        database.one(
            "SELECT (SELECT count(*) FROM public.users) + (SELECT count(*) FROM public.notes)"));
  }
}
