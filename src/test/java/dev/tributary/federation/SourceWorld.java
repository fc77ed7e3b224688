package dev.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Before.Thing;
import dev.tributary.federation.ColumnSequence.Kind;
import dev.tributary.federation.States.ADesiredSchema;
import dev.tributary.federation.States.ASource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;

/**
 * As much of a source's server as the move sees of it: reads the SQL of every step, refuses what
 * the server would refuse, and says what would be observed afterwards.
 */
final class SourceWorld {
  private ServerFacts server;
  private Optional<SchemaFacts> schema;
  private final List<SchemaFacts> origins;
  private final Map<Relation, Table> tables = new HashMap<>();
  private final Map<Relation, View> views = new HashMap<>();

  /** Indexes, loose sequences, and what else has a name. */
  private final Set<Relation> others = new HashSet<>();

  private Optional<Mark> mark;
  private final Map<Thing, List<String>> was;
  private final List<Stray> strays;
  private final Surroundings surroundings;

  private SourceWorld(SourceState state) {
    server = state.server();
    schema = state.schema();
    origins = state.origins();
    state.tables().forEach(t -> tables.put(t.relation(), t));
    state.views().forEach(v -> views.put(v.relation(), v));
    others.addAll(state.taken());
    others.removeAll(tables.keySet());
    others.removeAll(views.keySet());
    mark = state.before().flatMap(Before::mark);
    was = new HashMap<>(state.before().map(Before::was).orElse(Map.of()));
    strays = new ArrayList<>(state.strays());
    surroundings = state.surroundings();
  }

  static SourceWorld of(SourceState state) {
    return new SourceWorld(state);
  }

  static SourceWorld of(ASource source) {
    return of(source.build());
  }

  SourceState state() {
    var taken = new HashSet<>(others);
    taken.addAll(tables.keySet());
    taken.addAll(views.keySet());
    var byName = Comparator.comparing(Relation::toString);
    return new SourceState(
        server,
        schema,
        origins,
        tables.keySet().stream().sorted(byName).map(tables::get).toList(),
        views.keySet().stream().sorted(byName).map(views::get).toList(),
        taken,
        mark.map(m -> new Before(Optional.of(m), was)),
        strays,
        surroundings);
  }

  Plan plan(ADesiredSchema desired) {
    return SchemaMove.plan(desired.build(), state());
  }

  /** What is there after some steps; this world stays as it is. */
  SourceWorld after(List<? extends Step> steps) {
    var next = of(state());
    steps.forEach(s -> s.sql().forEach(next::execute));
    return next;
  }

  /** What somebody else has done. */
  SourceWorld after(String... statements) {
    var next = of(state());
    List.of(statements).forEach(next::execute);
    return next;
  }

  /** Plans and executes until nothing is left, which may take a few rounds but not many. */
  SourceWorld moved(ADesiredSchema desired) {
    var world = this;
    for (int round = 0; round < 4; round++) {
      var plan = world.plan(desired);
      assertThat(plan.problems()).isEmpty();
      world = world.after(plan.steps());
    }
    assertThat(world.plan(desired)).as("what is never done").isEqualTo(Plan.NOTHING);
    return world;
  }

  /** Everything is put back, whatever that takes. */
  SourceWorld back(ADesiredSchema desired) {
    var world = this;
    for (int round = 0; round < 4; round++) {
      var plan = SchemaReturn.plan(desired.build().wayBack(), world.state());
      assertThat(plan.problems()).isEmpty();
      world = world.after(plan.steps());
    }
    assertThat(SchemaReturn.plan(desired.build(), world.state())).isEqualTo(Plan.NOTHING);
    return world;
  }

  private void execute(String sql) {
    boolean known =
        SourceStatements.ALL.entrySet().stream()
            .anyMatch(
                e -> {
                  Matcher m = e.getKey().matcher(sql);
                  boolean matches = m.matches();
                  if (matches) {
                    e.getValue().execute(this, new SourceStatements.Words(m));
                  }
                  return matches;
                });
    assertThat(known).as("nobody knows what this does: %s", sql).isTrue();
  }

  // What statements do, see SourceStatements.

  void createSchema(String name) {
    assertThat(schema).isEmpty();
    var owners =
        List.of(
            new Grant(server.role(), "CREATE", false), new Grant(server.role(), "USAGE", false));
    schema = Optional.of(new SchemaFacts(name, Optional.empty(), true, true, owners, List.of()));
  }

  void dropSchema(String name) {
    assertThat(tables.keySet()).noneMatch(r -> r.schema().equals(name));
    assertThat(others).noneMatch(r -> r.schema().equals(name));
    assertThat(mark).isEmpty();
    assertThat(strays).isEmpty();
    schema = Optional.empty();
  }

  void schema(Optional<Mark> mark, List<Grant> grants, List<DefaultPrivilege> defaults) {
    var s = schema.orElseThrow();
    schema =
        Optional.of(new SchemaFacts(s.name(), mark, s.mayGrant(), s.mayCreate(), grants, defaults));
  }

  SchemaFacts schema() {
    return schema.orElseThrow();
  }

  void before(Optional<Mark> mark) {
    assertThat(schema).isPresent();
    if (mark.isEmpty()) {
      was.clear();
    }
    this.mark = mark;
  }

  void remember(Thing thing, List<String> was, boolean anew) {
    assertThat(mark).isPresent();
    if (anew) {
      this.was.put(thing, was);
    } else {
      this.was.putIfAbsent(thing, was);
    }
  }

