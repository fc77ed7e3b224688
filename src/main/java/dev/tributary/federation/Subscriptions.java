package dev.tributary.federation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A lane's subscription on the target. */
final class Subscriptions {
  private Subscriptions() {}

  /** Why the subscription of that name must not be touched, if it must not. */
  static Optional<Problem> refusal(DesiredFlow desired, LaneState lane) {
    return lane.subscription()
        .flatMap(
            s ->
                Mark.refusal(
                    "The subscription %s on the target".formatted(s.name()), s.mark(), desired));
  }

  /**
   * Gives a subscription that is there the mark and connection of today, and sets it going.
   *
   * @param waits whether it has to stand still
   */
  static List<Step> revive(DesiredFlow desired, LaneState lane, boolean waits) {
    if (lane.subscription().isEmpty()) {
      return List.of();
    }
    SubscriptionState there = lane.subscription().get();
    var steps = new ArrayList<Step>();
    Mark mark = desired.connectedMark(lane.lane());
    if (!there.mark().map(Subscriptions::withoutWaits).equals(Optional.of(mark))) {
      steps.add(new SetConnection(there.name(), withWaitsOf(there, mark)));
    }
    if (!there.enabled() && !waits) {
      steps.add(new EnableSubscription(there.name()));
    }
    return steps;
  }

  /** Tables that have rows of an earlier life, and that no subscription knows any more. */
  static List<Table> toEmpty(
      DesiredFlow desired,
      Collection<PublishedTable> wanted,
      Set<Relation> known,
      TargetState target) {
    var fresh =
        wanted.stream()
            .map(PublishedTable::relation)
            .filter(t -> !known.contains(t))
            .map(Relation::name)
            .collect(Collectors.toSet());
    return target.tables().stream()
        .filter(t -> t.bytes() > 0 && Mirror.isOurs(desired, t) && fresh.contains(t.name()))
        .toList();
  }

  /** Empties tables, and gives those another key that have another. */
  static List<Step> empty(
      DesiredFlow desired, Collection<PublishedTable> wanted, List<Table> tables) {
    var steps = new ArrayList<Step>();
    for (Table table : tables) {
      steps.add(new EmptyTable(table.relation()));
      wanted.stream()
          .filter(t -> t.relation().name().equals(table.name()))
          .flatMap(t -> Mirror.otherKey(desired, t, table).stream())
          .forEach(steps::add);
    }
    return steps;
  }

  /**
   * Makes the subscription, or makes it know the tables that are published by now.
   *
   * @param failover whether its slot goes along to a standby
   */
  static List<Step> plan(
      DesiredFlow desired,
      LaneState lane,
      Collection<PublishedTable> wanted,
      Set<Relation> published,
      boolean failover) {
    String name = lane.lane().object();
    if (lane.subscription().isEmpty()) {
      return List.of(
          new CreateSubscription(name, readable(lane), failover, desired.mark(lane.lane())),
          new SetConnection(name, desired.connectedMark(lane.lane())),
          new EnableSubscription(name),
          new RefreshSubscription(name));
    }
    var remembered = new HashSet<>(lane.known());
    remembered.retainAll(published);
    var tables = wanted.stream().map(PublishedTable::relation).collect(Collectors.toSet());
    return remembered.equals(tables) ? List.of() : List.of(new RefreshSubscription(name));
  }

  /** The publications that the lane's slot can decode: all are there when there is no slot yet. */
  private static List<String> readable(LaneState lane) {
    return lane.slot().isEmpty()
        ? lane.lane().publications()
        : lane.publications().stream().map(PublicationState::name).toList();
  }

  private static Mark withoutWaits(Mark mark) {
    return mark.without(Mark.AFTER).without(Mark.FORGETS);
  }

  private static Mark withWaitsOf(SubscriptionState there, Mark mark) {
    Mark result = mark;
    for (String note : List.of(Mark.AFTER, Mark.FORGETS)) {
      var waits = there.mark().map(m -> m.notes().get(note));
      if (waits.isPresent()) {
        result = result.with(note, waits.get());
      }
    }
    return result;
  }

  /** Writes down what has to be confirmed before tables are forgotten. */
  static Step waitToForget(DesiredFlow desired, LaneState lane, Forgets forgets) {
    return new MarkSubscription(
        lane.lane().object(),
        desired.connectedMark(lane.lane()).with(Mark.FORGETS, forgets.text()));
  }

  /** What is waited for before tables are forgotten. */
  static Optional<Forgets> forgets(LaneState lane) {
    return lane.subscription()
        .flatMap(SubscriptionState::mark)
        .map(m -> m.notes().get(Mark.FORGETS))
        .flatMap(Forgets::parse);
  }

