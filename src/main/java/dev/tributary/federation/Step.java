package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/**
 * One thing to do in one database: a record that prints without one.
 *
 * <p>A step is idempotent in the sense that matters: when it was cut off anywhere, observing and
 * planning again leads to the same end.
 */
public interface Step {
  /** Where it runs. */
  Site site();

  /** The statements, in order. A password is never among them, see {@link WithConnectionString}. */
  List<String> sql();

  /** What it does, in one sentence for a person. */
  String sentence();

  /** Whether the statements are one transaction; some of PostgreSQL's allow none. */
  default boolean transactional() {
    return true;
  }

  /**
   * The lock that applications would wait behind. A step that cannot have it gives up and is tried
   * again later; following steps of this kind go on without it, so it must stand for itself.
   */
  default Optional<Lock> lock() {
    return Optional.empty();
  }

  /** What it means when the server gave up on a statement that took too long. */
  default Reason whenTimedOut() {
    return Reason.DatabaseError;
  }

  /** A step whose SQL carries the connection string of the source, put in only to execute it. */
  interface WithConnectionString extends Step {
    /** The statements with this connection string, quoted. */
    List<String> sql(String connectionString);

    @Override
    default List<String> sql() {
      return sql("<connection string of the source>");
    }
  }
}
