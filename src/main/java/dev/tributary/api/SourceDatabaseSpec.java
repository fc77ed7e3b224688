package dev.tributary.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Objects;

/** What a user writes about one source database. */
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
    value = "self.connection.database == oldSelf.connection.database",
    message =
        "connection.database cannot be changed: the tables of another database are another source;"
            + " create a second SourceDatabase for it")
@ValidationRule(
    value = SourceDatabaseSpec.NAME + " == " + SourceDatabaseSpec.OLD_NAME,
    message =
        "schema.name cannot be changed: published tables would change their name under the target;"
            + " create a new SourceDatabase instead")
@ValidationRule(
    value = "!" + SourceDatabaseSpec.NAME + ".matches('^(pg_|information_schema$)')",
    message =
        "the schema must not be information_schema or begin with pg_, PostgreSQL keeps these names to"
            + " itself: set schema.name (without it the database's name is taken)")
@ValidationRule(
    value = "size(bytes(" + SourceDatabaseSpec.NAME + ")) <= 63",
    message =
        "schema.name is too long: PostgreSQL cuts names after 63 bytes, and a letter that is not ASCII"
            + " has several")
@ValidationRule(
    value =
        "(has(self.schema) && has(self.schema.method) && self.schema.method == 'None') || !("
            + SourceDatabaseSpec.NAME
            + " in (has(self.schema) && has(self.schema.from) ? self.schema.from : ['public']))",
    message =
        "the schema must not be one of schema.from, tables cannot move into the schema they are in:"
            + " set schema.name to another name (without it the database's name is taken), or"
            + " schema.method to None when the tables live in their own schema already")
