/**
 * What {@code tributary plan} does without a Kubernetes API: reads manifests instead, refuses what
 * the API server would refuse of them, and prints what the operator would say and do.
 */
package dev.tributary.offline;
