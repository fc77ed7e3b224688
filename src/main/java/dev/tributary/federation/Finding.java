package dev.tributary.federation;

import java.util.Comparator;
import java.util.Optional;

/**
 * What a check found: something that somebody should know of a server, or of a table before it
 * moves.
 *
 * @param reason the name of the check
 * @param table the table, empty where it concerns all of them, or the server
 * @param current the value that was found, where there is one
 * @param wanted the value that it should have
 * @param sentence what will be, and the way round
 */
public record Finding(
    Severity severity,
    Reason reason,
    Optional<Relation> table,
    Optional<String> current,
    Optional<String> wanted,
    String sentence) {

  /** Worst first. */
  static final Comparator<Finding> ORDER =
      Comparator.comparing(Finding::severity)
          .thenComparing(Finding::reason)
          .thenComparing(f -> f.table.map(Relation::toString).orElse(""))
          .thenComparing(Finding::sentence);

  /** The same where the checks have an order of their own. */
  static final Comparator<Finding> WORST_FIRST = Comparator.comparing(Finding::severity);

  /** How much it matters. */
  public enum Severity {
    /** Nothing is moved or copied before it is settled. */
    Blocker,
    /** Something will work otherwise than before, or not always. */
    Warning,
    /** Good to know. */
    Info
  }

  /** One that has no value. */
  public Finding(Severity severity, Reason reason, Optional<Relation> table, String sentence) {
    this(severity, reason, table, Optional.empty(), Optional.empty(), sentence);
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

  /** What a check of a server found. */
  static Finding ofServer(
      Severity severity, Reason reason, String current, String wanted, String sentence) {
    return new Finding(
        severity, reason, Optional.empty(), Optional.of(current), Optional.of(wanted), sentence);
  }

  boolean blocks() {
    return severity == Severity.Blocker;
  }

  /** The same where it holds up nothing, because all that is wanted runs already. */
  public Finding asWarning() {
    return blocks()
        ? new Finding(Severity.Warning, reason, table, current, wanted, sentence)
        : this;
  }

  Problem problem() {
    return new Problem(reason, sentence);
  }
}
