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

  /**
   * Tells this plan from any other: the same steps by the same SQL have the same hash, whoever
   * makes it. The owner's uid, which no manifest knows, is left out, and so are steps that no
   * person has to approve.
   */
  public String hash(Owner owner) {
    return Names.digest(stepHashes(owner).toArray(String[]::new));
  }

  /** The same for each step. */
  List<String> stepHashes(Owner owner) {
    return steps.stream().filter(Step::awaitsApproval).map(s -> hash(s, owner)).toList();
  }

  private static String hash(Step step, Owner owner) {
    String sql = String.join("\0", step.sql());
    return Names.digest(step.site().name(), sql.replace("uid=" + owner.uid(), "uid="));
  }

  /** One sentence a step. */
  public List<String> sentences() {
    return steps.stream().map(Step::sentence).toList();
  }
}
