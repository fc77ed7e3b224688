package dev.tributary.federation;

import dev.tributary.federation.Finding.Severity;
import dev.tributary.federation.Provider.Change;
import dev.tributary.federation.Settings.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a source has to be, and what its role has to be allowed, before anything is changed. */
public final class SourcePreflight {
  private static final String SIDE = "source";
  private static final int OLDEST = 130000;
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORTEST_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration SHORTEST_IDLE = Duration.ofDays(1);
  private static final long LEAST_WAL_MB = 1024;

  /** Enough to see what is going on; a status is no list of transactions. */
  private static final int MOST_TRANSACTIONS = 3;

  private SourcePreflight() {}

  /** What stands in the way of publishing anything from this server. */
  static List<Problem> of(ServerFacts server) {
    return findings(server).stream().filter(Finding::blocks).map(Finding::problem).toList();
  }

  /** Everything there is to say of the server, worst first. */
  public static List<Finding> findings(ServerFacts server) {
    var findings = new ArrayList<>(ServerPreflight.findings(server, SIDE, OLDEST));
    if (!server.walLevel().equals("logical")) {
      findings.add(
          Finding.ofServer(
              Severity.Blocker,
              Reason.WalLevelNotLogical,
              server.walLevel(),
              "logical",
              "wal_level is %s: %s."
                  .formatted(server.walLevel(), server.provider().logicalDecoding())));
    }
    server
        .settings()
        .named("wal_sender_timeout")
        .flatMap(s -> senderTimeout(server, s))
        .ifPresent(findings::add);
    server
        .settings()
        .named("max_slot_wal_keep_size")
        .flatMap(s -> walLimit(server, s))
        .ifPresent(findings::add);
    server
        .settings()
        .named("idle_replication_slot_timeout")
        .flatMap(s -> idleLimit(server, s))
        .ifPresent(findings::add);
    server
        .settings()
        .named("idle_in_transaction_session_timeout")
        .flatMap(s -> idleInTransaction(server, s))
        .ifPresent(findings::add);
    server.openTransactions().stream()
        .filter(t -> t.since().map(s -> s.plus(LONG).isBefore(server.now())).orElse(false))
        .limit(MOST_TRANSACTIONS)
        .map(SourcePreflight::transaction)
        .forEach(findings::add);
    // What is short of one more flow holds up nothing that is there.
    Budget.ofSource(server, 1, Demand.NOTHING).stream()
        .map(Finding::asWarning)
        .forEach(findings::add);
    findings.sort(Finding.WORST_FIRST);
    return List.copyOf(findings);
  }

