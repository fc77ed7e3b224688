package dev.tributary.bench;

/** A way of giving the tables a schema of their own. */
@FunctionalInterface
interface Move {
  Result run(Tables tables) throws Exception;

  /** What became of it, and what is worth telling of the way there. */
  record Result(boolean moved, String remark) {}
}
