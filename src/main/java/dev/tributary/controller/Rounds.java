package dev.tributary.controller;

import dev.tributary.federation.Outcome;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Trouble;
import java.util.function.Function;

/**
 * Observe, plan, execute, and observe again what came of it, until there is nothing left to do, a
 * step failed, or it has gone on long enough for one reconcile.
 */
final class Rounds {
  private static final int MOST = 4;

  private Rounds() {}

  /** Something observed, and what is planned for it. */
  interface Look {
    Plan plan();
  }

  /** Looks at a database. */
  @FunctionalInterface
  interface Observer<L extends Look> {
    L look() throws Trouble;
  }

  /** The last look, and what became of the plan of the one before. */
  record Result<L extends Look>(L look, Outcome outcome) {}

  static <L extends Look> Result<L> run(Observer<L> observer, Function<Plan, Outcome> executor)
      throws Trouble {
    var outcome = Outcome.NOTHING;
    for (int round = 1; ; round++) {
      L look = observer.look();
      boolean over = look.plan().steps().isEmpty() || !outcome.failures().isEmpty() || round > MOST;
      if (over) {
        return new Result<>(look, outcome);
      }
      outcome = executor.apply(look.plan());
    }
  }
}
