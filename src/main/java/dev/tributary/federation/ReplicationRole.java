package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The role that replicates from a source: made, given the password of its Secret and just the
 * rights that replication needs, and taken away again.
 *
 * <p>There are no default privileges for it: they would hold for tables that are left alone, too. A
 * table that arrives later gets its grant at the next look, before it is published.
 */
public final class ReplicationRole {
  private ReplicationRole() {}

  /**
   * Whether a role has the password of today: a subscription that was told of it earlier would be
   * refused.
   *
   * @param mark what the role's comment says
   * @param password fingerprint of the password of today; empty where nobody keeps the role
   */
  public static boolean hasPassword(Optional<Mark> mark, Optional<String> password) {
    return password.isEmpty() || password.equals(mark.flatMap(ReplicationRole::password));
  }

  private static Optional<String> password(Mark mark) {
    return Optional.ofNullable(mark.notes().get(Mark.PASSWORD));
  }

  /** What is missing of the role, as far as it does not have to wait for the tables' schema. */
  static Plan plan(
      DesiredRole desired, DesiredSchema schema, SourceState state, RoleFacts facts, Plan move) {
    var there = facts.role(desired.name());
    var refusal = there.flatMap(r -> refusal(desired, r, schema.owner()));
    if (refusal.isPresent()) {
      return Plan.blocked(List.of(refusal.get()));
    }
    var may = new RoleAdmin(state.server(), facts);
    if (there.isEmpty() && !may.create()) {
      return Plan.blocked(List.of(may.noRightToCreate(desired.name(), schema.name())));
    }
    var steps = new ArrayList<Step>();
    var problems = new ArrayList<Problem>();
    Mark mark = Mark.of(schema.owner());
    if (there.isEmpty()) {
      steps.add(new CreateRole(desired.name(), may.byMembership(), mark));
    } else {
      var own = ofItself(desired, there.get(), mark, may);
      if (!own.isEmpty() && !may.alter(there.get())) {
        problems.add(may.noRightToAlter(there.get()));
      } else {
        steps.addAll(own);
      }
    }
    var privileges = RolePrivileges.of(desired.name(), there, schema, state, move);
    return new Plan(steps, problems)
        .then(rowSecurity(desired.name(), there, privileges.tables(), may))
        .then(privileges.plan())
        .then(retireOthers(desired, schema.owner(), may, facts));
  }

  /**
   * What is given on a schema that is made by the very plan.
   *
   * @param before what is planned for the role
   */
  static Plan afterMove(
      DesiredRole desired, DesiredSchema schema, RoleFacts facts, Plan before, Plan move) {
    boolean kept =
        facts
            .role(desired.name())
            .map(r -> refusal(desired, r, schema.owner()).isEmpty())
            .orElse(before.steps().stream().anyMatch(CreateRole.class::isInstance));
    boolean makesIt = move.steps().stream().anyMatch(Schemas.CreateSchema.class::isInstance);
    return kept && makesIt
        ? Plan.of(List.of(RolePrivileges.useOf(schema.name(), desired.name())))
        : Plan.NOTHING;
  }

  /** What takes every role away that this resource has made. */
  static Plan remove(Owner owner, ServerFacts server, RoleFacts facts) {
    var may = new RoleAdmin(server, facts);
    var plan = Plan.NOTHING;
    for (RoleState role : facts.of(owner)) {
      var slot = facts.slots().stream().map(RoleFacts.Slot::name).findFirst();
      plan =
          plan.then(
              role.connected() || slot.isPresent()
                  ? Plan.blocked(
                      List.of(
                          new Problem(
                              Reason.ObjectInUse,
                              "Role %s still replicates%s: take that down first, or set deletionPolicy to Retain."
                                  .formatted(
                                      role.name(), slot.map(s -> " by the slot " + s).orElse("")))))
                  : retire(role, may));
    }
    return plan;
  }

