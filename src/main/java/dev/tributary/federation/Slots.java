package dev.tributary.federation;

import java.util.List;

/** The replication slot on a source, made before the subscription. */
final class Slots {
  /** How long making a slot may wait for write transactions that are open, in milliseconds. */
  private static final long WAIT_MILLIS = 5_000;

  private Slots() {}

  static Plan plan(DesiredFlow desired, FlowState source) {
    if (source.slot().isEmpty()) {
      return Plan.of(List.of(new CreateSlot(site(source.server()), desired.name())));
    }
    if (!source.slot().get().ready()) {
      return Plan.blocked(
          List.of(
              new Problem(
                  Reason.WaitingForTransactions,
                  "The slot %s is being made and waits for write transactions that are still open on the source."
                      .formatted(desired.name()))));
    }
    return Plan.NOTHING;
  }

  static List<Step> remove(FlowState source) {
    return source
        .slot()
        .<List<Step>>map(slot -> List.of(new DropSlot(site(source.server()), slot.name())))
        .orElse(List.of());
  }

  /** The role of {@code connection} may lack REPLICATION, that of {@code replication} has it. */
  private static Site site(ServerFacts source) {
    return source.replication() || source.superuser() ? Site.SOURCE : Site.SOURCE_AS_REPLICATOR;
  }

  /** Makes the slot, waiting a bounded time for old transactions. */
  record CreateSlot(Site site, String name) implements Step {
    @Override
    public List<String> sql() {
      return List.of(
          "SET statement_timeout = " + WAIT_MILLIS,
          "SELECT pg_create_logical_replication_slot(%s, 'pgoutput')".formatted(Sql.literal(name)),
          "RESET statement_timeout");
    }

    @Override
    public String sentence() {
      return "Create the replication slot " + name;
    }

    @Override
    public Reason whenTimedOut() {
      return Reason.WaitingForTransactions;
    }

    /** A slot cannot be made in a transaction that has written. */
    @Override
    public boolean transactional() {
      return false;
    }
  }

  /** Drops the slot. */
  record DropSlot(Site site, String name) implements Step {
    @Override
    public List<String> sql() {
      return List.of("SELECT pg_drop_replication_slot(%s)".formatted(Sql.literal(name)));
    }

    @Override
    public String sentence() {
      return "Drop the replication slot " + name;
    }
  }
}
