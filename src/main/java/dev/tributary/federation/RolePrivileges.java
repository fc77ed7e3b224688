package dev.tributary.federation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the role that replicates may do in the database: CONNECT, USAGE on the tables' schema,
 * SELECT on the tables that are taken; and no longer on others.
 *
 * @param there the role, unless it is made just now
 * @param tables that are taken and may be granted on, wherever they are now
 * @param kept the tables whose grant is not taken back
 */
record RolePrivileges(
    String role,
    Optional<RoleState> there,
    DesiredSchema schema,
    SourceState state,
    List<Table> tables,
    Set<Relation> kept) {
  private static final Comparator<Relation> ORDER =
      Comparator.comparing(Relation::schema).thenComparing(Relation::name);

  static RolePrivileges of(
      String role, Optional<RoleState> there, DesiredSchema schema, SourceState state, Plan move) {
    var selection = TableSelection.of(schema, state);
    // A grant goes along with its table, so one that is about to move has it on arrival.
    var moving = move.problems().isEmpty() ? selection.unsettled() : List.<Table>of();
    var tables =
        Stream.concat(selection.settled().stream(), moving.stream())
            .filter(Table::mayAlter)
            .toList();
    var kept = new HashSet<Relation>();
    selection.settled().forEach(t -> kept.add(t.relation()));
    selection.moving().forEach(t -> kept.add(t.relation()));
    return new RolePrivileges(role, there, schema, state, tables, kept);
  }

  /** Gives what is missing, and takes back what is given and not needed. */
  Plan plan() {
    var steps = new ArrayList<Step>();
    var problems = new ArrayList<Problem>();
    connect(steps, problems);
    use(steps, problems);
    var readable = there.map(RoleState::relations).orElse(Set.of());
    var missing = tables.stream().map(Table::relation).filter(t -> !readable.contains(t)).toList();
    if (!missing.isEmpty()) {
      steps.add(new Give(role, "SELECT", tables(missing), readable(missing)));
    }
    there.map(this::unneeded).ifPresent(steps::addAll);
    return new Plan(steps, problems);
  }

  private void connect(List<Step> steps, List<Problem> problems) {
    if (there.map(RoleState::connect).orElse(false)) {
      return;
    }
    String database = Sql.identifier(state.server().database());
    if (state.server().mayAlterDatabase()) {
      steps.add(
          new Give(
              role, "CONNECT", "DATABASE " + database, "database " + state.server().database()));
    } else if (!there.map(RoleState::mayConnect).orElse(true)) {
      problems.add(missing("connect to the database", "GRANT CONNECT ON DATABASE " + database));
    }
  }

  private void use(List<Step> steps, List<Problem> problems) {
    var facts = state.schema();
    boolean has = there.map(r -> r.schemas().contains(schema.name())).orElse(false);
    if (facts.isEmpty() || has) {
      return;
    }
    if (facts.get().mayGrant()) {
      steps.add(useOf(schema.name(), role));
    } else if (there.isPresent() && !there.get().mayUseSchema()) {
      problems.add(
          missing(
              "use the schema " + schema.name(),
              "GRANT USAGE ON SCHEMA " + Sql.identifier(schema.name())));
    }
  }

  private Problem missing(String what, String grant) {
    return new Problem(
        Reason.NoRightToManageRole,
        "Role %s may not %s, and does not get that right from role %s, which is not the owner: run %s TO %s."
            .formatted(role, what, state.server().role(), grant, Sql.identifier(role)));
  }

  private List<Step> unneeded(RoleState role) {
    var steps = new ArrayList<Step>();
    var relations = role.relations().stream().filter(r -> !kept.contains(r)).sorted(ORDER).toList();
    if (!relations.isEmpty()) {
      steps.add(new TakeBack(role.name(), "SELECT", tables(relations), readable(relations)));
    }
    role.schemas().stream()
        .filter(s -> !s.equals(schema.name()))
        .sorted()
        .forEach(s -> steps.add(notUse(role.name(), s)));
    return steps;
  }

  /** Takes back everything, and nothing that somebody else gave. */
  static List<Step> revokeAll(RoleState role, String database) {
    var steps = new ArrayList<Step>();
    var relations = role.relations().stream().sorted(ORDER).toList();
    if (!relations.isEmpty()) {
      steps.add(new TakeBack(role.name(), "SELECT", tables(relations), readable(relations)));
    }
    role.schemas().stream().sorted().forEach(s -> steps.add(notUse(role.name(), s)));
    if (role.connect()) {
      steps.add(
          new TakeBack(
              role.name(),
              "CONNECT",
              "DATABASE " + Sql.identifier(database),
              "database " + database));
    }
    return steps;
  }

  static Step useOf(String schema, String role) {
    return new Give(role, "USAGE", "SCHEMA " + Sql.identifier(schema), "schema " + schema);
  }

  private static Step notUse(String role, String schema) {
    return new TakeBack(role, "USAGE", "SCHEMA " + Sql.identifier(schema), "schema " + schema);
  }

  private static String tables(Collection<Relation> relations) {
    return relations.stream()
        .map(Relation::qualified)
        .collect(Collectors.joining(", ", "TABLE ", ""));
  }

  private static String readable(List<Relation> relations) {
    return relations.size() == 1
        ? "table " + relations.get(0)
        : "%d tables".formatted(relations.size());
  }

  /**
   * Gives the role a right.
   *
   * @param on as SQL has it
   * @param readable as a sentence has it
   */
  record Give(String role, String privilege, String on, String readable)
      implements ReplicationRole.Making {
    @Override
    public List<String> sql() {
      return List.of("GRANT %s ON %s TO %s".formatted(privilege, on, Sql.identifier(role)));
    }

    @Override
    public String sentence() {
      return "Give the role %s %s on %s".formatted(role, privilege, readable);
    }
  }

  /** Takes it back. */
  record TakeBack(String role, String privilege, String on, String readable)
      implements Step.OnSource {
    @Override
    public List<String> sql() {
      return List.of("REVOKE %s ON %s FROM %s".formatted(privilege, on, Sql.identifier(role)));
    }

    @Override
    public String sentence() {
      return "Take %s on %s back from the role %s".formatted(privilege, readable, role);
    }
  }
}
