package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.api.SourceDatabaseSpec.WithoutReplicaIdentity;
import dev.tributary.api.TlsMode;
import dev.tributary.federation.DesiredRole;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.Outcome;
import dev.tributary.federation.Owner;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Site;
import dev.tributary.federation.SourcePlan;
import dev.tributary.federation.Trouble;
import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.PostgresServer;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A source whose role for replication is kept by Tributary, as its reconciler sees it, without
 * Kubernetes.
 *
 * @param operator whom the operator connects as
 * @param name of the role, empty where it is nobody's to keep
 * @param password of the role
 */
record ManagedRole(
    Db db,
    String operator,
    String operatorPassword,
    Owner owner,
    Optional<String> name,
    String password,
    List<String> exclude) {
  /** Whether the tables' owner is a superuser. */
  enum Operator {
    SUPERUSER("SUPERUSER"),
    /** What it needs from PostgreSQL 16 on. */
    LEAST("CREATEROLE REPLICATION"),
    POWERLESS("REPLICATION");

    final String attributes;

    Operator(String attributes) {
      this.attributes = attributes;
    }
  }

  /** A database with tables {@code users} and {@code notes}, and {@code audit} to leave alone. */
  static ManagedRole create(PostgresServer server, String name, Operator operator) {
    String role = name + "_op";
    String password = "pw-of-" + role;
    var db = server.createDatabase(name);
    db.execute(
        "CREATE ROLE %s LOGIN %s PASSWORD '%s'".formatted(role, operator.attributes, password),
        "ALTER DATABASE %s OWNER TO %s".formatted(name, role),
        "GRANT CREATE, USAGE ON SCHEMA public TO " + role,
        "SET ROLE " + role,
        "CREATE TABLE public.users (id int PRIMARY KEY, email text)",
        "CREATE TABLE public.\"Notes\" (id int PRIMARY KEY, body text)",
        "CREATE TABLE public.audit (id int PRIMARY KEY)",
        "INSERT INTO public.users VALUES (1, 'a@example.com')");
    return new ManagedRole(
        db,
        role,
        password,
        new Owner("SourceDatabase", "shop", name.replace('_', '-'), "uid-1"),
        Optional.of(name + "_repl"),
        "first-Pa55 of é'\\",
        List.of("audit"));
  }

  ManagedRole named(String other) {
    return new ManagedRole(
        db, operator, operatorPassword, owner, Optional.ofNullable(other), password, exclude);
  }

  ManagedRole withPassword(String other) {
    return new ManagedRole(db, operator, operatorPassword, owner, name, other, exclude);
  }

  ManagedRole excluding(String... tables) {
    return new ManagedRole(db, operator, operatorPassword, owner, name, password, List.of(tables));
  }

  ManagedRole of(Owner other) {
    return new ManagedRole(db, operator, operatorPassword, other, name, password, exclude);
  }

  ManagedRole connectedAs(String role, String withPassword) {
    return new ManagedRole(db, role, withPassword, owner, name, password, exclude);
  }

  private DesiredSchema schema() {
    return new DesiredSchema(
        owner,
        "svc",
        List.of("public"),
        true,
        new DesiredSchema.Compatibility(true, List.of(), false, true),
        false,
        Duration.ofMillis(500),
        new DesiredSchema.Tables(
            List.of(),
            exclude,
            WithoutReplicaIdentity.Refuse,
            false,
            List.of(),
            List.of(Operation.values())));
  }

  private Optional<DesiredRole> role() {
    return name.map(n -> new DesiredRole(n, Optional.of(fingerprint()), "replicator"));
  }

  /** Stands for the version of a Secret. */
  String fingerprint() {
    return Integer.toHexString(password.hashCode());
  }

  private Sessions sessions() {
    var settings =
        new ConnectionSettings(
            db.server().host(),
            db.server().port(),
            db.name(),
            operator,
            operatorPassword,
            "secret",
            TlsMode.PREFER,
            Optional.empty());
    return new Sessions(operator, Map.of(Site.SOURCE, settings));
  }

  private Plan look(Sessions sessions, boolean removing) throws Trouble {
    var session = sessions.at(Site.SOURCE);
    var desired = removing ? schema().wayBack() : schema();
    return session.inSnapshot(
        () -> {
          String replicator = name.orElse(operator);
          var state = SourceCatalog.observe(session, desired, replicator);
          var roles = RoleCatalog.observe(session, role().isPresent(), replicator, desired.name());
          return removing
              ? SourcePlan.remove(desired, state, roles)
              : SourcePlan.plan(desired, role(), state, roles);
        });
  }

  Plan plan() throws Trouble {
    try (var sessions = sessions()) {
      return look(sessions, false);
    }
  }

  Outcome execute(Plan plan) {
    try (var sessions = sessions()) {
      return new Executor(new Patience(Clock.systemUTC()))
          .execute(plan, sessions, new Executor.RolePassword(password));
    }
  }

  /** Plans and executes until there is nothing left to do; what is left is problems. */
  Plan work() throws Trouble {
    return work(false);
  }

  /** The same of the way out. */
  Plan remove() throws Trouble {
    return work(true);
  }

  private Plan work(boolean removing) throws Trouble {
    try (var sessions = sessions()) {
      for (int round = 0; round < 5; round++) {
        var plan = look(sessions, removing);
        if (plan.steps().isEmpty()) {
          return plan;
        }
        var outcome =
            new Executor(new Patience(Clock.systemUTC()))
                .execute(plan, sessions, new Executor.RolePassword(password));
        assertThat(outcome.failures()).isEmpty();
      }
      throw new AssertionError("there is no end to it: " + look(sessions, removing).sentences());
    }
  }

  /** Runs a statement as the role, by its password. */
  void asRole(String sql) throws SQLException {
    try (var connection = db.connect(name.orElseThrow(), password);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  boolean roleExists() {
    return db.one("SELECT 1 FROM pg_roles WHERE rolname = '%s'".formatted(name.orElseThrow()))
        != null;
  }

  String comment() {
    return db.one(
        "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = '%s'"
            .formatted(name.orElseThrow()));
  }
}
