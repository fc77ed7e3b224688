/**
 * All that knows JDBC: sessions, catalog queries that become observed state, the execution of a
 * plan, and the one place where an SQLSTATE becomes a reason. Knows no Kubernetes.
 */
package dev.tributary.postgres;
