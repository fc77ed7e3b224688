package dev.tributary.federation;

import dev.tributary.federation.Finding.Severity;
import dev.tributary.federation.Provider.Change;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Slots, walsenders, workers and origins, counted against what is to flow and everything else on
 * the server (documentation, "Logical Replication", "Configuration Settings").
 */
public final class Budget {
  private static final String WORKERS = "max_logical_replication_workers";
  private static final String PROCESSES = "max_worker_processes";

  /**
   * One setting and what is needed of it.
   *
   * @param least below this something never begins
   * @param all below this something waits for something else
   * @param what what it is needed for
   */
  private record Need(Reason reason, String setting, int least, int all, String what) {}

  private Budget() {}

  /**
   * What a source is short of.
   *
   * @param syncWorkers {@link #syncWorkers} of the target
   */
  public static List<Finding> ofSource(ServerFacts source, int syncWorkers, Demand demand) {
    var sending = source.sending();
    int lanes = demand.lanes().size();
    int syncs = demand.syncs(syncWorkers);
    boolean allThere = demand.lanes().stream().allMatch(l -> sending.slots().contains(l.name()));
    // A lane that is made may have something to copy by then.
    int spare = allThere && !demand.copies() ? 0 : 1;
    int copies = Math.max(spare, syncs);
    int slots = without(demand, sending.slots()).size();
    // Whoever reads a slot comes back, whether or not he is there now.
    int walSenders = slots + sending.slotless();
    String what = "%d here, %d for tables while they are copied, %d of others";
    return shortages(
        source,
        "source",
        new Need(
            Reason.TooFewSlots,
            "max_replication_slots",
            slots + lanes + spare,
            slots + lanes + copies,
            what.formatted(lanes, copies, slots)),
        new Need(
            Reason.TooFewWalSenders,
            "max_wal_senders",
            walSenders + lanes + spare,
            walSenders + lanes + copies,
            what.formatted(lanes, copies, walSenders)));
  }

  /** What a target is short of. */
  public static List<Finding> ofTarget(ServerFacts target, Receiving receiving, Demand demand) {
    int lanes = demand.lanes().size();
    int syncs = demand.syncs(syncWorkers(target));
    int applying =
        without(demand, receiving.enabled(), demand.others()).size() + receiving.enabledElsewhere();
    int workers = applying + lanes + syncs;
    int aside = 1 + receiving.otherWorkers().orElse(0);
    String forWorkers =
        "%d to apply and %d to copy here, %d for other subscriptions"
            .formatted(lanes, syncs, applying);
    var findings = new ArrayList<Finding>();
    if (target.settings().number(WORKERS) < workers) {
      findings.add(tooFewWorkers(target, workers, aside + workers, forWorkers));
    } else {
      findings.addAll(
          shortages(
              target,
              "target",
              new Need(
                  Reason.TooFewWorkerProcesses,
                  PROCESSES,
                  aside + applying + lanes + Math.min(syncs, 1),
                  aside + workers,
                  "%s, %d for the launcher and extensions".formatted(forWorkers, aside))));
    }
    // A subscription that is disabled keeps its origin.
    int origins =
        without(demand, receiving.subscriptions().keySet(), demand.others()).size()
            + receiving.elsewhere()
            + receiving.origins();
    findings.addAll(
        shortages(
            target,
            "target",
            new Need(
                Reason.TooFewOrigins,
                target.version() < 180000
                    ? "max_replication_slots"
                    : "max_active_replication_origins",
                origins + lanes + Math.min(syncs, 1),
                origins + lanes + syncs,
                "%d here, %d for tables while they are copied, %d of others"
                    .formatted(lanes, syncs, origins))));
    return List.copyOf(findings);
  }

  /** How many tables each subscription of a target copies at a time at most. */
  public static int syncWorkers(ServerFacts target) {
    return target.settings().number("max_sync_workers_per_subscription");
  }

  /**
   * Too few of these always block: with one too few, an apply worker may find its place taken by
   * one that copies, and some lane stands still.
   */
  private static Finding tooFewWorkers(
      ServerFacts target, int workers, int processes, String what) {
    var changes = new ArrayList<Change>();
    changes.add(new Change(WORKERS, String.valueOf(workers)));
    if (target.settings().number(PROCESSES) < processes) {
      changes.add(new Change(PROCESSES, String.valueOf(processes)));
    }
    return shortage(
        target,
        "target",
        Severity.Blocker,
        new Need(Reason.TooFewWorkers, WORKERS, workers, workers, what),
        changes);
  }

  private static List<Finding> shortages(ServerFacts server, String side, Need... needs) {
    var findings = new ArrayList<Finding>();
    for (Need need : needs) {
      int there = server.settings().number(need.setting);
      if (there < need.all) {
        findings.add(
            shortage(
                server,
                side,
                there < need.least ? Severity.Blocker : Severity.Warning,
                need,
                List.of(new Change(need.setting, String.valueOf(need.all)))));
      }
    }
    return findings;
  }

  private static Finding shortage(
      ServerFacts server, String side, Severity severity, Need need, List<Change> changes) {
    int there = server.settings().number(need.setting);
    return Finding.ofServer(
        severity,
        need.reason,
        String.valueOf(there),
        String.valueOf(need.all),
        "%s is %d, and %d are needed (%s): %s."
            .formatted(
                need.setting,
                there,
                need.all,
                need.what,
                server.provider().withRestart(changes, side)));
  }

  @SafeVarargs
  private static Set<String> without(Demand demand, Collection<String>... names) {
    var others = new TreeSet<String>();
    for (Collection<String> some : names) {
      others.addAll(some);
    }
    demand.lanes().forEach(lane -> others.remove(lane.name()));
    return others;
  }
}
