package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.fixtures.Db;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people do to the databases while rows flow, and what becomes of it. */
class RepairIT {
  private static final AtomicInteger NEXT = new AtomicInteger();

  private World world;
  private Db source;
  private Db target;
  private String schema;
  private String flow;

  @BeforeEach
  void streaming() throws Exception {
    world = World.create("repair_" + NEXT.incrementAndGet(), 15, 17);
    source = world.source();
    target = world.target();
    schema = source.name();
    flow = world.flow().lanes().get(0).object();
    asOwner(
        "CREATE TABLE public.users (id int PRIMARY KEY, name text)",
        "CREATE TABLE public.notes (id int PRIMARY KEY, body text)",
        "INSERT INTO public.users SELECT i, 'user ' || i FROM generate_series(1, 100) i",
        "INSERT INTO public.notes SELECT i, 'note ' || i FROM generate_series(1, 100) i");
    world.converge();
    awaitEqual("users");
    awaitEqual("notes");
  }

  @AfterEach
  void stop() {
    world.close();
  }

  @Test
  void aRenamedTableFlowsUnderItsNewNameAndTheOthersGoOn() throws Exception {
    asOwner(
        "ALTER TABLE %s.users RENAME TO people".formatted(schema),
        "INSERT INTO %s.people VALUES (101, 'renamed')".formatted(schema),
        "INSERT INTO %s.notes VALUES (101, 'renamed')".formatted(schema));
    world.converge();
    awaitEqual("people");
    awaitEqual("notes");
  }

  @Test
  void aTableThatMovesElsewhereStopsFlowingAndTheOthersGoOn() throws Exception {
    asOwner(
        "CREATE SCHEMA archive_" + schema,
        "ALTER TABLE %1$s.users SET SCHEMA archive_%1$s".formatted(schema),
        "INSERT INTO %s.notes VALUES (101, 'without users')".formatted(schema));
    world.converge();
    awaitEqual("notes");
    assertThat(published()).containsExactly(List.of("notes"));
  }

  @Test
  void aTableThatLosesItsKeyLeavesThePublicationWhateverElseIsInTheWay() throws Exception {
    asOwner(
        "ALTER TABLE %s.users DROP CONSTRAINT users_pkey".formatted(schema),
        "CREATE TABLE public.without_key (n int)");
    world.work();
    asOwner(
        "UPDATE public.users SET name = 'still works' WHERE id = 1",
        "DELETE FROM public.users WHERE id = 2");
    assertThat(world.plan().problems())
        .extracting(Problem::reason)
        .contains(Reason.NoReplicaIdentity);

    asOwner(
        "ALTER TABLE %s.users ADD PRIMARY KEY (id)".formatted(schema),
        "DROP TABLE public.without_key");
    world.converge();
    awaitEqual("users");
  }

  @Test
  void anotherProblemOfATableThatFlowsDoesNotStopIt() throws Exception {
    source.execute("ALTER TABLE %s.users OWNER TO postgres".formatted(schema));
    world.work();
    assertThat(published()).containsExactly(List.of("notes"), List.of("users"));
    assertThat(world.plan().problems()).extracting(Problem::reason).contains(Reason.NotTableOwner);
    source.execute("INSERT INTO %s.users VALUES (101, 'of another owner')".formatted(schema));
    awaitEqual("users");
  }

  @Test
  void aTableThatIsSwappedForAnotherIsTheOneBehindTheOldNameAndOnTheTarget() throws Exception {
    asOwner(
        "CREATE TABLE %s.users_new (id int PRIMARY KEY, name text)".formatted(schema),
        "INSERT INTO %s.users_new VALUES (1, 'new')".formatted(schema),
        "ALTER TABLE %s.users RENAME TO users_old".formatted(schema),
        "ALTER TABLE %s.users_new RENAME TO users".formatted(schema));
    world.converge();
    assertThat(source.rows("public.users", "id")).containsExactly(List.of("1", "new"));
    awaitEqual("users");
    awaitEqual("users_old");
  }

  @Test
  void rightsGivenLaterOnTheTableOrOnTheOldNameHoldOnTheView() throws Exception {
    String reader = "reader_of_" + schema;
    source.execute("CREATE ROLE " + reader);
    asOwner(
        "GRANT SELECT ON %s.users TO %s".formatted(schema, reader),
        "GRANT INSERT ON public.users TO " + reader,
        "ALTER TABLE %s.users ADD COLUMN age int".formatted(schema));
    target.execute("ALTER TABLE %s.users ADD COLUMN age int".formatted(schema));
    world.converge();
    source.execute(
        "SET ROLE " + reader,
        "SELECT id, age FROM public.users",
        "INSERT INTO public.users (id, age) VALUES (101, 7)");
    awaitEqual("users");
  }

  @Test
  void whatWasNotPublishedForAWhileIsCopiedAgain() throws Exception {
    source.execute("ALTER PUBLICATION %s SET (publish = 'insert')".formatted(flow));
    asOwner("UPDATE public.users SET name = 'not sent'", "DELETE FROM public.notes WHERE id < 50");
    world.converge();
    awaitEqual("users");
    awaitEqual("notes");
  }

  @Test
  void aSubscriptionThatWasPointedElsewhereIsBroughtBack() throws Exception {
    source.execute("CREATE PUBLICATION other_" + flow);
    target.execute(
        "ALTER SUBSCRIPTION %1$s SET PUBLICATION other_%1$s WITH (refresh = false)"
            .formatted(flow));
    asOwner("UPDATE public.users SET name = 'perhaps not sent'");
    world.converge();
    awaitEqual("users");
  }

  @Test
  void aRepairThatIsCutOffAfterItsFirstStepIsFinished() throws Exception {
    source.execute("DROP PUBLICATION " + flow);
    asOwner("INSERT INTO public.users VALUES (101, 'while nothing was published')");
    world.workOneStep();
    assertThat(
            target.query(
                "SELECT subname FROM pg_subscription WHERE subname = '%s'".formatted(flow)))
        .isEmpty();
    asOwner("INSERT INTO public.users VALUES (102, 'while nobody worked')");
    world.converge();
    awaitEqual("users");
    awaitEqual("notes");
  }

  private void asOwner(String... sql) {
    for (String one : sql) {
      source.execute("SET ROLE " + source.name(), one);
    }
  }

  private List<List<String>> published() {
    return source.query(
        "SELECT tablename FROM pg_publication_tables WHERE pubname = '%s' ORDER BY 1"
            .formatted(flow));
  }

  private void awaitEqual(String table) {
    await(table)
        .atMost(World.PATIENCE)
        .untilAsserted(
            () ->
                assertThat(target.rows(schema + "." + table, "id"))
                    .isEqualTo(source.rows(schema + "." + table, "id")));
  }
}