  /** What lets go of every role that this resource has made, and leaves it as it is. */
  static Plan release(Owner owner, ServerFacts server, RoleFacts facts) {
    var may = new RoleAdmin(server, facts);
    var steps = new ArrayList<Step>();
    var problems = new ArrayList<Problem>();
    for (RoleState role : facts.of(owner)) {
      if (may.drop(role)) {
        steps.add(MarkRole.with(role, role.mark().orElseThrow().release()));
      } else {
        problems.add(may.noRightToAlter(role));
      }
    }
    return new Plan(steps, problems);
  }

  private static Optional<Problem> refusal(DesiredRole desired, RoleState role, Owner self) {
    String others =
        "set another username in the Secret %s, or replication.manageRole to false"
            .formatted(desired.secret());
    return switch (Mark.ownership(role.mark(), self)) {
      case OURS, RELEASED -> Optional.empty();
      case ANOTHERS ->
          Optional.of(
              new Problem(
                  Reason.OwnedByAnother,
                  "Role %s is kept by %s (uid %s), and a role is the whole server's: %s. If that resource is gone for good, drop the role."
                      .formatted(
                          role.name(),
                          role.mark().orElseThrow().owner(),
                          role.mark().orElseThrow().owner().uid(),
                          others)));
      case UNMARKED ->
          Optional.of(
              new Problem(
                  Reason.NotOwned,
                  "Role %s was not made by Tributary, which changes no role of others: %s."
                      .formatted(role.name(), others)));
    };
  }

  /** Mark, attributes and password of a role that is there. */
  private static List<Step> ofItself(
      DesiredRole desired, RoleState role, Mark mark, RoleAdmin may) {
    var steps = new ArrayList<Step>();
    boolean ours = Mark.ownership(role.mark(), mark.owner()) == Mark.Ownership.OURS;
    if (!ours) {
      var notes = role.mark().map(Mark::notes).orElseThrow();
      steps.add(MarkRole.with(role, Mark.of(mark.owner(), notes)));
    }
    if (!role.login() || !role.mayReplicate()) {
      steps.add(new AlterRole(role.name(), may.byMembership()));
    }
    boolean another =
        desired.password().isPresent() && !hasPassword(role.mark(), desired.password());
    // A role that was let go of is a person's until it is taken up.
    if (ours && another) {
      Mark known = Mark.of(mark.owner(), Map.of(Mark.PASSWORD, desired.password().get()));
      steps.add(new SetPassword(role.name(), known.below(role.comment())));
    }
    return steps;
  }

  /** Reading a table with row-level security needs BYPASSRLS, which not everybody may give. */
  private static Plan rowSecurity(
      String name, Optional<RoleState> there, List<Table> tables, RoleAdmin may) {
    var secured = tables.stream().filter(Table::rowSecurity).findFirst();
    boolean has = there.map(r -> r.bypassRowSecurity() || r.superuser()).orElse(false);
    if (secured.isPresent() == has) {
      return Plan.NOTHING;
    }
    if (may.bypassRowSecurity(there)) {
      return Plan.of(List.of(new BypassRowSecurity(name, secured.isPresent())));
    }
    return secured.isPresent() && there.isPresent()
        ? Plan.blocked(List.of(may.noRightToBypass(name, secured.get())))
        : Plan.NOTHING;
  }

  /**
   * A role of an earlier username goes when the one of today has its password and everybody who
   * reads has changed over: a slot that nobody reads may be read as the old one next.
   */
  private static Plan retireOthers(
      DesiredRole desired, Owner owner, RoleAdmin may, RoleFacts facts) {
    boolean ready =
        desired.password().isPresent()
            && facts
                .role(desired.name())
                .filter(r -> Mark.ownership(r.mark(), owner) == Mark.Ownership.OURS)
                .filter(r -> hasPassword(r.mark(), desired.password()))
                .isPresent();
    boolean changedOver = facts.slots().stream().allMatch(RoleFacts.Slot::active);
    var plan = Plan.NOTHING;
    if (ready && changedOver) {
      for (RoleState role : facts.of(owner)) {
        if (!role.name().equals(desired.name()) && !role.connected()) {
          plan = plan.then(retire(role, may));
        }
      }
    }
    return plan;
  }

