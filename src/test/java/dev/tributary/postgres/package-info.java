/**
 * What is decided about PostgreSQL without one: reasons, connection strings, what is not printed.
 */
package dev.tributary.postgres;
