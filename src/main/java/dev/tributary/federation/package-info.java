/**
 * The domain: what is desired, what was observed, and the plan that leads from one to the other.
 *
 * <p>Pure: no JDBC, no Kubernetes (a test enforces it). A concern is one file that holds its
 * planner ({@code plan}, {@code remove}) and the steps that it plans; a step is a record that
 * prints its SQL without a database.
 */
package dev.tributary.federation;
