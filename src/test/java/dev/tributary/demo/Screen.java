package dev.tributary.demo;

import java.io.PrintStream;
import java.util.List;

/** Lines that stay and, on a terminal, a block below them that is drawn anew in place. */
final class Screen {
  private static final String MARGIN = "  ";

  private final PrintStream out;
  private final boolean terminal;
  private int blockLines;
  private boolean off;

  Screen(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  boolean isTerminal() {
    return terminal;
  }

  /** Begins a part of the story; a block that was shown stays. */
  synchronized void title(String text) {
    blockLines = 0;
    print("\n" + (terminal ? "\033[1m" + text + "\033[0m" : text));
  }

  /** Lines that stay; a block that was shown makes room for them. */
  synchronized void say(String text) {
    erase();
    text.lines().forEach(line -> print(line.isEmpty() ? "" : MARGIN + line));
  }

  synchronized void say(List<String> lines) {
    say(String.join("\n", lines));
  }

  /** Shows these lines instead of those of the last call. */
  synchronized void show(List<String> block) {
    say(block);
    blockLines = terminal ? block.size() : 0;
  }

  /** Prints nothing any more. */
  synchronized void off() {
    off = true;
  }

  private void erase() {
    if (blockLines > 0 && !off) {
      out.print("\033[" + blockLines + "A\033[J");
    }
    blockLines = 0;
  }

  private void print(String line) {
    if (!off) {
      out.println(line);
    }
  }
}
