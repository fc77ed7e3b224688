package dev.tributary.federation;

import dev.tributary.federation.SubscriptionState.Relation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The subscription on the target. */
final class Subscriptions {
  private Subscriptions() {}

  /** Makes the subscription, or makes it know the tables and the connection that are wanted. */
  static Plan plan(DesiredFlow desired, List<Table> source, TargetState target) {
    var wanted =
        source.stream()
            .map(t -> new Relation(desired.schema(), t.name()))
            .collect(Collectors.toSet());
    var there = target.subscription();
    Set<Relation> known = there.map(s -> s.tables().keySet()).orElse(Set.of());

    var steps = new ArrayList<Step>();
    // A table that the subscription does not know yet is copied whole: rows of an earlier life
    // would be duplicates.
    target.tables().stream()
        .filter(t -> t.bytes() > 0 && Mirror.isOurs(desired, t))
        .filter(t -> wanted.contains(new Relation(t.schema(), t.name())))
        .filter(t -> !known.contains(new Relation(t.schema(), t.name())))
        .forEach(t -> steps.add(new EmptyTable(t.schema(), t.name())));

    if (there.isEmpty()) {
      steps.add(new CreateSubscription(desired.name(), desired.mark()));
      steps.add(new SetConnection(desired.name(), desired.subscriptionMark()));
      steps.add(new EnableSubscription(desired.name()));
      steps.add(new RefreshSubscription(desired.name()));
      return Plan.of(steps);
    }
    SubscriptionState subscription = there.get();
    switch (Mark.ownership(subscription.mark(), desired.owner())) {
      case ANOTHERS -> {
        return Plan.blocked(
            List.of(
                Schemas.ownedByAnother(
                    "The subscription " + desired.name(), subscription.mark().orElseThrow())));
      }
      case UNMARKED -> {
        return Plan.blocked(
            List.of(
                new Problem(
                    Reason.NotOwned,
                    "The target has a subscription %s that Tributary did not make: rename or drop it."
                        .formatted(desired.name()))));
      }
      case RELEASED, OURS -> {
        if (!subscription.mark().equals(Optional.of(desired.subscriptionMark()))) {
          steps.add(new SetConnection(desired.name(), desired.subscriptionMark()));
        }
      }
    }
    if (!subscription.enabled()) {
      steps.add(new EnableSubscription(desired.name()));
    }
    if (!known.equals(wanted)) {
      steps.add(new RefreshSubscription(desired.name()));
    }
    return Plan.of(steps);
  }

  /**
   * What has to happen before tables that fell out of the publication are published again: the
   * subscription forgets them, so that they are copied whole, because changes made meanwhile were
   * not sent.
   */
  static List<Step> forgetUnpublished(
      DesiredFlow desired, PublicationState publication, SubscriptionState subscription) {
    var gone = new HashSet<>(subscription.tables().keySet());
    gone.removeIf(
        r -> r.schema().equals(desired.schema()) && publication.tables().contains(r.name()));
    return gone.isEmpty() ? List.of() : List.of(new RefreshSubscription(desired.name()));
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
  record EmptyTable(String schema, String name) implements OnTarget {
    @Override
    public List<String> sql() {
      return List.of("TRUNCATE TABLE ONLY " + Sql.qualified(schema, name));
    }

    @Override
    public String sentence() {
      return "Empty the table %s.%s on the target, it is copied again".formatted(schema, name);
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