  /** Writes down which position of the source's WAL is waited for. */
  static Step waitFor(DesiredFlow desired, LaneState lane, long position) {
    return new MarkSubscription(
        lane.lane().object(),
        desired.connectedMark(lane.lane()).with(Mark.AFTER, String.valueOf(position)));
  }

  /** Stops the subscription until tables have come to it from other lanes. */
  static Step standStill(DesiredFlow desired, LaneState lane) {
    return new StandStill(
        lane.lane().object(), desired.connectedMark(lane.lane()).with(Mark.AFTER, "change"));
  }

  /** Whether the subscription stands still, or was left so. */
  static boolean standsStill(LaneState lane) {
    return lane.subscription()
        .flatMap(SubscriptionState::mark)
        .filter(m -> m.notes().containsKey(Mark.AFTER))
        .isPresent();
  }

  /** The position that is waited for. */
  static Optional<Long> awaited(LaneState lane) {
    return lane.subscription()
        .flatMap(SubscriptionState::mark)
        .map(m -> m.notes().get(Mark.AFTER))
        .filter(a -> a.matches("\\d{1,18}"))
        .map(Long::valueOf);
  }

  /** Waits for nothing any more. */
  static Step goOn(DesiredFlow desired, LaneState lane) {
    return new MarkSubscription(lane.lane().object(), desired.connectedMark(lane.lane()));
  }

  /** Goes on with a subscription that stood still until a position was confirmed. */
  static Step resume(DesiredFlow desired, LaneState lane) {
    return new ResumeSubscription(lane.lane().object(), desired.connectedMark(lane.lane()));
  }

  /** Whether the target's server reaches the source, with the very connection of today. */
  static Step tryConnection(String publication) {
    return new TryConnection(publication + "_trial", publication);
  }

  static Step disable(LaneState lane) {
    return new DisableSubscription(lane.lane().object());
  }

  static Step refresh(LaneState lane) {
    return new RefreshSubscription(lane.lane().object());
  }

  /** Makes the subscription know tables whose rows are there already. */
  static Step welcome(LaneState lane) {
    return new WelcomeTables(lane.lane().object());
  }

  static Step drop(SubscriptionState there) {
    return new DropSubscription(there.name());
  }

  static List<Step> remove(DesiredFlow desired, LaneState lane) {
    return lane.subscription()
        .filter(s -> Mark.ownership(s.mark(), desired.owner()) == Mark.Ownership.OURS)
        .<List<Step>>map(s -> List.of(drop(s)))
        .orElse(List.of());
  }

  static List<Step> release(DesiredFlow desired, LaneState lane) {
    return lane.subscription()
        .filter(s -> Mark.ownership(s.mark(), desired.owner()) == Mark.Ownership.OURS)
        .<List<Step>>map(
            s -> List.of(new MarkSubscription(s.name(), s.mark().orElseThrow().release())))
        .orElse(List.of());
  }

  private static String comment(String name, Mark mark) {
    return "COMMENT ON SUBSCRIPTION %s IS %s"
        .formatted(Sql.identifier(name), Sql.literal(mark.text()));
  }

  private interface OnTarget extends Step {
    @Override
    default Site site() {
      return Site.TARGET;
    }
  }

  /**
   * Makes and marks the subscription, without a connection yet and so without a password:
   * PostgreSQL warns about something at almost each CREATE SUBSCRIPTION, and a warning repeats the
   * statement in the server's log. (A role that is no superuser has to name a password, whatever it
   * is.)
   */
  record CreateSubscription(String name, List<String> publications, boolean failover, Mark mark)
      implements OnTarget {
    @Override
    public List<String> sql() {
      return List.of(
          ("CREATE SUBSCRIPTION %s CONNECTION 'password=unset' PUBLICATION %s"
                  + " WITH (connect = false, create_slot = false, slot_name = %s, enabled = false, streaming = on%s)")
              .formatted(
                  Sql.identifier(name),
                  Sql.identifiers(publications),
                  Sql.literal(name),
                  failover ? ", failover = true" : ""),
          comment(name, mark));
    }

    @Override
    public String sentence() {
      return "Create the subscription " + name;
    }
  }

  /** Gives the subscription the connection of today. */
  record SetConnection(String name, Mark mark) implements OnTarget, Step.WithConnectionString {
    @Override
    public List<String> sql(String connectionString) {
      return List.of(
          // Takes the lock: to be cut off while waiting for it would show the next statement in the
          // log.
          "ALTER SUBSCRIPTION %s SET (slot_name = %s)"
              .formatted(Sql.identifier(name), Sql.literal(name)),
          "ALTER SUBSCRIPTION %s CONNECTION %s"
              .formatted(Sql.identifier(name), Sql.literal(connectionString)),
          comment(name, mark));
    }

