package dev.tributary.federation;

import java.util.Optional;

/**
 * How the indexes of a flow stand.
 *
 * @param total those that are to be there, without those that cannot be
 * @param building the one that is being built, the first of them
 */
public record IndexReport(int built, int total, Optional<Building> building) {
  public static final IndexReport NONE = new IndexReport(0, 0, Optional.empty());

  /** One that is being built, and how far that is, about. */
  public record Building(String name, int percent) {}

  boolean isComplete() {
    return built == total;
  }

  /** As a sentence. */
  String sentence() {
    return "%d of %d indexes are built%s."
        .formatted(
            built,
            total,
            building.map(b -> ", %s is at %d%%".formatted(b.name, b.percent)).orElse(""));
  }
}
