package dev.tributary.federation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The subscription on the target. */
final class Subscriptions {
  private Subscriptions() {}

  /** Why the subscription of that name must not be touched, if it must not. */
  static Optional<Problem> refusal(DesiredFlow desired, Optional<SubscriptionState> there) {
    return there.flatMap(
        s ->
            Mark.refusal(
                "The subscription %s on the target".formatted(s.name()),
                s.mark(),
                desired.owner()));
  }

  /** Gives a subscription that is there the mark and connection of today, and sets it going. */
  static List<Step> revive(DesiredFlow desired, SubscriptionState there) {
    var steps = new ArrayList<Step>();
    if (!there.mark().equals(Optional.of(desired.subscriptionMark()))) {
      steps.add(new SetConnection(desired.name(), desired.subscriptionMark()));
    }
    if (!there.enabled()) {
      steps.add(new EnableSubscription(desired.name()));
    }
    return steps;
  }

  /**
   * What has to happen before tables are published that are not: the subscription forgets them, and
   * what they have of an earlier life is emptied. So they are copied whole, because changes made
   * meanwhile were not sent, and no row is there twice.
   *
   * @param published the tables that are published now
   */
  static List<Step> forget(
      DesiredFlow desired, List<Relation> wanted, Set<Relation> published, TargetState target) {
    var known = target.subscription().map(s -> s.tables().keySet()).orElse(Set.of());
    var steps = new ArrayList<Step>();
    if (!published.containsAll(known)) {
      steps.add(new RefreshSubscription(desired.name()));
    }
    target.tables().stream()
        .filter(t -> t.bytes() > 0 && Mirror.isOurs(desired, t))
        .map(t -> new Relation(t.schema(), t.name()))
        .filter(wanted::contains)
        .filter(t -> !known.contains(t) || !published.contains(t))
        .forEach(t -> steps.add(new EmptyTable(t)));
    return steps;
  }

  /** Makes the subscription, or makes it know the tables that are published by now. */
  static List<Step> plan(
      DesiredFlow desired, List<Relation> wanted, Set<Relation> published, TargetState target) {
    if (target.subscription().isEmpty()) {
      return List.of(
          new CreateSubscription(desired.name(), desired.mark()),
          new SetConnection(desired.name(), desired.subscriptionMark()),
          new EnableSubscription(desired.name()),
          new RefreshSubscription(desired.name()));
    }
    var remembered = new HashSet<>(target.subscription().get().tables().keySet());
    remembered.retainAll(published);
    return remembered.equals(Set.copyOf(wanted))
        ? List.of()
        : List.of(new RefreshSubscription(desired.name()));
  }

  static List<Step> remove(DesiredFlow desired, TargetState target) {
    return target
        .subscription()
        .filter(s -> Mark.ownership(s.mark(), desired.owner()) == Mark.Ownership.OURS)
        .<List<Step>>map(s -> List.of(new DropSubscription(s.name())))
        .orElse(List.of());
  }

  static List<Step> release(DesiredFlow desired, TargetState target) {
    return target
        .subscription()
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
  record CreateSubscription(String name, Mark mark) implements OnTarget {
    @Override
    public List<String> sql() {
      return List.of(
          ("CREATE SUBSCRIPTION %1$s CONNECTION 'password=unset' PUBLICATION %1$s"
                  + " WITH (connect = false, create_slot = false, slot_name = %2$s, enabled = false, streaming = on)")
              .formatted(Sql.identifier(name), Sql.literal(name)),
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

  /** Writes whose the subscription is. */
  record MarkSubscription(String name, Mark mark) implements OnTarget {
    @Override
    public List<String> sql() {
      return List.of(comment(name, mark));
    }

    @Override
    public String sentence() {
      return "%s the subscription %s".formatted(mark.released() ? "Release" : "Take up", name);
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
