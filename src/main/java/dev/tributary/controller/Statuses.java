package dev.tributary.controller;

import dev.tributary.api.ParadeDBTargetStatus;
import dev.tributary.api.Phase;
import dev.tributary.api.Preflight;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.ReplicationFederationStatus;
import dev.tributary.api.SourceDatabaseStatus;
import dev.tributary.federation.Approval;
import dev.tributary.federation.Finding;
import dev.tributary.federation.FlowReport;
import dev.tributary.federation.IndexReport;
import dev.tributary.federation.LaneReport;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Relation;
import dev.tributary.federation.SchemaReport;
import dev.tributary.federation.SlotState;
import dev.tributary.federation.SubscriptionState;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Turns reports into the status of a resource. */
final class Statuses {
  private static final int MOST_ENTRIES = 20;
  private static final int LONGEST_SQL = 2000;

  /** From least to most far: the first one found is the phase of the whole. */
  private static final List<Phase> FROM_LEAST_FAR =
      List.of(
          Phase.Blocked,
          Phase.Pending,
          Phase.Preparing,
          Phase.Copying,
          Phase.Indexing,
          Phase.Suspended,
          Phase.Streaming);

  private Statuses() {}

  /**
   * The status of a source.
   *
   * @param before what its preflight says holds on when no tables had to move
   */
  static SourceDatabaseStatus source(
      SchemaReport report,
      Optional<SourceDatabaseStatus> before,
      Long generation,
      List<Condition> conditions) {
    return new SourceDatabaseStatus(
        generation,
        report.serverVersion(),
        report.schema().orElse(null),
        report.settled() + "/" + report.total(),
        report
            .preflight()
            .map(looked -> preflight(report.findings()))
            .or(() -> before.map(SourceDatabaseStatus::preflight))
            .orElse(null),
        preflight(report.server()),
        report.hash().map(hash -> plan(report, hash)).orElse(null),
        conditions);
  }

  private static Preflight preflight(List<Finding> findings) {
    return new Preflight(
        count(findings, Finding.Severity.Blocker),
        count(findings, Finding.Severity.Warning),
        count(findings, Finding.Severity.Info),
        findings.stream()
            .limit(MOST_ENTRIES)
            .map(
                f ->
                    new Preflight.Finding(
                        f.severity().name(),
                        f.reason().name(),
                        f.table().map(Relation::toString).orElse(null),
                        f.current().orElse(null),
                        f.wanted().orElse(null),
                        f.sentence()))
            .toList());
  }

  private static int count(List<Finding> findings, Finding.Severity severity) {
    return (int) findings.stream().filter(f -> f.severity() == severity).count();
  }

  private static SourceDatabaseStatus.Plan plan(SchemaReport report, String hash) {
    return new SourceDatabaseStatus.Plan(
        hash,
        report.plan().steps().size(),
        report.plan().steps().stream()
            .limit(MOST_ENTRIES)
            .map(
                s ->
                    new SourceDatabaseStatus.Step(
                        s.sentence(), s.sql().stream().map(Statuses::shortened).toList()))
            .toList(),
        report.begun().map(Approval.Begun::steps).orElse(List.of()));
  }

  /** A table may have 1600 columns, and a status has to fit into etcd. */
  private static String shortened(String sql) {
    return sql.length() <= LONGEST_SQL ? sql : sql.substring(0, LONGEST_SQL - 1) + "…";
  }

  /** What was known stays, only the conditions change. */
  static SourceDatabaseStatus source(
      SourceDatabaseStatus before, Long generation, List<Condition> conditions) {
    return before == null
        ? new SourceDatabaseStatus(generation, null, null, null, null, null, null, conditions)
        : new SourceDatabaseStatus(
            generation,
            before.serverVersion(),
            before.schema(),
            before.tables(),
            before.preflight(),
            before.serverPreflight(),
            before.plan(),
            conditions);
  }

  static ParadeDBTargetStatus target(
      String serverVersion, List<Finding> findings, Long generation, List<Condition> conditions) {
    return new ParadeDBTargetStatus(
        generation, serverVersion, preflight(findings), List.of(), conditions);
  }

  /** What was known stays, only the conditions change. */
  static ParadeDBTargetStatus target(
      ParadeDBTargetStatus before, Long generation, List<Condition> conditions) {
    return before == null
        ? new ParadeDBTargetStatus(generation, null, null, List.of(), conditions)
        : new ParadeDBTargetStatus(
            generation, before.serverVersion(), before.preflight(), List.of(), conditions);
  }

  static ReplicationFederationStatus federation(
      List<FlowReport> reports, Long generation, List<Condition> conditions) {
    var phases = reports.stream().map(FlowReport::phase).toList();
    int ready = reports.stream().mapToInt(FlowReport::tablesReady).sum();
    int total = reports.stream().mapToInt(FlowReport::tablesTotal).sum();
    long streaming = phases.stream().filter(p -> p == Phase.Streaming).count();
    return new ReplicationFederationStatus(
        generation,
        FROM_LEAST_FAR.stream().filter(phases::contains).findFirst().orElse(Phase.Pending),
        streaming + "/" + reports.size(),
        ready + "/" + total,
        copied(reports),
        lag(reports),
        reports.stream().map(Statuses::entry).toList(),
        conditions);
  }