public record SourceDatabaseSpec(
    @Required
        @JsonPropertyDescription(
            "How the operator reaches the database: with the role that owns the tables, or a member"
                + " of it. What that role may do decides what is possible, and the status says so.")
        Connection connection,
    @JsonPropertyDescription(
            "How the target's server reaches this database. What is left out is taken from"
                + " connection.")
        Replication replication,
    @JsonPropertyDescription("The schema of their own that the tables get.") Schema schema,
    @JsonPropertyDescription("Which tables are taken.") Tables tables,
    @JsonPropertyDescription("What is published of them.") Publication publication,
    @Default("Retain")
        @JsonPropertyDescription(
            "What deleting this resource does to the database. Retain: nothing, tables and views"
                + " stay as they are. Delete: tables go back to where they were, the views and the"
                + " search_path are removed. Delete waits until no ReplicationFederation uses the"
                + " source.")
        DeletionPolicy deletionPolicy) {

  /** The schema's name in CEL, {@link #schemaName()} in Java. */
  static final String NAME =
      "(has(self.schema) && has(self.schema.name) ? self.schema.name : self.connection.database)";

  static final String OLD_NAME =
      "(has(oldSelf.schema) && has(oldSelf.schema.name) ? oldSelf.schema.name :"
          + " oldSelf.connection.database)";

  public SourceDatabaseSpec {
    replication = replication == null ? new Replication(null, null, null, null) : replication;
    schema = schema == null ? new Schema(null, null, null, null, null) : schema;
    tables = tables == null ? new Tables(null, null) : tables;
    publication = publication == null ? new Publication(null) : publication;
    deletionPolicy = deletionPolicy == null ? DeletionPolicy.Retain : deletionPolicy;
  }

  /** The schema of this source's tables, on the source and on the target. */
  public String schemaName() {
    return Objects.requireNonNullElseGet(schema.name(), connection::database);
  }

  /** How the target's server reaches the source. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Replication(
      @Size(min = 1, max = 253)
          @Pattern("^[A-Za-z0-9._:-]+$")
          @JsonPropertyDescription("Host name or address as the target's server sees it.")
          String host,
      @Min(1) @Max(65535) @JsonPropertyDescription("TCP port as the target's server sees it.")
          Integer port,
      @Size(min = 1, max = 253)
          @Pattern(Api.NAME)
          @JsonPropertyDescription(
              "Name of a basic-auth Secret with the role that replicates. The role needs REPLICATION,"
                  + " and SELECT on the tables.")
          String credentialsSecret,
      @JsonPropertyDescription("Encryption of the connection between the two servers.")
          ReplicationTls tls) {}

  /** Encryption of the connection that the target's server opens. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value =
          "!has(self.rootCertificate) || self.rootCertificate != 'system' || !has(self.mode) ||"
              + " self.mode == 'verify-full'",
      message =
          "replication.tls.rootCertificate 'system' needs mode verify-full: libpq refuses it with a"
              + " weaker one")
  public record ReplicationTls(
      @JsonPropertyDescription("libpq's sslmode; without it that of connection.") TlsMode mode,
      @Size(min = 1, max = 4096)
          @JsonPropertyDescription(
              "libpq's sslrootcert as the target's server reads it: a file on that server, or"
                  + " 'system'.")
          String rootCertificate) {}

  /** The schema of their own that the tables get. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value =
          "!has(self.from) || self.from.all(s, !s.startsWith('pg_') && s != 'information_schema')",
      message = "schema.from must not name a system schema: its tables cannot be moved")
  @ValidationRule(
      value = "!has(self.method) || self.method != 'None' || !has(self.compatibility)",
      message =
          "schema.compatibility has no meaning with schema.method None: nothing is moved; remove it")
  public record Schema(
      @Size(min = 1, max = 63)
          @JsonPropertyDescription(
              "Name of the schema, on the source and on the target; the database's name without it."
                  + " Cannot be changed.")
          String name,
      @Default("[\"public\"]")
          @Size(min = 1, max = 32)
          @JsonPropertyDescription("The schemas the tables are moved from (method Move).")
          List<@Size(min = 1, max = 63) String> from,
      @Default("Move")
          @JsonPropertyDescription(
              "Move: tables are moved into the schema, one short transaction each. None: they live"
                  + " there already.")
          Method method,
      @JsonPropertyDescription(
              "What lets applications go on as if nothing had moved (method Move).")
          Compatibility compatibility,
      @Default("500ms")
          @Size(min = 2, max = 20)
          @Pattern("^[1-9][0-9]{0,5}(ms|s)$")
          @JsonPropertyDescription(
              "How long a step may wait for a lock, and so make others wait behind it, before it gives"
                  + " up and tries again later.")
          String lockTimeout) {
    public Schema {
      from = from == null || from.isEmpty() ? List.of("public") : List.copyOf(from);
      method = method == null ? Method.Move : method;
      compatibility = compatibility == null ? new Compatibility(null, null) : compatibility;
      lockTimeout = lockTimeout == null ? "500ms" : lockTimeout;
    }
  }

  /** How tables come to live in a schema of their own. */
  public enum Method {
    Move,
    None
  }

  /** What lets applications go on as if nothing had moved. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Compatibility(
      @Default("true")
          @JsonPropertyDescription("Leave a view of the same name where each table was.")
          Boolean views,
      @Default("true")
          @JsonPropertyDescription(
              "Put the schema in front of the database's search_path, so that unqualified names in"
                  + " new sessions reach the real tables.")
          Boolean searchPath) {
    public Compatibility {
      views = views == null || views;
      searchPath = searchPath == null || searchPath;
    }
  }

  /** Which tables are taken. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Tables(
      @Size(max = 256)
          @JsonPropertyDescription(
              "Tables to leave alone, by name, * stands for any characters and ? for one. The history"
                  + " tables of migration tools (Flyway, Liquibase, Rails, Django and others) are"
                  + " always left alone.")
          List<@Size(min = 1, max = 63) String> exclude,
      @Default("Refuse")
          @JsonPropertyDescription(
              "What to do with a table that has no primary key or other replica identity: publishing it"
                  + " would make the application's UPDATE and DELETE fail. Refuse: the source is"
                  + " blocked until you decide. Exclude: the table is left alone.")
          WithoutReplicaIdentity withoutReplicaIdentity) {
    public Tables {
      exclude = exclude == null ? List.of() : List.copyOf(exclude);
      withoutReplicaIdentity =
          withoutReplicaIdentity == null ? WithoutReplicaIdentity.Refuse : withoutReplicaIdentity;
    }
  }

  /** What to do with a table that PostgreSQL cannot publish updates of. */
  public enum WithoutReplicaIdentity {
    Refuse,
    Exclude
  }

  /** What is published. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Publication(
      @Default("[\"insert\", \"update\", \"delete\", \"truncate\"]")
          @Size(min = 1, max = 4)
          @JsonPropertyDescription("The operations that flow to the target.")
          List<Operation> operations) {
    public Publication {
      operations =
          operations == null || operations.isEmpty()
              ? List.of(Operation.values())
              : operations.stream().distinct().sorted().toList();
    }
  }

  /** PostgreSQL's words for {@code publish} of CREATE PUBLICATION. */
  public enum Operation {
    @JsonProperty("insert")
    INSERT,
    @JsonProperty("update")
    UPDATE,
    @JsonProperty("delete")
    DELETE,
    @JsonProperty("truncate")
    TRUNCATE
  }
}
