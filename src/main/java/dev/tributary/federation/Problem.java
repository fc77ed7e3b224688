package dev.tributary.federation;

/** Expected trouble: a stable reason and one sentence that says what to do. */
public record Problem(Reason reason, String sentence) {}