  private static Plan retire(RoleState role, RoleAdmin may) {
    if (!may.drop(role)) {
      return Plan.blocked(List.of(may.noRightToAlter(role)));
    }
    var steps = new ArrayList<>(RolePrivileges.revokeAll(role, may.server().database()));
    if (role.elsewhere().isEmpty()) {
      steps.add(new DropRole(role.name()));
      return Plan.of(steps);
    }
    return new Plan(
        steps,
        List.of(
            new Problem(
                Reason.RoleInUse,
                "Role %s is no longer needed, but cannot be dropped: somebody has given it more, or it owns something (%s). Take that from it, or run COMMENT ON ROLE %s IS NULL to keep it."
                    .formatted(
                        role.name(),
                        role.elsewhere().stream().limit(3).collect(Collectors.joining(", ")),
                        Sql.identifier(role.name())))));
  }

  /** What makes the role and keeps it as it is to be. */
  interface Making extends Step.OnSource {}

  private static String comment(String role, String text) {
    return "COMMENT ON ROLE %s IS %s".formatted(Sql.identifier(role), Sql.literal(text));
  }

  /**
   * Makes and marks the role, without a password yet: nobody can log in by one before {@link
   * SetPassword}.
   */
  record CreateRole(String name, boolean byMembership, Mark mark) implements Making {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      sql.add(
          "CREATE ROLE %s LOGIN%s"
              .formatted(Sql.identifier(name), byMembership ? "" : " REPLICATION"));
      if (byMembership) {
        sql.add(RoleAdmin.grantMembership(name));
      }
      sql.add(comment(name, mark.text()));
      return sql;
    }

    @Override
    public String sentence() {
      return "Create the role %s, which replicates; it gets the password of its Secret"
          .formatted(name);
    }
  }

  /** Gives the role back what it needs to log in and replicate. */
  record AlterRole(String name, boolean byMembership) implements Making {
    @Override
    public List<String> sql() {
      String alter = "ALTER ROLE %s LOGIN".formatted(Sql.identifier(name));
      return byMembership
          ? List.of(alter, RoleAdmin.grantMembership(name))
          : List.of(alter + " REPLICATION");
    }

    @Override
    public String sentence() {
      return "Let the role %s log in and replicate".formatted(name);
    }
  }

  /**
   * Gives the role the password of today and writes down which one that is. Both or neither: the
   * subscription follows what is written.
   */
  record SetPassword(String name, String mark) implements Making, Step.WithPasswordVerifier {
    @Override
    public List<String> sql(String verifier) {
      return List.of(
          "ALTER ROLE %s PASSWORD %s".formatted(Sql.identifier(name), Sql.literal(verifier)),
          comment(name, mark));
    }

    @Override
    public String sentence() {
      return "Give the role %s the password of its Secret".formatted(name);
    }

    @Override
    public boolean awaitsApproval() {
      return false;
    }
  }

  /** Writes whose the role is. */
  record MarkRole(String name, Mark mark, String text) implements Making {
    static MarkRole with(RoleState role, Mark mark) {
      return new MarkRole(role.name(), mark, mark.below(role.comment()));
    }

    @Override
    public List<String> sql() {
      return List.of(comment(name, text));
    }

    @Override
    public String sentence() {
      return "%s the role %s".formatted(mark.released() ? "Release" : "Take up", name);
    }
  }

  /** Lets the role read all rows of tables with row-level security, or no longer. */
  record BypassRowSecurity(String name, boolean bypass) implements Making {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER ROLE %s %s".formatted(Sql.identifier(name), bypass ? "BYPASSRLS" : "NOBYPASSRLS"));
    }

    @Override
    public String sentence() {
      return bypass
          ? "Let the role %s read all rows of tables with row-level security".formatted(name)
          : "Let the role %s bypass row-level security no longer".formatted(name);
    }
  }

  /** Drops a role that has nothing any more. */
  record DropRole(String name) implements Making {
    @Override
    public List<String> sql() {
      return List.of("DROP ROLE " + Sql.identifier(name));
    }

    @Override
    public String sentence() {
      return "Drop the role " + name;
    }
  }
}
