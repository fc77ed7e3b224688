package dev.tributary.federation;

import java.util.Optional;

/**
 * The role that replicates from a source, where Tributary keeps it.
 *
 * @param password fingerprint of its password: the version of the Secret, nothing of what stands in
 *     it; empty where that is not known, as of a manifest
 * @param secret name of the Secret, for sentences
 */
public record DesiredRole(String name, Optional<String> password, String secret) {}
