package dev.tributary.federation;

import java.util.List;

/** What became of a plan: the steps that were done, and why others were not. */
public record Outcome(List<Step> done, List<Problem> failures) {
  public static final Outcome NOTHING = new Outcome(List.of(), List.of());

  public Outcome {
    done = List.copyOf(done);
    failures = List.copyOf(failures);
  }
}
