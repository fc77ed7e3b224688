package dev.tributary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.Phase;
import dev.tributary.fixtures.KubeApi;
import dev.tributary.fixtures.PostgresServer;
import io.fabric8.kubernetes.api.model.Event;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers that crash, passwords that change, databases that are gone. */
class FaultsIT {
  private static KubeApi kube;

  private PostgresServer first;
  private PostgresServer second;
  private PostgresServer third;
  private Landscape landscape;

  @BeforeAll
  static void startKube() {
    kube = KubeApi.mock();
    kube.applyCrds();
  }

  @AfterAll
  static void stopKube() {
    kube.close();
  }

  @BeforeEach
  void start() {
    first = PostgresServer.start(13, Map.of());
    second = PostgresServer.start(18, Map.of());
    third = PostgresServer.start(17, Map.of());
    landscape = Landscape.create(kube, first, second, third);
  }

  @AfterEach
  void stop() {
    List.of(first, second, third).forEach(PostgresServer::close);
  }

  @Test
  void aServerThatCrashesComesBackAndNoRowIsMissing() {
    try (var operator = landscape.startOperator()) {
      kube.apply(landscape.manifests());
      landscape.awaitInSync(operator);
      for (PostgresServer server : List.of(third, first, second)) {
        server.kill();
        awaitReason("Unreachable");
        if (server == third) {
          write("while the target is away");
        }
        server.startAgain();
        write("after server " + server.major() + " came back");
        landscape.awaitEqualRows();
        landscape.awaitInSync(operator);
      }
    }
  }

  @Test
  void aTargetThatCrashesInTheInitialCopyIsCopiedWhole() {
    write("before");
    landscape
        .accounts
        .database()
        .execute(
            "INSERT INTO public.notes (body) SELECT repeat('long ', 200) FROM generate_series(1, 100000)");
    try (var operator = landscape.startOperator()) {
      kube.apply(landscape.manifests());
      await()
          .atMost(Landscape.PATIENCE)
          .pollInterval(Duration.ofMillis(20))
          .until(
              () ->
                  !landscape
                      .target
                      .query(
                          "SELECT 1 FROM pg_stat_progress_copy WHERE command = 'COPY FROM' AND tuples_processed > 0")
                      .isEmpty());
      third.kill();
      write("during");
      third.startAgain();
      landscape.awaitInSync(operator);
      landscape.awaitEqualRows();
    }
  }

  @Test
  void aRotatedPasswordReachesTheSubscription() {
    try (var operator = landscape.startOperator()) {
      kube.apply(landscape.manifests());
      landscape.awaitInSync(operator);
      var accounts = landscape.accounts;
      var rotated =
          new Service(accounts.name(), accounts.database(), accounts.owner(), "r0tated'\\ \"pw");
      accounts
          .database()
          .execute(
              "ALTER ROLE %s PASSWORD 'r0tated''\\ \"pw'".formatted(accounts.owner()),
              // The target has to log in again, which it can only with the new password.
              "SELECT pg_terminate_backend(pid) FROM pg_stat_replication");
      kube.apply(rotated.secret().replace("r0tated'\\ \"pw", "\"r0tated'\\\\ \\\"pw\""));
      write("after the rotation");
      landscape.awaitEqualRows();
      landscape.awaitInSync(operator);
      assertThat(operator.output()).doesNotContain("r0tated");
    }
  }

  @Test
  void aDeletionThatCannotReachTheSourceEndsAndSaysWhatItLeft() {
    try (var operator =
        Landscape.startOperator(kube, Duration.ofMillis(500), "--deletion-timeout", "3s")) {
      kube.apply(
          landscape
              .manifests()
              .replace(landscape.federation(""), landscape.federation("  deletionPolicy: Delete")));
      landscape.awaitInSync(operator);
      var lane = landscape.federation().getStatus().sources().get(0).lanes().get(0);
      String slot = lane.slot().name();
      first.stop();

      kube.client().resource(landscape.federation()).delete();
      await()
          .atMost(Landscape.PATIENCE)
          .untilAsserted(() -> assertThat(landscape.federation()).isNull());

      assertThat(kube.client().v1().events().inNamespace("default").list().getItems())
          .extracting(Event::getMessage)
          .anyMatch(m -> m.contains("Deleted without taking everything down") && m.contains(slot));
      // The side that could be reached has nothing left, and neither has the other source.
      assertThat(landscape.target.query("SELECT subname FROM pg_subscription")).isEmpty();
      assertThat(landscape.support.database().query("SELECT slot_name FROM pg_replication_slots"))
          .isEmpty();
    }
  }

  @Test
  void aSlotThatTheServerGaveUpIsHeldUntilAskedAndThenCopiedAgain() {
    first.restart(
        Map.of("max_slot_wal_keep_size", "1MB", "min_wal_size", "32MB", "max_wal_size", "32MB"));
    try (var operator = landscape.startOperator()) {
      kube.apply(landscape.manifests());
      landscape.awaitInSync(operator);
      kube.apply(landscape.federation("  suspend: true"));
      await()
          .atMost(Landscape.PATIENCE)
          .until(() -> landscape.federation().getStatus().phase() == Phase.Suspended);
      var database = landscape.accounts.database();
      await()
          .atMost(Landscape.PATIENCE)
          .until(
              () -> {
                database.execute(
                    "INSERT INTO public.notes (body) SELECT 'filler' FROM generate_series(1, 1000)",
                    "SELECT pg_switch_wal()",
                    "CHECKPOINT");
                return "lost"
                    .equals(database.one("SELECT wal_status FROM pg_replication_slots LIMIT 1"));
              });
      kube.apply(landscape.federation("  suspend: false"));
      awaitReason("SlotLost");
      assertThat(landscape.federation().getStatus().sources().get(0).phase())
          .isEqualTo(Phase.Blocked);
      assertThat(landscape.federation().getStatus().sources().get(1).phase())
          .isEqualTo(Phase.Streaming);

      kube.apply(landscape.federation("  slots: {onLost: Resync}"));
      landscape.awaitInSync(operator);
      landscape.awaitEqualRows();
    }
  }

  private void write(String what) {
    for (Service service : List.of(landscape.accounts, landscape.support)) {
      service
          .database()
          .execute(
              "INSERT INTO public.users (email) VALUES ('%s')".formatted(what),
              "UPDATE public.notes SET body = '%s' WHERE price < 5".formatted(what));
    }
  }

  private void awaitReason(String reason) {
    await()
        .atMost(Landscape.PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () ->
                assertThat(Landscape.condition(landscape.federation()).getReason())
                    .isEqualTo(reason));
  }
}
