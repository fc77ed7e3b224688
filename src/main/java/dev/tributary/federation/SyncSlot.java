package dev.tributary.federation;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A slot that a subscriber has made to copy one table ({@code
 * pg_<subscription>_sync_<table>_<system>}, source: ReplicationSlotNameForTablesync in
 * tablesync.c).
 *
 * @param subscription OID on the subscriber
 * @param table OID on the subscriber
 * @param system identifier of the subscriber's cluster
 */
public record SyncSlot(String name, boolean active, long subscription, long table, String system) {
  private static final Pattern NAME = Pattern.compile("pg_(\\d+)_sync_(\\d+)_(\\d+)");

  /** The slot of this name, if it is one. */
  public static Optional<SyncSlot> of(String name, boolean active) {
    var m = NAME.matcher(name);
    return m.matches()
        ? Optional.of(
            new SyncSlot(
                name, active, Long.parseLong(m.group(1)), Long.parseLong(m.group(2)), m.group(3)))
        : Optional.empty();
  }
}
