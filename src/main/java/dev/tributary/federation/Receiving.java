package dev.tributary.federation;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What of a server's capacity to receive is in use, by everybody.
 *
 * @param subscriptions those of this database, and whether each is enabled
 * @param elsewhere how many subscriptions other databases of the server have
 * @param enabledElsewhere how many of those are enabled
 * @param origins replication origins that belong to no subscription
 * @param otherWorkers background workers that are no logical replication's and do not end with a
 *     query; hidden from a role that is no member of pg_read_all_stats
 */
public record Receiving(
    Map<String, Boolean> subscriptions,
    int elsewhere,
    int enabledElsewhere,
    int origins,
    Optional<Integer> otherWorkers) {
  public Receiving {
    subscriptions = Map.copyOf(subscriptions);
  }

  Set<String> enabled() {
    return subscriptions.entrySet().stream()
        .filter(Map.Entry::getValue)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }
}
