package dev.tributary.postgres;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One change of a schema that flows. The table {@code t} is in sync before; {@code n} is a table
 * that is only made by it.
 *
 * @param before what makes the table and its rows
 * @param change the service's statements, each in its own transaction
 * @param afterwards what is written then
 * @param table what the table is called then; empty where it is gone
 * @param held what becomes of it where nothing may be destroyed
 */
record Drift(
    String name, String before, List<String> change, String afterwards, String table, Held held) {

  /** What {@code destructiveChanges: Hold} comes to. */
  enum Held {
    /** The same as otherwise: nothing is destroyed. */
    FOLLOWED,
    /** The rows are the same in every column of the source; one more stays on the target. */
    COLUMN_KEPT,
    /** The table stays on the target. */
    TABLE_KEPT,
    /** A problem names the table; the others go on. */
    OUT,
    /** Either of these two. */
    FOLLOWED_OR_OUT
  }

  private static final String TABLE =
      """
      CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(10), c numeric(6,2), d text);
      INSERT INTO t SELECT i, i * 10, 'row ' || i, i / 3.0, 'text ' || i FROM generate_series(1, 5) i
      """;

  private static final String WRITTEN =
      "INSERT INTO t (id) VALUES (101); UPDATE t SET id = 102 WHERE id = 2; DELETE FROM t WHERE id = 3";

  private static Drift of(String name, Held held, String... change) {
    return new Drift(name, TABLE, List.of(change), WRITTEN, "t", held);
  }

  private Drift before(String sql) {
    return new Drift(name, sql, change, afterwards, table, held);
  }

  private Drift alsoBefore(String sql) {
    return before(sql + ";" + before);
  }

  private Drift afterwards(String sql) {
    return new Drift(name, before, change, sql, table, held);
  }

  private Drift becomes(String other) {
    return new Drift(name, before, change, afterwards, other, held);
  }

  private static final Pattern OWN =
      Pattern.compile(
          "\\b(t|n|t_pkey|t_other|t_1|t_2|mood|Mood|place|positive|positive_check|e_type|d_type|elsewhere)\\b");

  /** The same with names that no other one has, so that they can share a database. */
  Drift apart() {
    return new Drift(
        name,
        apart(before),
        change.stream().map(this::apart).toList(),
        apart(afterwards),
        apart(table),
        held);
  }

  private String apart(String sql) {
    return OWN.matcher(sql).replaceAll(prefix() + "$1");
  }

  /** What the names of its tables begin with, once it is {@link #apart}. */
  String prefix() {
    return "d_" + name + "_";
  }

  /** Whether there is a table before. */
  boolean hasTable() {
    return !before.startsWith("SELECT");
  }

  @Override
  public String toString() {
    return name;
  }

  static List<Drift> all() {
    return Stream.of(columns(), types(), tables(), keys()).flatMap(List::stream).toList();
  }

  private static List<Drift> columns() {
    return List.of(
        of("column", Held.FOLLOWED, "ALTER TABLE t ADD e int")
            .afterwards(WRITTEN + "; UPDATE t SET e = id"),
        of(
            "column_with_constant",
            Held.FOLLOWED,
            "ALTER TABLE t ADD e text NOT NULL DEFAULT 'it''s'"),
        of("column_with_array", Held.FOLLOWED, "ALTER TABLE t ADD e int[] DEFAULT '{1,NULL}'"),
        of(
            "column_with_now",
            Held.FOLLOWED,
            "ALTER TABLE t ADD e timestamptz NOT NULL DEFAULT now()"),
        of(
            "column_with_volatile",
            Held.FOLLOWED_OR_OUT,
            "ALTER TABLE t ADD e float8 DEFAULT random()"),
        of("serial_column", Held.FOLLOWED_OR_OUT, "ALTER TABLE t ADD e serial"),
        of(
            "identity_column",
            Held.FOLLOWED_OR_OUT,
            "ALTER TABLE t ADD e bigint GENERATED ALWAYS AS IDENTITY"),
        of(
            "generated_column",
            Held.FOLLOWED,
            "ALTER TABLE t ADD e int GENERATED ALWAYS AS (a + 1) STORED"),
        of(
            "column_of_new_type",
            Held.FOLLOWED,
            "CREATE TYPE e_type AS ENUM ('x', 'y'); ALTER TABLE t ADD e e_type DEFAULT 'y', ADD f e_type[]"),
        of(
            "column_with_default_of_later",
            Held.FOLLOWED,
            "ALTER TABLE t ADD e int DEFAULT 1",
            "ALTER TABLE t ALTER e SET DEFAULT 2"),
        of(
            "column_in_one_transaction",
            Held.FOLLOWED,
            "INSERT INTO t VALUES (50); ALTER TABLE t ADD e int DEFAULT 9; INSERT INTO t (id, e) VALUES (51, 51); UPDATE t SET e = 3 WHERE id < 3"),
        of("column_dropped", Held.COLUMN_KEPT, "ALTER TABLE t DROP b"),
        of(
            "columns_dropped_and_added",
            Held.COLUMN_KEPT,
            "ALTER TABLE t DROP b, ADD e int DEFAULT 5"),
        of(
            "column_dropped_and_added_again",
            Held.FOLLOWED_OR_OUT,
            "ALTER TABLE t DROP b",
            "ALTER TABLE t ADD b varchar(10) DEFAULT 'new'"),
        of(
            "column_dropped_and_another_of_its_name",
            Held.FOLLOWED_OR_OUT,
            "ALTER TABLE t DROP a, ADD a text"),
        of("column_renamed", Held.FOLLOWED, "ALTER TABLE t RENAME a TO \"A a\""),
        of(
            "column_renamed_and_back",
            Held.FOLLOWED,
            "ALTER TABLE t RENAME a TO e",
            "ALTER TABLE t RENAME e TO a"),
        of(
            "column_renamed_and_its_name_taken",
            Held.FOLLOWED,
            "ALTER TABLE t RENAME a TO e; ALTER TABLE t ADD a int DEFAULT 7"),
        of(
            "columns_swapped",
            Held.FOLLOWED,
            "ALTER TABLE t RENAME b TO between; ALTER TABLE t RENAME d TO b; ALTER TABLE t RENAME between TO d"),
        of(
            "column_renamed_and_widened",
            Held.FOLLOWED,
            "ALTER TABLE t RENAME a TO e; ALTER TABLE t ALTER e TYPE bigint"),
        of(
            "not_null",
            Held.FOLLOWED,
            "ALTER TABLE t ALTER a SET NOT NULL",
            "ALTER TABLE t ALTER a DROP NOT NULL"),
        of("default", Held.FOLLOWED, "ALTER TABLE t ALTER a SET DEFAULT 12"),
        of("generated_no_more", Held.FOLLOWED, "ALTER TABLE t ALTER g DROP EXPRESSION")
            .before(
                "CREATE TABLE t (id int PRIMARY KEY, a int, g int GENERATED ALWAYS AS (a * 2) STORED); INSERT INTO t VALUES (1, 2), (2, 3), (3, 4)")
            .afterwards(WRITTEN + "; UPDATE t SET g = 99 WHERE id = 1"));
  }

  private static List<Drift> types() {
    String mood = "CREATE TYPE mood AS ENUM ('sad', 'ok')";
    String withMood =
        "CREATE TABLE t (id int PRIMARY KEY, m mood); INSERT INTO t VALUES (1, 'sad'), (2, 'ok'), (3, NULL)";
    return List.of(
        of("int_to_bigint", Held.FOLLOWED, "ALTER TABLE t ALTER a TYPE bigint")
            .afterwards(WRITTEN + "; UPDATE t SET a = 9223372036854775807"),
        of("key_to_bigint", Held.FOLLOWED, "ALTER TABLE t ALTER id TYPE bigint")
            .afterwards(WRITTEN + "; UPDATE t SET id = id + 9223372036854775000"),
        of("varchar_longer", Held.FOLLOWED, "ALTER TABLE t ALTER b TYPE varchar(20)")
            .afterwards(WRITTEN + "; UPDATE t SET b = repeat('x', 20)"),
        of("varchar_to_text", Held.FOLLOWED, "ALTER TABLE t ALTER b TYPE text")
            .afterwards(WRITTEN + "; UPDATE t SET b = repeat('x', 20)"),
        of("numeric_wider", Held.FOLLOWED, "ALTER TABLE t ALTER c TYPE numeric(12,2)")
            .afterwards(WRITTEN + "; UPDATE t SET c = 9999999999.99"),
        of(
            "text_shorter",
            Held.FOLLOWED_OR_OUT,
            "ALTER TABLE t ALTER d TYPE varchar(3) USING left(d, 3)"),
        of("int_to_text", Held.FOLLOWED_OR_OUT, "ALTER TABLE t ALTER a TYPE text USING 'n' || a"),
        of("scale_changed", Held.FOLLOWED_OR_OUT, "ALTER TABLE t ALTER c TYPE numeric(6,1)"),
        of(
            "text_to_enum",
            Held.FOLLOWED_OR_OUT,
            "CREATE TYPE d_type AS ENUM ('x'); ALTER TABLE t ALTER d TYPE d_type USING 'x'"),
        of("label", Held.FOLLOWED, "ALTER TYPE mood ADD VALUE 'happy' BEFORE 'ok'")
            .before(withMood)
            .alsoBefore(mood)
            .afterwards(WRITTEN + "; UPDATE t SET m = 'happy'"),
        of("label_renamed", Held.FOLLOWED, "ALTER TYPE mood RENAME VALUE 'sad' TO 'it''s sad'")
            .before(withMood)
            .alsoBefore(mood)
            .afterwards(WRITTEN + "; UPDATE t SET m = 'it''s sad'"),
        of(
                "label_renamed_and_its_name_taken",
                Held.FOLLOWED,
                "ALTER TYPE mood RENAME VALUE 'sad' TO 'gloomy'",
                "ALTER TYPE mood ADD VALUE 'sad'")
            .before(withMood)
            .alsoBefore(mood)
            .afterwards(WRITTEN + "; UPDATE t SET m = 'sad' WHERE id <> 1"),
        of("type_renamed", Held.FOLLOWED, "ALTER TYPE mood RENAME TO \"Mood\"")
            .before(withMood)
            .alsoBefore(mood),
        of("attribute", Held.FOLLOWED_OR_OUT, "ALTER TYPE place ADD ATTRIBUTE z int")
            .before(
                "CREATE TYPE place AS (x int, y int); CREATE TABLE t (id int PRIMARY KEY, p place); INSERT INTO t VALUES (1, ROW(1, 2)), (2, NULL), (3, NULL)")
            .afterwards(WRITTEN + "; UPDATE t SET p = ROW(1, 2, 3)"),
        of(
                "attribute_renamed",
                Held.FOLLOWED_OR_OUT,
                "ALTER TYPE place RENAME ATTRIBUTE y TO \"Y\"")
            .before(
                "CREATE TYPE place AS (x int, y int); CREATE TABLE t (id int PRIMARY KEY, p place); INSERT INTO t VALUES (1, ROW(1, 2)), (2, NULL), (3, NULL)")
            .afterwards(WRITTEN + "; UPDATE t SET p = ROW(3, 4)"),
        of(
                "domain",
                Held.FOLLOWED,
                "ALTER DOMAIN positive DROP CONSTRAINT positive_check; ALTER DOMAIN positive SET DEFAULT 3")
            .before(
                "CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TABLE t (id int PRIMARY KEY, p positive); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)")
            .afterwards(WRITTEN + "; UPDATE t SET p = -1"));
  }

  private static List<Drift> tables() {
    String fresh = "CREATE TABLE n (id int PRIMARY KEY, v text); INSERT INTO n VALUES (1, 'a')";
    return List.of(
        of("table", Held.FOLLOWED, fresh)
            .before("SELECT 1")
            .afterwards("INSERT INTO n VALUES (2, 'b')")
            .becomes("n"),
        of("table_in_the_old_schema", Held.FOLLOWED, fresh.replace(" n ", " public.n "))
            .before("SELECT 1")
            .afterwards("INSERT INTO n VALUES (2, 'b')")
            .becomes("n"),
        of("table_renamed", Held.FOLLOWED, "ALTER TABLE t RENAME TO n")
            .afterwards(WRITTEN.replace(" t ", " n "))
            .becomes("n"),
        of(
            "table_renamed_and_back",
            Held.FOLLOWED,
            "ALTER TABLE t RENAME TO n",
            "ALTER TABLE n RENAME TO t"),
        of(
            "table_renamed_and_its_name_taken",
            Held.FOLLOWED_OR_OUT,
            "ALTER TABLE t RENAME TO n; CREATE TABLE t (id int PRIMARY KEY, other text); INSERT INTO t VALUES (2, 'x')"),
        of(
                "table_renamed_with_a_column",
                Held.FOLLOWED,
                "ALTER TABLE t RENAME a TO e; ALTER TABLE t RENAME TO n; ALTER TABLE n ADD f int DEFAULT 4")
            .afterwards(WRITTEN.replace(" t ", " n "))
            .becomes("n"),
        of("table_dropped", Held.TABLE_KEPT, "DROP TABLE t").afterwards("SELECT 1").becomes(""),
        of(
            "table_dropped_and_made_again",
            Held.FOLLOWED_OR_OUT,
            "DROP TABLE t; " + TABLE + "; DELETE FROM t WHERE id = 1"),
        of(
                "table_dropped_and_made_otherwise",
                Held.FOLLOWED_OR_OUT,
                "DROP TABLE t",
                "CREATE TABLE t (id text PRIMARY KEY, z int); INSERT INTO t VALUES ('x', 1)")
            .afterwards("UPDATE t SET z = 2"),
        of(
                "table_out_of_the_schema",
                Held.TABLE_KEPT,
                "CREATE SCHEMA elsewhere; ALTER TABLE t SET SCHEMA elsewhere")
            .afterwards("SELECT 1")
            .becomes(""),
        of("truncated", Held.FOLLOWED, "TRUNCATE t").afterwards("INSERT INTO t (id) VALUES (1)"),
        of(
                "partition",
                Held.FOLLOWED,
                "CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (100) TO (200)",
                "ALTER TABLE t ADD e int DEFAULT 1")
            .before(
                "CREATE TABLE t (id int PRIMARY KEY, a int) PARTITION BY RANGE (id); CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (1) TO (100); INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)"));
  }

  private static List<Drift> keys() {
    return List.of(
        of("key_renamed", Held.FOLLOWED, "ALTER TABLE t RENAME id TO \"ID\"")
            .afterwards(WRITTEN.replace(" id ", " \"ID\" ").replace("(id)", "(\"ID\")")),
        of(
            "key_wider",
            Held.FOLLOWED,
            "ALTER TABLE t ADD e int NOT NULL DEFAULT 0, DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, e)"),
        of("other_key", Held.FOLLOWED, "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (d)")
            .afterwards(
                "INSERT INTO t (id, d) VALUES (1, 'same id'); UPDATE t SET d = 'x' WHERE id = 2; DELETE FROM t WHERE id = 3"),
        of("whole_row", Held.FOLLOWED, "ALTER TABLE t REPLICA IDENTITY FULL"),
        of(
            "index",
            Held.FOLLOWED,
            "CREATE UNIQUE INDEX t_other ON t (id); ALTER TABLE t REPLICA IDENTITY USING INDEX t_other",
            "ALTER TABLE t DROP CONSTRAINT t_pkey"),
        of(
            "indexes",
            Held.FOLLOWED,
            "CREATE INDEX ON t (a)",
            "CREATE UNIQUE INDEX ON t (lower(d)) WHERE a > 0",
            "ALTER TABLE t ADD CHECK (id > 0)"));
  }
}
