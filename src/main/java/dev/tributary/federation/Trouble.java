package dev.tributary.federation;

/** Carries a problem out of a place that cannot go on, such as a refused connection. */
public final class Trouble extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Problem problem;

  public Trouble(Reason reason, String sentence) {
    this(new Problem(reason, sentence));
  }

  public Trouble(Problem problem) {
    super(problem.sentence());
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }
}
