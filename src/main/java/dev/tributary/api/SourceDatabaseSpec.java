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
    replication = replication == null ? new Replication(null, null, null, null, null) : replication;
    schema = schema == null ? Schema.DEFAULT : schema;
    tables = tables == null ? new Tables(null, null, null, null, null) : tables;
    publication = publication == null ? new Publication(null) : publication;
    deletionPolicy = deletionPolicy == null ? DeletionPolicy.Retain : deletionPolicy;
  }

  /** The schema of this source's tables, on the source and on the target. */
  public String schemaName() {
    return Objects.requireNonNullElseGet(schema.name(), connection::database);
  }

  /** How the target's server reaches the source. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value = "!has(self.manageRole) || !self.manageRole || has(self.credentialsSecret)",
      message =
          "replication.manageRole needs replication.credentialsSecret: the role of connection is not"
              + " Tributary's to manage")
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
      @Default("false")
          @JsonPropertyDescription(
              "Create the role of credentialsSecret, with that password and just the rights that"
                  + " replication needs, keep both as the Secret and the tables say, and drop the"
                  + " role when the source is deleted with deletionPolicy Delete.")
          Boolean manageRole,
      @JsonPropertyDescription("Encryption of the connection between the two servers.")
          ReplicationTls tls) {
    public Replication {
      manageRole = manageRole != null && manageRole;
    }
  }

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
                  + " there already; what was moved goes back to where it was, with its rights,"
                  + " sequences and search_paths.")
          Method method,
      @JsonPropertyDescription(
              "What lets applications go on as if nothing had moved (method Move).")
          Compatibility compatibility,
      @Default("WithTable")
          @JsonPropertyDescription(
              "What becomes of a sequence that a column owns, as serial makes it, when its table moves."
                  + " WithTable: it moves too, and nextval('public.users_id_seq') fails from then on."
                  + " KeepInPlace: it stays, owned by nobody. Concerns tables that move from now on.")
          Sequences sequences,
      @Default("Automatic")
          @JsonPropertyDescription(
              "Automatic: what has to be done for the schema is done. Manual: it waits in status.plan"
                  + " until approvedPlan, or the annotation tributary.dev/approved-plan, has its hash.")
          ApprovalPolicy approval,
      @Pattern("^[0-9a-f]{16}$")
          @JsonPropertyDescription(
              "The hash of the plan that may be executed (approval Manual). A plan that differs in"
                  + " anything has another hash.")
          String approvedPlan,
      @Default("500ms")
          @Size(min = 2, max = 20)
          @Pattern("^[1-9][0-9]{0,5}(ms|s)$")
          @JsonPropertyDescription(
              "How long a step may wait for a lock at most, and so make others wait behind it, before it"
                  + " gives up and tries again later. It begins with 10ms, and takes more only after it"
                  + " has tried in vain for minutes.")
          String lockTimeout,
      @Default("Auto")
          @JsonPropertyDescription(
              "Auto: where the role is a superuser, and max_prepared_transactions is 0, event triggers"
                  + " and a function in the schema announce DDL by NOTIFY, so that it is looked at at"
                  + " once. Never: DDL is seen when the database is next polled; event triggers that are"
                  + " there are dropped.")
          EventTrigger eventTrigger) {
    static final Schema DEFAULT = new Schema(null, null, null, null, null, null, null, null, null);

    public Schema {
      from = from == null || from.isEmpty() ? List.of("public") : List.copyOf(from);
      method = method == null ? Method.Move : method;
      compatibility =
          compatibility == null ? new Compatibility(null, null, null, null) : compatibility;
      sequences = sequences == null ? Sequences.WithTable : sequences;
      approval = approval == null ? ApprovalPolicy.Automatic : approval;
      lockTimeout = lockTimeout == null ? "500ms" : lockTimeout;
      eventTrigger = eventTrigger == null ? EventTrigger.Auto : eventTrigger;
    }
  }

  /** Whether event triggers announce DDL. */
  public enum EventTrigger {
    Auto,
    Never
  }

  /** How tables come to live in a schema of their own. */
  public enum Method {
    Move,
    None
  }

  /** What becomes of a sequence that a column owns. */
  public enum Sequences {
    WithTable,
    KeepInPlace
  }

  /** Whether a person has to approve a plan. */
  public enum ApprovalPolicy {
    Automatic,
    Manual
  }

  /** What lets applications go on as if nothing had moved. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Compatibility(
      @Default("true")
          @JsonPropertyDescription("Leave a view of the same name where each table was.")
          Boolean views,
      @Size(max = 256)
          @JsonPropertyDescription(
              "Tables that get no view, by name, * stands for any characters and ? for one. Naming one"
                  + " takes its view away, as a migration needs it that drops or retypes a column;"
                  + " taking the name out again brings it back.")
          List<@Size(min = 1, max = 63) String> viewsExcept,
      @Default("Keep")
          @JsonPropertyDescription(
              "What to do with a view that is to go while pg_stat_statements shows statements that name"
                  + " it. Keep: it stays, and the status says why. Drop: it goes.")
          ViewsInUse viewsInUse,
      @Default("true")
          @JsonPropertyDescription(
              "Put the schema before schema.from in the database's search_path, so that unqualified names in"
                  + " new sessions reach the real tables; for roles that have a search_path of their"
                  + " own, in theirs.")
          Boolean searchPath) {
    public Compatibility {
      views = views == null || views;
      viewsExcept = viewsExcept == null ? List.of() : List.copyOf(viewsExcept);
      viewsInUse = viewsInUse == null ? ViewsInUse.Keep : viewsInUse;
      searchPath = searchPath == null || searchPath;
    }
  }

  /** What to do with a view that is to go and is still used. */
  public enum ViewsInUse {
    Keep,
    Drop
  }

  /** Which tables are taken. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @ValidationRule(
      value =
          "!has(self.overrides) || self.overrides.all(t, self.overrides.exists_one(o, o.name == t.name))",
      message = "tables.overrides must name each table once")
  public record Tables(
      @Size(max = 256)
          @JsonPropertyDescription(
              "Tables to take, by name, * stands for any characters and ? for one; all without it.")
          List<@Size(min = 1, max = 63) String> include,
      @Size(max = 256)
          @JsonPropertyDescription(
              "Tables to leave alone, by name, * stands for any characters and ? for one. The history"
                  + " tables of migration tools (Flyway, Liquibase, Rails, Django and others) are"
                  + " always left alone.")
          List<@Size(min = 1, max = 63) String> exclude,
      @Default("Refuse")
          @JsonPropertyDescription(
              "What to do with a table that has no primary key, no other replica identity, and no"
                  + " unique index on NOT NULL columns to make one: publishing it would make the"
                  + " application's UPDATE and DELETE fail. Refuse: the source is blocked until you"
                  + " decide. Exclude: the table is left alone. InsertOnly: only new rows flow."
                  + " Full: it gets REPLICA IDENTITY FULL, which costs WAL and a search by the whole"
                  + " row on the target.")
          WithoutReplicaIdentity withoutReplicaIdentity,
      @Default("Refuse")
          @JsonPropertyDescription(
              "What to do with a table that somebody else's publication has: its subscribers know it by"
                  + " the name it has now. Refuse: the source is blocked until you decide. Move: it is"
                  + " moved, its subscribers are ready for the new name.")
          PublishedElsewhere publishedElsewhere,
      @Size(max = 256) @JsonPropertyDescription("What is different for single tables.")
          List<Override> overrides) {
    public Tables {
      include = include == null ? List.of() : List.copyOf(include);
      overrides = overrides == null ? List.of() : List.copyOf(overrides);
      exclude = exclude == null ? List.of() : List.copyOf(exclude);
      withoutReplicaIdentity =
          withoutReplicaIdentity == null ? WithoutReplicaIdentity.Refuse : withoutReplicaIdentity;
      publishedElsewhere =
          publishedElsewhere == null ? PublishedElsewhere.Refuse : publishedElsewhere;
    }
  }

  /** What to do with a table that PostgreSQL cannot publish updates of. */
  public enum WithoutReplicaIdentity {
    Refuse,
    Exclude,
    InsertOnly,
    Full
  }

  /** What is different for one table. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Override(
      @Required @Size(min = 1, max = 63) @JsonPropertyDescription("Name of the table.") String name,
      @Size(min = 1, max = 4096)
          @JsonPropertyDescription(
              "Only rows for which this SQL expression is true flow (PostgreSQL 15 and later). Where"
                  + " UPDATE or DELETE flow, it may name columns of the replica identity only.")
          String where,
      @Size(min = 1, max = 1600)
          @JsonPropertyDescription(
              "Only these columns flow (PostgreSQL 15 and later). Where UPDATE or DELETE flow, those"
                  + " of the replica identity have to be among them.")
          List<@Size(min = 1, max = 63) String> columns,
      @JsonPropertyDescription("By what UPDATE and DELETE of the table are published.")
          ReplicaIdentity replicaIdentity) {
    public Override {
      columns = columns == null ? List.of() : List.copyOf(columns);
    }
  }

  /** By what UPDATE and DELETE of a table are published. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record ReplicaIdentity(
      @Required
          @Size(min = 1, max = 63)
          @JsonPropertyDescription(
              "Name of a unique index on NOT NULL columns, which becomes the replica identity.")
          String index) {}

  /** What to do with a table that somebody else's publication has. */
  public enum PublishedElsewhere {
    Refuse,
    Move
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
