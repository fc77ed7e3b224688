package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.TlsMode;
import dev.tributary.federation.Approval;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.EventTriggers;
import dev.tributary.federation.Finding;
import dev.tributary.federation.Outcome;
import dev.tributary.federation.Owner;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Reason;
import dev.tributary.federation.RoleFacts;
import dev.tributary.federation.SchemaReport;
import dev.tributary.federation.Site;
import dev.tributary.federation.SourcePlan;
import dev.tributary.federation.SourceState;
import dev.tributary.federation.Trouble;
import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.PostgresServer;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A service's database whose DDL is announced, as its reconciler sees it, without Kubernetes.
 *
 * @param service role that owns the database and its tables; no superuser
 * @param operator whom the operator connects as
 */
record AnnouncedDatabase(Db db, String service, String operator, DesiredSchema desired) {
  private static final AtomicInteger NEXT = new AtomicInteger();
  static final String PASSWORD = "announced-Pa55";
  static final String SCHEMA = "Svc of \"us\"";

  /** Of a superuser's operator; tables are moved. */
  static AnnouncedDatabase create(PostgresServer server) {
    String name = "announced_" + NEXT.incrementAndGet();
    String service = name + "_owner";
    var db = server.createDatabase(name);
    db.execute(
        "CREATE ROLE %s LOGIN PASSWORD '%s'".formatted(service, PASSWORD),
        "ALTER DATABASE %s OWNER TO %s".formatted(name, service),
        "GRANT CREATE, USAGE ON SCHEMA public TO " + service,
        "SET ROLE " + service,
        "CREATE TABLE public.users (id int PRIMARY KEY, email text)",
        "CREATE TABLE public.notes (id int PRIMARY KEY, body text)");
    var desired =
        new DesiredSchema(
                new Owner("SourceDatabase", "shop", name.replace('_', '-'), "uid-1"),
                SCHEMA,
                List.of("public"),
                true,
                new DesiredSchema.Compatibility(true, List.of(), false, true),
                false,
                Duration.ofMillis(500),
                DesiredSchema.Tables.ALL)
            .announced();
    return new AnnouncedDatabase(db, service, "postgres", desired);
  }

  /** The same with the tables in a schema that the service has made. */
  static AnnouncedDatabase createInPlace(PostgresServer server) throws SQLException {
    var source = create(server);
    source.execute(
        "CREATE SCHEMA \"Svc of \"\"us\"\"\"",
        "ALTER TABLE public.users SET SCHEMA \"Svc of \"\"us\"\"\"",
        "ALTER TABLE public.notes SET SCHEMA \"Svc of \"\"us\"\"\"");
    return source.with(source.desired.wayBack().announced());
  }

  AnnouncedDatabase with(DesiredSchema other) {
    return new AnnouncedDatabase(db, service, operator, other);
  }

  /** What schema.eventTrigger Never asks for. */
  AnnouncedDatabase never() {
    var d = desired;
    return with(
        new DesiredSchema(
            d.owner(),
            d.name(),
            d.from(),
            d.move(),
            d.compatibility(),
            d.keepSequences(),
            d.lockTimeout(),
            d.tables()));
  }

  AnnouncedDatabase connectedAs(String role) {
    return new AnnouncedDatabase(db, service, role, desired);
  }

  ConnectionSettings settings() {
    return new ConnectionSettings(
        db.server().host(),
        db.server().port(),
        db.name(),
        operator,
        operator.equals("postgres") ? "" : PASSWORD,
        "secret",
        TlsMode.PREFER,
        Optional.empty());
  }

  /** Runs statements as the service. */
  void execute(String... sql) throws SQLException {
    executeAs(service, sql);
  }

  void executeAs(String role, String... sql) throws SQLException {
    try (var connection = db.connect(role, PASSWORD);
        var statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    }
  }

  /** What is planned, for a state. */
  interface Planner {
    Plan plan(SourceState state, RoleFacts roles);
  }

  private Plan look(Sessions sessions, Planner planner) throws Trouble {
    var session = sessions.at(Site.SOURCE);
    return session.inSnapshot(
        () ->
            planner.plan(
                SourceCatalog.observe(session, desired, operator),
                RoleCatalog.observe(session, false, operator, desired.name())));
  }

  private Sessions sessions() {
    return new Sessions(db.name(), Map.of(Site.SOURCE, settings()));
  }

  private Plan normal(SourceState state, RoleFacts roles) {
    return SourcePlan.plan(desired, Optional.empty(), state, roles);
  }

  Plan plan() throws Trouble {
    try (var sessions = sessions()) {
      return look(sessions, this::normal);
    }
  }

  /** Plans and executes until there is nothing left to do; what is left is problems. */
  Plan work() throws Trouble {
    return work(this::normal);
  }

  /** The same of deleting it with deletionPolicy Delete. */
  Plan remove() throws Trouble {
    return with(desired.wayBack())
        .work((state, roles) -> SourcePlan.remove(desired.wayBack(), state, roles));
  }

  /** The same with Retain. */
  Plan release() throws Trouble {
    return with(desired.wayBack())
        .work((state, roles) -> SourcePlan.release(desired.wayBack(), state, roles));
  }

  private Plan work(Planner planner) throws Trouble {
    try (var sessions = sessions()) {
      for (int round = 0; round < 5; round++) {
        var plan = look(sessions, planner);
        if (plan.steps().isEmpty()) {
          return plan;
        }
        var outcome =
            new Executor(new Patience(Clock.systemUTC()))
                .execute(plan, sessions, Executor.ConnectionString.NONE);
        assertThat(outcome.failures()).isEmpty();
      }
      throw new AssertionError("there is no end to it: " + look(sessions, planner).sentences());
    }
  }

  /** How it stands, as its status says. */
  SchemaReport report() throws Trouble {
    try (var session = Session.open(settings())) {
      var state = SourceCatalog.observe(session, desired, operator);
      return SchemaReport.of(
          desired, state, Plan.NOTHING, Approval.AUTOMATIC, Outcome.NOTHING, false);
    }
  }

  /** What is said of DDL that is not announced. */
  List<String> findings() throws Trouble {
    return report().server().stream()
        .filter(f -> f.reason() == Reason.NoEventTrigger)
        .map(Finding::sentence)
        .toList();
  }

  String channel() {
    return EventTriggers.channel(desired);
  }

  List<String> eventTriggers() {
    return db.query("SELECT evtname FROM pg_event_trigger ORDER BY evtname").stream()
        .map(row -> row.get(0))
        .toList();
  }
}
