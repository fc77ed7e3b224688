package dev.tributary.controller;

import static dev.tributary.controller.Resources.condition;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.ParadeDBTargetStatus;
import dev.tributary.api.Preflight;
import dev.tributary.federation.Finding;
import dev.tributary.federation.Reason;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The status of a target: what was found of its server. */
class TargetStatusTest {
  private static final List<Condition> CONDITIONS =
      List.of(condition("Ready", "True", "Reachable", "2026-01-01T00:00:00Z"));

  private static final Preflight FOUND =
      new Preflight(
          0,
          0,
          1,
          List.of(
              new Preflight.Finding(
                  "Info", "RetrieveRetryInterval", null, "90s", "5s or less", "It is long.")));

  @Test
  void whatIsFoundIsSaidWithItsValues() {
    var finding =
        new Finding(
            Finding.Severity.Info,
            Reason.RetrieveRetryInterval,
            Optional.empty(),
            Optional.of("90s"),
            Optional.of("5s or less"),
            "It is long.");

    assertThat(Statuses.target("17.11", List.of(finding), 3L, CONDITIONS))
        .isEqualTo(new ParadeDBTargetStatus(3L, "17.11", FOUND, List.of(), CONDITIONS));
  }

  @Test
  void whatWasKnownStaysWhenItCannotBeLookedAt() {
    var before = new ParadeDBTargetStatus(2L, "17.11", FOUND, List.of(), List.of());

    assertThat(Statuses.target(before, 3L, CONDITIONS))
        .isEqualTo(new ParadeDBTargetStatus(3L, "17.11", FOUND, List.of(), CONDITIONS));
    assertThat(Statuses.target(null, 3L, CONDITIONS))
        .isEqualTo(new ParadeDBTargetStatus(3L, null, null, List.of(), CONDITIONS));
  }
}
