package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.TlsMode;
import dev.tributary.federation.Relation;
import dev.tributary.federation.Step;
import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.PostgresServer;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Steps that last: a few at a time, and not again what the server has refused just now. */
class BuildsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long KEY = 4711;

  private static Db db;
  private static ConnectionSettings settings;

  private Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private final Builds builds = new Builds(new Ticking());

  /** The time that a test says it is. */
  private final class Ticking extends Clock {
    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private record Statement(Relation table, String object, String statement)
      implements Step.InBackground {
    @Override
    public List<String> sql() {
      return List.of(statement);
    }

    @Override
    public String sentence() {
      return "Execute " + statement;
    }
  }

  private static Statement on(String table, String sql) {
    return new Statement(new Relation("public", table), table + "_object", sql);
  }

  @BeforeAll
  static void connect() {
    db = PostgresServer.shared(17).createDatabase("builds");
    settings =
        new ConnectionSettings(
            db.server().host(),
            db.server().port(),
            db.name(),
            "postgres",
            "unused",
            "secret",
            TlsMode.PREFER,
            Optional.empty());
  }

  private boolean begin(Statement step) {
    return builds.begin(step, settings, "a test");
  }

  /** Runs a step, and waits for its end: then there is room on its table again. */
  private void run(Statement step) {
    assertThat(begin(step)).isTrue();
    var next = new Statement(step.table, "another_object", "SELECT 1");
    await().atMost(PATIENCE).until(() -> begin(next));
  }

  @Test
  void twoRunAtATimeAndOneOnATable() throws SQLException {
    String waits = "SELECT pg_advisory_lock_shared(%d)".formatted(KEY);
    try (var holder = db.connect();
        var statement = holder.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(%d)".formatted(KEY));
      assertThat(begin(on("a", waits))).isTrue();
      assertThat(begin(on("a", waits))).as("a second one on the table").isFalse();
      assertThat(begin(on("b", waits))).isTrue();
      assertThat(begin(on("c", waits))).as("a third one").isFalse();
      await().atMost(PATIENCE).until(() -> waiting().equals("2"));
    }
    await().atMost(PATIENCE).until(() -> begin(on("c", waits)));
  }

  private static String waiting() {
    return db.one(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tributary build' AND wait_event_type = 'Lock'");
  }

  @Test
  void whatTheServerRefusesIsNotSaidToItAgainForAWhile() {
    var refused = on("a", "SELECT FROM nowhere");
    run(refused);
    assertThat(builds.refused(settings))
        .containsOnlyKeys("a_object")
        .containsValue("Execute SELECT FROM nowhere: relation \"nowhere\" does not exist.");
    after(Duration.ofSeconds(30));
    assertThat(builds.refused(settings)).isEmpty();

    run(refused);
    after(Duration.ofSeconds(30));
    assertThat(builds.refused(settings)).as("twice as long").isNotEmpty();
    after(Duration.ofSeconds(30));
    assertThat(builds.refused(settings)).isEmpty();

    run(on("a", "SELECT 1"));
    run(refused);
    after(Duration.ofSeconds(30));
    assertThat(builds.refused(settings)).as("it has done well since").isEmpty();
  }

  private void after(Duration time) {
    now = now.plus(time);
  }

  @Test
  void whatIsCutOffIsNotRefused() {
    run(on("a", "SELECT pg_terminate_backend(pg_backend_pid())"));
    run(on("b", "SELECT pg_cancel_backend(pg_backend_pid())"));
    assertThat(builds.refused(settings)).isEmpty();
  }

  @Test
  void aServerThatIsAwayRefusesNothing() {
    var away =
        new ConnectionSettings(
            settings.host(),
            1,
            settings.database(),
            "postgres",
            "unused",
            "secret",
            TlsMode.PREFER,
            Optional.empty());
    assertThat(builds.begin(on("a", "SELECT 1"), away, "a test")).isTrue();
    await().atMost(PATIENCE).until(() -> builds.begin(on("a", "SELECT 1"), away, "a test"));
    assertThat(builds.refused(away)).isEmpty();
  }
}
