package dev.tributary.api;

/** One of the two databases of a flow. */
public enum Side {
  /** The database of a SourceDatabase. */
  Source,
  /** The database of a ParadeDBTarget. */
  Target
}
