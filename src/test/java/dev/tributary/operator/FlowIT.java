package dev.tributary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.DeletionPolicy;
import dev.tributary.api.Phase;
import dev.tributary.api.ReplicationFederation;
import dev.tributary.api.ReplicationFederationSpec;
import dev.tributary.api.SourceDatabase;
import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.KubeApi;
import dev.tributary.fixtures.OperatorProcess;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** From what a user applies to rows on the target, and back. */
class FlowIT {
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

  private Landscape landscape;

  @AfterEach
  void forget() {
    landscape.forget();
  }

  @Test
  void twoDatabasesFlowIntoOneAndTheirApplicationsNoticeNothing() throws Exception {
    landscape = Landscape.create(kube);
    try (var accounts = Application.start(landscape.accounts);
        var support = Application.start(landscape.support);
        var operator = landscape.startOperator()) {
      kube.apply(landscape.manifests());
      landscape.awaitInSync(operator);
      accounts.awaitProgress();
      support.awaitProgress();
      accounts.stop();
      support.stop();

      landscape.awaitEqualRows();
      assertThat(accounts.failures()).isEmpty();
      assertThat(support.failures()).isEmpty();
      for (Service service : List.of(landscape.accounts, landscape.support)) {
        assertThat(service.database().query(TABLES_BY_SCHEMA))
            .containsExactly(
                List.of(service.schema(), "notes", "r"),
                List.of(service.schema(), "users", "r"),
                List.of("public", "notes", "v"),
                List.of("public", "users", "v"));
      }
      var status = landscape.federation().getStatus();
      assertThat(status.phase()).isEqualTo(Phase.Streaming);
      assertThat(status.sourcesStreaming()).isEqualTo("2/2");
      assertThat(status.tables()).isEqualTo("4/4");
      assertThat(status.copied()).isEqualTo("100%");
      assertThat(Landscape.ready(landscape.source(landscape.accounts))).isEqualTo("True");
      assertThat(Landscape.ready(landscape.targetStatus())).isEqualTo("True");
    }
  }

  private static final String TABLES_BY_SCHEMA =
      """
      SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relname IN ('users', 'notes') ORDER BY n.nspname = 'public', c.relname
      """;

  @Test
  void whatWasDroppedByHandComesBackWithItsRows() {
    landscape = Landscape.create(kube);
    try (var operator = landscape.startOperator()) {
      kube.apply(landscape.manifests());
      landscape.awaitInSync(operator);
      var source = landscape.accounts.database();
      var target = landscape.target;
      String flow =
          landscape.federation().getStatus().sources().get(0).lanes().get(0).subscription().name();
      String schema = landscape.accounts.schema();

      // Each of these loses something different; rows written meanwhile have to be there
      // afterwards.
      var accidents = new LinkedHashMap<String, Runnable>();
      accidents.put("the view", () -> source.execute("DROP VIEW public.users"));
      accidents.put(
          "a table of the target", () -> target.execute("DROP TABLE %s.notes".formatted(schema)));
      accidents.put("the publication", () -> source.execute("DROP PUBLICATION " + flow));
      accidents.put(
          "a table of the publication",
          () -> source.execute("ALTER PUBLICATION %s DROP TABLE %s.users".formatted(flow, schema)));
      accidents.put("the subscription", () -> target.execute("DROP SUBSCRIPTION " + flow));
      accidents.put("the slot", () -> dropSlot(landscape, flow));
      accidents.put(
          "enabled", () -> target.execute("ALTER SUBSCRIPTION %s DISABLE".formatted(flow)));
      accidents.forEach(
          (what, accident) -> {
            accident.run();
            source.execute(
                "INSERT INTO %s.users (email) VALUES ('after losing %s')".formatted(schema, what),
                "UPDATE %s.notes SET body = 'after losing %s' WHERE id = (SELECT min(id::text)::uuid FROM %s.notes)"
                    .formatted(schema, what, schema),
                "DELETE FROM %1$s.notes WHERE id = (SELECT max(id::text)::uuid FROM %1$s.notes)"
                    .formatted(schema));
            awaitWhole(landscape, operator, what, flow);
          });
    }
  }

