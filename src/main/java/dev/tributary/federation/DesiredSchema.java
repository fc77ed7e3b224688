package dev.tributary.federation;

import java.time.Duration;
import java.util.List;

/**
 * The schema of their own that a source's tables are to have.
 *
 * @param from the schemas that the tables come from, and go back to
 * @param move whether tables are moved there; else they live there already, and what was moved goes
 *     back
 * @param keepSequences whether sequences that columns own stay behind, owned by nobody
 * @param lockTimeout how long a step may wait for a lock at most
 */
public record DesiredSchema(
    Owner owner,
    String name,
    List<String> from,
    boolean move,
    Compatibility compatibility,
    boolean keepSequences,
    Duration lockTimeout,
    Tables tables) {
  public DesiredSchema {
    from = List.copyOf(from);
  }

  /**
   * What lets applications go on as if nothing had moved.
   *
   * @param viewsExcept patterns of names of tables that get no view
   * @param dropViewsInUse whether views go although statements that name them are seen
   */
  public record Compatibility(
      boolean views, List<String> viewsExcept, boolean dropViewsInUse, boolean searchPath) {
    public Compatibility {
      viewsExcept = List.copyOf(viewsExcept);
    }
  }

  /**
   * Which tables are taken.
   *
   * @param exclude patterns of table names to leave alone
   * @param excludeWithoutIdentity leave tables without replica identity alone, instead of being
   *     blocked
   * @param moveIfPublished move tables that publications of others name
   */
  public record Tables(
      List<String> exclude, boolean excludeWithoutIdentity, boolean moveIfPublished) {
    public Tables {
      exclude = List.copyOf(exclude);
    }
  }

  /** The same with everything back where it was: what deleting asks for. */
  public DesiredSchema wayBack() {
    return new DesiredSchema(
        owner, name, from, false, compatibility, keepSequences, lockTimeout, tables);
  }

  Relation in(String table) {
    return new Relation(name, table);
  }

  boolean wantsViewOf(String table) {
    return compatibility.views()
        && compatibility.viewsExcept().stream()
            .noneMatch(p -> TableSelection.pattern(p).matcher(table).matches());
  }
}
