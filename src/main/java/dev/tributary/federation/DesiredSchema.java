package dev.tributary.federation;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.api.SourceDatabaseSpec.WithoutReplicaIdentity;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The schema of their own that a source's tables are to have.
 *
 * @param from the schemas that the tables come from, and go back to
 * @param move whether tables are moved there; else they live there already, and what was moved goes
 *     back
 * @param keepSequences whether sequences that columns own stay behind, owned by nobody
 * @param lockTimeout how long a step may wait for a lock at most
 * @param eventTriggers whether DDL is to be announced by event triggers, where that can be
 */
public record DesiredSchema(
    Owner owner,
    String name,
    List<String> from,
    boolean move,
    Compatibility compatibility,
    boolean keepSequences,
    Duration lockTimeout,
    Tables tables,
    boolean eventTriggers) {
  public DesiredSchema {
    from = List.copyOf(from);
  }

  /** One without event triggers. */
  public DesiredSchema(
      Owner owner,
      String name,
      List<String> from,
      boolean move,
      Compatibility compatibility,
      boolean keepSequences,
      Duration lockTimeout,
      Tables tables) {
    this(owner, name, from, move, compatibility, keepSequences, lockTimeout, tables, false);
  }

  /** The same with event triggers. */
  public DesiredSchema announced() {
    return new DesiredSchema(
        owner, name, from, move, compatibility, keepSequences, lockTimeout, tables, true);
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
   * Which tables are taken, and how.
   *
   * @param include patterns of names of tables to take; all when empty
   * @param exclude patterns of table names to leave alone
   * @param withoutIdentity what to do with tables that nothing can be made a replica identity of
   * @param moveIfPublished move tables that publications of others name
   * @param operations what is published
   */
  public record Tables(
      List<String> include,
      List<String> exclude,
      WithoutReplicaIdentity withoutIdentity,
      boolean moveIfPublished,
      List<TableOverride> overrides,
      List<Operation> operations) {
    /** All tables and all operations, and a question where there is one. */
    public static final Tables ALL =
        new Tables(
            List.of(),
            List.of(),
            WithoutReplicaIdentity.Refuse,
            false,
            List.of(),
            List.of(Operation.values()));

    public Tables {
      include = List.copyOf(include);
      exclude = List.copyOf(exclude);
      overrides = List.copyOf(overrides);
      operations = List.copyOf(operations);
    }

    /** Whether something is published that finds its row by the replica identity. */
    boolean publishChanges() {
      return operations.contains(Operation.UPDATE) || operations.contains(Operation.DELETE);
    }

    Optional<TableOverride> overrideOf(Table table) {
      return overrides.stream().filter(o -> o.table().equals(table.name())).findFirst();
    }
  }

  /**
   * What is different for one table.
   *
   * @param where the row filter as it was written
   * @param columns those that flow, as they were written; all when empty
   * @param identityIndex the index to make the replica identity
   */
  public record TableOverride(
      String table, Optional<String> where, List<String> columns, Optional<String> identityIndex) {
    public TableOverride {
      columns = List.copyOf(columns);
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
        && compatibility.viewsExcept().stream().noneMatch(p -> new NamePattern(p).matches(table));
  }
}
