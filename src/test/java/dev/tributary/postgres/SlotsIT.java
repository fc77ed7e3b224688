package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.ReplicationFederationSpec.OnLimit;
import dev.tributary.api.ReplicationFederationSpec.OnLost;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.SlotRules;
import dev.tributary.federation.Trouble;
import dev.tributary.fixtures.PostgresServer;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;

/** Slots that go along to a standby, keep too much, are lost, or are left behind. */
class SlotsIT {
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final long MEBIBYTE = 1L << 20;

  private static World world(int source, int target) {
    return world(PostgresServer.shared(source), PostgresServer.shared(target));
  }

  private static World world(PostgresServer source, PostgresServer target) {
    var world = World.create("slots_" + NEXT.incrementAndGet(), source, target);
    for (String table : List.of("hot", "cold")) {
      world.asService(
          "CREATE TABLE public.%s (id int PRIMARY KEY, t text)".formatted(table),
          "INSERT INTO public.%s SELECT i, 'row ' || i FROM generate_series(1, 20) i"
              .formatted(table));
    }
    return world;
  }

  private static SlotRules limit(OnLimit onLimit, OnLost onLost) {
    return new SlotRules(true, Optional.of(MEBIBYTE), onLimit, onLost);
  }

  @ParameterizedTest(name = "{0} → {1}")
  @CsvSource({"15, 18, f", "17, 18, t", "18, 17, t"})
  void aSlotGoesAlongToAStandbyWhereTheSourceHasThat(int source, int target, String failover)
      throws Exception {
    try (var world = world(source, target)) {
      world.converge();
      if (source >= 17) {
        assertThat(
                world
                    .source()
                    .one(
                        "SELECT failover FROM pg_replication_slots WHERE slot_name = '%s'"
                            .formatted(world.object())))
            .isEqualTo(failover);
      }
      assertThat(
              world
                  .target()
                  .one(
                      "SELECT subfailover FROM pg_subscription WHERE subname = '%s'"
                          .formatted(world.object())))
          .isEqualTo(failover);
      awaitEqual(world, "hot");
    }
  }

  @Test
  void aSlotThatKeepsTooMuchIsSaidAndRowsFlowAllTheSame() throws Exception {
    try (var world = world(15, 17)) {
      world.slots(limit(OnLimit.Alert, OnLost.Hold));
      world.converge();
      awaitEqual(world, "cold");
      var untouched = untouched(world, "cold");
      try (var holder = world.target().connect();
          var statement = holder.createStatement()) {
        statement.execute("BEGIN");
        statement.execute("LOCK TABLE %s.hot IN SHARE MODE".formatted(world.source().name()));
        world.asService("INSERT INTO public.hot VALUES (1000, 'waits')");
        write(world, 5);
        await()
            .atMost(World.PATIENCE)
            .untilAsserted(
                () -> {
                  world.work();
                  assertThat(reasons(world)).containsExactly(Reason.RetainedWalOverLimit);
                });
        statement.execute("ROLLBACK");
      }
      awaitEqual(world, "hot");
      awaitEqual(world, "cold");
      assertThat(untouched(world, "cold")).isEqualTo(untouched);
      await()
          .atMost(World.PATIENCE)
          .untilAsserted(
              () -> {
                world
                    .source()
                    .execute(
                        "CHECKPOINT", "INSERT INTO public.hot SELECT max(id) + 1 FROM public.hot");
                assertThat(reasons(world)).isEmpty();
              });
    }
  }

  @Test
  void aSlotIsGivenUpWhileTheTargetIsAwayAndItsTablesAreCopiedAgainWhenAsked() throws Exception {
    var away = PostgresServer.start(17, Map.of());
    try (var world = world(PostgresServer.shared(15), away)) {
      world.slots(limit(OnLimit.Drop, OnLost.Hold));
      world.converge();
      awaitEqual(world, "hot");
      awaitEqual(world, "cold");
      var untouched = untouched(world, "cold");

      away.stop();
      write(world, 5);
      await()
          .atMost(World.PATIENCE)
          .untilAsserted(
              () -> {
                world.workWithoutTarget();
                assertThat(slots(world)).isEmpty();
              });

      away.startAgain();
      world.work();
      assertThat(reasons(world)).containsExactly(Reason.SlotLost);
      assertThat(slots(world)).isEmpty();
      assertThat(untouched(world, "cold")).as("nothing is copied").isEqualTo(untouched);

      world.slots(limit(OnLimit.Drop, OnLost.Resync));
      world.work();
      awaitEqual(world, "hot");
      awaitEqual(world, "cold");
      assertThat(slots(world)).containsExactly(List.of(world.object()));
    } finally {
      away.close();
    }
  }

