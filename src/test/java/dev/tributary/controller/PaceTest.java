package dev.tributary.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Reason;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When to look again. */
class PaceTest {
  private static final EnumSet<Reason> SHORT_LIVED =
      EnumSet.of(
          Reason.Preparing,
          Reason.LockTimeout,
          Reason.ObjectInUse,
          Reason.WaitingForSource,
          Reason.WaitingForTransactions,
          Reason.WaitingForApply,
          Reason.HandingOver,
          Reason.WaitingForFederation,
          Reason.Deleting);

  @ParameterizedTest
  @EnumSource(Reason.class)
  void whatIsSoonOverIsLookedAtSoonAndTheRestInItsTime(Reason reason) {
    int copying = reason == Reason.Copying || reason == Reason.Indexing ? 3 : 30;

    assertThat(new Pace(Duration.ofSeconds(30)).after(reason))
        .isEqualTo(Duration.ofSeconds(SHORT_LIVED.contains(reason) ? 1 : copying));
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void nothingIsLookedAtLaterThanThePoll(Reason reason) {
    assertThat(new Pace(Duration.ofMillis(200)).after(reason)).isEqualTo(Duration.ofMillis(200));
  }
}
