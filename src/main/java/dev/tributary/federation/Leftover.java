package dev.tributary.federation;

import dev.tributary.api.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What taking a flow down has left on one side.
 *
 * @param database the source's, host:port/database, where it is known
 * @param schema of the tables on the target
 * @param why it could not be dropped
 */
public record Leftover(
    String source,
    Side side,
    Optional<String> database,
    String schema,
    List<String> slots,
    List<String> publications,
    List<String> subscriptions,
    Problem why) {
  public Leftover {
    slots = List.copyOf(slots);
    publications = List.copyOf(publications);
    subscriptions = List.copyOf(subscriptions);
  }

  /** What may be left on a side that could not be looked at. */
  public static Leftover unseen(DesiredFlow desired, Side side, Problem why) {
    boolean source = side == Side.Source;
    var objects = desired.lanes().stream().map(Lane::object).toList();
    return new Leftover(
        desired.source(),
        side,
        Optional.empty(),
        desired.schema(),
        source ? objects : List.of(),
        source
            ? desired.lanes().stream().flatMap(l -> l.publications().stream()).toList()
            : List.of(),
        source ? List.of() : objects,
        why);
  }

  /** What is left on a side when these steps could not be done; empty when none is for it. */
  public static Optional<Leftover> of(
      DesiredFlow desired, Side side, List<Step> steps, Problem why) {
    var there = steps.stream().filter(s -> (s.site() == Site.TARGET) == (side == Side.Target));
    var left = there.toList();
    return left.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Leftover(
                desired.source(),
                side,
                Optional.empty(),
                desired.schema(),
                names(left, Slots.DropSlot.class, Slots.DropSlot::name),
                names(
                    left,
                    PublicationSteps.DropPublication.class,
                    PublicationSteps.DropPublication::name),
                names(
                    left,
                    SubscriptionSteps.DropSubscription.class,
                    SubscriptionSteps.DropSubscription::name),
                why));
  }

  private static <S extends Step> List<String> names(
      List<Step> steps, Class<S> type, Function<S, String> name) {
    return steps.stream().filter(type::isInstance).map(type::cast).map(name).toList();
  }

  /** The same of a database that is known. */
  public Leftover in(String where) {
    return new Leftover(
        source, side, Optional.of(where), schema, slots, publications, subscriptions, why);
  }

  /** What drops it by hand, whatever of it is there. */
  public List<String> sql() {
    var sql = new ArrayList<String>();
    for (String slot : slots) {
      sql.add(
          "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = "
              + Sql.literal(slot));
    }
    for (String publication : publications) {
      sql.add("DROP PUBLICATION IF EXISTS " + Sql.identifier(publication));
    }
    for (String subscription : subscriptions) {
      sql.addAll(new SubscriptionSteps.DropSubscription(subscription).sql());
    }
    return sql;
  }

  /** What is left, and why. */
  public String sentence() {
    return "%s Left on %s: %s.".formatted(why.sentence(), where(), what());
  }

  /** The same, and what to do about it, for as long as it is there. */
  public String message() {
    String harm = slots.isEmpty() ? "" : " A slot that nobody reads fills the source's disk.";
    return "Left on %s: %s.%s Dropped when that can be done; by hand: %s"
        .formatted(
            where(),
            what(),
            harm,
            sql().isEmpty() ? "see the message of the error." : String.join("; ", sql()) + ";");
  }

  private String where() {
    return side == Side.Source
        ? "the source " + source + database.map(d -> " (" + d + ")").orElse("")
        : "the target";
  }

  private String what() {
    var parts =
        Stream.of(
                some("replication slots", slots),
                some("publications", publications),
                some("subscriptions", subscriptions),
                side == Side.Target
                    ? "the schema " + schema + " with the tables of " + source
                    : null)
            .filter(Objects::nonNull)
            .toList();
    return parts.isEmpty() ? "what the error speaks of" : String.join(", ", parts);
  }

  private static String some(String kind, List<String> names) {
    return names.isEmpty() ? null : "%s (%s)".formatted(kind, String.join(", ", names));
  }
}
