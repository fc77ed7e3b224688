package dev.tributary.federation;

import dev.tributary.federation.Before.Kind;
import dev.tributary.federation.Before.Thing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

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
    var rights = missing(state);
    if (mayGrant && !rights.isEmpty()) {
      steps.add(new GrantOnSchema(desired.name(), rights, remember));
    }
    missingDefaults(state).stream()
        .filter(Default::mayAlter)
        .forEach(d -> steps.add(new GiveByDefault(desired.name(), d, remember)));
    return steps;
  }

  /** A schema of our own goes with everything on it; in another we give back what we gave. */
  private static boolean isMarked(SourceState state) {
    return state.schema().isEmpty() || state.schema().get().mark().isPresent();
  }

  private static List<Right> missing(SourceState state) {
    // Whoever makes the schema, or may already create in it, needs nothing more.
    String self = state.server().role();
    var there = state.schema().map(s -> Right.of(s.grants(), self)).orElse(Set.of());
    return state.origins().stream()
        .flatMap(origin -> Right.of(origin.grants(), self).stream())
        .distinct()
        .sorted()
        .filter(r -> !there.contains(r))
        .toList();
  }

  private static List<Default> missingDefaults(SourceState state) {
    var there = state.schema().map(SchemaRights::defaults).orElse(List.of());
    return state.origins().stream()
        .flatMap(origin -> defaults(origin).stream())
        .distinct()
        .filter(d -> there.stream().noneMatch(d::sameAs))
        .toList();
  }

  private static List<Default> defaults(SchemaFacts schema) {
    return schema.defaults().stream()
        .flatMap(
            d ->
                Right.of(d.grant()).stream()
                    .map(r -> new Default(d.role(), d.objects(), r, d.mayAlter())))
        .toList();
  }

  /** One right that a role gives on its objects to come. */
  record Default(String role, String objects, Right right, boolean mayAlter) {
    boolean sameAs(Default other) {
      return role.equals(other.role) && objects.equals(other.objects) && right.equals(other.right);
    }

    String digest() {
      return Names.digest("default", role, objects, right.digest());
    }

    String give(String schema) {
      return alter(schema) + right.grant(objects);
    }

    String giveNoMore(String schema) {
      return alter(schema) + right.revoke(objects);
    }

    private String alter(String schema) {
      return "ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %s "
          .formatted(Sql.identifier(role), Sql.identifier(schema));
    }

    String sentence(String schema) {
      return "%s%s on %s that %s will make in schema %s to %s"
          .formatted(
              right.grantOption() ? "the option to hand on " : "",
              right.privilege(),
              objects.toLowerCase(Locale.ROOT),
              role,
              schema,
              right.who());
    }
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
                            .formatted(state.server().role(), d.role(), d.give(desired.name())))));
    boolean mayGrant = state.schema().map(SchemaFacts::mayGrant).orElse(true);
    if (!mayGrant) {
      missing(state)
          .forEach(
              r ->
                  findings.add(
                      new Finding(
                          Finding.Severity.Warning,
                          Reason.PermissionDenied,
                          Optional.empty(),
                          "Schema %s belongs to another role, so what the old schema allows cannot be allowed there: run %s."
                              .formatted(desired.name(), r.grant(on(desired.name()))))));
    }
    return findings;
  }

  /** What takes back what we gave on a schema that somebody else made. */
  static List<Step> remove(DesiredSchema desired, SourceState state) {
    var steps = new ArrayList<Step>();
    var given = state.remembered().all(Kind.GIVEN);
    SchemaFacts schema = state.schema().orElseThrow();
    // The option to hand a right on goes before the right.
    schema.grants().stream()
        .flatMap(g -> Right.of(g).stream())
        .distinct()
        .sorted(Comparator.comparing(Right::grantOption).reversed())
        .filter(r -> given.contains(Thing.given(r.digest())))
        .forEach(r -> steps.add(new RevokeOnSchema(desired.name(), r)));
    defaults(schema).stream()
        .sorted(Comparator.comparing((Default d) -> d.right().grantOption()).reversed())
        .filter(d -> given.contains(Thing.given(d.digest())))
        .forEach(d -> steps.add(new GiveNoMoreByDefault(desired.name(), d)));
    return steps;
  }

  private static String on(String schema) {
    return "SCHEMA " + Sql.identifier(schema);
  }

  /** Gives rights on the schema. */
  record GrantOnSchema(String name, List<Right> rights, boolean remember) implements Step.OnSource {
    GrantOnSchema {
      rights = List.copyOf(rights);
    }

    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      for (Right right : rights) {
        sql.add(right.grant(on(name)));
        if (remember) {
          sql.add(Before.remember(name, Thing.given(right.digest()), List.of()));
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
  record RevokeOnSchema(String name, Right right) implements Step.OnSource {
    @Override
    public List<String> sql() {
      return List.of(right.revoke(on(name)), Before.forget(name, Thing.given(right.digest())));
    }

    @Override
    public String sentence() {
      return "Take back what was given on schema %s: %s".formatted(name, right.grant(on(name)));
    }
  }

  /** Gives a right on objects that will be made in the schema. */
  record GiveByDefault(String name, Default privilege, boolean remember) implements Step.OnSource {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      sql.add(privilege.give(name));
      if (remember) {
        sql.add(Before.remember(name, Thing.given(privilege.digest()), List.of()));
      }
      return sql;
    }

    @Override
    public String sentence() {
      return "Give " + privilege.sentence(name);
    }
  }

  /** Gives it no more. */
  record GiveNoMoreByDefault(String name, Default privilege) implements Step.OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          privilege.giveNoMore(name), Before.forget(name, Thing.given(privilege.digest())));
    }

    @Override
    public String sentence() {
      return "Give no more " + privilege.sentence(name);
    }
  }
}
