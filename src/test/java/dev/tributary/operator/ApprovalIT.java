package dev.tributary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.Api;
import dev.tributary.api.Preflight;
import dev.tributary.api.SourceDatabase;
import dev.tributary.api.SourceDatabaseStatus;
import dev.tributary.fixtures.CatalogDump;
import dev.tributary.fixtures.KubeApi;
import dev.tributary.fixtures.OperatorProcess;
import dev.tributary.fixtures.PostgresServer;
import io.fabric8.kubernetes.api.model.Condition;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A plan waits for a person, who approves just this one; and everything can be put back. */
class ApprovalIT {
  private static final AtomicInteger NEXT = new AtomicInteger();

  private KubeApi kube;
  private OperatorProcess operator;
  private Service service;
  private String before;

  @BeforeEach
  void start() {
    kube = KubeApi.mock();
    kube.applyCrds();
    service = Service.create(PostgresServer.shared(17), "approval-" + NEXT.incrementAndGet(), 10);
    before = CatalogDump.of(service.database());
    operator = Landscape.startOperator(kube, Duration.ofMillis(500));
  }

  @AfterEach
  void stop() {
    operator.close();
    kube.close();
  }

  @Test
  void onlyThePlanThatWasReadIsExecuted() {
    apply("approval: Manual");
    String first = awaitApproval();
    assertThat(source().getStatus().plan().steps())
        .extracting(SourceDatabaseStatus.Step::step)
        .contains(
            "Move table public.users to schema %s and leave a view behind".formatted(schema()));
    assertThat(CatalogDump.of(service.database())).isEqualTo(before);

    asOwner("CREATE TABLE public.late (id int PRIMARY KEY)");
    await().atMost(Landscape.PATIENCE).until(() -> !hash().equals(first));
    String second = hash();
    String changed = CatalogDump.of(service.database());
    apply("approval: Manual, approvedPlan: \"%s\"".formatted(first));
    awaitLooks();
    assertThat(reason()).isEqualTo("AwaitingApproval");
    assertThat(CatalogDump.of(service.database())).isEqualTo(changed);

    apply("approval: Manual, approvedPlan: \"%s\"".formatted(second));
    await().atMost(Landscape.PATIENCE).until(() -> reason().equals("Prepared"));
    assertThat(source().getStatus().plan()).isNull();
    assertThat(source().getStatus().tables()).isEqualTo("3/3");
  }

  @Test
  void whatIsLeftOfAnApprovedPlanNeedsNoSecondApproval() throws Exception {
    apply("approval: Manual");
    String hash = awaitApproval();
    try (Connection reader = service.database().connect()) {
      reader.setAutoCommit(false);
      reader.createStatement().execute("SELECT * FROM public.notes");
      annotate(hash);
      await().atMost(Landscape.PATIENCE).until(() -> "1/2".equals(source().getStatus().tables()));
      operator.kill();
    }
    operator = Landscape.startOperator(kube, Duration.ofMillis(500));
    await().atMost(Landscape.PATIENCE).until(() -> reason().equals("Prepared"));
    assertThat(source().getStatus().tables()).isEqualTo("2/2");
  }

  @Test
  void methodNoneIsTheWayBackAndMoveGoesAgain() {
    apply("method: Move");
    await().atMost(Landscape.PATIENCE).until(() -> reason().equals("Prepared"));
    assertThat(source().getStatus().preflight().findings())
        .extracting(Preflight.Finding::reason)
        .containsExactly("OwnedSequence");

    apply("method: None");
    await().atMost(Landscape.PATIENCE).until(() -> reason().equals("MovedBack"));
    assertThat(CatalogDump.changes(before, CatalogDump.of(service.database()))).isEmpty();
    awaitLooks();
    assertThat(condition().getStatus()).isEqualTo("True");
    assertThat(reason()).isEqualTo("MovedBack");

    apply("method: Move");
    await().atMost(Landscape.PATIENCE).until(() -> reason().equals("Prepared"));
  }

  private String schema() {
    return service.schema();
  }

  private String awaitApproval() {
    await()
        .atMost(Landscape.PATIENCE)
        .failFast("the operator has ended", () -> !operator.isAlive())
        .until(() -> reason().equals("AwaitingApproval"));
    assertThat(condition().getMessage()).contains(hash());
    return hash();
  }

  private void apply(String schema) {
    kube.apply(
        Landscape.documents(
            service.secret(), service.sourceDatabase() + "  schema: {%s}\n".formatted(schema)));
  }

  private void annotate(String hash) {
    kube.client()
        .resource(source())
        .edit(
            s -> {
              s.getMetadata().setAnnotations(Map.of(Api.APPROVED_PLAN, hash));
              return s;
            });
  }

  /** Until the operator has looked some times more. */
  private void awaitLooks() {
    var seen = new AtomicInteger();
    await()
        .pollInterval(Duration.ofMillis(500))
        .atMost(Landscape.PATIENCE)
        .until(() -> seen.incrementAndGet() > 5);
  }

  private void asOwner(String sql) {
    service.database().execute("SET ROLE " + service.owner(), sql);
  }

  private SourceDatabase source() {
    return kube.client()
        .resources(SourceDatabase.class)
        .inNamespace("default")
        .withName(service.name())
        .get();
  }

  private Condition condition() {
    return Landscape.condition(source());
  }

  private String reason() {
    return String.valueOf(condition().getReason());
  }

  private String hash() {
    var plan = source().getStatus().plan();
    return plan == null ? "" : plan.hash();
  }
}
