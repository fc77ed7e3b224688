package dev.tributary.federation;

import static dev.tributary.federation.States.relation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.federation.PublicationState.Entry;
import dev.tributary.federation.SubscriptionState.State;
import dev.tributary.federation.SubscriptionState.Sync;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * As much of two PostgreSQL servers as a flow's plan sees of them: what a step makes of it, what
 * the servers would refuse, and which changes of the application arrive, in which order.
 *
 * <p>Every change of a table needs the one before it, as an UPDATE needs its row; one that comes a
 * second time is an INSERT of a key that is there, and stops the lane.
 *
 * @param tables of the source, in their schema
 * @param latest position of each table's latest change
 * @param wal changes that some slot still has to bring, by position
 * @param now where the source's WAL is
 */
record FlowWorld(
    List<Table> tables,
    Map<String, PublicationState> publications,
    Map<String, Slot> slots,
    Map<Relation, Long> latest,
    List<Change> wal,
    long now,
    Optional<SchemaFacts> schema,
    Map<Relation, Mirrored> mirror,
    Map<String, Subscription> subscriptions) {
  private static final long BYTES = 8192;

  /**
   * A change of a table.
   *
   * @param after position of the table's change before it
   * @param publications that published it
   */
  record Change(long position, Relation table, long after, Set<String> publications) {}

  /**
   * A slot.
   *
   * @param confirmed up to where its subscription has everything
   * @param decodable publications that are older than what it has to decode; PostgreSQL 17 and
   *     older stumble over others for ever
   */
  record Slot(long confirmed, boolean lost, Set<String> decodable) {}

  /**
   * A table of the target.
   *
   * @param at position of the latest change that it has; nothing while it is empty
   * @param whole whether it has all changes before that
   */
  record Mirrored(Mark mark, Optional<Long> at, boolean whole) {}

  /**
   * A subscription.
   *
   * @param running whether its worker runs, which notices late what was altered
   * @param known tables by the position from which on their changes are applied; nothing while they
   *     wait for their copy
   * @param remembered tables that the worker takes for known
   * @param stopped whether a change could not be applied
   */
  record Subscription(
      Mark mark,
      Set<String> publications,
      Optional<String> slot,
      boolean enabled,
      boolean running,
      Map<Relation, Optional<Long>> known,
      Set<Relation> remembered,
      boolean stopped) {

    Subscription marked(Mark mark) {
      return new Subscription(
          mark, publications, slot, enabled, running, known, remembered, stopped);
    }

    Subscription enabled(boolean enabled) {
      return new Subscription(
          mark, publications, slot, enabled, running, known, remembered, stopped);
    }

    Subscription reading(Set<String> publications) {
      return new Subscription(
          mark, publications, slot, enabled, running, known, remembered, stopped);
    }

    Subscription knowing(Map<Relation, Optional<Long>> known) {
      return new Subscription(
          mark, publications, slot, enabled, running, known, remembered, stopped);
    }

    /** The worker notices what was altered; it is started or stopped. */
    Subscription noticed() {
      return new Subscription(
          mark, publications, slot, enabled, enabled, known, known.keySet(), stopped);
    }

    Subscription stuck() {
      return new Subscription(mark, publications, slot, enabled, running, known, remembered, true);
    }

    boolean applies(Change change) {
      return change.publications().stream().anyMatch(publications::contains)
          && (known.containsKey(change.table())
              ? known.get(change.table()).filter(from -> change.position() > from).isPresent()
              : remembered.contains(change.table()));
    }
  }

  FlowWorld {
    tables = List.copyOf(tables);
    publications = Map.copyOf(publications);
    slots = Map.copyOf(slots);
    latest = Map.copyOf(latest);
    wal = List.copyOf(wal);
    mirror = Map.copyOf(mirror);
    subscriptions = Map.copyOf(subscriptions);
  }

  /** A source with these tables, and nothing of a flow yet. */
  static FlowWorld of(String... tables) {
    var latest = new HashMap<Relation, Long>();
    List.of(tables).forEach(t -> latest.put(relation(t), 0L));
    return new FlowWorld(
        List.of(tables).stream().map(t -> States.table(t).moved().bytes(BYTES).build()).toList(),
        Map.of(),
        Map.of(),
        latest,
        List.of(),
        0,
        Optional.empty(),
        Map.of(),
        Map.of());
  }

  // What the operator sees.

  FlowState source() {
    var states = new ArrayList<SlotState>();
    new TreeMap<>(slots)
        .forEach(
            (name, slot) ->
                states.add(
                    new SlotState(
                        name,
                        subscriptions.values().stream()
                            .anyMatch(s -> s.running() && s.slot().equals(Optional.of(name))),
                        true,
                        slot.lost() ? "lost" : "reserved",
                        now,
                        now - slot.confirmed(),
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        true)));
    return new FlowState(
        States.server().build(),
        List.copyOf(new TreeMap<>(publications).values()),
        states,
        List.of(),
        now,
        true,
        Optional.empty(),
        List.of(),
        Map.of(),
        Optional.of(List.of()));
  }

  TargetState target() {
    var mirrored = mirror.keySet().stream().sorted(Comparator.comparing(Relation::name)).toList();
    return new TargetState(
        States.server().version(180006).build(),
        schema,
        mirrored.stream()
            .map(
                t ->
                    States.table(t.name())
                        .moved()
                        .marked(mirror.get(t).mark())
                        .bytes(mirror.get(t).at().isPresent() ? BYTES : 0)
                        .build())
            .toList(),
        subscriptions.keySet().stream().sorted().map(this::state).toList(),
        States.SYSTEM,
        Set.of(),
        Optional.empty(),
        TargetTypes.NONE,
        TargetIndexes.NONE);
  }

  private SubscriptionState state(String name) {
    var s = subscriptions.get(name);
    var known = new HashMap<Relation, Sync>();
    s.known()
        .forEach(
            (table, from) ->
                known.put(table, new Sync(0, from.isPresent() ? State.Ready : State.Waiting, 0)));
    return new SubscriptionState(
        name,
        0,
        Optional.of(s.mark()),
        s.publications(),
        s.slot(),
        s.enabled(),
        s.running(),
        known,
        0,
        0);
  }

  private TableSelection selection() {
    return States.selection(tables, List.of(), List.of());
  }

  Plan plan(DesiredFlow desired) {
    return Flow.plan(desired, selection(), Plan.NOTHING, source(), target());
  }

  FlowReport report(DesiredFlow desired) {
    return FlowReport.of(
        desired,
        selection(),
        source(),
        target(),
        plan(desired),
        Outcome.NOTHING,
        Map.of(),
        Map.of());
  }

  // What the application and the servers do.

  /** The application changes every table in every way. */
  FlowWorld write() {
    FlowWorld world = this;
    for (Table table : tables) {
      world = world.write(table.relation());
    }
    return world;
  }

  private FlowWorld write(Relation table) {
    var by = new HashSet<String>();
    for (var publication : publications.values()) {
      boolean everything = publication.operations().equals(EnumSet.allOf(Operation.class));
      if (everything && publication.tables().containsKey(table)) {
        by.add(publication.name());
      }
    }
    var more = new ArrayList<>(wal);
    more.add(new Change(now + 1, table, latest.get(table), Set.copyOf(by)));
    var positions = new HashMap<>(latest);
    positions.put(table, now + 1);
    return new FlowWorld(
            tables, publications, slots, positions, more, now + 1, schema, mirror, subscriptions)
        .withoutOldWal();
  }

  /** Every worker notices what was altered, copies, and applies all that there is. */
  FlowWorld settle() {
    FlowWorld world = this;
    for (String name : new TreeSet<>(subscriptions.keySet())) {
      world = world.noticed(name).copied(name).applied(name);
    }
    return world;
  }

  /** The worker of a subscription notices what was altered. */
  FlowWorld noticed(String name) {
    return with(name, Subscription::noticed);
  }

  /** What waits for its copy is copied. */
  FlowWorld copied(String name) {
    var s = subscriptions.get(name);
    FlowWorld world = this;
    for (Relation table : s.known().keySet()) {
      if (s.known().get(table).isEmpty() && canRead(s)) {
        var there = world.mirror.get(table);
        if (there.at().isPresent()) {
          return world.with(name, Subscription::stuck);
        }
        var known = new HashMap<>(world.subscriptions.get(name).known());
        known.put(table, Optional.of(now));
        world =
            world
                .mirror(table, new Mirrored(there.mark(), Optional.of(latest.get(table)), true))
                .with(name, x -> x.knowing(known));
      }
    }
    return world;
  }

  /** Everything is applied and confirmed. */
  FlowWorld applied(String name) {
    FlowWorld world = this;
    for (int i = 0; i <= wal.size(); i++) {
      world = world.appliedOne(name);
    }
    return world;
  }

  /** The next change is applied; if there is none, the subscription confirms that. */
  FlowWorld appliedOne(String name) {
    var s = subscriptions.get(name);
    if (!canRead(s)) {
      return this;
    }
    long confirmed = slots.get(name).confirmed();
    var next = wal.stream().filter(c -> c.position() > confirmed).findFirst();
    if (next.isEmpty()) {
      return confirmed(name, now);
    }
    Change change = next.get();
    if (!s.applies(change)) {
      return confirmed(name, change.position());
    }
    var there = mirror.get(change.table());
    boolean twice = there == null || there.at().filter(at -> at >= change.position()).isPresent();
    if (twice) {
      return with(name, Subscription::stuck);
    }
    boolean whole = there.whole() && there.at().equals(Optional.of(change.after()));
    return mirror(change.table(), new Mirrored(there.mark(), Optional.of(change.position()), whole))
        .confirmed(name, change.position());
  }

  private boolean canRead(Subscription s) {
    var slot = s.slot().map(slots::get);
    return s.running()
        && !s.stopped()
        && slot.filter(x -> !x.lost() && x.decodable().containsAll(s.publications())).isPresent()
        && publications.keySet().containsAll(s.publications())
        && isConnected(s);
  }

  private static boolean isConnected(Subscription s) {
    return Optional.of("c0ffee").equals(Optional.ofNullable(s.mark().notes().get(Mark.CONNECTION)));
  }

  private FlowWorld confirmed(String name, long position) {
    var slot = slots.get(name);
    return slot(name, new Slot(position, slot.lost(), slot.decodable())).withoutOldWal();
  }

  private FlowWorld withoutOldWal() {
    long needed =
        slots.values().stream().filter(s -> !s.lost()).mapToLong(Slot::confirmed).min().orElse(now);
    var kept = wal.stream().filter(c -> c.position() > needed).toList();
    return new FlowWorld(
        tables, publications, slots, latest, kept, now, schema, mirror, subscriptions);
  }

  /** Tables of which a change is missing that will never come, though they seem to be complete. */
  Set<Relation> stale() {
    var end = settle();
    var stale = new HashSet<Relation>();
    for (var s : end.subscriptions.values()) {
      for (Relation table : s.known().keySet()) {
        if (!end.isComplete(table)) {
          stale.add(table);
        }
      }
    }
    return stale;
  }

  /** Whether the target's table has every change, in order. */
  boolean isComplete(Relation table) {
    var there = mirror.get(table);
    return there != null && there.whole() && there.at().equals(Optional.of(latest.get(table)));
  }

  /** Lanes that a change has stopped: it came a second time. */
  Set<String> stuck() {
    var stuck = new TreeSet<String>();
    subscriptions.forEach(
        (name, s) -> {
          if (s.stopped()) {
            stuck.add(name);
          }
        });
    return stuck;
  }

  /** Whether any table waits for its copy. */
  boolean copies() {
    return subscriptions.values().stream()
        .anyMatch(s -> s.known().values().stream().anyMatch(Optional::isEmpty));
  }

  /** The same world with its positions counted anew: only their order makes a difference. */
  FlowWorld ranked() {
    var positions = new TreeSet<Long>();
    positions.add(0L);
    positions.add(now);
    latest.values().forEach(positions::add);
    slots.values().forEach(s -> positions.add(s.confirmed()));
    wal.forEach(c -> positions.add(c.position()));
    wal.forEach(c -> positions.add(c.after()));
    mirror.values().forEach(m -> m.at().ifPresent(positions::add));
    subscriptions
        .values()
        .forEach(s -> s.known().values().forEach(k -> from(s, k).ifPresent(positions::add)));
    subscriptions.values().forEach(s -> awaited(s.mark()).ifPresent(positions::add));
    subscriptions
        .values()
        .forEach(s -> forgets(s.mark()).map(Forgets::position).ifPresent(positions::add));
    var rank = new HashMap<Long, Long>();
    positions.forEach(p -> rank.put(p, (long) rank.size()));
    return new FlowWorld(
        tables,
        publications,
        mapped(slots, s -> new Slot(rank.get(s.confirmed()), s.lost(), s.decodable())),
        mapped(latest, rank::get),
        wal.stream()
            .map(
                c ->
                    new Change(
                        rank.get(c.position()), c.table(), rank.get(c.after()), c.publications()))
            .toList(),
        rank.get(now),
        schema,
        mapped(mirror, m -> new Mirrored(m.mark(), m.at().map(rank::get), m.whole())),
        mapped(
            subscriptions,
            s ->
                s.knowing(mapped(s.known(), k -> from(s, k).map(rank::get)))
                    .marked(ranked(s.mark(), rank))));
  }

  private static Mark ranked(Mark mark, Map<Long, Long> rank) {
    Mark result = mark;
    var awaited = awaited(mark);
    if (awaited.isPresent()) {
      result = result.with(Mark.AFTER, String.valueOf(rank.get(awaited.get())));
    }
    var forgets = forgets(mark);
    if (forgets.isPresent()) {
      long position = rank.get(forgets.get().position());
      result = result.with(Mark.FORGETS, new Forgets(position, forgets.get().tables()).text());
    }
    return result;
  }

  /** Whatever is confirmed does not come again. */
  private Optional<Long> from(Subscription s, Optional<Long> known) {
    long confirmed = s.slot().map(slots::get).map(Slot::confirmed).orElse(0L);
    return known.map(from -> from <= confirmed ? 0L : from);
  }

  private static Optional<Long> awaited(Mark mark) {
    return Optional.ofNullable(mark.notes().get(Mark.AFTER))
        .filter(a -> !a.equals("change"))
        .map(Long::valueOf);
  }

  private static Optional<Forgets> forgets(Mark mark) {
    return Optional.ofNullable(mark.notes().get(Mark.FORGETS)).flatMap(Forgets::parse);
  }

  private static <K, V> Map<K, V> mapped(Map<K, V> map, UnaryOperator<V> change) {
    var all = new HashMap<K, V>();
    map.forEach((key, value) -> all.put(key, change.apply(value)));
    return Map.copyOf(all);
  }

  // What the operator does.

  FlowWorld after(List<? extends Step> steps) {
    FlowWorld world = this;
    for (Step step : steps) {
      world = world.after(step);
    }
    return world;
  }

  /** Everything on the source writes WAL. */
  FlowWorld after(Step step) {
    var world = made(step);
    return step.site() == Site.TARGET
        ? world
        : new FlowWorld(
            world.tables,
            world.publications,
            world.slots,
            world.latest,
            world.wal,
            world.now + 1,
            world.schema,
            world.mirror,
            world.subscriptions);
  }

  private FlowWorld made(Step step) {
    if (step instanceof Schemas.CreateSchema s) {
      assertThat(schema).isEmpty();
      return schema(Optional.of(States.schema(s.name(), Optional.of(s.mark()))));
    } else if (step instanceof Schemas.MarkSchema s) {
      return schema(Optional.of(States.schema(s.name(), Optional.of(s.mark()))));
    } else if (step instanceof Schemas.DropSchema) {
      assertThat(mirror).isEmpty();
      return schema(Optional.empty());
    } else if (step instanceof MirrorSteps.CreateTable s) {
      assertThat(schema).isPresent();
      assertThat(mirror).doesNotContainKey(s.table());
      return mirror(s.table(), new Mirrored(s.mark(), Optional.empty(), true));
    } else if (step instanceof MirrorSteps.DropTable s) {
      return withoutMirrored(s.table().name());
    } else if (step instanceof MirrorSteps.AlterTable s) {
      assertThat(s.columns()).as("the model's tables do not change").isEmpty();
      var there = mirror.get(s.table());
      return mirror(s.table(), new Mirrored(s.mark(), there.at(), there.whole()));
    } else if (step instanceof MirrorSteps.SetKey s) {
      assertThat(mirror.get(s.table()).at()).as("rows that came without a key").isEmpty();
      return this;
    } else if (step instanceof SubscriptionSteps.EmptyTable s) {
      assertThat(subscriptions.values())
          .as("tables that nobody copies again")
          .noneMatch(x -> x.known().containsKey(s.table()));
      return mirror(s.table(), new Mirrored(mirror.get(s.table()).mark(), Optional.empty(), true));
    } else if (step instanceof PublicationSteps.CreatePublication s) {
      return created(s);
    } else if (step instanceof PublicationSteps.MarkPublication s) {
      var p = publications.get(s.name());
      return publication(s.name(), s.mark(), p.operations(), p.tables());
    } else if (step instanceof PublicationSteps.AddTables s) {
      return added(s);
    } else if (step instanceof PublicationSteps.DropTables s) {
      return taken(s.name(), s.tables());
    } else if (step instanceof PublicationSteps.ChangePublication s) {
      return changed(s);
    } else if (step instanceof PublicationSteps.HandOver s) {
      return changed(s.change());
    } else if (step instanceof PublicationSteps.SetOperations s) {
      var p = publications.get(s.name());
      return publication(s.name(), p.mark().orElseThrow(), Set.copyOf(s.operations()), p.tables());
    } else if (step instanceof PublicationSteps.DropPublication s) {
      return withoutPublication(s.name());
    } else if (step instanceof Slots.CreateSlot s) {
      assertThat(slots).doesNotContainKey(s.name());
      return slot(s.name(), new Slot(now, false, publications.keySet()));
    } else if (step instanceof Slots.DropSlot s) {
      assertThat(slots).containsKey(s.name());
      assertThat(subscriptions.values())
          .as("whoever still reads the slot")
          .noneMatch(x -> x.running() && x.slot().equals(Optional.of(s.name())));
      return withoutSlot(s.name());
    } else if (step instanceof SubscriptionSteps.CreateSubscription s) {
      assertThat(subscriptions).doesNotContainKey(s.name());
      return subscription(
          s.name(),
          new Subscription(
              s.mark(),
              Set.copyOf(s.publications()),
              Optional.of(s.name()),
              false,
              false,
              Map.of(),
              Set.of(),
              false));
    } else if (step instanceof PublicationSteps.TryLock) {
      return this;
    } else if (step instanceof SubscriptionSteps.TryConnection s) {
      assertThat(subscriptions).doesNotContainKey(s.name());
      assertThat(publications).containsKey(s.publication());
      return this;
    } else if (step instanceof SubscriptionSteps.SetConnection s) {
      return with(s.name(), x -> x.marked(s.mark()));
    } else if (step instanceof SubscriptionSteps.MarkSubscription s) {
      return with(s.name(), x -> x.marked(s.mark()));
    } else if (step instanceof SubscriptionSteps.EnableSubscription s) {
      return with(s.name(), x -> x.enabled(true));
    } else if (step instanceof SubscriptionSteps.ResumeSubscription s) {
      return with(s.name(), x -> x.enabled(true).marked(s.mark()));
    } else if (step instanceof SubscriptionSteps.DisableSubscription s) {
      return with(s.name(), x -> x.enabled(false));
    } else if (step instanceof SubscriptionSteps.StandStill s) {
      return with(s.name(), x -> x.enabled(false).marked(s.mark()));
    } else if (step instanceof SubscriptionSteps.RefreshSubscription s) {
      return refreshed(s.name(), true);
    } else if (step instanceof SubscriptionSteps.WelcomeTables s) {
      return refreshed(s.name(), false);
    } else if (step instanceof SubscriptionSteps.DropSubscription s) {
      return withoutSubscription(s.name());
    }
    throw new AssertionError("nobody knows what this does: " + step);
  }

  private FlowWorld created(PublicationSteps.CreatePublication step) {
    assertThat(publications).doesNotContainKey(step.name());
    var world =
        publication(step.name(), step.mark(), Set.copyOf(step.operations()), Map.of())
            .undecodable(step.name());
    return step.first().map(world::added).orElse(world);
  }

  /** What is made now is unknown to whoever decodes what lies before it. */
  private FlowWorld undecodable(String publication) {
    return new FlowWorld(
        tables,
        publications,
        mapped(
            slots,
            s -> {
              var rest = new HashSet<>(s.decodable());
              rest.remove(publication);
              return new Slot(s.confirmed(), s.lost(), Set.copyOf(rest));
            }),
        latest,
        wal,
        now,
        schema,
        mirror,
        subscriptions);
  }

  private FlowWorld added(PublicationSteps.AddTables step) {
    var p = publications.get(step.name());
    var all = new HashMap<>(p.tables());
    for (PublishedTable table : step.tables()) {
      assertThat(all).as("ADD TABLE fails").doesNotContainKey(table.relation());
      all.put(table.relation(), new Entry(table.where().isPresent(), table.columns()));
    }
    return publication(step.name(), step.mark(), p.operations(), all);
  }

  private FlowWorld taken(String publication, List<Relation> tables) {
    var p = publications.get(publication);
    assertThat(p.tables()).as("DROP TABLE fails").containsKeys(tables.toArray(Relation[]::new));
    var rest = new HashMap<>(p.tables());
    tables.forEach(rest::remove);
    return publication(publication, p.mark().orElseThrow(), p.operations(), rest);
  }

  private FlowWorld changed(PublicationSteps.ChangePublication step) {
    FlowWorld world = this;
    for (String name : step.from()) {
      world = world.taken(name, List.of(step.to().tables().get(0).relation()));
    }
    return world.added(step.to());
  }

  /** The subscription knows what is published from now on. */
  private FlowWorld refreshed(String name, boolean copy) {
    var s = subscriptions.get(name);
    assertThat(s.enabled()).as("REFRESH of %s is not allowed when disabled", name).isTrue();
    assertThat(isConnected(s)).as("REFRESH connects as it did").isTrue();
    assertThat(publications).containsKeys(s.publications().toArray(String[]::new));
    var known = new HashMap<Relation, Optional<Long>>();
    for (String publication : s.publications()) {
      for (Relation table : publications.get(publication).tables().keySet()) {
        assertThat(mirror).as("REFRESH fails when %s is missing", table).containsKey(table);
        var added = copy ? Optional.<Long>empty() : Optional.of(0L);
        known.put(table, s.known().getOrDefault(table, added));
      }
    }
    return with(name, x -> x.knowing(known));
  }

  // What a person may do to it.

  FlowWorld withoutPublication(String name) {
    var rest = new HashMap<>(publications);
    rest.remove(name);
    return publications(rest);
  }

  FlowWorld withoutSlot(String name) {
    var rest = new HashMap<>(slots);
    rest.remove(name);
    return slots(rest);
  }

  FlowWorld withLostSlot(String name) {
    return slots.containsKey(name)
        ? slot(name, new Slot(slots.get(name).confirmed(), true, slots.get(name).decodable()))
        : this;
  }

  FlowWorld withoutPublished(String name, String table) {
    return publications.containsKey(name)
            && publications.get(name).tables().containsKey(relation(table))
        ? taken(name, List.of(relation(table)))
        : this;
  }

  FlowWorld withoutDeletesPublished(String name) {
    var p = publications.get(name);
    return p == null
        ? this
        : publication(
            name,
            p.mark().orElseThrow(),
            EnumSet.of(Operation.INSERT, Operation.UPDATE),
            p.tables());
  }

  FlowWorld withoutSubscription(String name) {
    var rest = new HashMap<>(subscriptions);
    rest.remove(name);
    return subscriptions(rest);
  }

  FlowWorld withDisabledSubscription(String name) {
    return subscriptions.containsKey(name) ? with(name, s -> s.enabled(false)) : this;
  }

  FlowWorld withSubscriptionToAnotherPublication(String name) {
    return subscriptions.containsKey(name) ? with(name, s -> s.reading(Set.of("another"))) : this;
  }

  /** The password is another one than when the subscription was made. */
  FlowWorld withFormerConnection(String name) {
    return subscriptions.containsKey(name)
        ? with(name, s -> s.marked(s.mark().with(Mark.CONNECTION, "former")))
        : this;
  }

  FlowWorld withoutMirrored(String table) {
    var rest = new HashMap<>(mirror);
    rest.remove(relation(table));
    return new FlowWorld(
        tables,
        publications,
        slots,
        latest,
        wal,
        now,
        schema,
        rest,
        mapped(
            subscriptions,
            s -> {
              var known = new HashMap<>(s.known());
              known.remove(relation(table));
              var remembered = new HashSet<>(s.remembered());
              remembered.remove(relation(table));
              return new Subscription(
                  s.mark(),
                  s.publications(),
                  s.slot(),
                  s.enabled(),
                  s.running(),
                  Map.copyOf(known),
                  Set.copyOf(remembered),
                  s.stopped());
            }));
  }

  // Parts.

  /** Tables that a publication has. */
  Set<Relation> published(String name) {
    return Optional.ofNullable(publications.get(name))
        .map(p -> p.tables().keySet())
        .orElse(Set.of());
  }

  /** Tables that a subscription knows. */
  Set<Relation> known(String name) {
    return Optional.ofNullable(subscriptions.get(name))
        .map(s -> s.known().keySet())
        .orElse(Set.of());
  }

  private FlowWorld publication(
      String name, Mark mark, Set<Operation> operations, Map<Relation, Entry> tables) {
    return publication(
        Optional.of(new PublicationState(name, Optional.of(mark), operations, tables)));
  }

  FlowWorld publication(Optional<PublicationState> publication) {
    var all = new HashMap<>(publications);
    publication.ifPresent(p -> all.put(p.name(), p));
    return publications(all);
  }

  private FlowWorld publications(Map<String, PublicationState> publications) {
    return new FlowWorld(
        tables, publications, slots, latest, wal, now, schema, mirror, subscriptions);
  }

  private FlowWorld slot(String name, Slot slot) {
    var all = new HashMap<>(slots);
    all.put(name, slot);
    return slots(all);
  }

  private FlowWorld slots(Map<String, Slot> slots) {
    return new FlowWorld(
        tables, publications, slots, latest, wal, now, schema, mirror, subscriptions);
  }

  FlowWorld schema(Optional<SchemaFacts> schema) {
    return new FlowWorld(
        tables, publications, slots, latest, wal, now, schema, mirror, subscriptions);
  }

  private FlowWorld mirror(Relation table, Mirrored mirrored) {
    var all = new HashMap<>(mirror);
    all.put(table, mirrored);
    return new FlowWorld(tables, publications, slots, latest, wal, now, schema, all, subscriptions);
  }

  FlowWorld with(String name, UnaryOperator<Subscription> change) {
    return subscription(name, change.apply(subscriptions.get(name)));
  }

  private FlowWorld subscription(String name, Subscription subscription) {
    var all = new HashMap<>(subscriptions);
    all.put(name, subscription);
    return subscriptions(all);
  }

  private FlowWorld subscriptions(Map<String, Subscription> subscriptions) {
    return new FlowWorld(
        tables, publications, slots, latest, wal, now, schema, mirror, subscriptions);
  }
}
