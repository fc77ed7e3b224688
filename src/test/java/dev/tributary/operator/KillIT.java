package dev.tributary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tributary.fixtures.KubeApi;
import dev.tributary.fixtures.OperatorProcess;
import dev.tributary.fixtures.WireProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Killed like the kernel kills, at each step: just before it takes effect, and just after, when the
 * operator has not heard of it. The next operator ends in the same state.
 */
class KillIT {
  private static KubeApi kube;

  @BeforeAll
  static void start() {
    kube = KubeApi.mock();
    kube.applyCrds();
  }

  @AfterAll
  static void stop() {
    kube.close();
  }

  /** What an undisturbed run leaves in both databases, and the steps it took. */
  private record Undisturbed(
      List<String> steps, List<List<String>> source, List<List<String>> target) {}

  @TestFactory
  Stream<DynamicTest> endsInTheSameState() {
    var undisturbed = run(Integer.MAX_VALUE, false);
    assertThat(undisturbed.steps).hasSizeGreaterThan(10);
    var tests = new ArrayList<DynamicTest>();
    for (int i = 1; i <= undisturbed.steps.size(); i++) {
      int step = i;
      String name = "step %d (%s)".formatted(step, undisturbed.steps.get(step - 1));
      tests.add(
          dynamicTest("killed before " + name, () -> assertSame(run(step, false), undisturbed)));
      tests.add(
          dynamicTest("killed after " + name, () -> assertSame(run(step, true), undisturbed)));
    }
    return tests.stream();
  }

  private static void assertSame(Undisturbed disturbed, Undisturbed undisturbed) {
    assertThat(disturbed.source).isEqualTo(undisturbed.source);
    assertThat(disturbed.target).isEqualTo(undisturbed.target);
  }

  /** Kills the first operator at that step, lets a second one finish, and compares the rows. */
  private static Undisturbed run(int step, boolean after) {
    var landscape = Landscape.create(kube);
    var server = landscape.accounts.database().server();
    var steps = new ArrayList<String>();
    var count = new AtomicInteger();
    var running = new AtomicReference<OperatorProcess>();
    try (var source = new WireProxy(server.host(), server.port());
        var target = new WireProxy("127.0.0.1", landscape.target.server().port())) {
      running.set(landscape.startOperator());
      var previous = new AtomicReference<>("");
      WireProxy.Listener killer =
          (number, sql, forward) -> {
            if (!takesEffect(sql)) {
              previous.set(sql);
              forward.run();
              return;
            }
            synchronized (steps) {
              steps.add(sql.startsWith("COMMIT") ? previous.get().lines().findFirst().get() : sql);
            }
            boolean here = count.incrementAndGet() == step;
            if (!here || after) {
              forward.run();
            }
            if (here) {
              running.get().kill();
            }
          };
      source.listen(killer);
      target.listen(killer);
      kube.apply(
          Landscape.documents(
              landscape.accounts.secret(),
              landscape.accounts.sourceDatabase(source.port()),
              landscape.targetSecret(),
              landscape.targetResource(target.port()),
              landscape.federation(List.of(landscape.accounts), "")));
      if (step != Integer.MAX_VALUE) {
        await().atMost(Landscape.PATIENCE).until(() -> !running.get().isAlive());
        source.listen(null);
        target.listen(null);
        landscape
            .accounts
            .database()
            .execute(
                "INSERT INTO public.users (email) VALUES ('while no operator ran')",
                "UPDATE public.notes SET body = 'changed' WHERE price < 10",
                "DELETE FROM public.notes WHERE price > 90");
        running.set(landscape.startOperator());
      }
      landscape.awaitInSync(running.get());
      landscape.awaitEqualRows(landscape.accounts);
      return new Undisturbed(
          List.copyOf(steps),
          landscape.catalog(landscape.accounts.database()),
          landscape.catalog(landscape.target));
    } finally {
      running.get().close();
      // Resources of a run must not be looked after in the next.
      landscape.forget();
    }
  }

  /** The end of a transaction, or a statement that PostgreSQL allows in none. */
  private static boolean takesEffect(String sql) {
    return sql.startsWith("COMMIT")
        || sql.contains("pg_create_logical_replication_slot")
        || sql.contains("REFRESH PUBLICATION")
        || sql.contains("INDEX CONCURRENTLY")
        || sql.startsWith("COMMENT ON INDEX")
        || sql.startsWith("ALTER INDEX");
  }
}
