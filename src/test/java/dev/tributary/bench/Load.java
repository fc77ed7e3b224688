package dev.tributary.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * The service at work, on connections that it opened before the move, so many transactions a second
 * whether the database keeps up or not.
 */
final class Load implements AutoCloseable {
  static final int CLIENTS = 8;
  static final int PER_SECOND = 400;

  private final List<Connection> connections = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
  private final List<Future<?>> running = new ArrayList<>();

  private Load() {}

  static Load start(Tables tables) throws SQLException {
    var load = new Load();
    for (int i = 0; i < CLIENTS; i++) {
      var connection = tables.connect();
      connection.setAutoCommit(false);
      load.connections.add(connection);
    }
    long between = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
    long start = System.nanoTime();
    for (int i = 0; i < CLIENTS; i++) {
      var connection = load.connections.get(i);
      load.clients.add(new Client(i, connection, start + i * between, CLIENTS * between));
    }
    load.clients.forEach(client -> load.running.add(load.threads.submit(client)));
    return load;
  }

  /** Waits for what is under way. */
  void stop() throws InterruptedException, ExecutionException {
    clients.forEach(Client::stop);
    for (var client : running) {
      client.get();
    }
  }

  /** Sorted nanoseconds, of all clients. */
  long[] sorted(Function<Recording, LongStream> times) {
    return clients.stream().flatMapToLong(c -> times.apply(c.recording)).sorted().toArray();
  }

  Ledger ledger() {
    var ledger = Ledger.empty();
    clients.forEach(client -> ledger.enterAll(client.ledger));
    return ledger;
  }

  /** How many failed, by SQLSTATE. */
  Map<String, Integer> failures() {
    var failures = new TreeMap<String, Integer>();
    for (var client : clients) {
      client.failures.forEach(
          e -> failures.merge(String.valueOf(e.getSQLState()), 1, Integer::sum));
    }
    return failures;
  }

  @Override
  public void close() throws SQLException {
    clients.forEach(Client::stop);
    threads.shutdown();
    for (var connection : connections) {
      connection.close();
    }
  }
}
