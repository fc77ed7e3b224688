package dev.tributary.federation;

import java.util.Optional;

/**
 * What the connected role may do with the role that replicates (documentation, CREATE ROLE, ALTER
 * ROLE, DROP ROLE).
 */
record RoleAdmin(ServerFacts server, RoleFacts facts) {
  /**
   * Since then CREATEROLE gives REPLICATION and BYPASSRLS too, to whoever has them, and reaches
   * only roles that it has the ADMIN option on; before, it reached all roles but those that
   * replicate.
   */
  private static final int ADMIN_OPTION_COUNTS = 160000;

  private static final String RDS_REPLICATION = "rds_replication";

  /** The statement by which a role may replicate where nobody may give REPLICATION. */
  static String grantMembership(String role) {
    return "GRANT %s TO %s".formatted(Sql.identifier(RDS_REPLICATION), Sql.identifier(role));
  }

  private boolean since16() {
    return server.version() >= ADMIN_OPTION_COUNTS;
  }

  /** Whether the right to replicate is a membership, as on Amazon RDS. */
  boolean byMembership() {
    return !server.superuser() && facts.mayGrantRdsReplication().isPresent();
  }

  boolean create() {
    if (server.superuser()) {
      return true;
    }
    boolean mayLetReplicate =
        facts.mayGrantRdsReplication().orElse(since16() && server.replication());
    return facts.createRole() && mayLetReplicate;
  }

  /** Whether password and attributes of the role may be changed. */
  boolean alter(RoleState role) {
    return drop(role) && (server.superuser() || since16() || !role.replication());
  }

  /** Whether the role may be dropped, and commented on. */
  boolean drop(RoleState role) {
    boolean reached = since16() ? role.administered() : !role.superuser();
    return server.superuser() || facts.createRole() && reached && !role.superuser();
  }

  boolean bypassRowSecurity(Optional<RoleState> role) {
    return server.superuser()
        || since16()
            && facts.createRole()
            && facts.bypassRowSecurity()
            && role.map(this::drop).orElse(true);
  }

  Problem noRightToCreate(String role, String schema) {
    String self = Sql.identifier(server.role());
    String remedy =
        facts.mayGrantRdsReplication().isPresent()
            ? "run ALTER ROLE %s CREATEROLE and GRANT %s TO %s WITH ADMIN OPTION"
                .formatted(self, RDS_REPLICATION, self)
            : since16()
                ? "run ALTER ROLE %s CREATEROLE REPLICATION".formatted(self)
                : "before PostgreSQL 16 only a superuser may, so let connection.credentialsSecret name one";
    return new Problem(
        Reason.NoRightToManageRole,
        "Role %s may not create the role %s, which replicates: %s; or create it yourself (%s), and set replication.manageRole to false."
            .formatted(server.role(), role, remedy, byHand(role, schema)));
  }

  /** The password by psql's own command, which sends no clear text. */
  private String byHand(String role, String schema) {
    String name = Sql.identifier(role);
    String create =
        byMembership()
            ? "CREATE ROLE %s LOGIN; %s".formatted(name, grantMembership(role))
            : "CREATE ROLE %s LOGIN REPLICATION".formatted(name);
    return "%s; GRANT CONNECT ON DATABASE %s TO %s; GRANT USAGE ON SCHEMA %s TO %s; GRANT SELECT ON ALL TABLES IN SCHEMA %s TO %s; and in psql \\password %s"
        .formatted(
            create,
            Sql.identifier(server.database()),
            name,
            Sql.identifier(schema),
            name,
            Sql.identifier(schema),
            name,
            name);
  }

  Problem noRightToAlter(RoleState role) {
    String self = Sql.identifier(server.role());
    String remedy =
        since16() && !role.superuser()
            ? "run ALTER ROLE %s CREATEROLE and GRANT %s TO %s WITH ADMIN TRUE, INHERIT FALSE, SET FALSE"
                .formatted(self, Sql.identifier(role.name()), self)
            : "only a superuser may, so let connection.credentialsSecret name one";
    return new Problem(
        Reason.NoRightToManageRole,
        "Role %s may not change or drop the role %s: %s; or run COMMENT ON ROLE %s IS NULL, and keep it yourself with replication.manageRole false."
            .formatted(server.role(), role.name(), remedy, Sql.identifier(role.name())));
  }

  Problem noRightToBypass(String role, Table table) {
    return new Problem(
        Reason.NoRightToManageRole,
        "Role %s has to read table %s, which has row-level security, and role %s may not let it: run ALTER ROLE %s BYPASSRLS as a superuser, or exclude the table."
            .formatted(role, table.readable(), server.role(), Sql.identifier(role)));
  }
}
