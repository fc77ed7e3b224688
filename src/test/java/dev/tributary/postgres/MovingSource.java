package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.api.SourceDatabaseSpec.WithoutReplicaIdentity;
import dev.tributary.api.TlsMode;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.Outcome;
import dev.tributary.federation.Owner;
import dev.tributary.federation.Plan;
import dev.tributary.federation.SchemaMove;
import dev.tributary.federation.Site;
import dev.tributary.federation.SourceState;
import dev.tributary.federation.Trouble;
import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.SampleService;
import dev.tributary.postgres.Executor.ConnectionString;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A source as its reconciler sees it, without Kubernetes: observed, planned, executed. */
record MovingSource(Db db, String role, String password, DesiredSchema desired) {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Moves from {@code public} to {@code svc}, with views and search_path. */
  static MovingSource of(SampleService service) {
    return of(service.db(), service.owner(), service.password());
  }

  static MovingSource of(Db db, String role, String password) {
    var desired =
        new DesiredSchema(
            new Owner("SourceDatabase", "default", role, "uid-1"),
            "svc",
            List.of("public"),
            true,
            new DesiredSchema.Compatibility(true, List.of(), false, true),
            false,
            Duration.ofMillis(500),
            new DesiredSchema.Tables(
                List.of(),
                List.of(),
                WithoutReplicaIdentity.Exclude,
                false,
                List.of(),
                List.of(Operation.values())));
    return new MovingSource(db, role, password, desired);
  }

  MovingSource as(DesiredSchema other) {
    return new MovingSource(db, role, password, other);
  }

  MovingSource wayBack() {
    return as(desired.wayBack());
  }

  MovingSource with(DesiredSchema.Compatibility compatibility) {
    return as(
        new DesiredSchema(
            desired.owner(),
            desired.name(),
            desired.from(),
            desired.move(),
            compatibility,
            desired.keepSequences(),
            desired.lockTimeout(),
            desired.tables()));
  }

  MovingSource with(DesiredSchema.Tables tables) {
    return as(
        new DesiredSchema(
            desired.owner(),
            desired.name(),
            desired.from(),
            desired.move(),
            desired.compatibility(),
            desired.keepSequences(),
            desired.lockTimeout(),
            tables));
  }

  MovingSource keepingSequences() {
    return as(
        new DesiredSchema(
            desired.owner(),
            desired.name(),
            desired.from(),
            desired.move(),
            desired.compatibility(),
            true,
            desired.lockTimeout(),
            desired.tables()));
  }

  private Sessions sessions() {
    var settings =
        new ConnectionSettings(
            db.server().host(),
            db.server().port(),
            db.name(),
            role,
            password,
            "secret",
            TlsMode.PREFER,
            Optional.empty());
    return new Sessions(role, Map.of(Site.SOURCE, settings));
  }

  SourceState observe() throws Trouble {
    try (var sessions = sessions()) {
      return observe(sessions);
    }
  }

  private SourceState observe(Sessions sessions) throws Trouble {
    var session = sessions.at(Site.SOURCE);
    return session.inSnapshot(() -> SourceCatalog.observe(session, desired, role));
  }

  Plan plan() throws Trouble {
    return SchemaMove.plan(desired, observe());
  }

  /** Executes these steps. */
  Outcome execute(Plan plan) {
    try (var sessions = sessions()) {
      return new Executor(new Patience(Clock.systemUTC()))
          .execute(plan, sessions, ConnectionString.NONE);
    }
  }

  /** Plans and executes until there is nothing left to do. */
  Plan work() {
    return await()
        .atMost(PATIENCE)
        .until(
            () -> {
              var plan = plan();
              if (!plan.steps().isEmpty()) {
                assertThat(execute(plan).failures()).isEmpty();
              }
              return plan;
            },
            plan -> plan.steps().isEmpty());
  }
}
