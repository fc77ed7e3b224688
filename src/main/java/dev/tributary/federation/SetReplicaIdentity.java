package dev.tributary.federation;

import dev.tributary.federation.Before.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sets a table's replica identity, and remembers what it was.
 *
 * @param own what it was before we changed it for the first time
 */
record SetReplicaIdentity(
    Table table, IdentitySetting own, IdentitySetting setting, DesiredSchema desired)
    implements Step.OnSource {
  @Override
  public List<String> sql() {
    var thing = Thing.identity(table.name());
    var words = new ArrayList<>(own.words());
    words.addAll(setting.words());
    return List.of(
        "ALTER TABLE %s %s".formatted(table.qualified(), setting.sql()),
        restores()
            ? Before.forget(desired.name(), thing)
            : Before.rememberAnew(desired.name(), thing, words));
  }

  /** Whether it leaves nothing of ours. */
  boolean restores() {
    return setting.equals(own);
  }

  @Override
  public String sentence() {
    return restores()
        ? "Give table %s its own replica identity back".formatted(table.readable())
        : "Set the replica identity of table %s to %s".formatted(table.readable(), readable());
  }

  /** The same at the end of a sentence about more. */
  String clause() {
    return restores()
        ? ", with its own replica identity"
        : ", with the replica identity " + readable();
  }

  private String readable() {
    return switch (setting.kind()) {
      case INDEX -> "the index " + setting.index();
      case FULL -> "the whole row";
      case DEFAULT -> "its primary key";
      case NOTHING -> "nothing";
    };
  }

  @Override
  public Optional<Lock> lock() {
    return Optional.of(new Lock(table.relation(), desired.lockTimeout()));
  }
}
