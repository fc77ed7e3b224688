package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;

/** What to do, in order, and what stands in the way. */
public record Plan(List<Step> steps, List<Problem> problems) {
  public static final Plan NOTHING = new Plan(List.of(), List.of());

  public Plan {
    steps = List.copyOf(steps);
    problems = List.copyOf(problems);
  }

  public static Plan of(List<? extends Step> steps) {
    return new Plan(List.copyOf(steps), List.of());
  }

  public static Plan blocked(List<Problem> problems) {
    return new Plan(List.of(), problems);
  }

  public boolean isEmpty() {
    return steps.isEmpty() && problems.isEmpty();
  }

  /** This plan, and the other after it. */
  public Plan then(Plan next) {
    var all = new ArrayList<>(steps);
    all.addAll(next.steps);
    var both = new ArrayList<>(problems);
    both.addAll(next.problems);
    return new Plan(all, both);
  }

  /** One sentence a step. */
  public List<String> sentences() {
    return steps.stream().map(Step::sentence).toList();
  }
}