  private static Optional<Finding> senderTimeout(ServerFacts server, Setting setting) {
    boolean never = setting.amount() == 0;
    if (!never && setting.duration().compareTo(SHORTEST_TIMEOUT) >= 0) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.ofServer(
            Severity.Warning,
            Reason.WalSenderTimeout,
            setting.text(),
            "1min",
            "wal_sender_timeout is %s, so %s: %s."
                .formatted(
                    setting.text(),
                    never
                        ? "a connection that died is never noticed, and its slot can be read by nobody else"
                        : "a target that is busy for a moment loses its connection",
                    server
                        .provider()
                        .withoutRestart(new Change("wal_sender_timeout", "1min"), SIDE))));
  }

  private static Optional<Finding> walLimit(ServerFacts server, Setting setting) {
    if (setting.amount() >= LEAST_WAL_MB) {
      return Optional.empty();
    }
    boolean unlimited = setting.amount() < 0;
    return Optional.of(
        Finding.ofServer(
            unlimited ? Severity.Info : Severity.Warning,
            Reason.SlotWalLimit,
            setting.text(),
            unlimited ? "less than the disk has free" : "1GB or more",
            unlimited
                ? "max_slot_wal_keep_size is -1, so a slot that nobody reads can fill the disk of the source: watch how much WAL is kept, or set a limit that the disk can bear."
                : "max_slot_wal_keep_size is %s, so a slot is lost as soon as its reader is so far behind, and the source is copied again: %s."
                    .formatted(
                        setting.text(),
                        server
                            .provider()
                            .withoutRestart(new Change("max_slot_wal_keep_size", "10GB"), SIDE))));
  }

  private static Optional<Finding> idleLimit(ServerFacts server, Setting setting) {
    if (setting.amount() == 0 || setting.duration().compareTo(SHORTEST_IDLE) >= 0) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.ofServer(
            Severity.Warning,
            Reason.SlotIdleLimit,
            setting.text(),
            "0, or 1d or more",
            "idle_replication_slot_timeout is %s, so a slot is lost when its target is away for so long, and the source is copied again: %s."
                .formatted(
                    setting.text(),
                    server
                        .provider()
                        .withoutRestart(new Change("idle_replication_slot_timeout", "0"), SIDE))));
  }

  private static Optional<Finding> idleInTransaction(ServerFacts server, Setting setting) {
    if (setting.amount() != 0) {
      return Optional.empty();
    }
    return Optional.of(
        Finding.ofServer(
            Severity.Info,
            Reason.IdleInTransaction,
            setting.text(),
            "some minutes",
            "idle_in_transaction_session_timeout is 0, so a transaction that an application forgot holds up the making of a slot for ever: where no application needs that, %s."
                .formatted(
                    server
                        .provider()
                        .withoutRestart(
                            new Change("idle_in_transaction_session_timeout", "10min"), SIDE))));
  }

  private static Finding transaction(OpenTransaction transaction) {
    return Finding.ofServer(
        Severity.Warning,
        transaction.gid().isPresent() ? Reason.PreparedTransaction : Reason.LongTransaction,
        transaction.who(),
        "none older than 1min",
        "A slot can only be made when %s has ended: %s."
            .formatted(transaction.who(), transaction.remedy()));
  }

  /** What stands in the way of giving the tables their schema. */
  static List<Problem> of(DesiredSchema desired, SourceState state) {
    ServerFacts server = state.server();
    var problems = new ArrayList<Problem>(of(server));
    if (state.schema().isEmpty()) {
      if (!desired.move()) {
        problems.add(
            new Problem(
                Reason.SchemaMissing,
                "The schema %s does not exist, and with schema.method None nothing makes it: create it, or use method Move. Tables that had been moved are back."
                    .formatted(desired.name())));
      } else if (!server.mayCreateSchema()) {
        problems.add(
            new Problem(
                Reason.NoRightToCreateSchema,
                "Role %s may not create the schema %s: run GRANT CREATE ON DATABASE %s TO %s."
                    .formatted(
                        server.role(),
                        desired.name(),
                        Sql.identifier(server.database()),
                        Sql.identifier(server.role()))));
      }
    } else {
      problems.addAll(ofSchema(desired, state.schema().get(), server));
    }
    if (desired.move() && state.schema().isEmpty()) {
      desired.from().stream()
          .filter(from -> state.origin(from).isEmpty())
          .forEach(
              from ->
                  problems.add(
                      new Problem(
                          Reason.SchemaMissing,
                          "There is no schema %s to move tables from: correct schema.from, or create it."
                              .formatted(from))));
    }
    if (desired.move()) {
      SearchPaths.problem(desired, server).ifPresent(problems::add);
      problems.addAll(ofBefore(desired, state));
    }
    return problems;
  }

  /** What stands in the way of remembering something where no table moves. */
  static List<Problem> ofRemembering(DesiredSchema desired, SourceState state) {
    var problems = new ArrayList<>(ofBefore(desired, state));
    if (state.before().isEmpty()) {
      state
          .schema()
          .flatMap(s -> mayNotCreate(desired, s, state.server()))
          .ifPresent(problems::add);
    }
    return problems;
  }

  private static List<Problem> ofBefore(DesiredSchema desired, SourceState state) {
    boolean taken = state.taken().contains(desired.in(Before.TABLE));
    if (state.before().isEmpty()) {
      return taken
          ? List.of(
              new Problem(
                  Reason.NotOwned,
                  "The table %s, by which Tributary remembers how things were, was not made by Tributary: rename or drop it."
                      .formatted(desired.in(Before.TABLE))))
          : List.of();
    }
    return Mark.refusal(
            "The table " + desired.in(Before.TABLE), state.before().get().mark(), desired.owner())
        .stream()
        .toList();
  }

  private static List<Problem> ofSchema(
      DesiredSchema desired, SchemaFacts schema, ServerFacts server) {
    if (!desired.move()) {
      return List.of();
    }
    // A schema that a person made for the tables is welcome; it is never dropped.
    if (schema.mark().isPresent()) {
      var refusal = Mark.refusal("The schema " + desired.name(), schema.mark(), desired.owner());
      if (refusal.isPresent()) {
        return List.of(refusal.get());
      }
    }
    return mayNotCreate(desired, schema, server).stream().toList();
  }

  private static Optional<Problem> mayNotCreate(
      DesiredSchema desired, SchemaFacts schema, ServerFacts server) {
    return schema.mayCreate()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                Reason.PermissionDenied,
                "Role %s may not create in the schema %s: run GRANT USAGE, CREATE ON SCHEMA %s TO %s."
                    .formatted(
                        server.role(),
                        desired.name(),
                        Sql.identifier(desired.name()),
                        Sql.identifier(server.role()))));
  }
}
