package dev.tributary.bench;

import dev.tributary.api.ReplicationFederationSpec.OnLimit;
import dev.tributary.api.ReplicationFederationSpec.OnLost;
import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.api.TlsMode;
import dev.tributary.federation.DesiredFlow;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.Flow;
import dev.tributary.federation.Lane;
import dev.tributary.federation.Outcome;
import dev.tributary.federation.Owner;
import dev.tributary.federation.Plan;
import dev.tributary.federation.SchemaMove;
import dev.tributary.federation.Site;
import dev.tributary.federation.SlotRules;
import dev.tributary.federation.TableSelection;
import dev.tributary.federation.Trouble;
import dev.tributary.fixtures.Db;
import dev.tributary.postgres.ConnectionSettings;
import dev.tributary.postgres.Executor;
import dev.tributary.postgres.Executor.ConnectionString;
import dev.tributary.postgres.Patience;
import dev.tributary.postgres.Sessions;
import dev.tributary.postgres.SourceCatalog;
import dev.tributary.postgres.TargetCatalog;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A source whose tables live in their schema already, and a target, without Kubernetes. */
record Flowing(ManyTables source, Db target, String role, String password) {
  private static final Executor EXECUTOR = new Executor(new Patience(Clock.systemUTC()));

  private DesiredSchema schema() {
    return new DesiredSchema(
        new Owner("SourceDatabase", "default", source.db().name(), "uid-1"),
        source.schema(),
        List.of(),
        false,
        new DesiredSchema.Compatibility(false, List.of(), false, false),
        false,
        Duration.ofMillis(500),
        DesiredSchema.Tables.ALL);
  }

  private DesiredFlow flow() {
    var owner = new Owner("ReplicationFederation", "default", "bench", "uid-2");
    return new DesiredFlow(
        owner,
        source.db().name(),
        source.schema(),
        List.of(Lane.of(owner, source.db().name(), Lane.DEFAULT, List.of())),
        List.of(Operation.values()),
        true,
        new SlotRules(true, Optional.empty(), OnLimit.Alert, OnLost.Hold),
        false,
        role,
        "connection-1",
        Optional.empty(),
        Set.of());
  }

  Sessions sessions() {
    return new Sessions(
        "bench", Map.of(Site.SOURCE, settings(source.db()), Site.TARGET, settings(target)));
  }

  /** Observes both sides and plans. */
  Plan look(Sessions sessions) throws Trouble {
    var there = TargetCatalog.observe(sessions.at(Site.TARGET), flow());
    var state = SourceCatalog.observe(sessions.at(Site.SOURCE), schema(), role);
    var move = SchemaMove.plan(schema(), state);
    var seen = SourceCatalog.flow(sessions.at(Site.SOURCE), state.server(), flow());
    return Flow.plan(flow(), TableSelection.of(schema(), state), move, seen, there);
  }

  Outcome execute(Plan plan, Sessions sessions) {
    var libpq = settings(source.db()).libpq(Optional.empty());
    return EXECUTOR.execute(plan, sessions, new ConnectionString(libpq, password));
  }

  /** How many tables there are on the target by now. */
  int mirrored() {
    return Integer.parseInt(
        target.one(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = '%s'"
                .formatted(source.schema())));
  }

  private ConnectionSettings settings(Db db) {
    return new ConnectionSettings(
        db.server().host(),
        db.server().port(),
        db.name(),
        role,
        password,
        "secret",
        TlsMode.PREFER,
        Optional.empty());
  }
}
