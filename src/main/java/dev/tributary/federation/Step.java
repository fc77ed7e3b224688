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

  /** The statements, in order. A password is never among them, see {@link WithSecret}. */
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

  /** Whether anything is different afterwards; else it only tries something. */
  default boolean changes() {
    return true;
  }

  /**
   * Whether it waits where a person has to approve plans, and is in their hash. What only follows a
   * Secret does neither: it changes nothing that a plan could show.
   */
  default boolean awaitsApproval() {
    return true;
  }

  /** A step that runs in the source's database. */
  interface OnSource extends Step {
    @Override
    default Site site() {
      return Site.SOURCE;
    }
  }

  /** A step that runs in the target's database. */
  interface OnTarget extends Step {
    @Override
    default Site site() {
      return Site.TARGET;
    }
  }

  /**
   * A step that may take hours, and that nobody waits for: what becomes of it the catalogs say. Its
   * statements run in a session of their own, each for itself.
   */
  interface InBackground extends OnTarget {
    /** The table that it works on: one at a time. */
    Relation table();

    /** What is being made, in the table's schema: what the server refuses is remembered by it. */
    String object();
  }

  /** A step whose SQL carries a secret, put in only to execute it. */
  interface WithSecret extends Step {
    /** What the secret is; stands in its place wherever the step is printed. */
    String secret();

    /** The statements with this secret, quoted. */
    List<String> sql(String secret);

    @Override
    default List<String> sql() {
      return sql("<" + secret() + ">");
    }
  }

  /** A step whose SQL carries the connection string of the source. */
  interface WithConnectionString extends WithSecret {
    @Override
    default String secret() {
      return "connection string of the source";
    }
  }

  /** A step whose SQL carries what the server keeps of a role's password. */
  interface WithPasswordVerifier extends WithSecret {
    @Override
    default String secret() {
      return "SCRAM-SHA-256 verifier of the password in the Secret";
    }
  }
}