  @Test
  void ofALostSlotOnlyItsOwnLaneIsCopiedAgain() throws Exception {
    var source =
        PostgresServer.start(
            15,
            Map.of(
                "max_slot_wal_keep_size", "64MB", "min_wal_size", "32MB", "max_wal_size", "32MB"));
    try (var world = world(source, PostgresServer.shared(17))) {
      world.lanes(Map.of("fast", List.of("hot")));
      world.converge();
      awaitEqual(world, "hot");
      awaitEqual(world, "cold");
      var hot = untouched(world, "hot");
      var cold = untouched(world, "cold");

      world.target().execute("ALTER SUBSCRIPTION %s DISABLE".formatted(world.object()));
      await()
          .atMost(World.PATIENCE)
          .until(
              () -> {
                write(world, 1);
                world.source().execute("SELECT pg_switch_wal()", "CHECKPOINT");
                // The other lane keeps up.
                awaitEqual(world, "hot");
                return "lost".equals(walStatus(world, world.object()));
              });
      world.work();
      assertThat(reasons(world)).containsExactly(Reason.SlotLost);
      assertThat(walStatus(world, world.object("fast"))).isNotEqualTo("lost");
      assertThat(untouched(world, "cold")).isEqualTo(cold);

      world.slots(new SlotRules(true, Optional.empty(), OnLimit.Alert, OnLost.Resync));
      world.converge();
      awaitEqual(world, "hot");
      awaitEqual(world, "cold");
      assertThat(untouched(world, "hot")).as("the other lane").isEqualTo(hot);
      assertThat(untouched(world, "cold")).as("the lane of the lost slot").isNotEqualTo(cold);
    } finally {
      source.close();
    }
  }

  @Test
  void whatATableSyncHasLeftIsDroppedButNothingOfOthersAndNothingInUse() throws Exception {
    try (var world = world(15, 17)) {
      world.converge();
      awaitEqual(world, "hot");
      String system = world.target().one("SELECT system_identifier FROM pg_control_system()");
      String subscription =
          world
              .target()
              .one(
                  "SELECT oid FROM pg_subscription WHERE subname = '%s'".formatted(world.object()));
      String table =
          world.target().one("SELECT '%s.hot'::regclass::oid".formatted(world.source().name()));
      String left = "pg_%s_sync_%s_%s".formatted(subscription, table, system);
      String ofOneThatIsGone = "pg_4000000000_sync_%s_%s".formatted(table, system);
      String ofAnother = "pg_%s_sync_%s_7391234567890123456".formatted(subscription, table);
      String inUse = "pg_4000000001_sync_%s_%s".formatted(table, system);
      for (String slot : List.of(left, ofOneThatIsGone, ofAnother, inUse)) {
        world
            .source()
            .execute("SELECT pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(slot));
      }
      var properties = new Properties();
      properties.put("user", "postgres");
      properties.put("replication", "database");
      properties.put("assumeMinServerVersion", "15");
      properties.put("preferQueryMode", "simple");
      try (var connection = DriverManager.getConnection(world.source().url(), properties);
          var stream =
              connection
                  .unwrap(PGConnection.class)
                  .getReplicationAPI()
                  .replicationStream()
                  .logical()
                  .withSlotName(inUse)
                  .withSlotOption("proto_version", 1)
                  .withSlotOption("publication_names", world.object())
                  .start()) {
        assertThat(stream.isClosed()).isFalse();
        world.work();
        assertThat(slots(world))
            .containsExactlyInAnyOrder(List.of(world.object()), List.of(ofAnother), List.of(inUse));
      }
      await()
          .atMost(World.PATIENCE)
          .untilAsserted(
              () -> {
                world.work();
                assertThat(slots(world))
                    .as("in use no longer")
                    .containsExactlyInAnyOrder(List.of(world.object()), List.of(ofAnother));
              });
    }
  }

  /** WAL of so many mebibytes and more, in rows that flow. */
  private static void write(World world, int mebibytes) {
    world.asService(
        "INSERT INTO public.hot SELECT 100000 + i + (SELECT max(id) FROM public.hot), repeat(md5(i::text), 300) FROM generate_series(1, %d) i"
            .formatted(mebibytes * 150),
        "UPDATE public.cold SET t = t || '.' WHERE id > 10");
    for (int i = 0; i < mebibytes; i++) {
      world
          .source()
          .execute(
              "SELECT pg_logical_emit_message(true, 'filler', repeat('x', %d))"
                  .formatted(MEBIBYTE));
    }
  }

  private static List<List<String>> slots(World world) {
    return world
        .source()
        .query(
            "SELECT slot_name FROM pg_replication_slots WHERE database = current_database() ORDER BY 1");
  }

  private static String walStatus(World world, String slot) {
    return world
        .source()
        .one("SELECT wal_status FROM pg_replication_slots WHERE slot_name = '%s'".formatted(slot));
  }

  private static List<Reason> reasons(World world) throws Trouble {
    return world.plan().problems().stream().map(Problem::reason).distinct().toList();
  }

  /** Rows that nobody writes to bear the transaction that they were copied by. */
  private static List<List<String>> untouched(World world, String table) {
    return world
        .target()
        .query(
            "SELECT id, xmin FROM %s.%s WHERE id <= 10 ORDER BY id"
                .formatted(world.source().name(), table));
  }

  private static void awaitEqual(World world, String table) {
    await(table)
        .atMost(World.PATIENCE)
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThat(world.target().rows(world.source().name() + "." + table, "id"))
                    .isEqualTo(world.source().rows("public." + table, "id")));
  }
}
