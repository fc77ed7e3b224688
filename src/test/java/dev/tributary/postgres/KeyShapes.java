package dev.tributary.postgres;

import static dev.tributary.federation.Reason.NoReplicaIdentity;
import static dev.tributary.federation.Reason.PublishedElsewhere;
import static dev.tributary.federation.Reason.UnsupportedColumnType;

import dev.tributary.postgres.Shape.Fate;
import java.util.List;

/** What UPDATE and DELETE find their rows by, and what tables have to do with each other. */
final class KeyShapes {
  private KeyShapes() {}

  static List<Shape> all() {
    return List.of(
        Shape.of(
            "identified",
            List.of(
                "by_default",
                "by_index",
                "by_unique",
                "by_whole_row",
                "by_whole_row_with_key",
                "by_nothing_with_key"),
            """
            CREATE TABLE by_default (v text, b int, a int, PRIMARY KEY (a, b));
            CREATE TABLE by_index (id int, other int NOT NULL, v text, PRIMARY KEY (id));
            CREATE UNIQUE INDEX by_index_other ON by_index (other DESC);
            ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_other;
            CREATE TABLE by_unique (z text, n int NOT NULL, m text NOT NULL, UNIQUE (m, n));
            CREATE TABLE by_whole_row (a int, b text, c float8, d numeric, n int GENERATED ALWAYS AS (1) STORED);
            ALTER TABLE by_whole_row DROP n;
            ALTER TABLE by_whole_row REPLICA IDENTITY FULL;
            CREATE TABLE by_whole_row_with_key (id int PRIMARY KEY, j json, p point);
            ALTER TABLE by_whole_row_with_key REPLICA IDENTITY FULL;
            CREATE TABLE by_nothing_with_key (id int PRIMARY KEY, v text);
            ALTER TABLE by_nothing_with_key REPLICA IDENTITY NOTHING;
            INSERT INTO by_default VALUES ('x', 1, 2), ('y', 2, 1);
            INSERT INTO by_index VALUES (1, 10, 'a'), (2, 20, 'b');
            INSERT INTO by_unique VALUES (NULL, 1, 'a'), ('z', 2, 'a');
            INSERT INTO by_whole_row VALUES (1, 'a', 'NaN', 1.0), (1, 'a', 'NaN', 1.00), (NULL, NULL, '-0', NULL), (2, NULL, 0, 'NaN');
            INSERT INTO by_whole_row_with_key VALUES (1, '{"a" : 1}', '(1,1)'), (2, NULL, NULL);
            INSERT INTO by_nothing_with_key VALUES (1, 'a'), (2, 'b');
            """,
            """
            UPDATE by_default SET b = 3 WHERE a = 1;
            UPDATE by_index SET other = 11, v = 'c' WHERE id = 1;
            UPDATE by_index SET id = 3 WHERE id = 2;
            UPDATE by_unique SET m = 'b' WHERE n = 2;
            DELETE FROM by_unique WHERE n = 1;
            UPDATE by_whole_row SET b = 'changed' WHERE a = 2;
            DELETE FROM by_whole_row WHERE a IS NULL;
            UPDATE by_whole_row_with_key SET j = '[]', p = '(2,2)' WHERE id = 1;
            DELETE FROM by_whole_row_with_key WHERE id = 2;
            UPDATE by_nothing_with_key SET v = 'z' WHERE id = 1;
            """),
        // Apply compares whole rows, and there is no = of some types (tuples_equal in
        // execReplication.c).
        Shape.of(
                "whole_rows_without_equality",
                """
                CREATE TABLE whole_rows_without_equality (id int, j json, p point);
                ALTER TABLE whole_rows_without_equality REPLICA IDENTITY FULL;
                INSERT INTO whole_rows_without_equality VALUES (1, '{}', '(1,1)'), (2, NULL, NULL);
                """,
                "UPDATE whole_rows_without_equality SET id = 3 WHERE id = 1;\nDELETE FROM whole_rows_without_equality WHERE id = 2;\n")
            .becomes(Fate.refused(NoReplicaIdentity, UnsupportedColumnType)),
        Shape.of(
                "no_identity",
                "CREATE TABLE no_identity (id int, v text); INSERT INTO no_identity VALUES (1, 'a')",
                "UPDATE no_identity SET v = 'b';\n")
            .becomes(Fate.refused(NoReplicaIdentity)),
        Shape.of(
            "keys_of_many_types",
            List.of(
                "k_numeric",
                "k_text",
                "k_char",
                "k_bytea",
                "k_float",
                "k_time",
                "k_array",
                "k_range",
                "k_jsonb",
                "k_inet",
                "k_domain",
                "k_bool",
                "k_interval",
                "k_unscaled"),
            """
            CREATE DOMAIN code AS varchar(8) CHECK (VALUE <> '');
            CREATE TABLE k_numeric (k numeric(20, 5) PRIMARY KEY, v int);
            CREATE TABLE k_unscaled (k numeric PRIMARY KEY, v int);
            CREATE TABLE k_text (k text COLLATE "und-x-icu" PRIMARY KEY, v int);
            CREATE TABLE k_char (k char(4) PRIMARY KEY, v int);
            CREATE TABLE k_bytea (k bytea PRIMARY KEY, v int);
            CREATE TABLE k_float (k float8 PRIMARY KEY, v int);
            CREATE TABLE k_time (k timestamptz PRIMARY KEY, v int);
            CREATE TABLE k_array (k text[] PRIMARY KEY, v int);
            CREATE TABLE k_range (k int4range PRIMARY KEY, v int);
            CREATE TABLE k_jsonb (k jsonb PRIMARY KEY, v int);
            CREATE TABLE k_inet (k inet PRIMARY KEY, v int);
            CREATE TABLE k_domain (k code PRIMARY KEY, v int);
            CREATE TABLE k_bool (k bool PRIMARY KEY, v int);
            CREATE TABLE k_interval (k interval PRIMARY KEY, v int);
            INSERT INTO k_numeric VALUES (1.5, 1), ('NaN', 2);
            INSERT INTO k_unscaled VALUES (1.0, 1), (2.00, 2);
            INSERT INTO k_text VALUES ('', 1), ('é', 2);
            INSERT INTO k_char VALUES ('a', 1), ('ab  ', 2);
            INSERT INTO k_bytea VALUES ('', 1), ('\\x00', 2);
            INSERT INTO k_float VALUES ('-0', 1), ('NaN', 2);
            INSERT INTO k_time VALUES ('infinity', 1), ('2000-01-01 00:00+00', 2);
            INSERT INTO k_array VALUES ('{}', 1), ('{a,NULL}', 2);
            INSERT INTO k_range VALUES ('empty', 1), ('[1,)', 2);
            INSERT INTO k_jsonb VALUES ('{"a": 1.0}', 1), ('null', 2);
            INSERT INTO k_inet VALUES ('10.0.0.1/8', 1), ('::1', 2);
            INSERT INTO k_domain VALUES ('a', 1), ('b ', 2);
            INSERT INTO k_bool VALUES (true, 1), (false, 2);
            INSERT INTO k_interval VALUES ('24:00', 1), ('1 month', 2);
            """,
            """
            UPDATE k_numeric SET v = 9 WHERE k = 'NaN';
            UPDATE k_unscaled SET k = 1.000 WHERE v = 1;
            DELETE FROM k_text WHERE k = '';
            UPDATE k_char SET k = 'abc' WHERE v = 2;
            DELETE FROM k_bytea WHERE v = 1;
            UPDATE k_float SET k = 0 WHERE v = 1;
            DELETE FROM k_float WHERE v = 2;
            UPDATE k_time SET v = 9 WHERE v = 1;
            DELETE FROM k_array WHERE v = 2;
            UPDATE k_range SET v = 9;
            UPDATE k_jsonb SET k = '{"a": 1.00}' WHERE v = 1;
            DELETE FROM k_inet WHERE v = 2;
            UPDATE k_domain SET k = 'c' WHERE v = 1;
            UPDATE k_bool SET v = 9;
            UPDATE k_interval SET k = '1 day' WHERE v = 1;
            """),
        Shape.of(
                "timeless",
                """
                CREATE TABLE timeless (id int, at daterange, v text, PRIMARY KEY (id, at WITHOUT OVERLAPS));
                INSERT INTO timeless VALUES (1, '[2000-01-01,2001-01-01)', 'a');
                """,
                "UPDATE timeless SET v = 'b';\n")
            .prepared("CREATE EXTENSION IF NOT EXISTS btree_gist")
            .since(18)
            .becomes(Fate.inSyncOrRefused(NoReplicaIdentity)),
        Shape.of(
            "related",
            List.of("related", "relating", "itself", "ring_a", "ring_b"),
            """
            CREATE TABLE related (id int PRIMARY KEY, code text UNIQUE CHECK (code <> ''), n int NOT NULL DEFAULT 5);
            CREATE TABLE relating (id int PRIMARY KEY, r int REFERENCES related ON DELETE CASCADE ON UPDATE CASCADE, c text REFERENCES related (code) DEFERRABLE INITIALLY DEFERRED);
            CREATE TABLE itself (id int PRIMARY KEY, parent int REFERENCES itself);
            CREATE TABLE ring_a (id int PRIMARY KEY, b int);
            CREATE TABLE ring_b (id int PRIMARY KEY, a int NOT NULL REFERENCES ring_a);
            ALTER TABLE ring_a ADD FOREIGN KEY (b) REFERENCES ring_b DEFERRABLE;
            ALTER TABLE related ADD CONSTRAINT "many % things" CHECK (n > 0) NOT VALID;
            INSERT INTO related VALUES (1, 'a'), (2, 'b');
            INSERT INTO relating VALUES (1, 1, 'a'), (2, 2, 'b');
            INSERT INTO itself VALUES (1, NULL), (2, 1), (3, 3);
            INSERT INTO ring_a VALUES (1, NULL);
            INSERT INTO ring_b VALUES (1, 1);
            UPDATE ring_a SET b = 1;
            """,
            """
            UPDATE related SET id = 10 WHERE id = 1;
            DELETE FROM relating WHERE id = 2;
            DELETE FROM related WHERE id = 2;
            DELETE FROM itself WHERE id = 2;
            INSERT INTO ring_a VALUES (2, 1);
            """),
        Shape.of(
            "triggered",
            """
            CREATE TABLE triggered (id int PRIMARY KEY, v text, changed int DEFAULT 0);
            CREATE FUNCTION trigger_of_triggered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed := coalesce(OLD.changed, 0) + 1; RETURN NEW; END $$;
            CREATE TRIGGER change BEFORE UPDATE ON triggered FOR EACH ROW EXECUTE FUNCTION trigger_of_triggered();
            ALTER TABLE triggered ENABLE ALWAYS TRIGGER change;
            INSERT INTO triggered VALUES (1, 'a');
            """,
            "UPDATE triggered SET v = 'b';\nUPDATE triggered SET v = 'c';\n"),
        Shape.of(
                "published_by_others",
                """
                CREATE TABLE published_by_others (id int PRIMARY KEY);
                CREATE PUBLICATION of_others FOR TABLE published_by_others;
                """,
                "INSERT INTO published_by_others VALUES (1);\n")
            .becomes(Fate.refused(PublishedElsewhere)),
        Shape.of(
            "commented",
            """
            CREATE TABLE commented (id int PRIMARY KEY, v text);
            COMMENT ON TABLE commented IS E'it''s "a" \\\\ comment; -- with %s $1 $$ /* all */\\n\\ntributary.dev/ReplicationFederation looks like a mark 🐘';
            COMMENT ON COLUMN commented.v IS E'{}\\t''';
            INSERT INTO commented VALUES (1, 'a');
            """,
            "UPDATE commented SET v = 'b';\n"),
        Shape.of(
            "empty_tables",
            List.of("empty_one", "emptied", "truncated"),
            """
            CREATE TABLE empty_one (id int PRIMARY KEY);
            CREATE TABLE emptied (id int PRIMARY KEY);
            CREATE TABLE truncated (id int PRIMARY KEY, v text);
            INSERT INTO emptied VALUES (1);
            DELETE FROM emptied;
            INSERT INTO truncated SELECT i, 'x' FROM generate_series(1, 1000) i;
            """,
            "TRUNCATE truncated;\nINSERT INTO truncated VALUES (1, 'after');\n"),
        Shape.of(
            "many_rows",
            """
            CREATE TABLE many_rows (id bigint PRIMARY KEY, v text, n numeric);
            INSERT INTO many_rows SELECT i, md5(i::text), i / 7.0 FROM generate_series(1, 5000) i;
            """,
            "UPDATE many_rows SET n = -n WHERE id % 3 = 0;\nDELETE FROM many_rows WHERE id % 7 = 0;\n"));
  }
}
