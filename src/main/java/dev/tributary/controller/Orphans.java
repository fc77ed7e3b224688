package dev.tributary.controller;

import dev.tributary.api.ParadeDBTarget;
import dev.tributary.api.ParadeDBTargetStatus;
import dev.tributary.api.ParadeDBTargetStatus.Orphan;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.Side;
import dev.tributary.api.SourceDatabase;
import dev.tributary.federation.Leftover;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Trouble;
import dev.tributary.postgres.ConnectionSettings;
import dev.tributary.postgres.Session;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What federations that are gone had to leave in databases, remembered in the status of their
 * target until it is dropped.
 *
 * <p>The list has a field manager of its own, and is only written on top of what was read.
 */
final class Orphans {
  private static final String FIELD_MANAGER = "tributary-orphans";
  private static final int ATTEMPTS = 10;

  private final Workshop workshop;
  private final FlowRunner flows;

  Orphans(Workshop workshop, FlowRunner flows) {
    this.workshop = workshop;
    this.flows = flows;
  }

  static List<Orphan> of(ParadeDBTarget target) {
    return target.getStatus() == null ? List.of() : target.getStatus().orphans();
  }

  /**
   * Writes down what a federation leaves, if its target is still there to remember it.
   *
   * @return what was not known yet
   */
  List<Orphan> remember(ReplicationFederation federation, List<Leftover> leftovers) {
    if (leftovers.isEmpty()) {
      return List.of();
    }
    String since = workshop.clock().instant().truncatedTo(ChronoUnit.SECONDS).toString();
    var found = leftovers.stream().map(l -> orphan(federation, l, since)).toList();
    var news = new ArrayList<Orphan>();
    change(
        federation.getMetadata().getNamespace(),
        federation.getSpec().target(),
        known -> {
          news.clear();
          found.stream().filter(o -> known.stream().noneMatch(k -> k.sameAs(o))).forEach(news::add);
          return Stream.concat(known.stream(), news.stream()).toList();
        });
    return List.copyOf(news);
  }

  static Orphan orphan(ReplicationFederation federation, Leftover left, String since) {
    return new Orphan(
        federation.getMetadata().getName(),
        Desired.owner(federation).uid(),
        left.source(),
        left.side(),
        left.database().orElse(null),
        left.schema(),
        left.slots(),
        left.publications(),
        left.subscriptions(),
        since,
        left.message());
  }

  /**
   * Tries once more to drop each, and forgets those that are gone.
   *
   * @param session the target's, if it can be reached
   * @return those that are left
   */
  List<Orphan> retry(ParadeDBTarget target, Optional<Session> session) {
    return of(target).stream().filter(o -> !tryOnceMore(target, o, session)).toList();
  }

  /** Does the same for one source, whichever targets remember something of it. */
  List<Orphan> retry(SourceDatabase source) {
    return workshop
        .client()
        .resources(ParadeDBTarget.class)
        .inNamespace(source.getMetadata().getNamespace())
        .list()
        .getItems()
        .stream()
        .flatMap(
            target ->
                of(target).stream()
                    .filter(o -> o.side() == Side.Source && isIn(source, o))
                    .filter(o -> !tryOnceMore(target, o)))
        .toList();
  }

  private boolean tryOnceMore(ParadeDBTarget target, Orphan orphan) {
    try (var session = Session.open(settings(target))) {
      return tryOnceMore(target, orphan, Optional.of(session));
    } catch (Trouble e) {
      return tryOnceMore(target, orphan, Optional.empty());
    }
  }

  private ConnectionSettings settings(ParadeDBTarget target) throws Trouble {
    return workshop
        .connections()
        .of(target.getMetadata().getNamespace(), target.getSpec().connection(), true);
  }

