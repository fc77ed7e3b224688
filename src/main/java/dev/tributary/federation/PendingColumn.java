package dev.tributary.federation;

/**
 * One column of a table as it is sent.
 *
 * @param typeOid of its type on the source; {@link Pending#types} has the names of those that not
 *     every PostgreSQL has
 * @param typmod what is in the brackets behind the type, as {@code pg_attribute.atttypmod}; -1 for
 *     nothing
 * @param key whether UPDATE and DELETE find their row by it
 */
public record PendingColumn(String name, long typeOid, int typmod, boolean key) {}
