package dev.tributary.controller;

import dev.tributary.api.DeletionPolicy;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.SourceDatabase;
import dev.tributary.federation.DesiredFlow;
import dev.tributary.federation.Flow;
import dev.tributary.federation.FlowReport;
import dev.tributary.federation.FlowState;
import dev.tributary.federation.LagHistory;
import dev.tributary.federation.Lane;
import dev.tributary.federation.Outcome;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.SchemaMove;
import dev.tributary.federation.Site;
import dev.tributary.federation.SlotState;
import dev.tributary.federation.SourceState;
import dev.tributary.federation.TableSelection;
import dev.tributary.federation.TargetState;
import dev.tributary.federation.Trouble;
import dev.tributary.postgres.Executor;
import dev.tributary.postgres.Executor.ConnectionString;
import dev.tributary.postgres.ServerCatalog;
import dev.tributary.postgres.Session;
import dev.tributary.postgres.Sessions;
import dev.tributary.postgres.SourceCatalog;
import dev.tributary.postgres.TargetCatalog;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Runs one source's flow: resolve, observe both sides, plan, execute, report. */
final class FlowRunner {
  private static final Problem GONE =
      new Problem(
          Reason.SourceMissing, "There is no SourceDatabase any more to reach the source by.");

  private final Connections connections;
  private final Executor executor;

  private final Clock clock;
  private final Map<String, LagHistory> lags = new ConcurrentHashMap<>();

  FlowRunner(Connections connections, Executor executor, Clock clock) {
    this.connections = connections;
    this.executor = executor;
    this.clock = clock;
  }

  private record Source(SourceState state, FlowState flow) {}

  private record Look(TableSelection selection, FlowState source, TargetState target, Plan plan)
      implements Rounds.Look {}

  /** Brings the flow nearer to what is desired, and says how it stands. */
  FlowReport flow(ReplicationFederation federation, SourceDatabase source, Session target)
      throws Trouble {
    var schema = Desired.schema(source);
    var replication = connections.replication(source, false);
    var desired = Desired.flow(federation, source, replication);
    try (var sessions = sessions(desired, source, replication, false)) {
      sessions.borrowing(Site.TARGET, target);
      var result =
          Rounds.run(
              () -> {
                var session = sessions.at(Site.SOURCE);
                // The target first: what its table syncs have begun since is not taken for a
                // leftover.
                var there = target.inSnapshot(() -> TargetCatalog.observe(target, desired));
                var seen =
                    session.inSnapshot(
                        () -> {
                          var state = SourceCatalog.observe(session, schema, desired.replicator());
                          return new Source(
                              state, SourceCatalog.flow(session, state.server(), desired));
                        });
                var selection = TableSelection.of(schema, seen.state);
                var move = SchemaMove.plan(schema, seen.state);
                return new Look(
                    selection,
                    seen.flow,
                    there,
                    Flow.plan(desired, selection, move, seen.flow, there));
              },
              plan ->
                  alone(
                      desired,
                      target,
                      () -> executor.execute(plan, sessions, replication.connectionString())));
      var look = result.look();
      var report =
          FlowReport.of(
              desired,
              look.selection(),
              look.source(),
              look.target(),
              look.plan(),
              result.outcome(),
              lags(look.source()),
              Statuses.applyErrorsBefore(federation, desired.source()));
      if (report.why().reason() != Reason.ApplyFailing) {
        return report;
      }
      var trial =
          executor.execute(
              Flow.trial(report.lanes().get(0)), sessions, replication.connectionString());
      return trial.failures().isEmpty() ? report : report.with(trial.failures().get(0));
    }
  }

  /**
   * Does for the source's sake what has to be done while the target cannot be reached, and says
   * that it cannot.
   */
  FlowReport protect(ReplicationFederation federation, SourceDatabase source, Problem unreachable)
      throws Trouble {
    var schema = Desired.schema(source);
    var replication = connections.replication(source, false);
    var desired = Desired.flow(federation, source, replication);
    try (var sessions = sessions(desired, source, replication, false)) {
      var session = sessions.at(Site.SOURCE);
      Rounds.run(
          () ->
              session.inSnapshot(
                  () -> {
                    var state = SourceCatalog.observe(session, schema, desired.replicator());
                    var flow = SourceCatalog.flow(session, state.server(), desired);
                    var plan =
                        Flow.planWithoutTarget(desired, TableSelection.of(schema, state), flow);
                    return (Rounds.Look) () -> plan;
                  }),
          plan -> executor.execute(plan, sessions, ConnectionString.NONE));
    }
    return FlowReport.unknown(desired.source(), desired.schema(), unreachable);
  }

