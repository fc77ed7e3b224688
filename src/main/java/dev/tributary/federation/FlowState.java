package dev.tributary.federation;

import java.util.Optional;

/**
 * What a source has of one flow.
 *
 * @param mayReplicate whether the role that the target connects as has REPLICATION
 */
public record FlowState(
    ServerFacts server,
    Optional<PublicationState> publication,
    Optional<SlotState> slot,
    boolean mayReplicate) {}
