package dev.tributary.federation;

import dev.tributary.federation.MirrorSteps.AlterTable;
import dev.tributary.federation.MirrorSteps.DropTable;
import dev.tributary.federation.MirrorSteps.RenameTable;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What mirrored tables are called on the target: rows find them by the name of their time. */
final class MirrorNames {
  /** What a table is called that makes room for another one, by its OID. */
  private static final String BETWEEN = "tributary_between_";

  /** What a table is called whose name another one has, since the source has it no more. */
  private static final String DROPPED = "tributary_dropped_";

  private final DesiredFlow desired;
  private final TargetState target;
  private final List<PublishedTable> tables;
  private final List<LaneState> lanes;
  private final Set<Long> living;

  MirrorNames(
      DesiredFlow desired,
      TargetState target,
      List<PublishedTable> tables,
      List<LaneState> lanes,
      Set<Long> living) {
    this.desired = desired;
    this.target = target;
    this.tables = tables;
    this.lanes = lanes;
    this.living = living;
  }

  /** Whether no subscription writes to a table. */
  static boolean isIdle(PublishedTable table, List<LaneState> lanes) {
    return lanes.stream().noneMatch(l -> l.known().contains(table.relation()));
  }

  /**
   * What gives a table the name that it needs; nothing when it has the one that it has on the
   * source by now.
   */
  Optional<Plan> settle(Table table, Table there, Timing timing) {
    String wanted = timing.pending().map(p -> p.relation().name()).orElse(table.name());
    if (there.name().equals(wanted)) {
      return wanted.equals(table.name()) ? Optional.empty() : Optional.of(Plan.NOTHING);
    }
    return Optional.of(
        target
            .table(wanted)
            .map(holder -> makeRoom(holder, there, timing))
            .orElseGet(() -> rename(there, wanted, timing)));
  }

  /** Whether a table has another name on the target than on the source by now. */
  boolean differs(PublishedTable table) {
    return target
        .mirrorOf(table.table(), living)
        .filter(t -> !t.name().equals(table.table().name()))
        .isPresent();
  }

  /**
   * Whether another table of the target has the name that a table needs or is to have: rows may
   * have gone there, or nowhere, without an error.
   */
  boolean isTaken(PublishedTable table, Table there, Timing timing) {
    var wanted =
        Stream.concat(
            Stream.of(table.table().name()),
            timing.pending().stream().map(p -> p.relation().name()));
    return wanted
        .flatMap(n -> target.table(n).stream())
        .anyMatch(holder -> !holder.equals(there) && !Passage.isOne(holder));
  }

  private boolean lives(Table table) {
    return table.mark().flatMap(Likeness::of).filter(l -> living.contains(l.oid())).isPresent();
  }

  private static Plan rename(Table there, String wanted, Timing timing) {
    Mark mark = there.mark().orElseThrow();
    String digest = Timing.digest(List.of(wanted));
    if (timing.pending().isPresent() || timing.mayDo(mark, digest)) {
      return Plan.of(
          List.of(
              new RenameTable(there.relation(), wanted, Timing.notWaiting(timing.changed(mark)))));
    }
    Mark waiting = timing.waiting(mark, digest);
    List<Step> note =
        waiting.equals(mark)
            ? List.of()
            : List.of(new AlterTable(there.relation(), false, List.of(), waiting));
    return new Plan(
        note,
        List.of(
            new Problem(
                Reason.WaitingForApply,
                "The target has to apply what was sent of %s before it is renamed to %s there."
                    .formatted(there.readable(), wanted))));
  }

  /** A name that another table has: one that is left over, or that is about to get another one. */
  private Plan makeRoom(Table holder, Table comes, Timing timing) {
    var lives =
        tables.stream()
            .filter(t -> target.mirrorOf(t.table(), living).filter(holder::equals).isPresent())
            .findFirst();
    boolean ours = Mirror.isOurs(desired, holder);
    if (lives.isEmpty() && ours) {
      return leave(holder, timing);
    }
    // One that nobody writes to can step aside.
    var aside =
        timing.free()
            ? Optional.of(comes)
            : lives.filter(t -> ours && isIdle(t, lanes)).map(t -> holder);
    return aside
        .filter(t -> ours && !t.name().startsWith(BETWEEN))
        .map(t -> Plan.of(List.<Step>of(renamed(t, BETWEEN))))
        .orElseGet(
            () ->
                Plan.blocked(
                    List.of(
                        new Problem(
                            ours ? Reason.WaitingForApply : Reason.NotOwned,
                            "The table %s of the target is to be called %s, which another table is called there: that one has to be renamed first."
                                .formatted(comes.readable(), holder.name())))));
  }

  private Plan leave(Table holder, Timing timing) {
    boolean known =
        lanes.stream().anyMatch(l -> l.known().contains(TargetState.leftBehind(holder.relation())));
    if (known && timing.pending().isEmpty()) {
      return Plan.NOTHING;
    }
    return Plan.of(
        List.of(
            desired.destroys() && !known && !lives(holder)
                ? new DropTable(holder.relation())
                : renamed(holder, DROPPED)));
  }

  private static Step renamed(Table table, String prefix) {
    return new RenameTable(table.relation(), prefix + table.oid(), table.mark().orElseThrow());
  }
}
