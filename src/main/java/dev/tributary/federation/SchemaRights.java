package dev.tributary.federation;

import dev.tributary.federation.Before.Kind;
import dev.tributary.federation.Before.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whoever could use the old schema has to reach the tables in the new one; whoever could create
 * there will create here, once it comes first in the search_path, and what is given there on
 * objects to come is given here.
 */
final class SchemaRights {
  private SchemaRights() {}

  /** What is missing of the rights on the schema and on what will be made in it. */
  static List<Step> plan(DesiredSchema desired, SourceState state) {
    var steps = new ArrayList<Step>();
    // A GRANT by somebody who is not the owner is a warning, not an error, and would be planned
    // again.
    boolean mayGrant = state.schema().map(SchemaFacts::mayGrant).orElse(true);
    boolean remember = !isMarked(state);
    var grants = missingGrants(state);
    if (mayGrant && !grants.isEmpty()) {
      steps.add(new GrantOnSchema(desired.name(), grants, remember));
    }
    missingDefaults(state).stream()
        .filter(DefaultPrivilege::mayAlter)
        .forEach(d -> steps.add(new GiveByDefault(desired.name(), d, remember)));
    return steps;
  }

  /** A schema of our own goes with everything on it; in another we give back what we gave. */
  private static boolean isMarked(SourceState state) {
    return state.schema().isEmpty() || state.schema().get().mark().isPresent();
  }

  private static List<Grant> missingGrants(SourceState state) {
    var there = state.schema().map(SchemaFacts::grants).orElse(List.of());
    return state.origins().stream()
        .flatMap(origin -> origin.grants().stream())
        .distinct()
        // Who makes a schema owns it.
        .filter(g -> state.schema().isPresent() || !g.grantee().equals(state.server().role()))
        .filter(g -> there.stream().noneMatch(t -> t.covers(g)))
        .toList();
  }

  private static List<DefaultPrivilege> missingDefaults(SourceState state) {
    var there = state.schema().map(SchemaFacts::defaults).orElse(List.of());
    return state.origins().stream()
        .flatMap(origin -> origin.defaults().stream())
        .filter(d -> there.stream().noneMatch(t -> t.sameAs(d)))
        .toList();
  }

  /** What cannot be given, because another role would have to. */
  static List<Finding> findings(DesiredSchema desired, SourceState state) {
    var findings = new ArrayList<Finding>();
    missingDefaults(state).stream()
        .filter(d -> !d.mayAlter())
        .forEach(
            d ->
                findings.add(
                    new Finding(
                        Finding.Severity.Warning,
                        Reason.DefaultPrivileges,
                        Optional.empty(),
                        "%s is not a member of role %s, so the default privileges of that role stay behind: run %s."
                            .formatted(state.server().role(), d.role(), give(desired.name(), d)))));
    boolean mayGrant = state.schema().map(SchemaFacts::mayGrant).orElse(true);
    if (!mayGrant) {
      missingGrants(state)
          .forEach(
              g ->
                  findings.add(
                      new Finding(
                          Finding.Severity.Warning,
                          Reason.PermissionDenied,
                          Optional.empty(),
                          "Schema %s belongs to another role, so what the old schema allows cannot be allowed there: run %s."
                              .formatted(desired.name(), grant(desired.name(), g)))));
    }
    return findings;
  }

  /** What takes back what we gave on a schema that somebody else made. */
  static List<Step> remove(DesiredSchema desired, SourceState state) {
    var steps = new ArrayList<Step>();
    var given = state.remembered().all(Kind.GIVEN);
    SchemaFacts schema = state.schema().orElseThrow();
    schema.grants().stream()
        .filter(g -> given.contains(Thing.given(g.digest())))
        .forEach(g -> steps.add(new RevokeOnSchema(desired.name(), g)));
    schema.defaults().stream()
        .filter(d -> given.contains(Thing.given(d.digest())))
        .forEach(d -> steps.add(new GiveNoMoreByDefault(desired.name(), d)));
    return steps;
  }

  private static String grant(String schema, Grant grant) {
    return "GRANT %s ON SCHEMA %s TO %s%s"
        .formatted(
            grant.privilege(),
            Sql.identifier(schema),
            grant.to(),
            grant.grantable() ? " WITH GRANT OPTION" : "");
  }

  private static String give(String schema, DefaultPrivilege d) {
    return "ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %s GRANT %s ON %s TO %s%s"
        .formatted(
            Sql.identifier(d.role()),
            Sql.identifier(schema),
            d.grant().privilege(),
            d.objects(),
            d.grant().to(),
            d.grant().grantable() ? " WITH GRANT OPTION" : "");
  }

  private interface OnSource extends Step {
    @Override
    default Site site() {
      return Site.SOURCE;
    }
  }

  /** Gives rights on the schema. */
  record GrantOnSchema(String name, List<Grant> grants, boolean remember) implements OnSource {
    GrantOnSchema {
      grants = List.copyOf(grants);
    }

    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      for (Grant g : grants) {
        sql.add(grant(name, g));
        if (remember) {
          sql.add(Before.remember(name, Thing.given(g.digest()), List.of()));
        }
      }
      return sql;
    }

    @Override
    public String sentence() {
      return "Give those who may use the old schema the same rights on schema " + name;
    }
  }

  /** Takes back a right on the schema. */
  record RevokeOnSchema(String name, Grant grant) implements OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "REVOKE %s ON SCHEMA %s FROM %s"
              .formatted(grant.privilege(), Sql.identifier(name), grant.to()),
          Before.forget(name, Thing.given(grant.digest())));
    }

    @Override
    public String sentence() {
      return "Take back %s on schema %s from %s".formatted(grant.privilege(), name, grant.to());
    }
  }

  /** Gives a right on objects that will be made in the schema. */
  record GiveByDefault(String name, DefaultPrivilege privilege, boolean remember)
      implements OnSource {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      sql.add(give(name, privilege));
      if (remember) {
        sql.add(Before.remember(name, Thing.given(privilege.digest()), List.of()));
      }
      return sql;
    }

    @Override
    public String sentence() {
      return "Give %s on %s that %s will make in schema %s to %s"
          .formatted(
              privilege.grant().privilege(),
              privilege.objects().toLowerCase(Locale.ROOT),
              privilege.role(),
              name,
              privilege.grant().to());
    }
  }

  /** Gives it no more. */
  record GiveNoMoreByDefault(String name, DefaultPrivilege privilege) implements OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %s REVOKE %s ON %s FROM %s"
              .formatted(
                  Sql.identifier(privilege.role()),
                  Sql.identifier(name),
                  privilege.grant().privilege(),
                  privilege.objects(),
                  privilege.grant().to()),
          Before.forget(name, Thing.given(privilege.digest())));
    }

    @Override
    public String sentence() {
      return "Give %s on %s in schema %s to %s no more"
          .formatted(
              privilege.grant().privilege(),
              privilege.objects().toLowerCase(Locale.ROOT),
              name,
              privilege.grant().to());
    }
  }
}