  void forget(Thing thing) {
    assertThat(mark).isPresent();
    was.remove(thing);
  }

  void searchPath(Optional<String> role, Optional<String> setting) {
    var roles = new ArrayList<>(server.roleSearchPaths());
    roles.replaceAll(
        r ->
            role.equals(Optional.of(r.role()))
                ? new RoleSearchPath(r.role(), setting, r.everywhere(), r.uses(), r.mayAlter())
                : r);
    roles.removeIf(r -> r.inDatabase().isEmpty() && r.everywhere().isEmpty());
    server =
        new ServerFacts(
            server.version(),
            server.versionText(),
            server.walLevel(),
            server.standby(),
            server.database(),
            server.role(),
            server.superuser(),
            server.replication(),
            server.mayCreateSchema(),
            server.mayAlterDatabase(),
            server.maySubscribe(),
            role.isEmpty() ? setting : server.databaseSearchPath(),
            server.serverSearchPath(),
            roles,
            server.tableDefaults(),
            server.provider(),
            server.settings(),
            server.sending(),
            server.now(),
            server.openTransactions());
  }

  private void free(Relation name) {
    assertThat(tables).doesNotContainKey(name);
    assertThat(views).doesNotContainKey(name);
    assertThat(others).doesNotContain(name);
  }

  void moveTable(Relation from, String to) {
    var target = new Relation(to, from.name());
    free(target);
    var table = tables.remove(from);
    assertThat(table).as("the table %s", from).isNotNull();
    var sequences = new ArrayList<ColumnSequence>();
    for (ColumnSequence s : table.sequences()) {
      boolean moves = s.kind() != Kind.USED;
      if (moves) {
        others.remove(s.relation());
        free(new Relation(to, s.name()));
        others.add(new Relation(to, s.name()));
      }
      sequences.add(moves ? new ColumnSequence(to, s.name(), s.column(), s.kind()) : s);
    }
    for (String index : table.indexes()) {
      others.remove(new Relation(from.schema(), index));
      free(new Relation(to, index));
      others.add(new Relation(to, index));
    }
    put(Altered.copy(table, to, table.grants(), table.columns(), sequences));
    views.replaceAll(
        (name, view) ->
            view.base().equals(Optional.of(from))
                ? Altered.copy(view, Optional.of(target), view.owner(), view.grants())
                : view);
  }

  /** Refused for what the server would refuse, or what would break the application. */
  void identify(Relation name, IdentitySetting setting) {
    var table = table(name);
    if (setting.kind() == IdentitySetting.Kind.INDEX) {
      assertThat(table.identityFacts().index(setting.index()))
          .hasValueSatisfying(i -> assertThat(i.unfit(table.generatedColumns())).isEmpty());
    }
    boolean worked = table.identity() != Table.ReplicaIdentity.NONE;
    assertThat(worked && !table.flows().isEmpty())
        .as("the replica identity that %s flows by is taken away", name)
        .isFalse();
    put(Altered.identified(table, setting));
  }

  private void put(Table table) {
    tables.put(table.relation(), table);
  }

  void sequence(Relation sequence, UnaryOperator<ColumnSequence> change) {
    var table =
        tables.values().stream()
            .filter(t -> t.sequences().stream().anyMatch(s -> s.relation().equals(sequence)))
            .findFirst()
            .orElseThrow(() -> new AssertionError("there is no sequence " + sequence));
    var sequences =
        table.sequences().stream()
            .map(
                s -> {
                  if (!s.relation().equals(sequence)) {
                    return s;
                  }
                  var changed = change.apply(s);
                  others.remove(s.relation());
                  free(changed.relation());
                  others.add(changed.relation());
                  if (changed.kind() == Kind.OWNED) {
                    assertThat(changed.schema())
                        .as("sequence must be in same schema as table it is linked to")
                        .isEqualTo(table.schema());
                  }
                  return changed;
                })
            .toList();
    put(Altered.copy(table, table.schema(), table.grants(), table.columns(), sequences));
  }

  void view(View view, boolean replace) {
    assertThat(tables).containsKey(view.base().orElseThrow());
    var there = views.get(view.relation());
    assertThat(there != null).as("whether it is there: %s", view.relation()).isEqualTo(replace);
    if (replace) {
      views.put(
          view.relation(),
          new View(
              view.schema(),
              view.name(),
              there.owner(),
              view.base(),
              Altered.appended(there.columns(), view.columns()),
              there.grants(),
              view.securityInvoker(),
              there.comment(),
              there.mark(),
              there.dependents()));
    } else {
      free(view.relation());
      var defaults = new ArrayList<>(server.tableDefaults());
      origins.stream()
          .filter(o -> o.name().equals(view.schema()))
          .flatMap(o -> o.defaults().stream())
          .filter(d -> d.role().equals(server.role()) && d.objects().equals("TABLES"))
          .forEach(d -> defaults.add(d.grant()));
      views.put(view.relation(), Altered.copy(view, view.base(), server.role(), defaults));
    }
  }

  void change(View view) {
    views.put(view.relation(), view);
  }

  void dropView(Relation name) {
    assertThat(views).containsKey(name);
    assertThat(views.get(name).dependents()).isEmpty();
    views.remove(name);
  }

  Optional<View> view(Relation name) {
    return Optional.ofNullable(views.get(name));
  }

  Table table(Relation name) {
    assertThat(tables).containsKey(name);
    return tables.get(name);
  }

  void change(Table table) {
    put(table);
  }

  void moveStray(String kind, String identity) {
    assertThat(strays.remove(new Stray(kind, identity))).isTrue();
  }
}
