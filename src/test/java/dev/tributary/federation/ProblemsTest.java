package dev.tributary.federation;

import static dev.tributary.federation.States.problem;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Of many problems a condition speaks of one. */
class ProblemsTest {
  private static Plan blockedBy(Reason... reasons) {
    return Plan.blocked(List.of(reasons).stream().map(States::problem).toList());
  }

  private static Outcome failedBy(Reason... reasons) {
    return new Outcome(List.of(), List.of(reasons).stream().map(States::problem).toList());
  }

  @Test
  void withoutAProblemThereIsNoneToSpeakOf() {
    assertThat(Problems.first(Plan.NOTHING, Outcome.NOTHING)).isEmpty();
  }

  @Test
  void theOnlyOneIsSaidAsItIs() {
    assertThat(Problems.first(blockedBy(Reason.NameTaken), Outcome.NOTHING))
        .contains(problem(Reason.NameTaken));
    assertThat(Problems.first(Plan.NOTHING, failedBy(Reason.LockTimeout)))
        .contains(problem(Reason.LockTimeout));
  }

  @Test
  void whatNeedsAPersonComesBeforeWhatMendsItself() {
    assertThat(
            Problems.first(
                blockedBy(Reason.WaitingForSource),
                failedBy(Reason.LockTimeout, Reason.PermissionDenied, Reason.NameTaken)))
        .contains(
            new Problem(
                Reason.PermissionDenied, "A sentence about PermissionDenied. (And 3 more.)"));
  }

  @Test
  void amongEqualsThePlansComesFirst() {
    assertThat(Problems.first(blockedBy(Reason.WaitingForSource), failedBy(Reason.LockTimeout)))
        .contains(
            new Problem(
                Reason.WaitingForSource, "A sentence about WaitingForSource. (And 1 more.)"));
  }

  @Test
  void whatIsSaidTwiceCountsOnce() {
    assertThat(Problems.first(blockedBy(Reason.LockTimeout), failedBy(Reason.LockTimeout)))
        .contains(problem(Reason.LockTimeout));
  }
}
