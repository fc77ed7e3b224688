package dev.tributary.federation;

/**
 * A build of an index that runs now.
 *
 * @param index its name on the target
 * @param phase as {@code pg_stat_progress_create_index} calls it (documentation, "CREATE INDEX
 *     Progress Reporting")
 */
public record IndexBuild(
    Relation table,
    String index,
    String phase,
    long blocksDone,
    long blocksTotal,
    long tuplesDone,
    long tuplesTotal) {

  /** The share of time that the parts of a concurrent build take, about: no server says. */
  private static final int BUILD = 60;

  private static final int SORT = 40;
  private static final int SCAN_INDEX = 70;
  private static final int ALMOST = 99;

  /** Whether it waits for transactions that were open before. */
  boolean waits() {
    return phase.startsWith("waiting for");
  }

  /** How far it is, about; it never goes back. */
  int percent() {
    if (phase.startsWith("building index: loading")) {
      return between(SORT, BUILD, tuplesDone, tuplesTotal);
    }
    if (phase.startsWith("building index: sorting")) {
      return SORT;
    }
    if (phase.startsWith("building index")) {
      return between(0, SORT, blocksDone, blocksTotal);
    }
    if (phase.equals("waiting for writers before validation")) {
      return BUILD;
    }
    if (phase.equals("index validation: scanning index")) {
      return between(BUILD, SCAN_INDEX, blocksDone, blocksTotal);
    }
    if (phase.equals("index validation: sorting tuples")) {
      return SCAN_INDEX;
    }
    if (phase.equals("index validation: scanning table")) {
      return between(SCAN_INDEX, ALMOST, blocksDone, blocksTotal);
    }
    return waits() && !phase.endsWith("before build") ? ALMOST : 0;
  }

  private static int between(int from, int to, long done, long total) {
    return total <= 0 ? from : from + (int) ((to - from) * Math.min(done, total) / total);
  }
}
