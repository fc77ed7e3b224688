package dev.tributary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.fixtures.KubeApi;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * An apply worker that stops: the federation's condition says why, and is well again afterwards.
 */
class StoppedWorkerIT {
  @Test
  void theConditionNamesTheTableAndTheCauseUntilItIsMended() {
    try (var kube = KubeApi.mock()) {
      kube.applyCrds();
      var landscape = Landscape.create(kube);
      try (var operator = landscape.startOperator()) {
        kube.apply(landscape.manifests());
        landscape.awaitInSync(operator);
        landscape.awaitEqualRows();

        var service = landscape.accounts;
        String notes = service.schema() + ".notes";
        String row =
            "INSERT INTO %s (id, body) VALUES ('00000000-0000-0000-0000-000000000001', '%s')";
        landscape.target.execute(row.formatted(notes, "by hand"));
        service.database().execute(row.formatted("public.notes", "of the service"));
        await()
            .atMost(Landscape.PATIENCE)
            .pollInterval(Duration.ofMillis(100))
            .untilAsserted(
                () -> {
                  var ready = Landscape.condition(landscape.federation());
                  assertThat(ready.getMessage())
                      .contains(notes)
                      .contains("the same id already (00000000-0000-0000-0000-000000000001)")
                      .doesNotContain("of the service");
                  assertThat(ready.getReason()).isEqualTo("ApplyConflict");
                });

        landscape.target.execute("DELETE FROM %s WHERE body = 'by hand'".formatted(notes));
        landscape.awaitInSync(operator);
        landscape.awaitEqualRows();
      } finally {
        landscape.forget();
      }
    }
  }
}
