package dev.tributary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.ParadeDBTargetStatus;
import dev.tributary.deploy.Kubectl;
import dev.tributary.fixtures.KubeApi;
import dev.tributary.fixtures.OperatorProcess;
import dev.tributary.fixtures.PostgresServer;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Two field managers write one status on a real API server, with the rights that are shipped. */
@EnabledIf(
    value = "dev.tributary.fixtures.KubeApi#realIsAvailable",
    disabledReason = "there is no kube-apiserver here: run .ci/apiserver/build")
class OrphansApiServerIT {
  private static final String OPERATOR = "system:serviceaccount:tributary-system:tributary";

  private KubeApi kube;
  private PostgresServer first;
  private OperatorProcess operator;
  private Landscape landscape;

  @BeforeEach
  void start() {
    first = PostgresServer.start(17, Map.of());
    kube = KubeApi.real().orElseThrow();
    var kubectl = Kubectl.asAdmin(kube);
    kubectl.run("apply", "-k", "deploy/");
    landscape = Landscape.create(kube, first, PostgresServer.shared(17), PostgresServer.shared(18));
    String token = kubectl.run("-n", "tributary-system", "create", "token", "tributary").strip();
    operator =
        OperatorProcess.start(
            kube.kubeconfig(token),
            "--all-namespaces",
            "--poll-interval",
            "500ms",
            "--deletion-timeout",
            "3s",
            "--health-port",
            "0");
  }

  @AfterEach
  void stop() {
    operator.close();
    if (!first.isRunning()) {
      first.startAgain();
    }
    landscape.forget();
    first.close();
    kube.close();
  }

  @Test
  void eachOwnsItsPartAndWritesItWhenItChanges() {
    kube.apply(
        landscape
            .manifests()
            .replace(landscape.federation(""), landscape.federation("  deletionPolicy: Delete")));
    landscape.awaitInSync(operator);
    assertThat(managers()).containsExactly("tributary Apply");

    first.stop();
    kube.client().resource(landscape.federation()).delete();
    eventually(() -> assertThat(landscape.federation()).isNull());
    assertThat(status().orphans()).hasSize(1);
    eventually(
        () -> {
          assertThat(status().conditions())
              .extracting(Condition::getType)
              .containsExactly("Ready", "Reconciling", "Stalled", "Orphans");
          assertThat(status().orphans()).hasSize(1);
          assertThat(status().serverVersion()).isNotEmpty();
        });
    assertThat(managers()).containsExactlyInAnyOrder("tributary Apply", "tributary-orphans Apply");
    assertNothingIsWrittenToTheTargetWhileItStays();

    first.startAgain();
    eventually(
        () -> {
          assertThat(status().orphans()).isEmpty();
          assertThat(status().conditions())
              .extracting(Condition::getType)
              .containsExactly("Ready", "Reconciling", "Stalled");
        });
    assertThat(status().serverVersion()).isNotEmpty();
    assertThat(landscape.accounts.database().query("SELECT slot_name FROM pg_replication_slots"))
        .isEmpty();
  }

  private void assertNothingIsWrittenToTheTargetWhileItStays() {
    long writes = writes();
    // Ten looks.
    await()
        .during(Duration.ofSeconds(5))
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> writes() == writes);
  }

  private long writes() {
    return kube.writesBy(OPERATOR).stream().filter(w -> w.contains("paradedbtargets")).count();
  }

  private ParadeDBTargetStatus status() {
    return landscape.targetStatus().getStatus();
  }

  private List<String> managers() {
    return landscape.targetStatus().getMetadata().getManagedFields().stream()
        .filter(m -> "status".equals(m.getSubresource()))
        .map(OrphansApiServerIT::manager)
        .toList();
  }

  private static String manager(ManagedFieldsEntry entry) {
    return entry.getManager() + " " + entry.getOperation();
  }

  private static void eventually(ThrowingRunnable assertion) {
    await()
        .atMost(Landscape.PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(assertion);
  }
}