  /**
   * A slot that is in use cannot be dropped: the subscription is stopped first, as a person would.
   */
  private static void dropSlot(Landscape landscape, String slot) {
    landscape.target.execute("ALTER SUBSCRIPTION %s DISABLE".formatted(slot));
    await()
        .atMost(Landscape.PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              landscape
                  .accounts
                  .database()
                  .execute(
                      "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '%s'"
                          .formatted(slot),
                      "SELECT pg_drop_replication_slot('%s')".formatted(slot));
              return true;
            });
  }

  private static void awaitWhole(
      Landscape landscape, OperatorProcess operator, String what, String flow) {
    var source = landscape.accounts.database();
    await(what)
        .atMost(Landscape.PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () -> {
              assertThat(source.query(TABLES_BY_SCHEMA)).as(what).hasSize(4);
              assertThat(
                      source.query(
                          "SELECT tablename FROM pg_publication_tables WHERE pubname = '%s' ORDER BY 1"
                              .formatted(flow)))
                  .as(what)
                  .containsExactly(List.of("notes"), List.of("users"));
              assertThat(
                      landscape.target.query(
                          "SELECT subenabled FROM pg_subscription WHERE subname = '%s'"
                              .formatted(flow)))
                  .as(what)
                  .containsExactly(List.of("t"));
            });
    landscape.awaitEqualRows();
    landscape.awaitInSync(operator);
  }

  @Test
  void deletingWithDeletePutsEverythingBack() {
    landscape = Landscape.create(kube);
    var before = catalog(landscape);
    try (var operator = landscape.startOperator()) {
      kube.apply(
          landscape
              .manifests()
              .replaceAll("(?m)^spec:$", "spec:\n  deletionPolicy: Delete")
              // A target has no policy, it is never changed.
              .replaceAll("(kind: ParadeDBTarget\n.*\nspec:)\n  deletionPolicy: Delete", "$1"));
      landscape.awaitInSync(operator);
      assertThat(landscape.federation().getSpec().deletionPolicy())
          .isEqualTo(DeletionPolicy.Delete);

      // Everything at once and the Secrets first, as kubectl delete -f does it.
      deleteAll(landscape);
      awaitGone(landscape);

      assertThat(catalog(landscape)).isEqualTo(before);
    }
  }

  @Test
  void deletingWithRetainLeavesItFlowingAndTheSameManifestsTakeItUpAgain() {
    landscape = Landscape.create(kube);
    try (var operator = landscape.startOperator()) {
      kube.apply(landscape.manifests());
      landscape.awaitInSync(operator);
      deleteAll(landscape);
      awaitGone(landscape);

      landscape
          .accounts
          .database()
          .execute("INSERT INTO public.users (email) VALUES ('while nobody looked')");
      landscape.awaitEqualRows();
      String since = subscriptions(landscape);

      kube.apply(landscape.manifests());
      landscape.awaitInSync(operator);
      landscape.awaitEqualRows();
      assertThat(subscriptions(landscape)).as("taken up, not made anew").isEqualTo(since);
    }
  }

  private static String subscriptions(Landscape landscape) {
    return landscape.target.one(
        "SELECT string_agg(oid::text, ' ' ORDER BY oid) FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())");
  }

  @Test
  void twoOperatorsAtOnceDoEachOtherNoHarm() {
    landscape = Landscape.create(kube);
    try (var one = landscape.startOperator();
        var other = landscape.startOperator()) {
      one.awaitOutput("watching");
      other.awaitOutput("watching");
      kube.apply(landscape.manifests());
      landscape.awaitInSync(one);
      landscape.awaitEqualRows();
    }
  }

  @Test
  void aSourceIsNotPutBackUnderAFederationThatWasRetained() {
    landscape = Landscape.create(kube);
    try (var operator = landscape.startOperator()) {
      kube.apply(
          landscape
              .manifests()
              .replaceAll("(kind: SourceDatabase\n.*\nspec:)", "$1\n  deletionPolicy: Delete"));
      landscape.awaitInSync(operator);
      deleteAll(landscape);
      await()
          .atMost(Landscape.PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(Landscape.condition(landscape.source(landscape.accounts)).getMessage())
                      .contains("is still in the publication"));
      landscape
          .accounts
          .database()
          .execute("INSERT INTO public.users (email) VALUES ('still flowing')");
      landscape.awaitEqualRows();
    }
  }

  @Test
  void aSourceTakenOutIsTakenDownAndTheOtherFlowsOn() {
    landscape = Landscape.create(kube);
    try (var operator = landscape.startOperator()) {
      String federation = landscape.federation("  deletionPolicy: Delete");
      kube.apply(landscape.manifests().replace(landscape.federation(""), federation));
      landscape.awaitInSync(operator);

      kube.client()
          .resources(ReplicationFederation.class)
          .inNamespace("default")
          .withName(landscape.federationName())
          .edit(
              f -> {
                var spec = f.getSpec();
                f.setSpec(
                    new ReplicationFederationSpec(
                        spec.target(),
                        spec.sources().subList(1, 2),
                        spec.slots(),
                        spec.schemaSync(),
                        spec.adopt(),
                        spec.suspend(),
                        spec.deletionPolicy()));
                return f;
              });

      await()
          .atMost(Landscape.PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(landscape.accounts.database().query(SLOTS_AND_PUBLICATIONS)).isEmpty();
                assertThat(landscape.support.database().query(SLOTS_AND_PUBLICATIONS)).hasSize(4);
                assertThat(schemas(landscape)).containsExactly(landscape.support.schema());
              });
      assertThat(landscape.accounts.database().query(TABLES_BY_SCHEMA)).hasSize(4);
    }
  }

  @Test
  void aSuspendedFederationStandsStillAndGoesOnWithoutLoss() {
    landscape = Landscape.create(kube);
    try (var operator = landscape.startOperator()) {
      kube.apply(landscape.manifests());
      landscape.awaitInSync(operator);
      kube.apply(landscape.federation("  suspend: true"));
      await()
          .atMost(Landscape.PATIENCE)
          .until(() -> landscape.federation().getStatus().phase() == Phase.Suspended);
      var users = landscape.target.rows(landscape.accounts.schema() + ".users", "id");
      landscape
          .accounts
          .database()
          .execute("INSERT INTO public.users (email) VALUES ('while suspended')");
      assertThat(landscape.target.rows(landscape.accounts.schema() + ".users", "id"))
          .isEqualTo(users);

      kube.apply(landscape.federation("  suspend: false"));
      landscape.awaitEqualRows();
      landscape.awaitInSync(operator);
    }
  }

  @Test
  void tablesThatLiveInASchemaOfTheirOwnFlowWithoutAMove() {
    landscape = Landscape.create(kube);
    var service = landscape.accounts;
    var database = service.database();
    database.execute(
        "SET ROLE " + service.owner(),
        "CREATE SCHEMA inventory",
        "CREATE TABLE inventory.parts (id int PRIMARY KEY, name text)",
        "CREATE TABLE inventory.audit_2026 (id int PRIMARY KEY)",
        "INSERT INTO inventory.parts VALUES (1, 'bolt'), (2, 'nut')");
    var before = landscape.catalog(database);
    try (var operator = landscape.startOperator()) {
      kube.apply(
          Landscape.documents(
              service.secret(),
              service.sourceDatabase()
                  + "  schema: {name: inventory, method: None}\n  tables: {exclude: ['audit_*']}\n",
              landscape.targetSecret(),
              landscape.targetResource(landscape.target.server().port()),
              landscape.federation(List.of(service), "")));
      landscape.awaitInSync(operator);
      assertThat(landscape.federation().getStatus().tables()).isEqualTo("1/1");
      assertThat(landscape.target.rows("inventory.parts", "id"))
          .isEqualTo(database.rows("inventory.parts", "id"));
      assertThat(landscape.catalog(database))
          .filteredOn(row -> !List.of("publication", "slot").contains(row.get(0)))
          .isEqualTo(before);
    }
  }

  private static final String SLOTS_AND_PUBLICATIONS =
      """
      SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE database = current_database()
      UNION ALL SELECT 'publication ' || pubname FROM pg_publication ORDER BY 1
      """;

  private static List<String> schemas(Landscape landscape) {
    return landscape
        .target
        .query(
            "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema') ORDER BY 1")
        .stream()
        .map(row -> row.get(0))
        .toList();
  }

  private static Map<String, List<List<String>>> catalog(Landscape landscape) {
    return Stream.of(landscape.accounts.database(), landscape.support.database(), landscape.target)
        .collect(Collectors.toMap(Db::name, landscape::catalog));
  }

  private static void deleteAll(Landscape landscape) {
    var client = kube.client();
    for (String name :
        List.of(landscape.accounts.name(), landscape.support.name(), landscape.targetName())) {
      client.secrets().inNamespace("default").withName(name).delete();
    }
    client
        .resources(SourceDatabase.class)
        .inNamespace("default")
        .withName(landscape.accounts.name())
        .delete();
    client
        .resources(SourceDatabase.class)
        .inNamespace("default")
        .withName(landscape.support.name())
        .delete();
    client.resource(landscape.targetStatus()).delete();
    client.resource(landscape.federation()).delete();
  }

  private static void awaitGone(Landscape landscape) {
    await()
        .atMost(Landscape.PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(landscape.federation()).isNull();
              assertThat(landscape.source(landscape.accounts)).isNull();
              assertThat(landscape.source(landscape.support)).isNull();
              assertThat(landscape.targetStatus()).isNull();
            });
  }
}
