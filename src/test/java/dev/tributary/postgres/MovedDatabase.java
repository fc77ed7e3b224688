package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.TlsMode;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.Owner;
import dev.tributary.federation.Plan;
import dev.tributary.federation.SchemaMove;
import dev.tributary.federation.Site;
import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.PostgresServer;
import dev.tributary.postgres.Executor.ConnectionString;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A service's database whose tables are given a schema of their own, without Kubernetes or a
 * target: all that these tests know of the code they test.
 *
 * @param owner of the database and its tables, whom the operator works as; no superuser
 * @param schema where the tables go
 */
record MovedDatabase(Db db, String owner, String schema) {
  private static final String PASSWORD = "moved-Pa55";

  /** What is left behind for those who knew the tables by their old names. */
  enum Compatibility {
    BOTH(true, true),
    VIEWS(true, false),
    SEARCH_PATH(false, true);

    private final boolean views;
    private final boolean searchPath;

    Compatibility(boolean views, boolean searchPath) {
      this.views = views;
      this.searchPath = searchPath;
    }

    boolean views() {
      return views;
    }
  }

  /** Roles are the server's, so several databases may have the same ones. */
  static MovedDatabase create(
      int major, String name, String schema, String owner, List<String> otherRoles) {
    var server = PostgresServer.shared(major);
    role(server, owner);
    otherRoles.forEach(role -> role(server, role));
    var db = server.createDatabase(name);
    db.execute("ALTER DATABASE %s OWNER TO %s".formatted(name, owner));
    return new MovedDatabase(db, owner, schema);
  }

  private static void role(PostgresServer server, String name) {
    var postgres = server.database("postgres");
    if (postgres.one("SELECT 1 FROM pg_roles WHERE rolname = '%s'".formatted(name)) == null) {
      postgres.execute("CREATE ROLE %s LOGIN PASSWORD '%s'".formatted(name, PASSWORD));
    }
  }

  Connection connect(String role) throws SQLException {
    return db.connect(role, PASSWORD);
  }

  void execute(List<String> sqlOfOwner) throws SQLException {
    try (var connection = connect(owner);
        var statement = connection.createStatement()) {
      for (String sql : sqlOfOwner) {
        statement.execute(sql);
      }
    }
  }

  void execute(String... sqlOfOwner) throws SQLException {
    execute(List.of(sqlOfOwner));
  }

  /** What the operator does, until it finds nothing left to do and nothing in the way. */
  void move(Compatibility compatibility) {
    var desired = desired(compatibility);
    var executor = new Executor(new Patience(Clock.systemUTC()));
    await()
        .atMost(World.PATIENCE)
        .until(
            () -> {
              try (var sessions = new Sessions(db.name(), Map.of(Site.SOURCE, settings()))) {
                var state = SourceCatalog.observe(sessions.at(Site.SOURCE), desired, owner);
                Plan plan = SchemaMove.plan(desired, state);
                assertThat(plan.problems()).isEmpty();
                executor.execute(plan, sessions, ConnectionString.NONE);
                return plan.steps().isEmpty();
              }
            });
  }

  private DesiredSchema desired(Compatibility compatibility) {
    return new DesiredSchema(
        new Owner("SourceDatabase", "default", db.name(), "uid-1"),
        schema,
        List.of("public"),
        true,
        new DesiredSchema.Compatibility(
            compatibility.views, List.of(), true, compatibility.searchPath),
        false,
        Duration.ofMillis(500),
        DesiredSchema.Tables.ALL);
  }

  private ConnectionSettings settings() {
    return new ConnectionSettings(
        db.server().host(),
        db.server().port(),
        db.name(),
        owner,
        PASSWORD,
        "secret",
        TlsMode.PREFER,
        Optional.empty());
  }
}
