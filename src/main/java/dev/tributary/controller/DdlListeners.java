package dev.tributary.controller;

import dev.tributary.postgres.ConnectionSettings;
import dev.tributary.postgres.Listener;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Listens to the sources whose event triggers announce DDL, and wakes whoever has to look at them.
 * Whether anything is heard changes only when something is seen, never what is done about it.
 */
final class DdlListeners implements AutoCloseable {
  private final Map<ResourceID, Listening> listening = new HashMap<>();
  private final List<Consumer<ResourceID>> sleepers = new CopyOnWriteArrayList<>();

  private record Listening(ConnectionSettings settings, String channel, Listener listener) {
    boolean isTo(ConnectionSettings otherSettings, String otherChannel) {
      return settings.equals(otherSettings) && channel.equals(otherChannel);
    }
  }

  /** Has somebody called with the source whenever there was DDL in it. */
  void wake(Consumer<ResourceID> sleeper) {
    sleepers.add(sleeper);
  }

  /** Listens to a source from now on; by another connection when its password is another. */
  synchronized void listen(ResourceID source, ConnectionSettings settings, String channel) {
    var now = listening.get(source);
    if (now != null && now.isTo(settings, channel)) {
      return;
    }
    forget(source);
    var listener = Listener.start(settings, channel, () -> sleepers.forEach(s -> s.accept(source)));
    listening.put(source, new Listening(settings, channel, listener));
  }

  /** Listens to a source no longer. */
  synchronized void forget(ResourceID source) {
    var now = listening.remove(source);
    if (now != null) {
      now.listener.close();
    }
  }

  @Override
  public synchronized void close() {
    List.copyOf(listening.keySet()).forEach(this::forget);
  }
}
