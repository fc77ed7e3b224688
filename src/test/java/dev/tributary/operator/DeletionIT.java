package dev.tributary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.ParadeDBTargetStatus.Orphan;
import dev.tributary.api.Phase;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.Side;
import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.KubeApi;
import dev.tributary.fixtures.OperatorProcess;
import dev.tributary.fixtures.PostgresServer;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** A deletion always ends, and what it had to leave is remembered and dropped later. */
class DeletionIT {
  private static final String DELETE = "  deletionPolicy: Delete\n";

  private static KubeApi kube;
  private static PostgresServer first;
  private static PostgresServer second;
  private static PostgresServer third;

  private Landscape landscape;

  @BeforeAll
  static void startServers() {
    kube = KubeApi.mock();
    kube.applyCrds();
    first = PostgresServer.start(13, Map.of());
    second = PostgresServer.start(17, Map.of());
    third = PostgresServer.start(18, Map.of());
  }

  @AfterAll
  static void stopServers() {
    List.of(first, second, third).forEach(PostgresServer::close);
    kube.close();
  }

  @BeforeEach
  void create() {
    landscape = Landscape.create(kube, first, second, third);
  }

  @AfterEach
  void forget() {
    List.of(first, second, third).stream()
        .filter(server -> !server.isRunning())
        .forEach(PostgresServer::startAgain);
    landscape.forget();
  }

  @Test
  void whatASourceThatIsDownHasIsDroppedWhenItComesBack() {
    try (var operator = flowing()) {
      String slot = slot();
      first.stop();
      deleteFederation();

      assertThat(events(landscape.federationName()))
          .anyMatch(m -> m.contains("Deleted without taking everything down") && m.contains(slot));
      assertThat(orphans())
          .singleElement()
          .satisfies(
              o -> {
                assertThat(o.federation()).isEqualTo(landscape.federationName());
                assertThat(o.source()).isEqualTo(landscape.accounts.name());
                assertThat(o.side()).isEqualTo(Side.Source);
                assertThat(o.database())
                    .isEqualTo(
                        "127.0.0.1:%d/%s"
                            .formatted(first.port(), landscape.accounts.database().name()));
                assertThat(o.slots()).containsExactly(slot);
                assertThat(o.publications()).contains(slot, slot + "_inserts", slot + "_arriving");
                assertThat(o.message()).contains("pg_drop_replication_slot", "DROP PUBLICATION");
              });
      eventually(
          () -> {
            assertThat(orphaned().getReason()).isEqualTo("LeftBehind");
            assertThat(orphaned().getMessage()).contains(slot, "pg_drop_replication_slot");
            assertThat(Landscape.ready(landscape.targetStatus())).isEqualTo("True");
          });
      assertThat(Serialization.asYaml(landscape.targetStatus().getStatus()))
          .doesNotContain(landscape.accounts.password(), landscape.targetPassword);
      assertNothingIsOnTheTarget();
      assertNothingFlowsFrom(landscape.support);

      first.startAgain();
      eventually(() -> assertNothingFlowsFrom(landscape.accounts));
      awaitNoOrphans();
      assertThat(events(landscape.targetName())).anyMatch(m -> m.startsWith("Dropped what "));
      assertThat(operator.isAlive()).isTrue();
    }
  }

  @Test
  void whatATargetThatIsDownHasIsDroppedWhenItComesBack() {
    try (var operator = flowing()) {
      third.stop();
      deleteFederation();

      assertNothingFlowsFrom(landscape.accounts);
      assertNothingFlowsFrom(landscape.support);
      assertThat(orphans()).extracting(Orphan::side).containsExactly(Side.Target, Side.Target);
      assertThat(orphans()).allSatisfy(o -> assertThat(o.subscriptions()).hasSize(1));
      eventually(() -> assertThat(orphaned().getMessage()).contains("DROP SUBSCRIPTION"));

      third.startAgain();
      eventually(this::assertNothingIsOnTheTarget);
      awaitNoOrphans();
      assertThat(operator.isAlive()).isTrue();
    }
  }