    @Override
    public String sentence() {
      return "Set the connection of the subscription " + name;
    }
  }

  /**
   * Lets the target's server connect to the source as a subscription would, and leaves nothing:
   * {@code CREATE SUBSCRIPTION} with {@code connect = true} asks the source for its publication.
   */
  record TryConnection(String name, String publication)
      implements OnTarget, Step.WithConnectionString {
    @Override
    public List<String> sql(String connectionString) {
      return List.of(
          ("CREATE SUBSCRIPTION %s CONNECTION %s PUBLICATION %s"
                  + " WITH (connect = true, create_slot = false, slot_name = NONE, enabled = false, copy_data = false)")
              .formatted(
                  Sql.identifier(name), Sql.literal(connectionString), Sql.identifier(publication)),
          "DROP SUBSCRIPTION " + Sql.identifier(name));
    }

    @Override
    public String sentence() {
      return "Let the target's server try to connect to the source";
    }

    @Override
    public boolean changes() {
      return false;
    }
  }

  /** Writes whose the subscription is, and what it waits for. */
  record MarkSubscription(String name, Mark mark) implements OnTarget {
    @Override
    public List<String> sql() {
      return List.of(comment(name, mark));
    }

    @Override
    public String sentence() {
      boolean waits =
          mark.notes().containsKey(Mark.AFTER) || mark.notes().containsKey(Mark.FORGETS);
      return "%s the subscription %s%s"
          .formatted(
              mark.released() ? "Release" : "Mark",
              name,
              waits ? ", which waits until what was sent is confirmed" : "");
    }
  }

  /** Stops a subscription, and notes why. */
  record StandStill(String name, Mark mark) implements OnTarget {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER SUBSCRIPTION %s DISABLE".formatted(Sql.identifier(name)), comment(name, mark));
    }

    @Override
    public String sentence() {
      return "Stop the subscription %s until tables have come to it".formatted(name);
    }
  }

  /** Sets a subscription going that waited for a position. */
  record ResumeSubscription(String name, Mark mark) implements OnTarget {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER SUBSCRIPTION %s ENABLE".formatted(Sql.identifier(name)), comment(name, mark));
    }

    @Override
    public String sentence() {
      return "Go on with the subscription " + name;
    }
  }

  /** Makes the subscription know tables that come with their rows. */
  record WelcomeTables(String name) implements OnTarget {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER SUBSCRIPTION %s REFRESH PUBLICATION WITH (copy_data = false)"
              .formatted(Sql.identifier(name)));
    }

    @Override
    public String sentence() {
      return "Tell the subscription %s which tables come to it, with their rows".formatted(name);
    }

    @Override
    public boolean transactional() {
      return false;
    }
  }

  record EnableSubscription(String name) implements OnTarget {
    @Override
    public List<String> sql() {
      return List.of("ALTER SUBSCRIPTION %s ENABLE".formatted(Sql.identifier(name)));
    }

    @Override
    public String sentence() {
      return "Enable the subscription " + name;
    }
  }

  record DisableSubscription(String name) implements OnTarget {
    @Override
    public List<String> sql() {
      return List.of("ALTER SUBSCRIPTION %s DISABLE".formatted(Sql.identifier(name)));
    }

    @Override
    public String sentence() {
      return "Disable the subscription " + name;
    }
  }

  /** Makes the subscription look at its publication again; PostgreSQL allows no transaction. */
  record RefreshSubscription(String name) implements OnTarget {
    @Override
    public List<String> sql() {
      return List.of("ALTER SUBSCRIPTION %s REFRESH PUBLICATION".formatted(Sql.identifier(name)));
    }

    @Override
    public String sentence() {
      return "Refresh the subscription " + name;
    }

    @Override
    public boolean transactional() {
      return false;
    }
  }

  /** Empties a table of ours that is about to be copied. */
  record EmptyTable(Relation table) implements OnTarget {
    @Override
    public List<String> sql() {
      return List.of("TRUNCATE TABLE ONLY " + table.qualified());
    }

    @Override
    public String sentence() {
      return "Empty the table %s on the target, it is copied whole".formatted(table);
    }
  }

  /** Drops the subscription and leaves its slot, which is dropped on the source. */
  record DropSubscription(String name) implements OnTarget {
    @Override
    public List<String> sql() {
      String alter = "ALTER SUBSCRIPTION " + Sql.identifier(name);
      return List.of(
          alter + " DISABLE",
          alter + " SET (slot_name = NONE)",
          "DROP SUBSCRIPTION " + Sql.identifier(name));
    }

    @Override
    public String sentence() {
      return "Drop the subscription " + name;
    }
  }
}
