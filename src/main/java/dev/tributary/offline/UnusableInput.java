package dev.tributary.offline;

import java.util.List;

/** Input that nothing can be planned from; one sentence for each thing to mend. */
public final class UnusableInput extends Exception {
  private static final long serialVersionUID = 1;

  public UnusableInput(String sentence) {
    super(sentence);
  }

  UnusableInput(List<String> sentences) {
    super(String.join("\n", sentences));
  }
}
