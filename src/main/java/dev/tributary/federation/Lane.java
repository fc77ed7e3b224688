package dev.tributary.federation;

import java.util.List;

/**
 * Tables that flow beside the others, by publications, a slot and a subscription of their own.
 *
 * <p>There is one apply worker to a subscription, so a hot table delays all others of its lane
 * (documentation, "Logical Replication", architecture).
 *
 * @param object what its slot, its subscription and its first publication are called
 * @param tables patterns of names of tables; the default lane has what no other one takes
 */
public record Lane(String name, String object, List<String> tables) {
  /** The lane of every table that no other lane takes. */
  public static final String DEFAULT = "default";

  public Lane {
    tables = List.copyOf(tables);
  }

  /** A lane of a federation's source. */
  public static Lane of(Owner federation, String source, String name, List<String> tables) {
    return new Lane(name, Names.lane(federation, source, name), tables);
  }

  boolean isDefault() {
    return name.equals(DEFAULT);
  }

  boolean takes(String table) {
    return isDefault() || tables.stream().anyMatch(p -> new NamePattern(p).matches(table));
  }

  /** Publishes tables with all operations that are wanted. */
  String publication() {
    return object;
  }

  /** Publishes new rows of tables whose UPDATE and DELETE cannot be published. */
  String insertsPublication() {
    return object + Names.INSERTS;
  }

  /**
   * Publishes nothing: tables are in it while they come from another lane, so that the subscription
   * gets to know them without a copy.
   */
  String arrivalsPublication() {
    return object + Names.ARRIVALS;
  }

  /**
   * All that its subscription reads. They are made before the slot, which could not decode them
   * otherwise.
   */
  public List<String> publications() {
    return List.of(publication(), insertsPublication(), arrivalsPublication());
  }

  /** For a sentence. */
  @Override
  public String toString() {
    return isDefault() ? "the default lane" : "lane " + name;
  }
}