  private Map<String, Duration> lags(FlowState source) {
    var known = new HashMap<String, Duration>();
    for (SlotState slot : source.slots()) {
      lags.computeIfAbsent(slot.name(), name -> new LagHistory())
          .lag(clock.instant(), slot)
          .ifPresent(lag -> known.put(slot.name(), lag));
    }
    return known;
  }

  /**
   * Executes while no other operator does: two that plan the same would empty a table that the
   * other one is copying. What was planned before the lock was taken is planned again.
   */
  private static Outcome alone(DesiredFlow desired, Session target, Supplier<Outcome> execution) {
    try {
      return switch (target.lock(desired.owner().toString())) {
        case HELD -> execution.get();
        case TAKEN -> Outcome.NOTHING;
        case BUSY ->
            new Outcome(
                List.of(),
                List.of(
                    new Problem(
                        Reason.ObjectInUse,
                        "Another operator is at work on %s.".formatted(desired.owner()))));
      };
    } catch (Trouble e) {
      return new Outcome(List.of(), List.of(e.problem()));
    }
  }

  /**
   * Takes a flow down, or lets go of it, as the federation's deletionPolicy says; throws Trouble
   * while something is left.
   *
   * @param source the resource, if it is still there
   * @param target the target's session, if it can be reached
   * @param evenHalf whether to do what can be done when the source cannot be reached
   */
  void takeDown(
      ReplicationFederation federation,
      String name,
      String schema,
      Optional<SourceDatabase> source,
      Optional<Session> target,
      boolean evenHalf)
      throws Trouble {
    boolean delete = federation.getSpec().deletionPolicy() == DeletionPolicy.Delete;
    var desired = Desired.formerFlow(federation, name, schema);
    desired.lanes().forEach(l -> lags.remove(l.object()));
    try (var sessions = sessionsForTakingDown(desired, source)) {
      target.ifPresent(t -> sessions.borrowing(Site.TARGET, t));
      var unreachable = source.map(s -> unreachable(sessions)).orElse(Optional.of(GONE));
      if (unreachable.isPresent() && !evenHalf) {
        throw new Trouble(left(desired, delete, unreachable.get()));
      }
      boolean withSource = unreachable.isEmpty();
      Deletion.throwIfLeft(
          Rounds.run(
              () -> {
                var there =
                    withSource
                        ? Optional.of(observe(sessions.at(Site.SOURCE), desired))
                        : Optional.<FlowState>empty();
                var received =
                    target.isPresent()
                        ? Optional.of(TargetCatalog.observe(target.get(), desired))
                        : Optional.<TargetState>empty();
                Plan plan =
                    delete
                        ? Flow.remove(desired, there, received)
                        : Flow.release(desired, there, received);
                return (Rounds.Look) () -> plan;
              },
              plan ->
                  target.isPresent()
                      ? alone(
                          desired,
                          target.get(),
                          () -> executor.execute(plan, sessions, ConnectionString.NONE))
                      : executor.execute(plan, sessions, ConnectionString.NONE)));
      if (unreachable.isPresent()) {
        throw new Trouble(left(desired, delete, unreachable.get()));
      }
    }
  }

  /** What nobody would otherwise know of: a slot that is not dropped fills the source's disk. */
  private static Problem left(DesiredFlow desired, boolean delete, Problem why) {
    return delete
        ? new Problem(
            why.reason(),
            "%s Left on the source %s: replication slots and publications (%s)."
                .formatted(
                    why.sentence(),
                    desired.source(),
                    desired.lanes().stream().map(Lane::object).collect(Collectors.joining(", "))))
        : why;
  }

  private static FlowState observe(Session session, DesiredFlow desired) throws Trouble {
    return SourceCatalog.flow(session, ServerCatalog.server(session), desired);
  }

  private static Optional<Problem> unreachable(Sessions sessions) {
    try {
      sessions.at(Site.SOURCE);
      return Optional.empty();
    } catch (Trouble e) {
      return Optional.of(e.problem());
    }
  }

  private Sessions sessionsForTakingDown(DesiredFlow desired, Optional<SourceDatabase> source)
      throws Trouble {
    return source.isPresent()
        ? sessions(desired, source.get(), connections.replication(source.get(), true), true)
        : new Sessions(desired.owner().toString(), Map.of());
  }

  private Sessions sessions(
      DesiredFlow desired,
      SourceDatabase source,
      Connections.Replication replication,
      boolean deleting)
      throws Trouble {
    var connection =
        connections.of(
            source.getMetadata().getNamespace(), source.getSpec().connection(), deleting);
    return new Sessions(
        desired.owner().toString(),
        Map.of(Site.SOURCE, connection, Site.SOURCE_AS_REPLICATOR, replication.fromOperator()));
  }
}
