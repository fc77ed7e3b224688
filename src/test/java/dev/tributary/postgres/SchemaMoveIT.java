package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Plan;
import dev.tributary.fixtures.CatalogDump;
import dev.tributary.fixtures.PostgresServer;
import dev.tributary.fixtures.SampleService;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A service's database of some age is moved and put back, and no difference is left. */
class SchemaMoveIT {
  private static final AtomicInteger NEXT = new AtomicInteger();

  private static SampleService service(int major) {
    return SampleService.create(PostgresServer.shared(major), "moving_" + NEXT.incrementAndGet());
  }

  private static void assertUnchanged(String before, MovingSource source) {
    assertThat(CatalogDump.changes(before, CatalogDump.of(source.db()))).isEmpty();
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 15, 17, 18})
  void theWayBackLeavesNoDifference(int major) {
    var source = MovingSource.of(service(major));
    String before = CatalogDump.of(source.db());

    assertThat(source.work()).isEqualTo(Plan.NOTHING);
    assertThat(CatalogDump.of(source.db())).isNotEqualTo(before);
    source.wayBack().work();

    assertUnchanged(before, source);
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @ValueSource(ints = {13, 18})
  void sequencesThatStayedBehindAreOwnedAgain(int major) {
    var source = MovingSource.of(service(major)).keepingSequences();
    String before = CatalogDump.of(source.db());

    source.work();
    source.db().execute("SELECT nextval('public.customers_id_seq')");
    source.wayBack().work();

    assertUnchanged(before, source);
  }

  @Test
  void theSearchPathOfRolesIsChangedAndPutBackByWhoMay() {
    var service = service(17);
    var source = MovingSource.of(service);
    var superuser = new MovingSource(source.db(), "postgres", "any", source.desired());
    String before = CatalogDump.of(source.db());

    superuser.work();
    assertThat(searchPaths(service))
        .containsExactlyInAnyOrder(
            List.of("", "search_path=\"$user\", svc, public"),
            List.of(service.reader(), "search_path=svc, public, pg_catalog"),
            List.of(service.auditor(), "search_path=\"$user\", svc, public, pg_temp"));
    superuser.wayBack().work();

    assertUnchanged(before, source);
  }

  private static List<List<String>> searchPaths(SampleService service) {
    return service
        .db()
        .query(
            "SELECT coalesce(r.rolname, ''), c FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c"
                + " LEFT JOIN pg_roles r ON r.oid = s.setrole"
                + " WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())"
                + " AND c LIKE 'search_path%'");
  }

  @Test
  void aSchemaThatAPersonMadeIsLeftAsItWas() {
    var service = service(15);
    var source = MovingSource.of(service);
    service
        .db()
        .execute(
            "CREATE SCHEMA svc",
            "COMMENT ON SCHEMA svc IS 'made by hand'",
            "CREATE TABLE svc.of_a_person (id int PRIMARY KEY)",
            "GRANT CREATE ON SCHEMA svc TO \"%s\" WITH GRANT OPTION".formatted(service.owner()),
            "ALTER SCHEMA svc OWNER TO \"%s\"".formatted(service.owner()),
            "ALTER TABLE svc.of_a_person OWNER TO \"%s\"".formatted(service.owner()));
    String before = CatalogDump.of(source.db());

    source.work();
    source.wayBack().work();

    assertUnchanged(before, source);
  }

  /** Each step is a transaction, so a kill falls between two of them. */
  @Test
  void whereverItIsCutOffTheEndIsTheSame() throws Exception {
    var source = MovingSource.of(service(17));
    String before = CatalogDump.of(source.db());
    int steps = source.plan().steps().size();
    source.work();
    String moved = CatalogDump.of(source.db());
    int stepsBack = source.wayBack().plan().steps().size();
    source.wayBack().work();

    for (int cut = 1; cut < Math.max(steps, stepsBack); cut++) {
      first(cut, source);
      source.wayBack().work();
      assertThat(CatalogDump.changes(before, CatalogDump.of(source.db())))
          .as("moved up to step %d, then put back", cut)
          .isEmpty();
      first(cut, source);
      source.work();
      assertThat(CatalogDump.changes(moved, CatalogDump.of(source.db())))
          .as("cut off after step %d", cut)
          .isEmpty();
      first(cut, source.wayBack());
      source.wayBack().work();
      assertThat(CatalogDump.changes(before, CatalogDump.of(source.db())))
          .as("the way back, cut off after step %d", cut)
          .isEmpty();
    }
  }

  private static void first(int steps, MovingSource source) throws Exception {
    var plan = source.plan().steps();
    source.execute(Plan.of(plan.subList(0, Math.min(steps, plan.size()))));
  }
}
