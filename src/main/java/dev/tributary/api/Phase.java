package dev.tributary.api;

/** Where a source stands on its way into the target. */
public enum Phase {
  /** Not looked at yet, or waiting for a resource that it names. */
  Pending,
  /** Tables are being moved, mirrored and published. */
  Preparing,
  /** The initial copy is running. */
  Copying,
  /** Every table is copied and changes flow; its indexes are being built. */
  Indexing,
  /** Every table is copied, has its indexes, and changes flow. */
  Streaming,
  /** Paused by {@code spec.suspend}. */
  Suspended,
  /** A person has to do something; the condition says what. */
  Blocked
}
