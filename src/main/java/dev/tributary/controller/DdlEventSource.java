package dev.tributary.controller;

import dev.tributary.api.SourceDatabase;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;

/** Wakes a source when there was DDL in its database, for as long as there is such a resource. */
final class DdlEventSource extends SimpleInboundEventSource<SourceDatabase>
    implements ResourceEventAware<SourceDatabase> {
  private final DdlListeners listeners;

  DdlEventSource(DdlListeners listeners) {
    this.listeners = listeners;
    listeners.wake(this::propagateEvent);
  }

  @Override
  public void onResourceDeleted(SourceDatabase source) {
    listeners.forget(ResourceID.fromResource(source));
  }

  @Override
  public void stop() {
    listeners.close();
    super.stop();
  }
}
