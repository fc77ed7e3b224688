package dev.tributary.controller;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.time.Duration;
import java.util.Objects;

/**
 * Writes a status when it changed, by server-side apply: a fresh object with the whole status,
 * never the cached one.
 */
final class StatusWriter {
  static final String FIELD_MANAGER = "tributary";

  private StatusWriter() {}

  /** The answer of a reconcile. */
  static <S, R extends CustomResource<?, S>> UpdateControl<R> update(
      R resource, R fresh, S status, Duration again) {
    var control =
        Objects.equals(resource.getStatus(), status)
            ? UpdateControl.<R>noUpdate()
            : UpdateControl.patchStatus(with(resource, fresh, status));
    return control.rescheduleAfter(again);
  }

  /** The answer to an exception that nobody expected. */
  static <S, R extends CustomResource<?, S>> ErrorStatusUpdateControl<R> error(
      R resource, R fresh, S status) {
    return Objects.equals(resource.getStatus(), status)
        ? ErrorStatusUpdateControl.noStatusUpdate()
        : ErrorStatusUpdateControl.patchStatus(with(resource, fresh, status));
  }

  /** Writes at once: a clean-up has no answer that carries a status. */
  static <S, R extends CustomResource<?, S>> void write(
      KubernetesClient client, R resource, R fresh, S status) {
    if (!Objects.equals(resource.getStatus(), status)) {
      client
          .resource(with(resource, fresh, status))
          .subresource("status")
          .patch(
              new PatchContext.Builder()
                  .withPatchType(PatchType.SERVER_SIDE_APPLY)
                  .withFieldManager(FIELD_MANAGER)
                  .withForce(true)
                  .build());
    }
  }

  private static <S, R extends CustomResource<?, S>> R with(R resource, R fresh, S status) {
    fresh.getMetadata().setName(resource.getMetadata().getName());
    fresh.getMetadata().setNamespace(resource.getMetadata().getNamespace());
    fresh.setStatus(status);
    return fresh;
  }
}
