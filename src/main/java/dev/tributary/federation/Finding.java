package dev.tributary.federation;

import java.util.Comparator;
import java.util.Optional;

/**
 * Something about a table that somebody should know before it moves.
 *
 * @param table the table, empty where it concerns all of them
 * @param sentence what will be, and the way round
 */
public record Finding(Severity severity, Reason reason, Optional<Relation> table, String sentence) {

  /** Worst first. */
  static final Comparator<Finding> ORDER =
      Comparator.comparing(Finding::severity)
          .thenComparing(Finding::reason)
          .thenComparing(f -> f.table.map(Relation::toString).orElse(""))
          .thenComparing(Finding::sentence);

  /** How much it matters. */
  public enum Severity {
    /** Nothing is moved before it is settled. */
    Blocker,
    /** Something that an application may do will work otherwise than before. */
    Warning,
    /** Good to know. */
    Info
  }

  static Finding blocker(Reason reason, Relation table, String sentence) {
    return new Finding(Severity.Blocker, reason, Optional.of(table), sentence);
  }

  static Finding warning(Reason reason, Relation table, String sentence) {
    return new Finding(Severity.Warning, reason, Optional.of(table), sentence);
  }

  static Finding info(Reason reason, Relation table, String sentence) {
    return new Finding(Severity.Info, reason, Optional.of(table), sentence);
  }

  Problem problem() {
    return new Problem(reason, sentence);
  }
}
