package dev.tributary.operator;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A service at work: sessions that insert, update and delete without a pause, by the names they
 * have always used. Half of them were opened before anything was moved, half are opened anew each
 * time.
 */
final class Application implements AutoCloseable {
  private final Service service;
  private final ExecutorService threads;
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong statements = new AtomicLong();
  private volatile boolean stopped;

  private Application(Service service, int sessions) {
    this.service = service;
    this.threads = Executors.newFixedThreadPool(sessions);
  }

  static Application start(Service service) throws SQLException {
    int sessions = 4;
    var application = new Application(service, sessions);
    for (int i = 0; i < sessions; i++) {
      boolean old = i % 2 == 0;
      // Opened here, so before the operator is started.
      Connection first = application.connect();
      var random = new Random(i);
      application.threads.execute(() -> application.work(first, old, random));
    }
    application.awaitProgress();
    return application;
  }

  private Connection connect() throws SQLException {
    return service.database().connect(service.owner(), service.password());
  }

  private void work(Connection first, boolean keeps, Random random) {
    Connection connection = first;
    String last = "";
    try {
      while (!stopped) {
        for (String sql : transaction(random)) {
          last = sql;
          try (var statement = connection.createStatement()) {
            statement.execute(sql);
            statements.incrementAndGet();
          }
        }
        if (!keeps) {
          connection.close();
          connection = connect();
        }
      }
      connection.close();
    } catch (SQLException e) {
      failures.add(last + ": " + e.getMessage());
    }
  }

  /** Written out and unqualified names, in turns. */
  private List<String> transaction(Random random) {
    String users = random.nextBoolean() ? "public.users" : "users";
    String notes = random.nextBoolean() ? "public.notes" : "notes";
    long n = random.nextLong();
    var sql = new ArrayList<String>();
    sql.add("BEGIN");
    sql.add(
        "INSERT INTO %s (email, age) VALUES ('new%d@example.com', %d) RETURNING id"
            .formatted(users, n, random.nextInt(90)));
    sql.add(
        "INSERT INTO %s (user_id, body, tags) SELECT id, 'by ' || email, ARRAY[email] FROM %s WHERE email = 'new%d@example.com'"
            .formatted(notes, users, n));
    sql.add(
        "UPDATE %s SET age = age + 1, email = email || '.' WHERE id = %d"
            .formatted(users, 1 + random.nextInt(200)));
    sql.add("DELETE FROM %s WHERE user_id = %d".formatted(notes, 201 + random.nextInt(100)));
    sql.add("COMMIT");
    return sql;
  }

  /** Waits until a good number of further statements was executed. */
  void awaitProgress() {
    long wanted = statements.get() + 200;
    await()
        .atMost(30, TimeUnit.SECONDS)
        .until(() -> statements.get() > wanted || !failures.isEmpty());
  }

  List<String> failures() {
    return List.copyOf(failures);
  }

  long statements() {
    return statements.get();
  }

  @Override
  public void close() {
    stop();
  }

  /** Stops at the end of the transactions that are open. */
  void stop() {
    stopped = true;
    threads.shutdown();
    await().atMost(30, TimeUnit.SECONDS).until(threads::isTerminated);
  }
}
