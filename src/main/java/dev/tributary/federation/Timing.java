package dev.tributary.federation;

import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * When a mirrored table may be changed in a way that rows which are still on their way would not
 * fit: they carry the names that the source had when they were written.
 *
 * @param free whether no subscription writes to it, and nobody can be in the way
 * @param position where the source's WAL is, in bytes since 0/0
 * @param confirmed whether the target has everything up to a position
 * @param next the transaction that the target cannot apply, if the table is in it
 * @param pending the table as it is there
 */
record Timing(
    boolean free,
    long position,
    LongPredicate confirmed,
    Optional<NextTransaction> next,
    Optional<PendingRelation> pending) {
  private static final String WAITS = "waits";

  /** Of a table that nobody writes to. */
  static final Timing FREE =
      new Timing(true, 0, position -> true, Optional.empty(), Optional.empty());

  /** Whether that can be done now which has been waiting since the mark was written. */
  boolean mayDo(Mark mark, String what) {
    return free
        || wait(mark)
            .filter(w -> w.tables().equals(what))
            .filter(w -> confirmed.test(w.position()))
            .isPresent();
  }

  private static Optional<Forgets> wait(Mark mark) {
    return Optional.ofNullable(mark.notes().get(WAITS)).flatMap(Forgets::parse);
  }

  /** The mark that says since when something waits. */
  Mark waiting(Mark mark, String what) {
    return wait(mark).filter(w -> w.tables().equals(what)).isPresent()
        ? mark
        : mark.with(WAITS, new Forgets(position, what).text());
  }

  /** The mark of what is changed now, in a way that rows before this would not fit. */
  Mark changed(Mark mark) {
    if (free) {
      return mark;
    }
    return pending.isPresent()
        ? next.orElseThrow().note(mark)
        : wait(mark).map(w -> NextTransaction.note(mark, w.position())).orElse(mark);
  }

  static Mark notWaiting(Mark mark) {
    return mark.without(WAITS);
  }

  /** What is waited with, in few characters. */
  static String digest(List<? extends Object> changes) {
    return Names.digest(changes.stream().map(Object::toString).toArray(String[]::new));
  }
}
