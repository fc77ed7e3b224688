package dev.tributary.postgres;

import static dev.tributary.federation.Reason.UnsupportedColumnType;

import dev.tributary.postgres.Shape.Fate;
import java.util.List;

/** Columns of every type that PostgreSQL has itself, with the values that are hard to carry. */
final class BuiltInTypeShapes {
  private BuiltInTypeShapes() {}

  static List<Shape> all() {
    return List.of(
        Shape.of(
            "integers",
            """
            CREATE TABLE integers (id int PRIMARY KEY, s smallint, i integer, b bigint);
            INSERT INTO integers VALUES (1, -32768, -2147483648, -9223372036854775808),
              (2, 32767, 2147483647, 9223372036854775807), (3, 0, 0, 0), (4, NULL, NULL, NULL), (-5, 1, 1, 1);
            """,
            """
            INSERT INTO integers VALUES (2147483647, -1, -1, -1);
            UPDATE integers SET s = NULL, b = b - 1 WHERE id = 2;
            UPDATE integers SET id = -2147483648 WHERE id = 4;
            DELETE FROM integers WHERE id = 3;
            """),
        Shape.of(
            "floats",
            """
            CREATE TABLE floats (id int PRIMARY KEY, r real, d double precision, f float(10));
            INSERT INTO floats VALUES (1, 'NaN', 'NaN', 'NaN'), (2, 'Infinity', 'Infinity', 'Infinity'),
              (3, '-Infinity', '-Infinity', '-Infinity'), (4, '-0', '-0', '-0'), (5, 1.4e-45, 4.9e-324, 1.17549435e-38),
              (6, 3.4028235e38, 1.7976931348623157e308, 0.1), (7, NULL, NULL, NULL), (8, 0.1, 0.1, 1.0/3);
            """,
            """
            INSERT INTO floats VALUES (9, -1.4e-45, -4.9e-324, 2.0/3);
            UPDATE floats SET r = '-0', d = 'NaN' WHERE id = 8;
            UPDATE floats SET d = 0.1::float8 + 0.2::float8 WHERE id = 4;
            DELETE FROM floats WHERE id = 1;
            """),
        Shape.of(
            "numerics",
            """
            CREATE TABLE numerics (id int PRIMARY KEY, n numeric, p numeric(5), s numeric(12, 2), l numeric(1000, 500));
            INSERT INTO numerics VALUES (1, 'NaN', 'NaN', 'NaN', 'NaN'), (2, 1e1000, 99999, 9999999999.99, 1e499),
              (3, 1e-1000, -99999, -0.01, 1e-500), (4, 1.10, 0, 1.10, 1.10), (5, NULL, NULL, NULL, NULL),
              (6, 123456789012345678901234567890.123456789012345678901234567890, 1, 1, 1);
            """,
            """
            INSERT INTO numerics VALUES (7, 0.000, 1, 0.005, 2);
            UPDATE numerics SET n = n * 3, s = -s WHERE id IN (2, 4);
            DELETE FROM numerics WHERE id = 1;
            """),
        Shape.of(
                "infinite_numerics",
                """
                CREATE TABLE infinite_numerics (id int PRIMARY KEY, n numeric);
                INSERT INTO infinite_numerics VALUES (1, 'Infinity'), (2, '-Infinity');
                """,
                "UPDATE infinite_numerics SET n = -n;\n")
            .since(14),
        Shape.of(
                "numerics_of_odd_scale",
                """
                CREATE TABLE numerics_of_odd_scale (id int PRIMARY KEY, thousands numeric(3, -3), small numeric(2, 5));
                INSERT INTO numerics_of_odd_scale VALUES (1, 123456, 0.00012), (2, NULL, NULL);
                """,
                "UPDATE numerics_of_odd_scale SET thousands = 999000, small = 0.00099 WHERE id = 2;\n")
            .since(15),
        Shape.of(
            "moneys",
            """
            CREATE TABLE moneys (id int PRIMARY KEY, m money);
            INSERT INTO moneys VALUES (1, '-92233720368547758.08'), (2, '92233720368547758.07'), (3, NULL), (4, 0);
            """,
            "UPDATE moneys SET m = m - '0.01'::money WHERE id = 2;\n"),
        Shape.of(
            "texts",
            """
            CREATE TABLE texts (id int PRIMARY KEY, t text, v varchar, v5 varchar(5), c5 char(5), c char, one "char", n name);
            INSERT INTO texts VALUES (1, '', '', '', '', '', '', ''), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
              (3, E'quote '' double " back \\\\ tab \\t line \\n return \\r bell \\x07', E'\\\\N', E'\\\\.', '  a  ', ' ', 'x', 'name'),
              (4, 'Zażółć gęślą jaźń 中文 🐘 a\u0301', '🐘🐘', '🐘表ßñé', 'é', '表', E'\\\\', '表'),
              (5, repeat('long ', 20000), repeat('x', 10000), 'ab', 'abcde', 'a', 'a', repeat('n', 63)),
              (6, 'null', 'NULL', '{}', '()', '{', '"', '"'), (7, E'\\x7f\\u00a0\\u200b\\ufeff', 't', 'f', ' ', ' ', ' ', ' ');
            """,
            """
            INSERT INTO texts VALUES (8, E'\\\\n', ',', '$1', '%s', '?', '%', '$');
            UPDATE texts SET t = t || 'more', v5 = left(t, 5) WHERE id IN (3, 4, 5);
            UPDATE texts SET c = 'z' WHERE id = 5;
            DELETE FROM texts WHERE id = 2;
            """),
        Shape.of(
            "byteas",
            """
            CREATE TABLE byteas (id int PRIMARY KEY, b bytea);
            INSERT INTO byteas VALUES (1, ''), (2, NULL), (3, '\\x00'), (4, '\\xfffe0a0d5c2700'),
              (5, decode(repeat('00ff5c', 50000), 'hex'));
            """,
            "UPDATE byteas SET b = b || '\\x00'::bytea;\n"),
        Shape.of(
            "moments",
            """
            CREATE TABLE moments (id int PRIMARY KEY, d date, t time, t0 time(0), tz timetz, tz3 timetz(3), ts timestamp,
              ts0 timestamp(0), tstz timestamptz, tstz3 timestamptz(3));
            INSERT INTO moments VALUES (1, 'infinity', '24:00', '24:00', '24:00+14', '00:00-15:59', 'infinity', '-infinity', 'infinity', '-infinity'),
              (2, '4714-11-24 BC', '00:00', '00:00', '00:00+00', '00:00+00', '4714-11-24 00:00 BC', '1-1-1', '4714-11-24 00:00+00 BC', '1-1-1 BC'),
              (3, '5874897-12-31', '23:59:59.999999', '12:34:56.7', '12:34:56.789012+05:30', '12:34:56.7896+00', '294276-12-31 23:59:59.999999', '2000-01-01 12:34:56.7', '294276-12-31 23:59:59.999999+00', '2024-02-29 12:34:56.7896+00'),
              (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
            """,
            """
            INSERT INTO moments (id, tstz, ts) VALUES (5, '2024-10-27 02:30 Europe/Berlin', '1969-12-31 23:59:59.999999');
            UPDATE moments SET d = '-infinity', tz = '11:11:11.111111-07:52:58' WHERE id = 4;
            DELETE FROM moments WHERE id = 2;
            """),
        Shape.of(
            "intervals",
            """
            CREATE TABLE intervals (id int PRIMARY KEY, i interval, i3 interval(3), ym interval year to month, ds interval day to second(2), y interval year, mi interval minute);
            INSERT INTO intervals VALUES (1, '178000000 years', '1.23456 s', '1-2', '3 4:05:06.789', '5 years 6 months', '7:08:09'),
              (2, '-178000000 years', '-1 year 1 day -00:00:00.001', '-1-2', '-3 4:05:06.789', '-5', '-7 min'),
              (3, '1 mon -1 day +00:00:00.000001', '0', '0', '0', '0', '0'), (4, NULL, NULL, NULL, NULL, NULL, NULL);
            """,
            "UPDATE intervals SET i = i * -1, i3 = i3 + interval '1 day' WHERE id <> 4;\n"),
        Shape.of(
                "infinite_intervals",
                """
                CREATE TABLE infinite_intervals (id int PRIMARY KEY, i interval);
                INSERT INTO infinite_intervals VALUES (1, 'infinity'), (2, '-infinity');
                """,
                "UPDATE infinite_intervals SET i = -i;\n")
            .since(17),
        Shape.of(
            "bools_and_uuids",
            """
            CREATE TABLE bools_and_uuids (id uuid PRIMARY KEY, b bool, u uuid);
            INSERT INTO bools_and_uuids VALUES ('00000000-0000-0000-0000-000000000000', true, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
              ('ffffffff-ffff-ffff-ffff-ffffffffffff', false, NULL), ('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', NULL, NULL);
            """,
            """
            UPDATE bools_and_uuids SET b = NOT b, u = id;
            DELETE FROM bools_and_uuids WHERE b IS NULL;
            """),
        Shape.of(
            "documents",
            """
            CREATE TABLE documents (id int PRIMARY KEY, j json, b jsonb, p jsonpath, x xml);
            INSERT INTO documents VALUES
              (1, '{"b" : 1,  "a": [ ] , "a": null, "u": "\\u00e9\\ud83d\\udc18", "n": 1.000e+5}', '{"b": 1, "a": [], "u": "🐘 \\"quoted\\" \\\\ back", "n": 1e400}', '$.a[*] ? (@.b > 1 && @.c like_regex "^x" flag "i")', '<a b="c">&lt;text&gt;<!-- note --></a>'),
              (2, 'null', 'null', '$', ''), (3, NULL, NULL, NULL, NULL), (4, '""', '"\\t\\n"', 'lax $."a b".c', 'content only'),
              (5, '[1,2,{"x":[[]]}]', '[[[[[[]]]]]]', 'strict $[last]', '<?xml version="1.0"?><root xmlns="urn:x">é</root>'),
              (6, '1', 'true', '$."$"', '<![CDATA[ <x> ]]>');
            """,
            """
            INSERT INTO documents (id, j, b) VALUES (7, '{"big": 123456789012345678901234567890}', jsonb_build_object('k', repeat('v', 5000)));
            UPDATE documents SET b = b || '{"added": null}' WHERE id = 1;
            UPDATE documents SET p = '$.x' WHERE id = 7;
            DELETE FROM documents WHERE id = 3;
            """),
        Shape.of(
            "bits",
            """
            CREATE TABLE bits (id int PRIMARY KEY, b bit, b8 bit(8), v varbit, v10 varbit(10));
            INSERT INTO bits VALUES (1, B'1', B'10101010', B'', B'1'), (2, B'0', X'ff', repeat('10', 500)::varbit, B'1111111111'), (3, NULL, NULL, NULL, NULL);
            """,
            "UPDATE bits SET b8 = ~b8, v = v || B'1';\n"),
        Shape.of(
            "networks",
            """
            CREATE TABLE networks (id int PRIMARY KEY, i inet, c cidr, m macaddr, m8 macaddr8);
            INSERT INTO networks VALUES (1, '192.168.1.5/24', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05'),
              (2, '::ffff:1.2.3.4/128', '2001:db8::/32', 'ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff'), (3, '0.0.0.0/0', '::/0', NULL, NULL);
            """,
            "UPDATE networks SET i = i + 1 WHERE id = 1;\n"),
        Shape.of(
            "figures",
            """
            CREATE TABLE figures (id int PRIMARY KEY, p point, l line, s lseg, b box, h path, g polygon, c circle);
            INSERT INTO figures VALUES (1, '(1,2)', '{1,2,3}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '<(0,0),1>'),
              (2, '(Infinity,-Infinity)', '{0,1,0}', '[(1e300,0),(-1e300,0)]', '(NaN,1),(0,0)', '((0,0),(1,1))', '((0,0))', '<(1e-300,0.1),0>'), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
            """,
            "UPDATE figures SET p = point(0.1, 0.2), c = circle(point(1, 1), 2) WHERE id = 3;\n"),
        Shape.of(
            "searches",
            """
            CREATE TABLE searches (id int PRIMARY KEY, v tsvector, q tsquery);
            INSERT INTO searches VALUES (1, to_tsvector('english', 'The quick brown fox''s jumps'), to_tsquery('english', 'quick & (brown | fox) & !dog')),
              (2, '', ''), (3, NULL, NULL), (4, $$'it''s':1A,2B 'back\\\\slash':3C 'space word':4$$, $$'space word' <-> x:*AB <2> 'q''q'$$);
            """,
            "UPDATE searches SET v = setweight(v, 'A') WHERE id = 1;\n"),
        Shape.of(
            "ranges",
            """
            CREATE TABLE ranges (id int PRIMARY KEY, i int4range, b int8range, n numrange, t tsrange, z tstzrange, d daterange);
            INSERT INTO ranges VALUES (1, 'empty', 'empty', 'empty', 'empty', 'empty', 'empty'), (2, '(,)', '(,)', '(,)', '(,)', '(,)', '(,)'),
              (3, '[1,10]', '(1,10)', '[0.10,NaN)', '[2000-01-01,infinity]', '[2000-01-01 00:00+00,2001-01-01 00:00+02)', '[2000-01-01,2000-12-31]'), (4, NULL, NULL, NULL, NULL, NULL, NULL);
            """,
            "UPDATE ranges SET i = i + '[10,20)', n = '[,1.5]' WHERE id = 3;\n"),
        Shape.of(
                "multiranges",
                """
                CREATE TABLE multiranges (id int PRIMARY KEY, i int4multirange, b int8multirange, n nummultirange, t tsmultirange, z tstzmultirange, d datemultirange);
                INSERT INTO multiranges VALUES (1, '{}', '{}', '{}', '{}', '{}', '{}'), (2, '{(,)}', '{[1,3),[5,7)}', '{[0.1,0.2],(0.3,)}', '{[2000-01-01,2000-01-02]}', '{(,2000-01-01 00:00+00]}', '{[2000-01-01,2000-02-01)}'), (3, NULL, NULL, NULL, NULL, NULL, NULL);
                """,
                "UPDATE multiranges SET i = '{[1,2),[4,5)}' WHERE id = 3;\n")
            .since(14),
        Shape.of(
            "internals",
            """
            CREATE TABLE internals (id int PRIMARY KEY, o oid, x xid, x8 xid8, c cid, t tid, l pg_lsn, s pg_snapshot, ts txid_snapshot, iv int2vector, ov oidvector);
            INSERT INTO internals VALUES (1, 4294967295, '4294967295', '18446744073709551615', '1', '(1,2)', 'FFFFFFFF/FFFFFFFF', '10:20:10,14,15', '10:20:10,14,15', '1 2 3', '1 2 3'),
              (2, 0, '0', '0', '0', '(0,0)', '0/0', '1:1:', '1:1:', '', ''), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
            """,
            "UPDATE internals SET l = '1/A', iv = '9' WHERE id = 2;\n"),
        // Their values are names of objects, which the target need not have.
        Shape.of(
                "registered",
                """
                CREATE TABLE registered (id int PRIMARY KEY, c regclass, t regtype, p regproc, o regoperator, f regconfig, n regnamespace);
                INSERT INTO registered VALUES (1, 'pg_class', 'integer', 'now', '+(integer,integer)', 'english', 'pg_catalog'), (2, NULL, NULL, NULL, NULL, NULL, NULL);
                """,
                "UPDATE registered SET c = 'pg_type', t = 'text[]' WHERE id = 2;\n")
            .becomes(Fate.inSyncOrRefused(UnsupportedColumnType)),
        Shape.of(
                "registered_of_its_own",
                """
                CREATE TABLE registered_of_its_own (id int PRIMARY KEY, c regclass, r regrole);
                CREATE SEQUENCE a_sequence_of_its_own;
                INSERT INTO registered_of_its_own VALUES (1, NULL, NULL);
                """,
                """
                INSERT INTO registered_of_its_own VALUES (2, 'a_sequence_of_its_own', current_user::regrole);
                UPDATE registered_of_its_own SET c = 'a_sequence_of_its_own' WHERE id = 1;
                """)
            .becomes(Fate.refused(UnsupportedColumnType)),
        Shape.of(
                "rights_as_values",
                """
                CREATE TABLE rights_as_values (id int PRIMARY KEY, a aclitem, l aclitem[]);
                INSERT INTO rights_as_values VALUES (1, makeaclitem(0, 10, 'SELECT', false), NULL);
                """,
                "INSERT INTO rights_as_values SELECT 2, makeaclitem(r.oid, r.oid, 'SELECT', true), NULL FROM pg_roles r WHERE rolname = current_user;\n")
            .becomes(Fate.refused(UnsupportedColumnType)),
        Shape.of(
            "arrays",
            """
            CREATE TABLE arrays (id int PRIMARY KEY, i int[], i2 int[][], i3 int[3], t text[], v varchar(5)[], c char(3)[], n numeric(10,2)[],
              z timestamptz(3)[], j jsonb[], b bytea[], bo bool[], u uuid[], p point[], bx box[], r int4range[], iv interval[], bi bit(3)[], d float8[], x xml[], nt inet[], mo money[], nm name[]);
            INSERT INTO arrays (id) VALUES (1);
            INSERT INTO arrays VALUES (2, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
            INSERT INTO arrays VALUES (3, '{1,NULL,-3}', '{{1,2},{3,4}}', '{1,2,3,4}', ARRAY['', 'NULL', NULL, 'quote " back \\ comma , brace {} space ', E'line\\n', '🐘'],
              '{ab,"c,d"}', '{a,abc}', '{1.10,NaN,NULL}', '{infinity,"2000-01-01 00:00:00.1236+00"}', ARRAY['{"a": "\\""}', 'null', NULL]::jsonb[], ARRAY['\\x00', '']::bytea[],
              '{t,f,NULL}', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}', '{"(1,2)"}', '{(1,1),(0,0);(2,2),(0,0)}', '{"[1,5)",empty,"(,)"}', '{"1 day","-1 mon"}', '{101,000}', '{NaN,-Infinity,-0,4.9e-324}',
              ARRAY['<a/>'::xml], '{10.0.0.1/8,::1}', '{1,-1}', '{a,"b c"}');
            INSERT INTO arrays (id, i, t) VALUES (4, '[2:4]={1,2,3}', '[0:1][-1:0]={{a,b},{c,d}}'), (5, '{{{{{{1}}}}}}', ARRAY[ARRAY['a', NULL], ARRAY['"', '\\']]);
            """,
            """
            INSERT INTO arrays (id, t) SELECT 6, array_agg('value ' || i) FROM generate_series(1, 2000) i;
            UPDATE arrays SET i = i || 7, t = array_append(t, 'new "one"') WHERE id IN (2, 3);
            UPDATE arrays SET j[5] = '1' WHERE id = 3;
            DELETE FROM arrays WHERE id = 1;
            """));
  }
}
