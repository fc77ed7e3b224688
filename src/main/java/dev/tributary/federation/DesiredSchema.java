package dev.tributary.federation;

import java.time.Duration;
import java.util.List;

/**
 * The schema of their own that a source's tables are to have.
 *
 * @param move whether tables are moved there; else they live there already
 * @param exclude patterns of table names to leave alone
 * @param excludeWithoutIdentity leave tables without replica identity alone, instead of being
 *     blocked
 */
public record DesiredSchema(
    Owner owner,
    String name,
    List<String> from,
    boolean move,
    boolean views,
    boolean searchPath,
    Duration lockTimeout,
    List<String> exclude,
    boolean excludeWithoutIdentity) {
  public DesiredSchema {
    from = List.copyOf(from);
    exclude = List.copyOf(exclude);
  }
}
