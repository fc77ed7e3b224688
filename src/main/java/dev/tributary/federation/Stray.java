package dev.tributary.federation;

/**
 * Something other than a table that was made in the tables' schema, because the search_path led
 * there.
 *
 * @param kind PostgreSQL's word in {@code ALTER … SET SCHEMA}: {@code VIEW}, {@code ROUTINE}, …
 * @param identity its name with the schema, and argument types, quoted by the server
 */
public record Stray(String kind, String identity) {}