  @Test
  void whatBothHadWhileBothWereDownIsDropped() {
    try (var operator = flowing()) {
      first.stop();
      third.stop();
      deleteFederation();

      assertNothingFlowsFrom(landscape.support);
      assertThat(orphans())
          .extracting(Orphan::side)
          .containsExactlyInAnyOrder(Side.Source, Side.Target, Side.Target);

      third.startAgain();
      eventually(this::assertNothingIsOnTheTarget);
      first.startAgain();
      eventually(() -> assertNothingFlowsFrom(landscape.accounts));
      awaitNoOrphans();
      assertThat(operator.isAlive()).isTrue();
    }
  }

  @Test
  void aSlotThatSomebodyElseReadsIsDroppedWhenItIsFree() throws SQLException {
    try (var operator = flowing()) {
      String slot = slot();
      kube.apply(landscape.federation("  suspend: true\n" + DELETE));
      eventually(
          () -> assertThat(landscape.federation().getStatus().phase()).isEqualTo(Phase.Suspended));
      try (var reader = reading(landscape.accounts.database(), slot)) {
        deleteFederation();

        assertThat(reader.isClosed()).isFalse();
        assertThat(orphans())
            .singleElement()
            .satisfies(o -> assertThat(o.slots()).containsExactly(slot));
        assertNothingIsOnTheTarget();
        assertNothingFlowsFrom(landscape.support);
      }
      eventually(() -> assertNothingFlowsFrom(landscape.accounts));
      awaitNoOrphans();
      assertThat(operator.isAlive()).isTrue();
    }
  }