  /** What the whole federation's condition says: the first source that is not well. */
  static Problem why(ReplicationFederation federation, List<FlowReport> reports) {
    return reports.stream()
        .filter(r -> !r.why().reason().good())
        .min(Comparator.comparing((FlowReport r) -> !r.why().reason().blocked()))
        .map(r -> new Problem(r.why().reason(), r.source() + ": " + r.why().sentence()))
        .orElseGet(
            () ->
                new Problem(
                    Reason.InSync,
                    "%d of %d tables, from %d %s, are in sync with %s."
                        .formatted(
                            reports.stream().mapToInt(FlowReport::tablesReady).sum(),
                            reports.stream().mapToInt(FlowReport::tablesTotal).sum(),
                            reports.size(),
                            reports.size() == 1 ? "source" : "sources",
                            federation.getSpec().target())));
  }

  /** The schema that the last status named for a source. */
  static Optional<String> schemaOf(ReplicationFederation federation, String source) {
    return Optional.ofNullable(federation.getStatus()).stream()
        .flatMap(s -> s.sources().stream())
        .filter(s -> source.equals(s.name()))
        .flatMap(s -> Stream.ofNullable(s.schema()))
        .findFirst();
  }

  private static String copied(List<FlowReport> reports) {
    long bytes = reports.stream().mapToLong(FlowReport::bytesTotal).sum();
    if (bytes == 0) {
      boolean streaming = reports.stream().allMatch(r -> r.phase() == Phase.Streaming);
      return streaming && !reports.isEmpty() ? "100%" : "0%";
    }
    double copied =
        reports.stream().mapToDouble(r -> (double) r.bytesTotal() * r.copiedPercent()).sum();
    return (int) Math.floor(copied / bytes) + "%";
  }

  private static String lag(List<FlowReport> reports) {
    return reports.stream()
        .flatMap(r -> r.lagSeconds().stream())
        .max(Comparator.naturalOrder())
        .map(seconds -> seconds + "s")
        .orElse(null);
  }

  private static ReplicationFederationStatus.Source entry(FlowReport report) {
    return new ReplicationFederationStatus.Source(
        report.source(),
        report.phase(),
        report.why().reason().name(),
        report.why().sentence(),
        report.schema(),
        report.tablesReady(),
        report.tablesTotal(),
        report.copiedPercent(),
        indexes(report.indexes()),
        report.lagBytes().orElse(null),
        report.lagSeconds().orElse(null),
        report.lanes().stream().map(Statuses::lane).toList(),
        preflight(report.findings()),
        atMost(report.pending()),
        report.unsynced().stream()
            .limit(MOST_ENTRIES)
            .map(
                t ->
                    new ReplicationFederationStatus.TableState(
                        t.table(), t.state().map(Enum::name).orElse("Missing")))
            .toList());
  }

  private static ReplicationFederationStatus.Indexes indexes(IndexReport report) {
    return new ReplicationFederationStatus.Indexes(
        report.built(),
        report.total(),
        report
            .building()
            .map(b -> new ReplicationFederationStatus.Building(b.name(), b.percent()))
            .orElse(null));
  }

  private static ReplicationFederationStatus.Lane lane(LaneReport lane) {
    return new ReplicationFederationStatus.Lane(
        lane.name(),
        lane.tablesReady(),
        lane.tablesTotal(),
        lane.lagBytes().orElse(null),
        lane.lagSeconds().orElse(null),
        lane.slot().map(Statuses::slot).orElse(null),
        lane.subscription().map(s -> subscription(lane.publication(), s)).orElse(null));
  }

  private static ReplicationFederationStatus.Slot slot(SlotState slot) {
    return new ReplicationFederationStatus.Slot(
        slot.name(),
        slot.active(),
        slot.walStatus(),
        slot.retainedBytes(),
        slot.safeBytes().orElse(null),
        // Of one that is connected the server tells when it connected.
        slot.active() ? null : slot.inactiveSince().orElse(null),
        slot.failover());
  }

  private static ReplicationFederationStatus.Subscription subscription(
      String publication, SubscriptionState s) {
    return new ReplicationFederationStatus.Subscription(
        s.name(), publication, s.enabled(), s.running(), s.applyErrors(), s.syncErrors());
  }

  private static List<String> atMost(List<String> entries) {
    return entries.stream().limit(MOST_ENTRIES).toList();
  }

  /**
   * Apply errors that the last status spoke of, by lane; before the first report nothing is news.
   */
  static Map<String, Long> applyErrorsBefore(ReplicationFederation federation, String source) {
    var errors = new HashMap<String, Long>();
    Optional.ofNullable(federation.getStatus())
        .flatMap(s -> s.sources().stream().filter(e -> source.equals(e.name())).findFirst())
        .map(ReplicationFederationStatus.Source::lanes)
        .orElse(List.of())
        .stream()
        .filter(l -> l.subscription() != null && l.subscription().applyErrors() != null)
        .forEach(l -> errors.put(l.name(), l.subscription().applyErrors()));
    return errors;
  }
}
