package dev.tributary.federation;

import static dev.tributary.federation.States.FLOW;
import static dev.tributary.federation.States.relation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.SourceDatabaseSpec.Operation;
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

/**
 * As much of two PostgreSQL servers as a flow's plan sees of them: what a step makes of it, what
 * the servers would refuse, and which changes of the application never arrive.
 *
 * @param tables of the source, in their schema
 * @param stale tables that the subscription takes for complete though a change is missing
 * @param undecodable whether the slot holds changes from before its publication, over which
 *     PostgreSQL 17 and older stumble for ever
 */
record FlowWorld(
    List<Table> tables,
    FlowState source,
    TargetState target,
    Set<Relation> stale,
    boolean undecodable) {
  private static final long ROWS = 8192;

  FlowWorld {
    tables = List.copyOf(tables);
    stale = Set.copyOf(stale);
  }

  /** A source with these tables, and nothing of a flow yet. */
  static FlowWorld of(String... tables) {
    return new FlowWorld(
        List.of(tables).stream().map(t -> States.table(t).moved().bytes(ROWS).build()).toList(),
        States.flow().build(),
        States.target().build(),
        Set.of(),
        false);
  }

  Plan plan(DesiredFlow desired) {
    return Flow.plan(desired, selection(), Plan.NOTHING, source, target);
  }

  FlowReport report(DesiredFlow desired) {
    return FlowReport.of(
        desired,
        selection(),
        source,
        target,
        plan(desired),
        Outcome.NOTHING,
        Optional.empty(),
        Long.MAX_VALUE);
  }

  private TableSelection selection() {
    return States.selection(tables, List.of(), List.of());
  }

  /** The application changes every table in every way: what is not sent now is never sent. */
  FlowWorld write() {
    boolean everything =
        source
            .publication()
            .filter(p -> p.operations().containsAll(List.of(Operation.values())))
            .isPresent();
    boolean kept = source.slot().filter(s -> !s.lost()).isPresent();
    boolean read =
        target
            .subscription()
            .filter(
                s -> s.publications().equals(Set.of(FLOW)) && s.slot().equals(Optional.of(FLOW)))
            .isPresent();
    var missed = new HashSet<>(stale);
    for (Table table : tables) {
      boolean sent = everything && kept && read && published().contains(relation(table.name()));
      if (!sent && known().contains(relation(table.name()))) {
        missed.add(relation(table.name()));
      }
    }
    return stale(missed);
  }

  FlowWorld after(List<? extends Step> steps) {
    FlowWorld world = this;
    for (Step step : steps) {
      world = world.after(step);
    }
    return world;
  }

  FlowWorld after(Step step) {
    if (step instanceof Schemas.CreateSchema s) {
      assertThat(target.schema()).isEmpty();
      return schema(Optional.of(States.schema(s.name(), Optional.of(s.mark()))));
    } else if (step instanceof Schemas.MarkSchema s) {
      return schema(Optional.of(States.schema(s.name(), Optional.of(s.mark()))));
    } else if (step instanceof Schemas.DropSchema) {
      assertThat(target.tables()).isEmpty();
      return schema(Optional.empty());
    } else if (step instanceof Mirror.CreateTable s) {
      assertThat(target.schema()).isPresent();
      assertThat(target.table(s.source().name())).isEmpty();
      return mirror(s.source().name(), 0, s.mark());
    } else if (step instanceof Mirror.DropTable s) {
      return withoutMirrored(s.name());
    } else if (step instanceof Subscriptions.EmptyTable s) {
      assertThat(known()).as("tables that nobody copies again").doesNotContain(s.table());
      return mirror(s.table().name(), 0);
    } else if (step instanceof Publications.CreatePublication s) {
      assertThat(source.publication()).isEmpty();
      return publication(
              Optional.of(
                  new PublicationState(
                      s.name(),
                      Optional.of(s.mark()),
                      EnumSet.copyOf(s.operations()),
                      Set.copyOf(s.tables()))))
          .undecodable(source.slot().isPresent());
    } else if (step instanceof Publications.MarkPublication s) {
      return publication(s.mark(), operations(), published());
    } else if (step instanceof Publications.AddTables s) {
      var all = new HashSet<>(published());
      all.addAll(s.tables());
      return publication(mark(), operations(), all);
    } else if (step instanceof Publications.DropTables s) {
      assertThat(published()).containsAll(s.tables());
      var rest = new HashSet<>(published());
      s.tables().forEach(rest::remove);
      return publication(mark(), operations(), rest);
    } else if (step instanceof Publications.SetOperations s) {
      return publication(mark(), EnumSet.copyOf(s.operations()), published());
    } else if (step instanceof Publications.DropPublication) {
      return withoutPublication();
    } else if (step instanceof Slots.CreateSlot) {
      assertThat(source.slot()).isEmpty();
      return slot(Optional.of(States.slot().build())).undecodable(false);
    } else if (step instanceof Slots.DropSlot) {
      assertThat(source.slot()).isPresent();
      assertThat(target.subscription()).as("whoever still reads the slot").isEmpty();
      return withoutSlot();
    } else if (step instanceof Subscriptions.CreateSubscription s) {
      assertThat(target.subscription()).isEmpty();
      return subscription(Optional.of(States.subscription().marked(s.mark()).disabled().build()));
    } else if (step instanceof Subscriptions.SetConnection s) {
      return subscription(s.mark(), subscription().enabled(), subscription().tables());
    } else if (step instanceof Subscriptions.MarkSubscription s) {
      return subscription(s.mark(), subscription().enabled(), subscription().tables());
    } else if (step instanceof Subscriptions.EnableSubscription) {
      return enabled(true);
    } else if (step instanceof Subscriptions.DisableSubscription) {
      return enabled(false);
    } else if (step instanceof Subscriptions.RefreshSubscription) {
      return refresh();
    } else if (step instanceof Subscriptions.DropSubscription) {
      return withoutSubscription();
    }
    throw new AssertionError("nobody knows what this does: " + step);
  }

  /** The subscription knows what is published from now on; what it did not know is copied. */
  private FlowWorld refresh() {
    assertThat(subscription().enabled()).as("REFRESH is not allowed when disabled").isTrue();
    assertThat(subscription().mark().map(m -> m.notes().get(Mark.CONNECTION)))
        .as("REFRESH connects as it did")
        .contains("c0ffee");
    assertThat(undecodable).as("publication does not exist").isFalse();
    var known = new HashMap<Relation, Sync>();
    var missed = new HashSet<>(stale);
    FlowWorld world = this;
    for (Relation table : published()) {
      var there = target.table(table.name());
      assertThat(there).as("REFRESH fails when %s is missing", table).isPresent();
      if (!known().contains(table)) {
        assertThat(there.get().bytes()).as("rows of %s that are there twice", table).isZero();
        world = world.mirror(table.name(), ROWS);
        missed.remove(table);
      }
      known.put(table, new Sync(State.Ready, 0));
    }
    missed.retainAll(known.keySet());
    return world.subscription(subscription().mark().orElseThrow(), true, known).stale(missed);
  }

  // What a person may do to it.

  FlowWorld withoutPublication() {
    return publication(Optional.empty());
  }

  FlowWorld withoutSlot() {
    return slot(Optional.empty()).undecodable(false);
  }

  FlowWorld withLostSlot() {
    return slot(source.slot().map(s -> States.slot().lost().build()));
  }

  FlowWorld withoutPublished(String table) {
    var rest = new HashSet<>(published());
    rest.remove(relation(table));
    return source.publication().isEmpty() ? this : publication(mark(), operations(), rest);
  }

  FlowWorld withoutDeletesPublished() {
    return source.publication().isEmpty()
        ? this
        : publication(mark(), EnumSet.of(Operation.INSERT, Operation.UPDATE), published());
  }

  FlowWorld withoutSubscription() {
    // What it took for complete is forgotten with it.
    return subscription(Optional.empty()).stale(Set.of());
  }

  FlowWorld withDisabledSubscription() {
    return target.subscription().isEmpty() ? this : enabled(false);
  }

  FlowWorld withSubscriptionToAnotherPublication() {
    if (target.subscription().isEmpty()) {
      return this;
    }
    var s = subscription();
    return subscription(
        Optional.of(
            new SubscriptionState(
                s.name(),
                s.mark(),
                Set.of("another"),
                s.slot(),
                s.enabled(),
                s.running(),
                s.tables(),
                0,
                0)));
  }

  /** The password is another one than when the subscription was made. */
  FlowWorld withFormerConnection() {
    return target.subscription().isEmpty()
        ? this
        : subscription(
            States.desiredFlow().connection("former").build().subscriptionMark(),
            subscription().enabled(),
            subscription().tables());
  }

  FlowWorld withoutMirrored(String table) {
    var rest = new ArrayList<>(target.tables());
    rest.removeIf(t -> t.name().equals(table));
    var world = target(target.schema(), rest, target.subscription());
    if (target.subscription().isEmpty()) {
      return world;
    }
    var known = new HashMap<>(subscription().tables());
    known.remove(relation(table));
    var missed = new HashSet<>(stale);
    missed.remove(relation(table));
    return world
        .subscription(subscription().mark().orElseThrow(), subscription().enabled(), known)
        .stale(missed);
  }

  // Parts.

  Set<Relation> published() {
    return source.publication().map(PublicationState::tables).orElse(Set.of());
  }

  Set<Relation> known() {
    return target.subscription().map(s -> s.tables().keySet()).orElse(Set.of());
  }

  private Mark mark() {
    return source.publication().flatMap(PublicationState::mark).orElseThrow();
  }

  private Set<Operation> operations() {
    return source.publication().orElseThrow().operations();
  }

  private SubscriptionState subscription() {
    return target.subscription().orElseThrow();
  }

  FlowWorld publication(Optional<PublicationState> publication) {
    return source(publication, source.slot());
  }

  private FlowWorld publication(Mark mark, Set<Operation> operations, Set<Relation> tables) {
    return publication(
        Optional.of(new PublicationState(FLOW, Optional.of(mark), operations, tables)));
  }

  FlowWorld slot(Optional<SlotState> slot) {
    return source(source.publication(), slot);
  }

  private FlowWorld source(Optional<PublicationState> publication, Optional<SlotState> slot) {
    return new FlowWorld(
        tables,
        new FlowState(source.server(), publication, slot, source.mayReplicate()),
        target,
        stale,
        undecodable);
  }

  FlowWorld schema(Optional<SchemaFacts> schema) {
    return target(schema, target.tables(), target.subscription());
  }

  private FlowWorld mirror(String name, long bytes) {
    return mirror(name, bytes, target.table(name).flatMap(Table::mark).orElseThrow());
  }

  private FlowWorld mirror(String name, long bytes, Mark mark) {
    var all = new ArrayList<>(target.tables());
    all.removeIf(t -> t.name().equals(name));
    all.add(States.table(name).moved().marked(mark).bytes(bytes).build());
    all.sort(Comparator.comparing(Table::name));
    return target(target.schema(), all, target.subscription());
  }

  FlowWorld subscription(Optional<SubscriptionState> subscription) {
    return target(target.schema(), target.tables(), subscription);
  }

  private FlowWorld subscription(Mark mark, boolean enabled, Map<Relation, Sync> known) {
    var s = subscription();
    return subscription(
        Optional.of(
            new SubscriptionState(
                s.name(),
                Optional.of(mark),
                s.publications(),
                s.slot(),
                enabled,
                enabled,
                known,
                0,
                0)));
  }

  private FlowWorld enabled(boolean enabled) {
    return subscription(subscription().mark().orElseThrow(), enabled, subscription().tables());
  }

  private FlowWorld target(
      Optional<SchemaFacts> schema,
      List<Table> mirrored,
      Optional<SubscriptionState> subscription) {
    return new FlowWorld(
        tables,
        source,
        new TargetState(target.server(), schema, mirrored, subscription),
        stale,
        undecodable);
  }

  private FlowWorld stale(Set<Relation> stale) {
    return new FlowWorld(tables, source, target, stale, undecodable);
  }

  private FlowWorld undecodable(boolean undecodable) {
    return new FlowWorld(tables, source, target, stale, undecodable);
  }
}
