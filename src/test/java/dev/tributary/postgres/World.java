package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.ReplicationFederationSpec.OnLimit;
import dev.tributary.api.ReplicationFederationSpec.OnLost;
import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.api.TlsMode;
import dev.tributary.federation.DesiredFlow;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.Flow;
import dev.tributary.federation.FlowReport;
import dev.tributary.federation.FlowState;
import dev.tributary.federation.IndexRules;
import dev.tributary.federation.Lane;
import dev.tributary.federation.Outcome;
import dev.tributary.federation.Owner;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Problem;
import dev.tributary.federation.SchemaMove;
import dev.tributary.federation.Site;
import dev.tributary.federation.SlotRules;
import dev.tributary.federation.SourceState;
import dev.tributary.federation.Step;
import dev.tributary.federation.StoppedApply;
import dev.tributary.federation.TableSelection;
import dev.tributary.federation.TargetState;
import dev.tributary.federation.Trouble;
import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.PostgresServer;
import dev.tributary.postgres.Executor.ConnectionString;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** One source and one target, as the reconcilers see them, without Kubernetes. */
final class World implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String PASSWORD = "world-Pa55";

  private final Executor executor = new Executor(new Patience(Clock.systemUTC()));
  private final PendingChanges pending = new PendingChanges(Clock.systemUTC());
  private final Db source;
  private final Db target;
  private Map<String, List<String>> lanes = Map.of();
  private DesiredSchema.Tables tables = DesiredSchema.Tables.ALL;
  private SlotRules slots = new SlotRules(true, Optional.empty(), OnLimit.Alert, OnLost.Hold);
  private IndexRules indexes = IndexRules.ALL;
  private boolean adopt;
  private boolean destroys;
  private DesiredSchema.Compatibility compatibility =
      new DesiredSchema.Compatibility(true, List.of(), false, true);

  private World(Db source, Db target) {
    this.source = source;
    this.target = target;
  }

  Db source() {
    return source;
  }

  Db target() {
    return target;
  }

  /** The lanes that are desired from now on, with the patterns of their tables. */
  void lanes(Map<String, List<String>> wanted) {
    lanes = new TreeMap<>(wanted);
  }

  /** How tables are taken from now on. */
  void tables(DesiredSchema.Tables wanted) {
    tables = wanted;
  }

  /** How slots are dealt with from now on. */
  void slots(SlotRules wanted) {
    slots = wanted;
  }

  /** Which indexes are desired from now on. */
  void indexes(IndexRules wanted) {
    indexes = wanted;
  }

  /** Unmarked objects of our names are taken over from now on. */
  void adopt() {
    adopt = true;
  }

  /** {@code destructiveChanges: Apply} from now on. */
  void destroys() {
    destroys = true;
  }

  /** Tables get no views from now on: a view is in the way of the service's own DDL. */
  void withoutViews() {
    compatibility = new DesiredSchema.Compatibility(false, List.of(), false, true);
  }

  /** A session of the service, whose role owns the tables. */
  Connection connectAsService() throws SQLException {
    return source.connect(source.name(), PASSWORD);
  }

  /** What the service itself does, each in its own transaction. */
  void asService(String... sql) {
    for (String one : sql) {
      source.execute("SET ROLE " + source.name(), one);
    }
  }

  /** Databases under this name, each of a role of its own name that is no superuser. */
  static World create(String name, int sourceMajor, int targetMajor) {
    return create(name, PostgresServer.shared(sourceMajor), PostgresServer.shared(targetMajor));
  }

  static World create(String name, PostgresServer source, PostgresServer target) {
    return new World(
        database(source, name + "_source", "REPLICATION"),
        database(target, name + "_target", "IN ROLE pg_create_subscription"));
  }

  private static Db database(PostgresServer server, String name, String rights) {
    server
        .database("postgres")
        .execute("CREATE ROLE %s LOGIN PASSWORD '%s' %s".formatted(name, PASSWORD, rights));
    var db = server.createDatabase(name);
    db.execute(
        "ALTER DATABASE %s OWNER TO %s".formatted(name, name),
        "GRANT CREATE, USAGE ON SCHEMA public TO " + name);
    return db;
  }

  private DesiredSchema schema() {
    return new DesiredSchema(
        new Owner("SourceDatabase", "default", source.name(), "uid-1"),
        source.name(),
        List.of("public"),
        true,
        compatibility,
        false,
        Duration.ofMillis(500),
        tables);
  }

  DesiredFlow flow() {
    var owner = new Owner("ReplicationFederation", "default", target.name(), "uid-2");
    var all = new ArrayList<Lane>();
    lanes.forEach((name, tables) -> all.add(Lane.of(owner, source.name(), name, tables)));
    all.add(Lane.of(owner, source.name(), Lane.DEFAULT, List.of()));
    return new DesiredFlow(
        owner,
        source.name(),
        source.name(),
        all,
        List.of(Operation.values()),
        true,
        slots,
        adopt,
        source.name(),
        "connection-1",
        Optional.empty(),
        Set.of(),
        indexes,
        destroys);
  }

  /** What the default lane's publication, slot and subscription are called. */
  String object() {
    return object(Lane.DEFAULT);
  }

  /** What a lane's publication, slot and subscription are called. */
  String object(String lane) {
    return flow().lanes().stream()
        .filter(l -> l.name().equals(lane))
        .findFirst()
        .orElseThrow()
        .object();
  }

  private static ConnectionSettings settings(Db db) {
    return new ConnectionSettings(
        db.server().host(),
        db.server().port(),
        db.name(),
        db.name(),
        PASSWORD,
        "secret",
        TlsMode.PREFER,
        Optional.empty());
  }

  private Sessions sessions() {
    return new Sessions(
        source.name(), Map.of(Site.SOURCE, settings(source), Site.TARGET, settings(target)));
  }

  Plan plan() throws Trouble {
    try (var sessions = sessions()) {
      return plan(sessions);
    }
  }

  private record Seen(TableSelection selection, FlowState flow, TargetState there, Plan plan) {}

  private Plan plan(Sessions sessions) throws Trouble {
    return see(sessions).plan;
  }

  private Seen see(Sessions sessions) throws Trouble {
    var session = sessions.at(Site.TARGET);
    TargetState there = TargetCatalog.observe(session, flow()).refusing(executor.refused(session));
    SourceState state = SourceCatalog.observe(sessions.at(Site.SOURCE), schema(), source.name());
    Plan move = SchemaMove.plan(schema(), state);
    FlowState flow =
        pending.seen(
            sessions, SourceCatalog.flow(sessions.at(Site.SOURCE), state.server(), flow()), there);
    var selection = TableSelection.of(schema(), state);
    Plan flows = Flow.plan(flow(), selection, move, flow, there);
    return new Seen(selection, flow, there, new Plan(move.then(flows).steps(), flows.problems()));
  }

  /** How the flow stands. */
  FlowReport report() throws Trouble {
    try (var sessions = sessions()) {
      var seen = see(sessions);
      return FlowReport.of(
          flow(),
          seen.selection,
          seen.flow,
          seen.there,
          seen.plan,
          Outcome.NOTHING,
          Map.of(),
          Map.of());
    }
  }

  /** Plans and executes until there is nothing left to do and nothing in the way. */
  void converge() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              work();
              assertThat(plan().problems()).isEmpty();
            });
  }

  /** Plans and executes until there is nothing left that can be done. */
  void work() {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              try (var sessions = sessions()) {
                Plan plan = plan(sessions);
                execute(plan, sessions);

                return plan.steps().isEmpty();
              }
            });
  }

  /** Does what can be done while the target is away, until there is nothing left of that. */
  void workWithoutTarget() {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              try (var sessions = sessions()) {
                var session = sessions.at(Site.SOURCE);
                var state = SourceCatalog.observe(session, schema(), source.name());
                var there = SourceCatalog.flow(session, state.server(), flow());
                Plan plan =
                    Flow.planWithoutTarget(flow(), TableSelection.of(schema(), state), there);
                execute(plan, sessions);
                return plan.steps().isEmpty();
              }
            });
  }

  /** Why the apply worker of the default lane stops, as the operator finds out. */
  Optional<Problem> stopped() throws Trouble {
    try (var sessions = sessions()) {
      var there = sessions.at(Site.TARGET);
      var subscription =
          TargetCatalog.observe(there, flow()).subscriptions().stream()
              .filter(s -> s.name().equals(object()))
              .findFirst()
              .orElseThrow();
      var applied = ReceivingCatalog.applied(there, subscription);
      var pending =
          PendingChanges.peek(sessions.at(Site.SOURCE), object(), subscription.publications());
      return pending.isEmpty()
          ? Optional.empty()
          : StoppedApply.why(ReceivingCatalog.observe(there, subscription, pending.get(), applied));
    }
  }

  /** Executes the first step of the plan that changes anything, and is cut off. */
  void workOneStep() throws Trouble {
    try (var sessions = sessions()) {
      Plan plan = plan(sessions);
      execute(Plan.of(upToTheFirstChange(plan)), sessions);
    }
  }

  private static List<Step> upToTheFirstChange(Plan plan) {
    long trials = plan.steps().stream().takeWhile(step -> !step.changes()).count();
    return plan.steps().stream().limit(trials + 1).toList();
  }

  /**
   * One look, as a poll takes it.
   *
   * @param plan what was to be done
   * @param outcome what became of it
   */
  record Look(Plan plan, Outcome outcome) {}

  /** Plans and executes once, as far as it goes. */
  Look look() throws Trouble {
    try (var sessions = sessions()) {
      Plan plan = plan(sessions);
      return new Look(plan, execute(plan, sessions));
    }
  }

  private Outcome execute(Plan plan, Sessions sessions) {
    var libpq = settings(source).libpq(Optional.empty());
    return executor.execute(plan, sessions, new ConnectionString(libpq, PASSWORD));
  }

  /** Takes down what flows: workers and slots of the shared servers are for all tests. */
  @Override
  public void close() {
    for (var row :
        target.query(
            "SELECT subname FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())")) {
      String name = row.get(0);
      target.execute(
          "ALTER SUBSCRIPTION %s DISABLE".formatted(name),
          "ALTER SUBSCRIPTION %s SET (slot_name = NONE)".formatted(name),
          "DROP SUBSCRIPTION " + name);
    }
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () ->
                source
                    .query(
                        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()")
                    .isEmpty());
  }
}
