package dev.tributary.controller;

import dev.tributary.federation.Problem;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says a change of reason once: a line in the log and an event on the resource. */
final class Announcements {
  private static final Logger log = LoggerFactory.getLogger(Announcements.class);

  private final KubernetesClient client;
  private final Clock clock;

  Announcements(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  /** Announces the reason if it is not the one of before. */
  void change(HasMetadata resource, Optional<String> reasonBefore, Problem why) {
    if (!reasonBefore.equals(Optional.of(why.reason().name()))) {
      announce(resource, why);
    }
  }

  /** Announces something that happens once. */
  void announce(HasMetadata resource, Problem why) {
    var metadata = resource.getMetadata();
    boolean warning = !why.reason().good() && why.reason().blocked();
    String subject =
        "%s %s/%s".formatted(resource.getKind(), metadata.getNamespace(), metadata.getName());
    if (warning) {
      log.warn("{}: {}: {}", subject, why.reason(), why.sentence());
    } else {
      log.info("{}: {}: {}", subject, why.reason(), why.sentence());
    }
    String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    var event =
        new EventBuilder()
            .withNewMetadata()
            .withGenerateName(metadata.getName() + ".")
            .withNamespace(metadata.getNamespace())
            .endMetadata()
            .withInvolvedObject(
                new ObjectReferenceBuilder()
                    .withApiVersion(resource.getApiVersion())
                    .withKind(resource.getKind())
                    .withNamespace(metadata.getNamespace())
                    .withName(metadata.getName())
                    .withUid(metadata.getUid())
                    .build())
            .withType(warning ? "Warning" : "Normal")
            .withReason(why.reason().name())
            .withMessage(why.sentence())
            .withFirstTimestamp(now)
            .withLastTimestamp(now)
            .withCount(1)
            .withReportingComponent("tributary.dev/operator")
            .withReportingInstance("tributary")
            .withNewSource()
            .withComponent("tributary")
            .endSource()
            .build();
    try {
      client.resource(event).create();
    } catch (KubernetesClientException e) {
      // The status says the same; an event that the server refuses must not stop a reconcile.
      log.debug("{}: event refused: {}", subject, e.getMessage());
    }
  }
}
