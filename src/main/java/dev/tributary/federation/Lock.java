package dev.tributary.federation;

import java.time.Duration;

/**
 * The lock that a step needs on a relation while applications use it.
 *
 * @param atMost how long the step may ever wait for it, because others wait behind the step
 */
public record Lock(Relation relation, Duration atMost) {}
