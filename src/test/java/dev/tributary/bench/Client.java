package dev.tributary.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One connection of the service, which begins a transaction whenever its schedule says. */
final class Client implements Runnable {
  private static final long GIVE_UP_AFTER = TimeUnit.SECONDS.toNanos(60);

  private final int number;
  private final Connection connection;
  private final long firstDue;
  private final long period;
  private final SplittableRandom random;

  final Recording recording = new Recording();
  final Ledger ledger = Ledger.empty();
  final List<SQLException> failures = new ArrayList<>();
  private volatile boolean stopped;

  Client(int number, Connection connection, long firstDue, long period) {
    this.number = number;
    this.connection = connection;
    this.firstDue = firstDue;
    this.period = period;
    // The same transactions in every run.
    this.random = new SplittableRandom(number);
  }

  @Override
  public void run() {
    for (int sequence = 0; !stopped; sequence++) {
      long due = firstDue + sequence * period;
      waitUntil(due);
      long begun = System.nanoTime();
      commit(Transaction.random(random, number, sequence), begun + GIVE_UP_AFTER);
      recording.add(due, begun, System.nanoTime());
    }
  }

  /** Tries until it is committed, as an application does after a deadlock. */
  private void commit(Transaction transaction, long deadline) {
    while (true) {
      try {
        transaction.run(connection);
        ledger.enter(transaction);
        return;
      } catch (SQLException e) {
        failures.add(e);
        if (System.nanoTime() - deadline > 0) {
          throw new IllegalStateException("cannot be committed: " + transaction, e);
        }
      }
    }
  }

  private static void waitUntil(long due) {
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** Begins no transaction more. */
  void stop() {
    stopped = true;
  }
}
