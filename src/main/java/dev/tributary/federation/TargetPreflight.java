package dev.tributary.federation;

import dev.tributary.federation.Finding.Severity;
import dev.tributary.federation.Provider.Change;
import dev.tributary.federation.Settings.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a target has to be, and what its role has to be allowed. */
public final class TargetPreflight {
  /** The first version that can be a target. */
  public static final int OLDEST = 170000;

  private static final String SIDE = "target";
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);

  private TargetPreflight() {}

  /** What stands in the way, whatever flows into it. */
  public static List<Problem> of(ServerFacts target) {
    return findings(target).stream().filter(Finding::blocks).map(Finding::problem).toList();
  }

  /** The same and what is short of one more flow, which holds up nothing that is there. */
  public static List<Finding> findings(ServerFacts target, Receiving receiving) {
    var findings = new ArrayList<>(findings(target));
    Budget.ofTarget(target, receiving, Demand.NOTHING).stream()
        .map(Finding::asWarning)
        .forEach(findings::add);
    findings.sort(Finding.WORST_FIRST);
    return List.copyOf(findings);
  }

  /** Everything there is to say of the server, worst first. */
  public static List<Finding> findings(ServerFacts target) {
    var findings = new ArrayList<>(ServerPreflight.findings(target, SIDE, OLDEST));
    if (!target.maySubscribe()) {
      findings.add(
          Finding.ofServer(
              Severity.Blocker,
              Reason.NoRightToSubscribe,
              target.role(),
              "a member of pg_create_subscription",
              "Role %s may not create subscriptions: run GRANT pg_create_subscription TO %s on the target."
                  .formatted(target.role(), Sql.identifier(target.role()))));
    }
    if (!target.mayCreateSchema()) {
      findings.add(
          Finding.ofServer(
              Severity.Blocker,
              Reason.NoRightToCreateSchema,
              target.role(),
              "CREATE on the database",
              "Role %s may not create schemas on the target: run GRANT CREATE ON DATABASE %s TO %s."
                  .formatted(
                      target.role(),
                      Sql.identifier(target.database()),
                      Sql.identifier(target.role()))));
    }
    named(target, "max_sync_workers_per_subscription")
        .filter(s -> s.amount() == 0)
        .map(s -> syncWorkers(target, s))
        .ifPresent(findings::add);
    named(target, "wal_receiver_timeout")
        .filter(s -> s.amount() == 0)
        .map(s -> receiverTimeout(target, s))
        .ifPresent(findings::add);
    named(target, "wal_retrieve_retry_interval")
        .filter(s -> s.amount() > 0 && s.duration().compareTo(LONGEST_RETRY) > 0)
        .map(s -> retryInterval(target, s))
        .ifPresent(findings::add);
    findings.sort(Finding.WORST_FIRST);
    return List.copyOf(findings);
  }

  private static Optional<Setting> named(ServerFacts target, String name) {
    return target.settings().named(name);
  }

  private static Finding syncWorkers(ServerFacts target, Setting setting) {
    return Finding.ofServer(
        Severity.Blocker,
        Reason.TooFewSyncWorkers,
        setting.text(),
        "2",
        "max_sync_workers_per_subscription is 0, so no table is ever copied: %s."
            .formatted(
                target
                    .provider()
                    .withoutRestart(new Change("max_sync_workers_per_subscription", "2"), SIDE)));
  }

  private static Finding receiverTimeout(ServerFacts target, Setting setting) {
    return Finding.ofServer(
        Severity.Warning,
        Reason.WalReceiverTimeout,
        setting.text(),
        "1min",
        "wal_receiver_timeout is 0, so a source that is gone is never noticed, and nothing is tried again: %s."
            .formatted(
                target
                    .provider()
                    .withoutRestart(new Change("wal_receiver_timeout", "1min"), SIDE)));
  }

  private static Finding retryInterval(ServerFacts target, Setting setting) {
    return Finding.ofServer(
        Severity.Info,
        Reason.RetrieveRetryInterval,
        setting.text(),
        "5s or less",
        "wal_retrieve_retry_interval is %s, which a new table waits for its copy, and a worker that failed before it tries again: %s."
            .formatted(
                setting.text(),
                target
                    .provider()
                    .withoutRestart(new Change("wal_retrieve_retry_interval", "5s"), SIDE)));
  }
}
