package dev.tributary.postgres;

import static dev.tributary.federation.Reason.NameTaken;
import static dev.tributary.federation.Reason.UnsupportedColumnType;

import dev.tributary.postgres.Shape.Fate;
import java.util.List;

/** Columns of types that the service has made, and of extensions. */
final class OwnTypeShapes {
  private OwnTypeShapes() {}

  static List<Shape> all() {
    return List.of(
        Shape.of(
            "enums",
            """
            CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
            ALTER TYPE mood ADD VALUE 'furious' BEFORE 'sad';
            ALTER TYPE mood ADD VALUE 'content' AFTER 'ok';
            ALTER TYPE mood RENAME VALUE 'sad' TO 'gloomy';
            CREATE TABLE enums (id int PRIMARY KEY, m mood DEFAULT 'ok', n mood NOT NULL, a mood[], a2 mood[][]);
            INSERT INTO enums VALUES (1, 'gloomy', 'happy', '{ok,NULL,happy}', '{{ok,ok},{happy,gloomy}}'), (2, NULL, 'ok', '{}', NULL), (3, 'ok', 'ok', '[5:6]={ok,ok}', NULL);
            """,
            """
            INSERT INTO enums VALUES (4, 'furious', 'content', '{furious,content}', NULL);
            UPDATE enums SET m = 'happy', a = a || 'ok'::mood WHERE id < 3;
            DELETE FROM enums WHERE id = 3;
            """),
        Shape.of(
            "enums_of_odd_labels",
            """
            CREATE TYPE odd_label AS ENUM ('', ' ', 'it''s', 'double "quote"', 'back\\slash', 'comma,', '{brace}', '(paren)', 'NULL', 'naïve 表 🐘',
              'percent %s', 'dollar $1 $$', 'a.b', 'UPPER', 'line
            break', '123456789012345678901234567890123456789012345678901234567890123');
            CREATE TABLE enums_of_odd_labels (id int PRIMARY KEY, l odd_label, a odd_label[]);
            INSERT INTO enums_of_odd_labels SELECT row_number() OVER (), l, ARRAY[l, NULL, l] FROM unnest(enum_range(NULL::odd_label)) l;
            """,
            "UPDATE enums_of_odd_labels e SET l = (SELECT max(l) FROM unnest(enum_range(NULL::odd_label)) l WHERE l < e.l), a = enum_range(NULL::odd_label);\n"),
        Shape.of(
            "keyed_by_enum",
            """
            CREATE TYPE level AS ENUM ('low', 'middle', 'high');
            CREATE TABLE keyed_by_enum (l level, n int, PRIMARY KEY (l, n));
            INSERT INTO keyed_by_enum VALUES ('low', 1), ('high', 1), ('low', 2);
            """,
            """
            UPDATE keyed_by_enum SET l = 'middle' WHERE n = 2;
            DELETE FROM keyed_by_enum WHERE l = 'high';
            """),
        Shape.of(
            "domains",
            """
            CREATE DOMAIN positive AS int DEFAULT 1 CHECK (VALUE > 0);
            CREATE DOMAIN small_positive AS positive NOT NULL CHECK (VALUE < 100);
            CREATE DOMAIN short_name AS varchar(10) COLLATE "C";
            CREATE DOMAIN price AS numeric(10, 2);
            CREATE DOMAIN email AS text CHECK (VALUE ~ '^[^@]+@[^@]+$');
            CREATE DOMAIN numbers AS int[] CHECK (array_length(VALUE, 1) < 5);
            CREATE TABLE domains (id small_positive PRIMARY KEY, p positive, s small_positive, n short_name, c price, e email, ns numbers, es email[], nss numbers[]);
            INSERT INTO domains VALUES (1, NULL, 5, 'ten letter', 1.999, 'a@b', '{1,2}', '{a@b,NULL}', '{"{1}","{2,3}"}'), (2, 2147483647, 99, NULL, NULL, NULL, NULL, NULL, NULL);
            """,
            """
            INSERT INTO domains (id, s) VALUES (3, 1);
            UPDATE domains SET id = 50, e = 'quote''s "@x', ns = '{}' WHERE id = 2;
            DELETE FROM domains WHERE id = 1;
            """),
        Shape.of(
            "domains_over_own_types",
            """
            CREATE TYPE hue AS ENUM ('red', 'green');
            CREATE TYPE pair AS (x int, y text);
            CREATE DOMAIN warm AS hue CHECK (VALUE = 'red');
            CREATE DOMAIN whole_pair AS pair CHECK (VALUE IS NULL OR (VALUE).x IS NOT NULL);
            CREATE DOMAIN hues AS hue[];
            CREATE DOMAIN span AS int4range CHECK (NOT isempty(VALUE));
            CREATE TABLE domains_over_own_types (id int PRIMARY KEY, w warm, p whole_pair, h hues, ps whole_pair[], s span);
            INSERT INTO domains_over_own_types VALUES (1, 'red', ROW(1, 'a, "b"'), '{red,green}', ARRAY[ROW(1, NULL)::whole_pair], '[1,5)'), (2, NULL, NULL, NULL, NULL, NULL);
            """,
            "UPDATE domains_over_own_types SET p = ROW(2, ''), w = 'red' WHERE id = 2;\n"),
        Shape.of(
            "composites",
            """
            CREATE TYPE currency AS ENUM ('EUR', 'USD');
            CREATE DOMAIN cents AS bigint CHECK (VALUE >= 0);
            CREATE TYPE amount AS (c cents, u currency, exact numeric(10, 2));
            CREATE TYPE line_item AS ("what's it" text, price amount, tags text[], "Upper" varchar(5));
            CREATE TYPE bill AS (items line_item[], total amount, at timestamptz(0));
            CREATE TABLE composites (id int PRIMARY KEY, a amount, l line_item, ls line_item[], b bill);
            INSERT INTO composites VALUES (1, ROW(1, 'EUR', 1.239), ROW('a "quoted", \\ (thing)', ROW(2, NULL, NULL), '{a,"b c"}', 'five5'), ARRAY[ROW('', NULL, NULL, NULL)::line_item, NULL],
                ROW(ARRAY[ROW('x', ROW(1, 'USD', 2), '{}', ' ')::line_item], ROW(NULL, NULL, NULL), '2000-01-01 00:00:00.6+00')),
              (2, ROW(NULL, NULL, NULL), NULL, '{}', NULL), (3, NULL, NULL, NULL, NULL);
            """,
            """
            INSERT INTO composites (id, a) VALUES (4, ROW(9223372036854775807, 'EUR', NULL));
            UPDATE composites SET a.u = 'USD', l."Upper" = 'é' WHERE id IN (1, 2);
            UPDATE composites SET ls[2].price.c = 7 WHERE id = 1;
            DELETE FROM composites WHERE id = 3;
            """),
        Shape.of(
            "altered_composites",
            """
            CREATE TYPE altered AS (a int, gone text, b int);
            ALTER TYPE altered DROP ATTRIBUTE gone;
            ALTER TYPE altered ADD ATTRIBUTE c text;
            ALTER TYPE altered RENAME ATTRIBUTE b TO "b b";
            CREATE TABLE altered_composites (id int PRIMARY KEY, v altered);
            INSERT INTO altered_composites VALUES (1, ROW(1, 2, 'three'));
            """,
            "UPDATE altered_composites SET v.c = NULL;\n"),
        Shape.of(
            "empty_composites",
            """
            CREATE TYPE without_attributes AS ();
            CREATE TABLE empty_composites (id int PRIMARY KEY, v without_attributes);
            INSERT INTO empty_composites VALUES (1, ROW()), (2, NULL);
            """,
            "UPDATE empty_composites SET v = ROW() WHERE id = 2;\n"),
        Shape.of(
            "keyed_by_composite",
            """
            CREATE TYPE place AS (x int, y int);
            CREATE TABLE keyed_by_composite (p place PRIMARY KEY, note text);
            INSERT INTO keyed_by_composite VALUES (ROW(1, 2), 'a'), (ROW(1, 3), 'b'), (ROW(2, NULL), 'c');
            """,
            """
            UPDATE keyed_by_composite SET note = 'changed' WHERE p = ROW(1, 3)::place;
            UPDATE keyed_by_composite SET p = ROW(9, 9) WHERE note = 'a';
            DELETE FROM keyed_by_composite WHERE note = 'c';
            """),
        Shape.of(
            "own_ranges",
            """
            CREATE TYPE float_range AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
            CREATE TYPE text_range AS RANGE (SUBTYPE = text, COLLATION = "C");
            CREATE TYPE grade AS ENUM ('f', 'd', 'c', 'b', 'a');
            CREATE TYPE grade_range AS RANGE (SUBTYPE = grade);
            CREATE DOMAIN celsius AS numeric(5, 1);
            CREATE TYPE celsius_range AS RANGE (SUBTYPE = celsius);
            CREATE TABLE own_ranges (id int PRIMARY KEY, f float_range, t text_range, g grade_range, c celsius_range, fs float_range[]);
            INSERT INTO own_ranges VALUES (1, '[0.1,Infinity)', '["a, b","c ""d"" \\\\"]', '[f,c)', '[-5.0,20.5]', '{"[1,2)",empty}'), (2, 'empty', '(,)', '(,)', 'empty', '{}'), (3, NULL, NULL, NULL, NULL, NULL);
            """,
            "UPDATE own_ranges SET f = '[-0,1]', g = '[b,a]' WHERE id <> 1;\n"),
        Shape.of(
                "own_multiranges",
                """
                CREATE TYPE price_range AS RANGE (SUBTYPE = numeric, MULTIRANGE_TYPE_NAME = "Price Ranges");
                CREATE TYPE plain_range AS RANGE (SUBTYPE = int8);
                CREATE TYPE hours AS RANGE (SUBTYPE = time);
                CREATE TABLE own_multiranges (id int PRIMARY KEY, r price_range, m "Price Ranges", p plain_multirange, h hours, hm hours_multirange, ms "Price Ranges"[]);
                INSERT INTO own_multiranges VALUES (1, '[1,2)', '{[1,2),[3,4]}', '{[1,2)}', '[08:00,12:00)', '{[08:00,12:00),[13:00,17:00)}', ARRAY['{}'::"Price Ranges"]), (2, NULL, '{}', NULL, NULL, NULL, NULL);
                """,
                "UPDATE own_multiranges SET m = '{(,)}', hm = '{}' WHERE id = 2;\n")
            .since(14),
        Shape.of(
                "own_canonical_ranges",
                """
                CREATE TABLE own_canonical_ranges (id int PRIMARY KEY, r canonical_range);
                INSERT INTO own_canonical_ranges VALUES (1, '[1,5)');
                """,
                "UPDATE own_canonical_ranges SET r = '[1,3)';\n")
            .prepared(
                "CREATE TYPE canonical_range",
                "CREATE FUNCTION canonical_one(canonical_range) RETURNS canonical_range LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical'",
                "CREATE TYPE canonical_range AS RANGE (SUBTYPE = int4, CANONICAL = canonical_one)")
            .becomes(Fate.inSyncOrRefused(UnsupportedColumnType)),
        Shape.of(
                "base_types",
                """
                CREATE TABLE base_types (id int PRIMARY KEY, v own_integer);
                INSERT INTO base_types VALUES (1, '42');
                """,
                "UPDATE base_types SET v = '43';\n")
            .prepared(
                "CREATE TYPE own_integer",
                "CREATE FUNCTION own_integer_in(cstring) RETURNS own_integer LANGUAGE internal IMMUTABLE STRICT AS 'int4in'",
                "CREATE FUNCTION own_integer_out(own_integer) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out'",
                "CREATE TYPE own_integer (INPUT = own_integer_in, OUTPUT = own_integer_out, LIKE = int4)")
            .becomes(Fate.refused(UnsupportedColumnType)),
        Shape.of(
                "types_in_another_schema",
                """
            CREATE TABLE types_in_another_schema (id int PRIMARY KEY, s types_of_all.stage, b types_of_all.bounds);
            INSERT INTO types_in_another_schema VALUES (1, 'one', ROW('[1,2)', 'two'));
            """,
                "UPDATE types_in_another_schema SET s = 'two', b = ROW('empty', NULL);\n")
            .prepared(
                "CREATE SCHEMA types_of_all",
                "CREATE TYPE types_of_all.stage AS ENUM ('one', 'two')",
                "CREATE TYPE types_of_all.bounds AS (r int4range, s types_of_all.stage)",
                "GRANT USAGE ON SCHEMA types_of_all TO PUBLIC"),
        Shape.of(
                "types_of_one_name",
                """
                CREATE TYPE status AS ENUM ('open', 'closed');
                CREATE TABLE types_of_one_name (id int PRIMARY KEY, a status, b other_types.status);
                INSERT INTO types_of_one_name VALUES (1, 'open', 'left'), (2, 'closed', 'right');
                """,
                "UPDATE types_of_one_name SET a = 'open', b = 'left';\n")
            .prepared(
                "CREATE SCHEMA other_types",
                "CREATE TYPE other_types.status AS ENUM ('left', 'right')",
                "GRANT USAGE ON SCHEMA other_types TO PUBLIC")
            .withTypesRenamed()
            .becomes(Fate.inSyncOrRefused(UnsupportedColumnType, NameTaken)),
        Shape.of(
                "type_with_name_of_table",
                """
                CREATE TABLE type_with_name_of_table (id int PRIMARY KEY, v named_types.type_with_name_of_table);
                INSERT INTO type_with_name_of_table VALUES (1, 'a');
                """,
                "UPDATE type_with_name_of_table SET v = 'b';\n")
            .prepared(
                "CREATE SCHEMA named_types",
                "CREATE TYPE named_types.type_with_name_of_table AS ENUM ('a', 'b')",
                "GRANT USAGE ON SCHEMA named_types TO PUBLIC")
            .withTypesRenamed()
            .becomes(Fate.inSyncOrRefused(UnsupportedColumnType, NameTaken)),
        Shape.of(
            "types_beside_tables",
            List.of("_beside", "types_beside_tables"),
            """
            CREATE TYPE beside AS ENUM ('a', 'b');
            CREATE TABLE _beside (id int PRIMARY KEY, v beside[]);
            CREATE TABLE types_beside_tables (id int PRIMARY KEY, v beside, a beside[]);
            INSERT INTO _beside VALUES (1, '{a,b}');
            INSERT INTO types_beside_tables VALUES (1, 'a', '{b}');
            """,
            "UPDATE _beside SET v = '{}';\nUPDATE types_beside_tables SET v = 'b';\n"),
        Shape.of(
            "types_like_built_in_ones",
            """
            CREATE TYPE public.point AS ENUM ('north', 'south');
            CREATE DOMAIN public."text" AS int;
            CREATE TYPE public."Date" AS (y int, m int);
            CREATE TABLE types_like_built_in_ones (id int PRIMARY KEY, p public.point, q pg_catalog.point, t public."text", u pg_catalog."text", d public."Date", a public.point[]);
            INSERT INTO types_like_built_in_ones VALUES (1, 'north', '(1,2)', 3, 'four', ROW(5, 6), '{south}');
            """,
            "UPDATE types_like_built_in_ones SET p = 'south', t = -1;\n"),
        Shape.of(
                "row_types",
                List.of("row_typed", "row_types"),
                """
                CREATE TABLE row_typed (id int PRIMARY KEY, note text);
                CREATE TABLE row_types (id int PRIMARY KEY, r row_typed, rs row_typed[]);
                INSERT INTO row_typed VALUES (1, 'a "quoted" one');
                INSERT INTO row_types SELECT 1, r, ARRAY[r] FROM row_typed r;
                """,
                "UPDATE row_types SET r = ROW(2, NULL);\n")
            .withTypesRenamed()
            .becomes("row_types", Fate.inSyncOrRefused(UnsupportedColumnType)),
        Shape.of(
            "typed_tables",
            """
            CREATE TYPE person AS (id int, "full name" text);
            CREATE TABLE typed_tables OF person (PRIMARY KEY (id));
            INSERT INTO typed_tables VALUES (1, 'Ada'), (2, NULL);
            """,
            "UPDATE typed_tables SET \"full name\" = 'Ada Lovelace' WHERE id = 1;\n"),
        Shape.of(
                "citexts",
                """
                CREATE DOMAIN mail_address AS citext CHECK (VALUE ~ '@');
                CREATE TABLE citexts (c citext PRIMARY KEY, n citext, a citext[], d mail_address);
                CREATE UNIQUE INDEX citexts_n ON citexts (n);
                INSERT INTO citexts VALUES ('Key', 'Éa', '{A,"b \\"c"}', 'A@b'), ('other', NULL, NULL, NULL);
                """,
                """
                UPDATE citexts SET n = 'ÉB' WHERE c = 'KEY';
                UPDATE citexts SET c = 'KEY' WHERE c = 'key';
                DELETE FROM citexts WHERE c = 'OTHER';
                """)
            .prepared("CREATE EXTENSION citext"),
        Shape.of(
                "hstores",
                """
                CREATE TABLE hstores (id int PRIMARY KEY, h extensions.hstore, a extensions.hstore[]);
                CREATE INDEX hstores_h ON hstores USING gin (h extensions.gin_hstore_ops);
                INSERT INTO hstores VALUES (1, '"a b"=>"c \\"d\\"", x=>NULL', ARRAY['k=>v'::extensions.hstore]), (2, '', NULL);
                """,
                "UPDATE hstores SET h = 'new=>\"1, 2\"' WHERE id = 2;\n")
            .prepared(
                "CREATE SCHEMA extensions",
                "GRANT USAGE ON SCHEMA extensions TO PUBLIC",
                "CREATE EXTENSION hstore SCHEMA extensions"),
        Shape.of(
                "ltrees",
                """
                CREATE TABLE ltrees (p ltree PRIMARY KEY, ps ltree[], q lquery, t ltxtquery);
                CREATE INDEX ltrees_p ON ltrees USING gist (p);
                INSERT INTO ltrees VALUES ('top.science', '{a.b,c}', '*.x{1,2}', 'a & b'), ('top', NULL, NULL, NULL);
                """,
                "UPDATE ltrees SET p = 'top.art' WHERE p = 'top';\n")
            .prepared("CREATE EXTENSION ltree"),
        Shape.of(
                "cubes",
                """
                CREATE TYPE measured AS (c cube, at date);
                CREATE TABLE cubes (id int PRIMARY KEY, c cube, i isbn13, s seg, m measured);
                INSERT INTO cubes VALUES (1, '(1,2),(3,4)', '978-0-306-40615-7', '1.5 .. 2.5', ROW('(1)', '2000-01-01'));
                """,
                "UPDATE cubes SET c = '(0.1)', m = NULL;\n")
            .prepared("CREATE EXTENSION cube", "CREATE EXTENSION isn", "CREATE EXTENSION seg"));
  }
}
