package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/**
 * A function of the name that {@link EventTriggers} gives to theirs, as the catalog has it.
 *
 * @param mayDrop whether the connected role may drop it and the event triggers that fire it
 * @param triggers the event triggers that fire it
 */
public record EventTriggerFunction(
    Optional<Mark> mark, boolean mayDrop, List<EventTrigger> triggers) {
  public EventTriggerFunction {
    triggers = List.copyOf(triggers);
  }

  /**
   * An event trigger.
   *
   * @param enabled whether it fires in ordinary sessions
   */
  public record EventTrigger(String name, boolean enabled) {}
}
