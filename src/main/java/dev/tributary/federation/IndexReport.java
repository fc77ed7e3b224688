package dev.tributary.federation;

import java.util.Optional;

/**
 * How the indexes of a flow stand.
 *
 * @param total those that are to be there, without those that cannot be
 * @param building the one that is being built, the first of them
 * @param waiting a unique one that is not begun before rows of before it are applied
 */
public record IndexReport(
    int built, int total, Optional<Building> building, Optional<String> waiting) {
  public static final IndexReport NONE = new IndexReport(0, 0, Optional.empty(), Optional.empty());

  /**
   * One that is being built, and how far that is, about.
   *
   * @param waits whether it waits for transactions of others on the target
   */
  public record Building(String name, int percent, boolean waits) {
    private String sentence() {
      return ", %s is at %d%%%s"
          .formatted(
              name,
              percent,
              waits ? " and waits for transactions that are open on the target" : "");
    }
  }

  boolean isComplete() {
    return built == total;
  }

  /** As a sentence. */
  String sentence() {
    return "%d of %d indexes are built%s."
        .formatted(
            built,
            total,
            building
                .map(Building::sentence)
                .or(
                    () ->
                        waiting.map(
                            ", %s waits until what was sent before it is applied"::formatted))
                .orElse(""));
  }
}