  /** Reads a slot as another subscriber would. */
  private static Connection reading(Db database, String slot) throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", "postgres");
    properties.setProperty("replication", "database");
    properties.setProperty("assumeMinServerVersion", "10");
    properties.setProperty("preferQueryMode", "simple");
    return await()
        .atMost(Landscape.PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              var connection = DriverManager.getConnection(database.url(), properties);
              try {
                connection
                    .unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .replicationStream()
                    .logical()
                    .withSlotName(slot)
                    .withSlotOption("proto_version", 1)
                    .withSlotOption("publication_names", slot)
                    .start();
                return connection;
              } catch (SQLException e) {
                connection.close();
                throw e;
              }
            },
            c -> true);
  }

  @Test
  void aFederationInTheMiddleOfACopyLeavesNothingNorTheSlotsOfItsTableSyncs() throws SQLException {
    landscape.target.execute(
        """
        CREATE FUNCTION public.wait_for_42() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock_shared(42); RETURN NEW; END $$
        """);
    try (var blocker = landscape.target.connect();
        var statement = blocker.createStatement();
        var operator = startOperator()) {
      statement.execute("SELECT pg_advisory_lock(42)");
      kube.apply(manifests());
      String table = landscape.accounts.schema() + ".users";
      await()
          .atMost(Landscape.PATIENCE)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(10))
          .ignoreExceptions()
          .until(
              () ->
                  statement.executeUpdate(
                      "CREATE TRIGGER wait BEFORE INSERT ON %1$s FOR EACH ROW EXECUTE FUNCTION public.wait_for_42(); ALTER TABLE %1$s ENABLE ALWAYS TRIGGER wait"
                          .formatted(table)),
              n -> true);
      eventually(
          () ->
              assertThat(slots(landscape.accounts))
                  .anyMatch(row -> row.get(0).matches("pg_\\d+_sync_\\d+_\\d+")));

      deleteFederation();

      assertThat(orphans()).isEmpty();
      assertNothingIsOnTheTarget();
      assertNothingFlowsFrom(landscape.accounts);
      assertNothingFlowsFrom(landscape.support);
      assertThat(operator.isAlive()).isTrue();
    }
  }

  @Test
  void aSubscriptionThatSomebodyDisabledIsNoObstacle() {
    String slot;
    try (var operator = flowing()) {
      slot = slot();
      operator.terminate();
    }
    landscape.target.execute("ALTER SUBSCRIPTION %s DISABLE".formatted(slot));
    kube.client().resource(landscape.federation()).delete();
    try (var operator = startOperator()) {
      awaitNoFederation(operator);
      assertThat(orphans()).isEmpty();
      assertNothingIsOnTheTarget();
      assertNothingFlowsFrom(landscape.accounts);
    }
  }

  private boolean isInSync(String federation) {
    var resource =
        kube.client()
            .resources(ReplicationFederation.class)
            .inNamespace("default")
            .withName(federation)
            .get();
    return resource.getStatus() != null
        && resource.getStatus().conditions().stream()
            .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  @Test
  void anotherFederationOfTheSameSourceIsNotTouchedAndFlowsOn() {
    var other = Landscape.create(kube, first, second, third);
    String otherFederation =
        other.federation(List.of(landscape.accounts), "").replace("everything", "second");
    try (var operator = flowing()) {
      kube.apply(
          Landscape.documents(
              other.targetSecret(), other.targetResource(third.port()), otherFederation));
      eventually(() -> assertRowsAreOn(other.target));
      eventually(() -> assertThat(isInSync("second-" + other.id)).isTrue());
      var onTheSource = ofTheSecond();
      assertThat(onTheSource).hasSize(4);
      var onItsTarget = other.target.query(Landscape.CATALOG);

      deleteFederation();

      assertThat(ofTheSecond()).isEqualTo(onTheSource);
      assertThat(other.target.query(Landscape.CATALOG)).isEqualTo(onItsTarget);
      landscape
          .accounts
          .database()
          .execute("INSERT INTO public.users (email) VALUES ('for the other one')");
      eventually(() -> assertRowsAreOn(other.target));
      assertNothingIsOnTheTarget();
      assertThat(operator.isAlive()).isTrue();
    } finally {
      kube.client()
          .resources(ReplicationFederation.class)
          .inNamespace("default")
          .withName("second-" + other.id)
          .edit(
              f -> {
                f.getMetadata().setFinalizers(List.of());
                return f;
              });
      kube.client()
          .resources(ReplicationFederation.class)
          .inNamespace("default")
          .withName("second-" + other.id)
          .delete();
      other.forget();
    }
  }

  private void assertRowsAreOn(Db target) {
    assertThat(target.rows(landscape.accounts.schema() + ".users", "id"))
        .isEqualTo(landscape.accounts.database().rows("public.users", "id"));
  }

  private List<List<String>> ofTheSecond() {
    return landscape
        .accounts
        .database()
        .query(
            """
            SELECT pubname, obj_description(oid, 'pg_publication'),
                   (SELECT string_agg(prrelid::regclass::text, ' ' ORDER BY 1) FROM pg_publication_rel WHERE prpubid = p.oid)
              FROM pg_publication p WHERE pubname LIKE 'tributary_second%'
            UNION ALL
            SELECT slot_name, plugin, 'slot' FROM pg_replication_slots WHERE slot_name LIKE 'tributary_second%'
             ORDER BY 1, 2
            """);
  }

  @Test
  void secretsThatAreGoneHoldNothingUpAndWhatIsLeftGoesWhenTheyAreBack() {
    try (var operator = flowing()) {
      operator.terminate();
    }
    // An operator that has never seen them.
    for (String name :
        List.of(landscape.accounts.name(), landscape.support.name(), landscape.targetName())) {
      kube.client().secrets().inNamespace("default").withName(name).delete();
    }
    kube.client().resource(landscape.federation()).delete();
    try (var operator = startOperator()) {
      awaitNoFederation(operator);
      assertThat(events(landscape.federationName()))
          .anyMatch(m -> m.contains("Deleted without") && m.contains("There is no Secret"));
      assertThat(orphans()).hasSize(4);

      kube.apply(
          Landscape.documents(
              landscape.accounts.secret(), landscape.support.secret(), landscape.targetSecret()));
      eventually(
          () -> {
            assertNothingIsOnTheTarget();
            assertNothingFlowsFrom(landscape.accounts);
            assertNothingFlowsFrom(landscape.support);
          });
      awaitNoOrphans();
    }
  }

  @Test
  void aFederationOfWhichEverythingIsGoneGoesAndSaysWhatItMayHaveLeft() {
    kube.apply(landscape.federation(DELETE));
    try (var operator = startOperator()) {
      eventually(() -> assertThat(landscape.federation().getFinalizers()).isNotEmpty());
      kube.client().resource(landscape.federation()).delete();
      awaitNoFederation(operator);
      assertThat(events(landscape.federationName()))
          .anyMatch(
              m ->
                  m.contains("There is no ParadeDBTarget")
                      || m.contains("There is no SourceDatabase"));
    }
  }

  @Test
  void aSourceThatGoesIsTriedOnceMoreAndThenLetGo() {
    try (var operator = flowing()) {
      String slot = slot();
      first.stop();
      deleteFederation();
      assertThat(orphans()).hasSize(1);

      kube.client().resource(landscape.source(landscape.accounts)).delete();
      await()
          .atMost(Landscape.PATIENCE)
          .untilAsserted(() -> assertThat(landscape.source(landscape.accounts)).isNull());

      assertThat(events(landscape.accounts.name()))
          .anyMatch(m -> m.contains("Deleted without") && m.contains(slot));
      assertThat(orphans()).as("the SQL is still there to be read").hasSize(1);

      // The same database under the same name again.
      first.startAgain();
      kube.apply(landscape.accounts.sourceDatabase());
      awaitNoOrphans();
      assertThat(slots(landscape.accounts)).isEmpty();
      assertThat(operator.isAlive()).isTrue();
    }
  }

  @Test
  void aSourceWhoseDatabaseIsGoneGoes() {
    try (var operator = startOperator()) {
      kube.apply(
          Landscape.documents(
              landscape.accounts.secret(), landscape.accounts.sourceDatabase() + DELETE));
      eventually(
          () ->
              assertThat(Landscape.ready(landscape.source(landscape.accounts))).isEqualTo("True"));
      String database = landscape.accounts.database().name();
      first
          .database("postgres")
          .execute("ALTER DATABASE %s RENAME TO %s_away".formatted(database, database));
      try {
        kube.client().resource(landscape.source(landscape.accounts)).delete();
        eventually(() -> assertThat(landscape.source(landscape.accounts)).isNull());
        assertThat(events(landscape.accounts.name()))
            .anyMatch(m -> m.contains("Deleted without") && m.contains("has no database"));
      } finally {
        first
            .database("postgres")
            .execute("ALTER DATABASE %s_away RENAME TO %s".formatted(database, database));
      }
      assertThat(operator.isAlive()).isTrue();
    }
  }

  private OperatorProcess flowing() {
    var operator = startOperator();
    kube.apply(manifests());
    landscape.awaitInSync(operator);
    return operator;
  }

  private String manifests() {
    return landscape.manifests().replace(landscape.federation(""), landscape.federation(DELETE));
  }

  private static OperatorProcess startOperator() {
    return Landscape.startOperator(kube, Duration.ofMillis(500), "--deletion-timeout", "3s");
  }

  private String slot() {
    return landscape.federation().getStatus().sources().get(0).lanes().get(0).slot().name();
  }

  private void deleteFederation() {
    kube.client().resource(landscape.federation()).delete();
    eventually(() -> assertThat(landscape.federation()).isNull());
  }

  private void awaitNoFederation(OperatorProcess operator) {
    await()
        .atMost(Landscape.PATIENCE)
        .untilAsserted(
            () -> assertThat(landscape.federation()).as(() -> operator.output()).isNull());
  }

  private static void eventually(ThrowingRunnable assertion) {
    await()
        .atMost(Landscape.PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreException(IllegalStateException.class)
        .untilAsserted(assertion);
  }

  private List<Orphan> orphans() {
    var status = landscape.targetStatus().getStatus();
    return status == null ? List.of() : status.orphans();
  }

  private Condition orphaned() {
    return landscape.targetStatus().getStatus().conditions().stream()
        .filter(c -> c.getType().equals("Orphans"))
        .filter(c -> c.getStatus().equals("True"))
        .findFirst()
        .orElse(new Condition());
  }

  private void awaitNoOrphans() {
    eventually(
        () -> {
          assertThat(orphans()).isEmpty();
          assertThat(orphaned().getReason()).isNull();
        });
  }

  private static List<String> events(String resource) {
    return kube.client().v1().events().inNamespace("default").list().getItems().stream()
        .filter(e -> e.getInvolvedObject().getName().equals(resource))
        .map(Event::getMessage)
        .toList();
  }

  private static List<List<String>> slots(Service service) {
    return service
        .database()
        .query("SELECT slot_name FROM pg_replication_slots WHERE database = current_database()");
  }

  private static void assertNothingFlowsFrom(Service service) {
    assertThat(slots(service)).isEmpty();
    assertThat(service.database().query("SELECT pubname FROM pg_publication")).isEmpty();
  }

  private void assertNothingIsOnTheTarget() {
    assertThat(
            landscape.target.query(
                "SELECT subname FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())"))
        .isEmpty();
    assertThat(
            landscape.target.query(
                "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')"))
        .isEmpty();
  }
}
