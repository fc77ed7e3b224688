package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;

/** What a source has to be, and what its role has to be allowed, before anything is changed. */
final class SourcePreflight {
  private static final int OLDEST = 130000;

  private SourcePreflight() {}

  /** What stands in the way of publishing anything from this server. */
  static List<Problem> of(ServerFacts server) {
    var problems = new ArrayList<Problem>();
    if (server.version() < OLDEST) {
      problems.add(
          new Problem(
              Reason.ServerTooOld,
              "The server is PostgreSQL %s; a source has to be 13 or later: upgrade it."
                  .formatted(server.versionText())));
    }
    if (server.standby()) {
      problems.add(
          new Problem(
              Reason.ServerIsStandby,
              "The server is a standby and read-only: connect to its primary."));
    }
    if (!server.walLevel().equals("logical")) {
      problems.add(
          new Problem(
              Reason.WalLevelNotLogical,
              ("wal_level is %s: run ALTER SYSTEM SET wal_level = 'logical' and restart the server (Amazon RDS:"
                      + " rds.logical_replication, Cloud SQL: cloudsql.logical_decoding, Azure: the wal_level"
                      + " parameter).")
                  .formatted(server.walLevel())));
    }
    return problems;
  }

  /** What stands in the way of giving the tables their schema. */
  static List<Problem> of(DesiredSchema desired, SourceState state) {
    ServerFacts server = state.server();
    var problems = new ArrayList<Problem>(of(server));
    if (state.schema().isEmpty()) {
      if (!desired.move()) {
        problems.add(
            new Problem(
                Reason.SchemaMissing,
                "The schema %s does not exist, and with schema.method None nothing makes it: create it, or use method Move."
                    .formatted(desired.name())));
      } else if (!server.mayCreateSchema()) {
        problems.add(
            new Problem(
                Reason.NoRightToCreateSchema,
                "Role %s may not create the schema %s: run GRANT CREATE ON DATABASE %s TO %s."
                    .formatted(
                        server.role(),
                        desired.name(),
                        Sql.identifier(server.database()),
                        Sql.identifier(server.role()))));
      }
    } else {
      problems.addAll(ofSchema(desired, state.schema().get(), server));
    }
    if (desired.move()
        && desired.searchPath()
        && !server.mayAlterDatabase()
        && !SearchPath.of(server.databaseSearchPath()).contains(desired.name())) {
      problems.add(
          new Problem(
              Reason.PermissionDenied,
              ("Role %s does not own the database, so it cannot put %s into its search_path: have the owner run ALTER"
                      + " DATABASE %s SET search_path = %s, or set schema.compatibility.searchPath to false.")
                  .formatted(
                      server.role(),
                      desired.name(),
                      Sql.identifier(server.database()),
                      SearchPath.of(server.databaseSearchPath()).with(desired.name()).sql())));
    }
    return problems;
  }

  private static List<Problem> ofSchema(
      DesiredSchema desired, SchemaFacts schema, ServerFacts server) {
    if (!desired.move()) {
      return List.of();
    }
    // A schema that a person made for the tables is welcome; it is never dropped.
    if (schema.mark().isPresent()) {
      var refusal = Mark.refusal("The schema " + desired.name(), schema.mark(), desired.owner());
      if (refusal.isPresent()) {
        return List.of(refusal.get());
      }
    }
    if (!schema.mayCreate()) {
      return List.of(
          new Problem(
              Reason.PermissionDenied,
              "Role %s may not create in the schema %s: run GRANT USAGE, CREATE ON SCHEMA %s TO %s."
                  .formatted(
                      server.role(),
                      desired.name(),
                      Sql.identifier(desired.name()),
                      Sql.identifier(server.role()))));
    }
    return List.of();
  }

  /** What stands in the way of leaving views behind where tables were. */
  static List<Problem> ofOrigins(DesiredSchema desired, SourceState state, List<Table> unsettled) {
    var problems = new ArrayList<Problem>();
    for (SchemaFacts origin : state.origins()) {
      boolean needed = unsettled.stream().anyMatch(t -> t.schema().equals(origin.name()));
      if (needed && desired.views() && !origin.mayCreate()) {
        problems.add(
            new Problem(
                Reason.PermissionDenied,
                "Role %s may not create views in the schema %s: run GRANT USAGE, CREATE ON SCHEMA %s TO %s, or set schema.compatibility.views to false."
                    .formatted(
                        state.server().role(),
                        origin.name(),
                        Sql.identifier(origin.name()),
                        Sql.identifier(state.server().role()))));
      }
    }
    return problems;
  }
}
