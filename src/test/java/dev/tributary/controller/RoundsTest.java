package dev.tributary.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tributary.federation.Outcome;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Site;
import dev.tributary.federation.Step;
import dev.tributary.federation.Trouble;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Observe, plan, execute, and again, as long as it leads somewhere. */
class RoundsTest {
  private static final Problem LOCKED = new Problem(Reason.LockTimeout, "Locked.");
  private static final Problem BLOCKED = new Problem(Reason.NameTaken, "Taken.");

  private record Round(int number) implements Step {
    @Override
    public Site site() {
      return Site.SOURCE;
    }

    @Override
    public List<String> sql() {
      return List.of();
    }

    @Override
    public String sentence() {
      return "Round " + number;
    }
  }

  private final List<Plan> executed = new ArrayList<>();

  private record Look(Plan plan) implements Rounds.Look {}

  private static Plan round(int number) {
    return Plan.of(List.of(new Round(number)));
  }

  /** A world whose plans are these, the last one for ever. */
  private Rounds.Result<Look> run(Outcome outcome, Plan... plans) throws Trouble {
    return Rounds.run(
        () -> new Look(plans[Math.min(executed.size(), plans.length - 1)]),
        plan -> {
          executed.add(plan);
          return outcome;
        });
  }

  @Test
  void whereNothingIsPlannedNothingIsExecuted() throws Trouble {
    assertThat(run(Outcome.NOTHING, Plan.NOTHING))
        .isEqualTo(new Rounds.Result<>(new Look(Plan.NOTHING), Outcome.NOTHING));
    assertThat(executed).isEmpty();
  }

  @Test
  void whatIsOnlyBlockedIsNotExecuted() throws Trouble {
    var blocked = Plan.blocked(List.of(BLOCKED));

    assertThat(run(Outcome.NOTHING, blocked).look().plan()).isEqualTo(blocked);
    assertThat(executed).isEmpty();
  }

  @Test
  void itGoesOnUntilNothingIsLeft() throws Trouble {
    var done = new Outcome(List.of(new Round(0)), List.of());

    assertThat(run(done, round(1), round(2), Plan.NOTHING))
        .isEqualTo(new Rounds.Result<>(new Look(Plan.NOTHING), done));
    assertThat(executed).containsExactly(round(1), round(2));
  }

  @Test
  void itStopsAtAFailureAndSaysWhatIsLeft() throws Trouble {
    var failed = new Outcome(List.of(), List.of(LOCKED));

    assertThat(run(failed, round(1), round(2)))
        .isEqualTo(new Rounds.Result<>(new Look(round(2)), failed));
    assertThat(executed).containsExactly(round(1));
  }

  @Test
  void itStopsWhenItHasGoneOnLongEnoughForOneReconcile() throws Trouble {
    assertThat(run(Outcome.NOTHING, round(1)).look().plan()).isEqualTo(round(1));
    assertThat(executed).containsExactly(round(1), round(1), round(1), round(1));
  }

  @Test
  void troubleOfLookingIsTheWholeResult() {
    assertThatExceptionOfType(Trouble.class)
        .isThrownBy(
            () ->
                Rounds.<Look>run(
                    () -> {
                      throw new Trouble(BLOCKED);
                    },
                    plan -> Outcome.NOTHING))
        .satisfies(t -> assertThat(t.problem()).isEqualTo(BLOCKED));
  }
}
