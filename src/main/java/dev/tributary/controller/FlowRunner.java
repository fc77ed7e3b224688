package dev.tributary.controller;

import dev.tributary.api.DeletionPolicy;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.Side;
import dev.tributary.api.SourceDatabase;
import dev.tributary.federation.DesiredFlow;
import dev.tributary.federation.Flow;
import dev.tributary.federation.FlowReport;
import dev.tributary.federation.FlowState;
import dev.tributary.federation.LagHistory;
import dev.tributary.federation.Leftover;
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
import dev.tributary.postgres.PendingChanges;
import dev.tributary.postgres.ServerCatalog;
import dev.tributary.postgres.Session;
import dev.tributary.postgres.Sessions;
import dev.tributary.postgres.SourceCatalog;
import dev.tributary.postgres.TargetCatalog;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Runs one source's flow: resolve, observe both sides, plan, execute, report. */
final class FlowRunner {
  private static final Problem GONE =
      new Problem(
          Reason.SourceMissing, "There is no SourceDatabase any more to reach the source by.");

  private final Connections connections;
  private final Executor executor;

  private final Clock clock;
  private final Map<String, LagHistory> lags = new ConcurrentHashMap<>();
  private final PendingChanges pending;
  private final StoppedLanes stopped;

  FlowRunner(Connections connections, Executor executor, Clock clock) {
    this.connections = connections;
    this.executor = executor;
    this.clock = clock;
    this.pending = new PendingChanges(clock);
    this.stopped = new StoppedLanes(pending);
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
                var there =
                    target
                        .inSnapshot(() -> TargetCatalog.observe(target, desired))
                        .refusing(executor.refused(target));
                var seen =
                    session.inSnapshot(
                        () -> {
                          var state = SourceCatalog.observe(session, schema, desired.replicator());
                          return new Source(
                              state, SourceCatalog.flow(session, state.server(), desired));
                        });
                var flow = pending.seen(sessions, seen.flow, there);
                var selection = TableSelection.of(schema, seen.state);
                var move = SchemaMove.plan(schema, seen.state);
                return new Look(
                    selection, flow, there, Flow.plan(desired, selection, move, flow, there));
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
        pending.forget(desired);
        return report;
      }
      var trial =
          executor.execute(
              Flow.trial(report.lanes().get(0)), sessions, replication.connectionString());
      return trial.failures().stream()
          .findFirst()
          .or(() -> stopped.why(report, look.source(), sessions))
          .map(report::with)
          .orElse(report);
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
   * Takes a flow down, or lets go of it, as the federation's deletionPolicy says. Throws Trouble
   * while something is left, unless that may be.
   *
   * @param source the resource, if it is still there
   * @param target the target's session, if it can be reached
   * @param evenHalf whether to do what can be done, and leave the rest
   * @return what is left on a side that could be tried
   */
  List<Leftover> takeDown(
      ReplicationFederation federation,
      String name,
      String schema,
      Optional<SourceDatabase> source,
      Optional<Session> target,
      boolean evenHalf)
      throws Trouble {
    boolean delete = federation.getSpec().deletionPolicy() == DeletionPolicy.Delete;
    var desired = Desired.formerFlow(federation, name, schema);
    return takeDown(desired, delete, source, target, evenHalf);
  }

  /** Drops what can be dropped of what a federation that is gone has left; says what cannot. */
  List<Leftover> takeDownOrphan(
      DesiredFlow desired, Optional<SourceDatabase> source, Optional<Session> target)
      throws Trouble {
    return takeDown(desired, true, source, target, true);
  }

  private List<Leftover> takeDown(
      DesiredFlow desired,
      boolean delete,
      Optional<SourceDatabase> source,
      Optional<Session> target,
      boolean evenHalf)
      throws Trouble {
    desired.lanes().forEach(l -> lags.remove(l.object()));
    pending.forget(desired);
    var reached = reach(desired, source);
    try (var sessions = reached.sessions) {
      target.ifPresent(t -> sessions.borrowing(Site.TARGET, t));
      if (!evenHalf && reached.unreachable.isPresent()) {
        Problem why = reached.unreachable.get();
        throw new Trouble(
            delete
                ? new Problem(why.reason(), Leftover.unseen(desired, Side.Source, why).sentence())
                : why);
      }
      var sides = EnumSet.noneOf(Side.class);
      target.ifPresent(t -> sides.add(Side.Target));
      if (reached.unreachable.isEmpty()) {
        sides.add(Side.Source);
      }
      var takingDown = new TakingDown(desired, delete, sessions, target);
      var left = new ArrayList<Leftover>();
      reached.unreachable.ifPresent(why -> left.add(Leftover.unseen(desired, Side.Source, why)));
      if (evenHalf) {
        left.addAll(takingDown.asMuchAsCanBe(sides));
      } else {
        Deletion.throwIfLeft(takingDown.run(sides));
      }
      String where = source.map(s -> s.getSpec().connection().where()).orElse(null);
      return left.stream()
          .map(l -> where == null || l.side() == Side.Target ? l : l.in(where))
          .toList();
    }
  }

  private record Reached(Sessions sessions, Optional<Problem> unreachable) {}

  private Reached reach(DesiredFlow desired, Optional<SourceDatabase> source) {
    var none = new Sessions(desired.owner().toString(), Map.of());
    if (source.isEmpty()) {
      return new Reached(none, Optional.of(GONE));
    }
    try {
      var sessions =
          sessions(desired, source.get(), connections.replication(source.get(), true), true);
      return new Reached(sessions, unreachable(sessions));
    } catch (Trouble e) {
      return new Reached(none, Optional.of(e.problem()));
    }
  }

  /** One flow on its way down. */
  private final class TakingDown {
    private final DesiredFlow desired;
    private final boolean delete;
    private final Sessions sessions;
    private final Optional<Session> target;

    TakingDown(DesiredFlow desired, boolean delete, Sessions sessions, Optional<Session> target) {
      this.desired = desired;
      this.delete = delete;
      this.sessions = sessions;
      this.target = target;
    }

    /** Both sides in their order, then each by itself: neither is to hold the other one up. */
    List<Leftover> asMuchAsCanBe(Set<Side> sides) {
      if (sides.size() > 1 && attempt(sides).isEmpty()) {
        return List.of();
      }
      return sides.stream()
          .sorted(Comparator.reverseOrder())
          .flatMap(side -> attempt(EnumSet.of(side)).stream())
          .toList();
    }

    private List<Leftover> attempt(Set<Side> sides) {
      try {
        var result = run(sides);
        return Deletion.left(result).stream()
            .flatMap(
                why ->
                    sides.stream()
                        .flatMap(
                            side ->
                                Leftover.of(desired, side, result.look().plan().steps(), why)
                                    .stream()))
            .toList();
      } catch (Trouble e) {
        return sides.stream().map(side -> Leftover.unseen(desired, side, e.problem())).toList();
      }
    }

    private Rounds.Result<Rounds.Look> run(Set<Side> sides) throws Trouble {
      boolean onTarget = sides.contains(Side.Target);
      return Rounds.run(
          () -> {
            var there =
                sides.contains(Side.Source)
                    ? Optional.of(observe(sessions.at(Site.SOURCE), desired))
                    : Optional.<FlowState>empty();
            var received =
                onTarget
                    ? Optional.of(TargetCatalog.observe(target.orElseThrow(), desired))
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
                  : executor.execute(plan, sessions, ConnectionString.NONE));
    }
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
