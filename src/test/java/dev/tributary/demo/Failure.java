package dev.tributary.demo;

/** Why the demo cannot go on, in a sentence for the person who watches it. */
final class Failure extends RuntimeException {
  Failure(String reason) {
    super(reason);
  }

  Failure(String reason, Throwable cause) {
    super(reason, cause);
  }
}
