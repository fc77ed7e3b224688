package dev.tributary.bench;

/** The table that is printed. */
final class Screen {
  private Screen() {}

  static void heading(String first) {
    System.out.printf(
        "%n%-5s  %-19s  %6s  %9s  %9s  %9s  %21s  %8s%n",
        first, "", "failed", "max ms", "p99 ms", "move ms", "from schedule max/p99", "done");
  }

  static void line(String first, String name, Figures figures, String remark) {
    System.out.printf(
        "%-5s  %-19s  %6d  %9.1f  %9.1f  %9.0f  %10.1f/%10.1f  %8d  %s%n",
        first,
        name,
        figures.failedStatements(),
        figures.maxMillis(),
        figures.p99Millis(),
        figures.moveMillis(),
        figures.fromSchedule().maxMillis(),
        figures.fromSchedule().p99Millis(),
        figures.transactions(),
        remark);
  }
}
