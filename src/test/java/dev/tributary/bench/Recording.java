package dev.tributary.bench;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** When each transaction of one client was due, begun and done, in nanoseconds. */
final class Recording {
  private long[] due = new long[4096];
  private long[] begun = new long[4096];
  private long[] done = new long[4096];
  private int size;

  void add(long due, long begun, long done) {
    if (size == this.due.length) {
      this.due = Arrays.copyOf(this.due, 2 * size);
      this.begun = Arrays.copyOf(this.begun, 2 * size);
      this.done = Arrays.copyOf(this.done, 2 * size);
    }
    this.due[size] = due;
    this.begun[size] = begun;
    this.done[size] = done;
    size++;
  }

  /** How long the transactions took that were not done before this moment. */
  LongStream durationsSince(long moment) {
    return since(moment).mapToLong(i -> done[i] - begun[i]);
  }

  /** The same, with the time that they were late because the client still waited for others. */
  LongStream delaysSince(long moment) {
    return since(moment).mapToLong(i -> done[i] - due[i]);
  }

  private IntStream since(long moment) {
    return IntStream.range(0, size).filter(i -> done[i] - moment >= 0);
  }
}
