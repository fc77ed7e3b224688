package dev.tributary.federation;

/** Where a step runs, and as whom. */
public enum Site {
  /** On the source, as the role of {@code connection}. */
  SOURCE,
  /** On the source, as the role of {@code replication}. */
  SOURCE_AS_REPLICATOR,
  /** On the target. */
  TARGET
}
