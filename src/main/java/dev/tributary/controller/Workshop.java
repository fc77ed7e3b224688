package dev.tributary.controller;

import dev.tributary.federation.Problem;
import dev.tributary.postgres.Executor;
import dev.tributary.postgres.Patience;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/**
 * What the three reconcilers share.
 *
 * @param deletionTimeout how long a deletion tries to reach a database before it gives up on it
 */
public record Workshop(
    KubernetesClient client,
    Connections connections,
    Executor executor,
    Announcements announcements,
    Pace pace,
    DdlListeners ddl,
    Duration deletionTimeout,
    Clock clock) {

  /** What the reconcilers of an operator with these settings share. */
  public static Workshop of(
      KubernetesClient client, Duration poll, Duration deletionTimeout, Clock clock) {
    return new Workshop(
        client,
        new Connections(new Secrets(client)),
        new Executor(new Patience(clock)),
        new Announcements(client, clock),
        new Pace(poll),
        new DdlListeners(),
        deletionTimeout,
        clock);
  }

  /** The conditions for this reason; a change of it is announced. */
  List<Condition> conditions(HasMetadata resource, Problem why, List<Condition> before) {
    announcements.change(resource, Conditions.reason(before), why);
    return Conditions.of(why, resource.getMetadata().getGeneration(), before, clock);
  }
}
