package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
                "The schema %s does not exist, and with schema.method None nothing makes it: create it, or use method Move. Tables that had been moved are back."
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
    if (desired.move() && state.schema().isEmpty()) {
      desired.from().stream()
          .filter(from -> state.origin(from).isEmpty())
          .forEach(
              from ->
                  problems.add(
                      new Problem(
                          Reason.SchemaMissing,
                          "There is no schema %s to move tables from: correct schema.from, or create it."
                              .formatted(from))));
    }
    if (desired.move()) {
      SearchPaths.problem(desired, server).ifPresent(problems::add);
      problems.addAll(ofBefore(desired, state));
    }
    return problems;
  }

  /** What stands in the way of remembering something where no table moves. */
  static List<Problem> ofRemembering(DesiredSchema desired, SourceState state) {
    var problems = new ArrayList<>(ofBefore(desired, state));
    if (state.before().isEmpty()) {
      state
          .schema()
          .flatMap(s -> mayNotCreate(desired, s, state.server()))
          .ifPresent(problems::add);
    }
    return problems;
  }

  private static List<Problem> ofBefore(DesiredSchema desired, SourceState state) {
    boolean taken = state.taken().contains(desired.in(Before.TABLE));
    if (state.before().isEmpty()) {
      return taken
          ? List.of(
              new Problem(
                  Reason.NotOwned,
                  "The table %s, by which Tributary remembers how things were, was not made by Tributary: rename or drop it."
                      .formatted(desired.in(Before.TABLE))))
          : List.of();
    }
    return Mark.refusal(
            "The table " + desired.in(Before.TABLE), state.before().get().mark(), desired.owner())
        .stream()
        .toList();
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
    return mayNotCreate(desired, schema, server).stream().toList();
  }

  private static Optional<Problem> mayNotCreate(
      DesiredSchema desired, SchemaFacts schema, ServerFacts server) {
    return schema.mayCreate()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                Reason.PermissionDenied,
                "Role %s may not create in the schema %s: run GRANT USAGE, CREATE ON SCHEMA %s TO %s."
                    .formatted(
                        server.role(),
                        desired.name(),
                        Sql.identifier(desired.name()),
                        Sql.identifier(server.role()))));
  }
}
