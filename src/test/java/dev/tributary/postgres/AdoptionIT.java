package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Objects that bear our names and nobody's mark: refused and left alone, or taken over. */
class AdoptionIT {
  @Test
  void whatBearsNoMarkIsRefusedAndUntouchedUntilItIsAdoptedWithoutACopy() throws Exception {
    try (var world = World.create("adoption", 15, 18)) {
      world.asService(
          "CREATE TABLE public.users (id int PRIMARY KEY, name text)",
          "INSERT INTO public.users SELECT i, 'user ' || i FROM generate_series(1, 20) i");
      world.converge();
      awaitEqual(world);
      String schema = world.source().name();
      String object = world.object();
      world
          .source()
          .execute(
              "COMMENT ON PUBLICATION %s IS NULL".formatted(object),
              "COMMENT ON PUBLICATION %s_inserts IS NULL".formatted(object),
              "COMMENT ON PUBLICATION %s_arriving IS NULL".formatted(object));
      world
          .target()
          .execute(
              "COMMENT ON SUBSCRIPTION %s IS NULL".formatted(object),
              "COMMENT ON SCHEMA %s IS NULL".formatted(schema),
              "COMMENT ON TABLE %s.users IS NULL".formatted(schema));
      var rows = rows(world);
      var objects = objects(world);

      world.work();

      assertThat(world.plan().steps()).isEmpty();
      assertThat(world.plan().problems())
          .extracting(Problem::reason)
          .isNotEmpty()
          .containsOnly(Reason.NotOwned);
      assertThat(objects(world)).isEqualTo(objects);
      world.asService("INSERT INTO public.users VALUES (100, 'flows on')");
      awaitEqual(world);

      world.adopt();
      world.converge();
      assertThat(objects(world)).as("marked").isNotEqualTo(objects);
      world.asService("INSERT INTO public.users VALUES (101, 'adopted')");
      awaitEqual(world);
      assertThat(rows(world)).as("the rows that were there").isEqualTo(rows);
    }
  }

  private static List<List<String>> rows(World world) {
    return world
        .target()
        .query(
            "SELECT id, xmin FROM %s.users WHERE id < 100 ORDER BY id"
                .formatted(world.source().name()));
  }

  /** Publications, slots, subscriptions: which they are, and whose. */
  private static List<List<List<String>>> objects(World world) {
    return List.of(
        world
            .source()
            .query(
                "SELECT oid, pubname, obj_description(oid, 'pg_publication') FROM pg_publication ORDER BY 1"),
        world
            .source()
            .query(
                "SELECT slot_name FROM pg_replication_slots WHERE database = current_database()"),
        world
            .target()
            .query(
                "SELECT oid, subname, subenabled, obj_description(oid, 'pg_subscription') FROM pg_subscription"
                    + " WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())"));
  }

  private static void awaitEqual(World world) {
    await()
        .atMost(World.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(world.target().rows(world.source().name() + ".users", "id"))
                    .isEqualTo(world.source().rows("public.users", "id")));
  }
}
