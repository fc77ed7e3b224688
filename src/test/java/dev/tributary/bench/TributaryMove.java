package dev.tributary.bench;

import dev.tributary.api.TlsMode;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.Outcome;
import dev.tributary.federation.Owner;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Reason;
import dev.tributary.federation.SchemaMove;
import dev.tributary.federation.Site;
import dev.tributary.federation.Trouble;
import dev.tributary.fixtures.Db;
import dev.tributary.postgres.ConnectionSettings;
import dev.tributary.postgres.Executor;
import dev.tributary.postgres.Executor.ConnectionString;
import dev.tributary.postgres.Patience;
import dev.tributary.postgres.Sessions;
import dev.tributary.postgres.SourceCatalog;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tributary's way, as the reconciler of the source goes it, without Kubernetes. */
final class TributaryMove implements Move {
  private static final Duration LOCK_TIMEOUT = Duration.ofMillis(500);
  private static final Duration UNTIL_NEXT_RECONCILE = Duration.ofSeconds(1);
  private static final int MOST_RECONCILES = 120;

  private static final DesiredSchema DESIRED =
      new DesiredSchema(
          new Owner("SourceDatabase", "default", "bench", "uid-1"),
          Tables.SCHEMA,
          List.of("public"),
          true,
          new DesiredSchema.Compatibility(true, List.of(), false, true),
          false,
          LOCK_TIMEOUT,
          DesiredSchema.Tables.ALL);

  private final Executor executor = new Executor(new Patience(Clock.systemUTC()));

  @Override
  public Result run(Tables tables) throws Trouble, InterruptedException {
    int postponed = 0;
    for (int reconcile = 1; reconcile <= MOST_RECONCILES; reconcile++) {
      int left = reconcile(tables.db());
      if (left == 0) {
        return new Result(
            true, "%d reconciles, %d moves postponed".formatted(reconcile, postponed));
      }
      postponed += left;
      Thread.sleep(UNTIL_NEXT_RECONCILE.toMillis());
    }
    throw new IllegalStateException("not done after %d reconciles".formatted(MOST_RECONCILES));
  }

  /** How many steps were left for the next time because others hold a lock. */
  private int reconcile(Db db) throws Trouble {
    try (var sessions = new Sessions("bench", Map.of(Site.SOURCE, settings(db)))) {
      while (true) {
        Plan plan = plan(sessions);
        if (plan.steps().isEmpty()) {
          return 0;
        }
        Outcome outcome = executor.execute(plan, sessions, ConnectionString.NONE);
        for (var failure : outcome.failures()) {
          if (failure.reason() != Reason.LockTimeout) {
            throw new Trouble(failure);
          }
        }
        if (!outcome.failures().isEmpty()) {
          return outcome.failures().size();
        }
      }
    }
  }

  private static Plan plan(Sessions sessions) throws Trouble {
    var session = sessions.at(Site.SOURCE);
    var state = session.inSnapshot(() -> SourceCatalog.observe(session, DESIRED, Tables.ROLE));
    Plan plan = SchemaMove.plan(DESIRED, state);
    if (!plan.problems().isEmpty()) {
      throw new Trouble(plan.problems().get(0));
    }
    return plan;
  }

  private static ConnectionSettings settings(Db db) {
    return new ConnectionSettings(
        db.server().host(),
        db.server().port(),
        db.name(),
        Tables.ROLE,
        Tables.PASSWORD,
        "secret",
        TlsMode.PREFER,
        Optional.empty());
  }
}
