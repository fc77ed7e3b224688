package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/**
 * One table as the catalog describes it.
 *
 * @param mayAlter whether the connected role owns it, or is a member of the role that does
 * @param rowSecurity whether row-level security is enabled
 * @param ownerMayCreate whether its owner may create in its schema, as the owner of a view has to
 * @param logged whether its rows are in the WAL
 * @param extension whether it belongs to an extension
 * @param identity what UPDATE and DELETE are published by
 * @param key columns of the primary key, else of the replica identity's index, in index order
 * @param identityFacts what the replica identity is set to, and what it could be
 * @param comment what {@code COMMENT ON TABLE} says, without a mark of Tributary
 * @param indexes their names, which move with the table
 * @param publishedBy publications of others that it is in
 * @param flows publications of Tributary that it is in
 * @param replicatorMaySelect whether the role of {@code replication} may read it and its schema
 * @param bytes size of its rows: of a source's table estimated, of the target's true
 * @param estimatedRows the planner's estimate, 0 when unknown
 * @param oid which it keeps when it is renamed
 * @param file what its rows are in; another one when all of them were written anew
 * @param lastNumber of its columns, those that were dropped included
 */
public record Table(
    String schema,
    String name,
    String owner,
    boolean mayAlter,
    boolean ownerMayCreate,
    boolean rowSecurity,
    Inheritance inheritance,
    boolean logged,
    boolean extension,
    ReplicaIdentity identity,
    List<String> key,
    IdentityFacts identityFacts,
    List<Column> columns,
    List<Grant> grants,
    Optional<String> comment,
    List<ColumnSequence> sequences,
    List<String> indexes,
    List<String> publishedBy,
    List<String> flows,
    boolean replicatorMaySelect,
    Optional<Mark> mark,
    long bytes,
    long estimatedRows,
    long oid,
    String file,
    int lastNumber) {

  public Table {
    key = List.copyOf(key);
    columns = List.copyOf(columns);
    grants = List.copyOf(grants);
    sequences = List.copyOf(sequences);
    indexes = List.copyOf(indexes);
    publishedBy = List.copyOf(publishedBy);
    flows = List.copyOf(flows);
  }

  /** What a published UPDATE or DELETE finds its row by (documentation, "Publication"). */
  public enum ReplicaIdentity {
    /** A primary key or a unique index on NOT NULL columns. */
    KEY,
    /** The whole row. */
    FULL,
    /** Nothing: publishing the table would make its own UPDATE and DELETE fail. */
    NONE
  }

  /** The same under another name. */
  Table as(Relation other) {
    return new Table(
        other.schema(),
        other.name(),
        owner,
        mayAlter,
        ownerMayCreate,
        rowSecurity,
        inheritance,
        logged,
        extension,
        identity,
        key,
        identityFacts,
        columns,
        grants,
        comment,
        sequences,
        indexes,
        publishedBy,
        flows,
        replicatorMaySelect,
        mark,
        bytes,
        estimatedRows,
        oid,
        file,
        lastNumber);
  }

  public Relation relation() {
    return new Relation(schema, name);
  }

  public String qualified() {
    return Sql.qualified(schema, name);
  }

  /** {@code schema.name} for a sentence. */
  public String readable() {
    return schema + "." + name;
  }

  List<String> generatedColumns() {
    return columns.stream().filter(c -> c.generated().isPresent()).map(Column::name).toList();
  }

  public List<String> columnNames() {
    return columns.stream().map(Column::name).toList();
  }
}
