package dev.tributary.federation;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What there is of a lane on both sides. */
record LaneState(
    Lane lane,
    Optional<PublicationState> publication,
    Optional<PublicationState> inserts,
    Optional<PublicationState> arrivals,
    Optional<SlotState> slot,
    Optional<SubscriptionState> subscription) {

  /**
   * The lanes that are desired, in their order, and then those that were: what bears their marks is
   * still there.
   */
  static List<LaneState> of(
      DesiredFlow desired, Optional<FlowState> source, Optional<TargetState> target) {
    var lanes = new LinkedHashMap<String, Lane>();
    desired.lanes().forEach(l -> lanes.put(l.object(), l));
    former(desired, source, target).forEach(l -> lanes.putIfAbsent(l.object(), l));
    return lanes.values().stream().map(l -> of(l, source, target)).toList();
  }

  private static Stream<Lane> former(
      DesiredFlow desired, Optional<FlowState> source, Optional<TargetState> target) {
    var marks =
        Stream.concat(
            source.stream().flatMap(s -> s.publications().stream()).flatMap(p -> p.mark().stream()),
            target.stream()
                .flatMap(t -> t.subscriptions().stream())
                .flatMap(s -> s.mark().stream()));
    return marks
        .filter(m -> Mark.ownership(Optional.of(m), desired.owner()) == Mark.Ownership.OURS)
        .filter(m -> desired.source().equals(m.notes().get(Mark.SOURCE)))
        .map(m -> m.notes().getOrDefault(Mark.LANE, Lane.DEFAULT))
        .distinct()
        .sorted()
        .map(name -> Lane.of(desired.owner(), desired.source(), name, List.of()));
  }

  private static LaneState of(Lane lane, Optional<FlowState> source, Optional<TargetState> target) {
    return new LaneState(
        lane,
        source.flatMap(s -> s.publication(lane.publication())),
        source.flatMap(s -> s.publication(lane.insertsPublication())),
        source.flatMap(s -> s.publication(lane.arrivalsPublication())),
        source.flatMap(s -> s.slot(lane.object())),
        target.flatMap(t -> t.subscription(lane.object())));
  }

  boolean isFormer(DesiredFlow desired) {
    return !desired.lanes().contains(lane);
  }

  /** Its publications that are there. */
  List<PublicationState> publications() {
    return Stream.of(publication, inserts, arrivals).flatMap(Optional::stream).toList();
  }

  /** Tables whose changes flow here. */
  Set<Relation> published() {
    var tables = new LinkedHashSet<Relation>();
    publication.ifPresent(p -> tables.addAll(p.tables().keySet()));
    inserts.ifPresent(p -> tables.addAll(p.tables().keySet()));
    return tables;
  }

  /** Tables that are about to come from another lane. */
  Set<Relation> arriving() {
    return arrivals.map(p -> p.tables().keySet()).orElse(Set.of());
  }

  /** Tables that the subscription knows. */
  Set<Relation> known() {
    return subscription.map(s -> s.tables().keySet()).orElse(Set.of());
  }

  /** Whether the table is published here as it is to be. */
  boolean publishes(PublishedTable table) {
    return (table.insertsOnly() ? inserts : publication).filter(p -> p.has(table)).isPresent();
  }

  /** Whether the table's rows are there and its changes are being applied. */
  boolean hasInSync(Relation table) {
    return subscription
        .map(s -> s.tables().get(table))
        .filter(sync -> sync.state() == SubscriptionState.State.Ready)
        .isPresent();
  }

  /** Whether everything is built, is known and flows. */
  boolean flows() {
    return publications().size() == lane.publications().size()
        && slot.filter(s -> s.ready() && !s.lost()).isPresent()
        && subscription
            .filter(s -> s.enabled() && s.running() && reads(s, lane.arrivalsPublication()))
            .isPresent()
        && known().containsAll(published());
  }

  private static boolean reads(SubscriptionState subscription, String publication) {
    return subscription.publications().contains(publication);
  }

  /** Whether the target has confirmed all of the source's WAL up to this position. */
  boolean hasConfirmed(long position) {
    return slot.filter(s -> s.ready() && s.confirmed() >= position).isPresent();
  }

  /** Tables that came from the other lane, and that its subscription still knows. */
  Set<Relation> takenFrom(LaneState other) {
    var tables = new HashSet<Relation>(published());
    tables.retainAll(known());
    tables.retainAll(other.known());
    tables.removeAll(other.published());
    tables.removeAll(other.arriving());
    return tables;
  }
}