  private boolean tryOnceMore(ParadeDBTarget target, Orphan orphan, Optional<Session> session) {
    String namespace = target.getMetadata().getNamespace();
    boolean dropped = false;
    if (!isTakenUpAgain(namespace, orphan)) {
      var source =
          find(SourceDatabase.class, namespace, orphan.source()).filter(s -> isIn(s, orphan));
      boolean reachable = orphan.side() == Side.Source ? source.isPresent() : session.isPresent();
      if (!reachable || !isDropped(namespace, orphan, source, session)) {
        return false;
      }
      dropped = true;
    }
    change(
        namespace,
        target.getMetadata().getName(),
        known -> known.stream().filter(k -> !k.sameAs(orphan)).toList());
    if (dropped) {
      workshop.announcements().announce(target, cleanedUp(orphan));
    }
    return true;
  }

  private boolean isDropped(
      String namespace, Orphan orphan, Optional<SourceDatabase> source, Optional<Session> session) {
    try {
      var left = flows.takeDownOrphan(Desired.orphan(namespace, orphan), source, session);
      // Slots that table syncs have left are told only with the target's help.
      return session.isPresent() && left.stream().noneMatch(l -> l.side() == orphan.side());
    } catch (Trouble e) {
      return false;
    }
  }

  /** Whether the federation lives, and has the source again that was taken out of it. */
  private boolean isTakenUpAgain(String namespace, Orphan orphan) {
    return find(ReplicationFederation.class, namespace, orphan.federation())
        .filter(f -> orphan.uid().equals(f.getMetadata().getUid()))
        .filter(f -> f.getMetadata().getDeletionTimestamp() == null)
        .filter(
            f -> f.getSpec().sources().stream().anyMatch(s -> s.source().equals(orphan.source())))
        .isPresent();
  }

  /** Another database of that name has nothing of it, and would look as if all were gone. */
  private static boolean isIn(SourceDatabase source, Orphan orphan) {
    return source.getMetadata().getName().equals(orphan.source())
        && (orphan.database() == null
            || orphan.database().equals(source.getSpec().connection().where()));
  }

  private static Problem cleanedUp(Orphan orphan) {
    return new Problem(
        Reason.CleanedUp,
        "Dropped what ReplicationFederation %s had left on %s: %s."
            .formatted(
                orphan.federation(),
                orphan.side() == Side.Source ? "the source " + orphan.source() : "the target",
                names(orphan)));
  }

  private static String names(Orphan orphan) {
    String names =
        Stream.of(orphan.slots(), orphan.publications(), orphan.subscriptions())
            .flatMap(List::stream)
            .distinct()
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "the schema " + orphan.schema() : names;
  }

  /** What the condition says of them. */
  static Problem leftBehind(List<Orphan> orphans) {
    return new Problem(
        Reason.LeftBehind,
        orphans.stream()
            .map(o -> "ReplicationFederation %s: %s".formatted(o.federation(), o.message()))
            .collect(Collectors.joining(" ")));
  }

  private <R extends CustomResource<?, ?>> Optional<R> find(
      Class<R> type, String namespace, String name) {
    return Optional.ofNullable(
        workshop.client().resources(type).inNamespace(namespace).withName(name).get());
  }

  /** Reads, changes, and writes unless somebody else has written meanwhile: then once more. */
  private void change(String namespace, String name, UnaryOperator<List<Orphan>> change) {
    for (int attempt = 1; ; attempt++) {
      var target = find(ParadeDBTarget.class, namespace, name);
      if (target.isEmpty()) {
        return;
      }
      var after = change.apply(of(target.get()));
      if (after.equals(of(target.get()))) {
        return;
      }
      try {
        write(target.get(), after);
        return;
      } catch (KubernetesClientException e) {
        if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
          return;
        }
        if (e.getCode() != HttpURLConnection.HTTP_CONFLICT || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private void write(ParadeDBTarget read, List<Orphan> orphans) {
    var fresh = new ParadeDBTarget();
    fresh.getMetadata().setName(read.getMetadata().getName());
    fresh.getMetadata().setNamespace(read.getMetadata().getNamespace());
    fresh.getMetadata().setResourceVersion(read.getMetadata().getResourceVersion());
    fresh.setStatus(new ParadeDBTargetStatus(null, null, null, orphans, List.of()));
    workshop
        .client()
        .resource(fresh)
        .subresource("status")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(FIELD_MANAGER)
                .withForce(true)
                .build());
  }
}
