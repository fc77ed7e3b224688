package dev.tributary.federation;

import dev.tributary.federation.Before.Kind;
import dev.tributary.federation.Before.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The search_path of new sessions: the database's, and that of each role that has one of its own,
 * which would win.
 */
final class SearchPaths {
  /** In the memory: nothing was set. No setting is this text, an empty one is {@code ""}. */
  private static final String UNSET = "";

  private SearchPaths() {}

  /**
   * Whose search_path it is, and what it is.
   *
   * @param role empty for the database's
   * @param user whose name {@code $user} stands for: the role's, or the connected one's
   * @param set what is set for just this
   * @param inherited what holds without it
   */
  private record Scope(
      Optional<String> role,
      String user,
      Optional<String> set,
      Optional<String> inherited,
      boolean uses,
      boolean mayAlter) {

    static Scope of(ServerFacts server) {
      return new Scope(
          Optional.empty(),
          server.role(),
          server.databaseSearchPath(),
          server.serverSearchPath(),
          true,
          server.mayAlterDatabase());
    }

    static Scope of(RoleSearchPath role) {
      return new Scope(
          Optional.of(role.role()),
          role.role(),
          role.inDatabase(),
          role.everywhere(),
          role.uses(),
          role.mayAlter());
    }

    SearchPath path() {
      return SearchPath.effective(set, inherited);
    }

    Thing thing() {
      return role.map(Thing::searchPathOf).orElseGet(Thing::databaseSearchPath);
    }
  }

  private static List<Scope> scopes(ServerFacts server) {
    var scopes = new ArrayList<Scope>();
    scopes.add(Scope.of(server));
    server.roleSearchPaths().forEach(r -> scopes.add(Scope.of(r)));
    return scopes;
  }

  /** What is missing in a path that leads to the tables' old schema, where the role may add it. */
  static List<Step> plan(DesiredSchema desired, SourceState state) {
    if (!desired.compatibility().searchPath()) {
      return restore(desired, state);
    }
    return scopes(state.server()).stream()
        .filter(s -> s.uses && s.mayAlter)
        .filter(s -> !wanted(desired, s).equals(s.path()))
        .<Step>map(
            s ->
                new SetSearchPath(
                    state.server().database(),
                    s.role,
                    Optional.of(wanted(desired, s).sql()),
                    Before.remember(
                        desired.name(),
                        s.thing(),
                        List.of(s.set.orElse(UNSET), wanted(desired, s).sql()))))
        .toList();
  }

  private static SearchPath wanted(DesiredSchema desired, Scope scope) {
    return scope.path().with(desired.name(), desired.from(), scope.user);
  }

  /** What stands in the way of the database's path, before anything is changed. */
  static Optional<Problem> problem(DesiredSchema desired, ServerFacts server) {
    Scope scope = Scope.of(server);
    SearchPath wanted = wanted(desired, scope);
    if (!desired.compatibility().searchPath() || scope.mayAlter || wanted.equals(scope.path())) {
      return Optional.empty();
    }
    return Optional.of(
        new Problem(
            Reason.PermissionDenied,
            ("Role %s does not own the database, so it cannot put %s into its search_path: have the owner run ALTER"
                    + " DATABASE %s SET search_path = %s, or set schema.compatibility.searchPath to false.")
                .formatted(
                    server.role(),
                    desired.name(),
                    Sql.identifier(server.database()),
                    wanted.sql())));
  }

  /** Roles whose own path would have to be changed by somebody else. */
  static List<Finding> findings(DesiredSchema desired, ServerFacts server) {
    if (!desired.compatibility().searchPath()) {
      return List.of();
    }
    return scopes(server).stream()
        .filter(
            s ->
                s.role.isPresent() && s.uses && !s.mayAlter && !wanted(desired, s).equals(s.path()))
        .map(
            s ->
                new Finding(
                    desired.compatibility().views()
                        ? Finding.Severity.Warning
                        : Finding.Severity.Blocker,
                    Reason.RoleSearchPath,
                    Optional.empty(),
                    "Role %s has a search_path of its own, which %s may not change, so its sessions reach %s: run ALTER ROLE %s IN DATABASE %s SET search_path = %s."
                        .formatted(
                            s.role.get(),
                            server.role(),
                            desired.compatibility().views()
                                ? "the tables through their views only"
                                : "no table by an unqualified name any more",
                            Sql.identifier(s.role.get()),
                            Sql.identifier(server.database()),
                            wanted(desired, s).sql())))
        .toList();
  }

  /** What puts every path back that we have changed. */
  static List<Step> restore(DesiredSchema desired, SourceState state) {
    var scopes = scopes(state.server());
    var steps = new ArrayList<Step>();
    for (Thing thing : state.remembered().all(Kind.SEARCH_PATH)) {
      var was = state.remembered().of(thing).orElseThrow();
      var scope = scopes.stream().filter(s -> s.thing().equals(thing)).findFirst();
      String forget = Before.forget(desired.name(), thing);
      if (scope.flatMap(Scope::set).isEmpty()) {
        // Somebody has reset it, or the role is gone.
        steps.add(new ForgetSearchPath(forget));
        continue;
      }
      // Whoever changed it since meant something by it: then only the schema goes.
      boolean untouched = scope.get().path().equals(SearchPath.parse(was.get(1)));
      boolean unset = was.get(0).equals(UNSET);
      var back =
          !untouched
              ? Optional.of(scope.get().path().without(desired.name()).sql())
              : unset ? Optional.<String>empty() : Optional.of(SearchPath.parse(was.get(0)).sql());
      steps.add(new SetSearchPath(state.server().database(), scope.get().role, back, forget));
    }
    return steps;
  }

  /**
   * Sets the search_path of new sessions.
   *
   * @param role empty for the database's
   * @param path as SQL, empty for RESET
   * @param memory remembers or forgets how it was
   */
  record SetSearchPath(String database, Optional<String> role, Optional<String> path, String memory)
      implements Step.OnSource {
    @Override
    public List<String> sql() {
      String whose =
          role.map(r -> "ROLE " + Sql.identifier(r) + " IN DATABASE ").orElse("DATABASE ")
              + Sql.identifier(database);
      return List.of(
          "ALTER %s %s"
              .formatted(
                  whose, path.map(p -> "SET search_path = " + p).orElse("RESET search_path")),
          memory);
    }

    @Override
    public String sentence() {
      return "%s the search_path of new sessions %s%s"
          .formatted(
              path.isPresent() ? "Set" : "Reset",
              role.map(r -> "of role " + r + " in database ").orElse("in database ") + database,
              path.map(p -> " to " + p).orElse(""));
    }
  }

  /** Forgets a path that is not set any more. */
  record ForgetSearchPath(String memory) implements Step.OnSource {
    @Override
    public List<String> sql() {
      return List.of(memory);
    }

    @Override
    public String sentence() {
      return "Forget a search_path that is not set any more";
    }
  }
}
