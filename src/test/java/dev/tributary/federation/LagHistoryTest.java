package dev.tributary.federation;

import static dev.tributary.federation.States.slot;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How far a target is behind, measured by where the source was at each look. */
class LagHistoryTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private final LagHistory history = new LagHistory();

  /** The lag in seconds when the source is at a position and the target has confirmed another. */
  private Optional<Long> lag(long second, long position, long confirmed) {
    return history
        .lag(START.plusSeconds(second), slot().position(position).lag(position - confirmed).build())
        .map(Duration::toSeconds);
  }

  @Test
  void whoeverHasConfirmedEverythingLagsByNothing() {
    assertThat(lag(0, 100, 100)).contains(0L);
    assertThat(lag(10, 100, 100)).contains(0L);
    assertThat(lag(20, 500, 500)).contains(0L);
  }

  @Test
  void whoeverWasBehindAtTheFirstLookLagsByNobodyKnowsHowMuch() {
    assertThat(lag(0, 100, 90)).isEmpty();
    assertThat(lag(10, 200, 99)).isEmpty();
    assertThat(lag(20, 300, 100)).contains(20L);
  }

  @Test
  void theLagGrowsWhileNothingIsConfirmed() {
    assertThat(lag(0, 100, 100)).contains(0L);
    assertThat(lag(10, 200, 100)).contains(10L);
    assertThat(lag(20, 300, 100)).contains(20L);
    assertThat(lag(30, 300, 199)).contains(30L);
  }

  @Test
  void whatWasWrittenBeforeALookThatIsConfirmedIsConfirmed() {
    lag(0, 100, 100);
    lag(10, 200, 100);
    lag(20, 300, 100);

    assertThat(lag(30, 400, 200)).contains(20L);
    assertThat(lag(40, 400, 350)).contains(20L);
    assertThat(lag(50, 400, 400)).contains(0L);
  }

  @Test
  void aLagThatLastsForDaysIsMeasuredRoughlyAndNeverTooSmall() {
    lag(0, 0, 0);
    for (int second = 1; second < 5_000; second++) {
      assertThat(lag(second, second, 0)).contains((long) second);
    }

    var rough = lag(5_000, 5_000, 4_000).orElseThrow();
    assertThat(rough).isBetween(1_000L, 1_050L);
  }

  @Test
  void aCaughtUpTargetIsMeasuredFinelyAgain() {
    for (int second = 0; second < 5_000; second++) {
      lag(second, second, 0);
    }

    assertThat(lag(5_000, 5_000, 5_000)).contains(0L);
    assertThat(lag(5_001, 5_010, 5_000)).contains(1L);
  }
}
