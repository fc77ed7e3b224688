package dev.tributary.postgres;

import java.util.List;

/** What the migrations of a service do, and its maintenance. */
final class MigrationUsages {
  private static final String COLUMNS =
      "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute"
          + " WHERE attrelid = 'real.users'::regclass AND attnum > 0 AND NOT attisdropped";

  private MigrationUsages() {}

  static final List<Usage> TABLES =
      List.of(
          Usage.of(
                  "`CREATE TABLE`, and its use",
                  "CREATE TABLE app.gadgets (id serial PRIMARY KEY, name text)",
                  "INSERT INTO app.gadgets (name) VALUES ('x')",
                  "SELECT name FROM app.gadgets")
              .gives("x"),
          Usage.of(
                  "`CREATE TABLE` makes it in schema",
                  "CREATE TABLE app.gadgets (id serial PRIMARY KEY, name text)",
                  "SELECT relnamespace::regnamespace FROM pg_class WHERE oid = 'app.gadgets'::regclass")
              .tells(),
          Usage.of(
                  "`CREATE TABLE` where a role has `DEFAULT PRIVILEGES` in `public`",
                  "CREATE TABLE app.gadgets (id serial PRIMARY KEY, name text)",
                  "SELECT has_table_privilege('conformance_reader', 'app.gadgets', 'SELECT')")
              .gives("t"),
          Usage.of(
                  "`CREATE TABLE IF NOT EXISTS users`",
                  "CREATE TABLE IF NOT EXISTS app.users (id serial PRIMARY KEY, name text)",
                  "SELECT count(*) FROM app.users")
              .gives("2")
              .orSilently("makes an empty table", Way.NEW_SCHEMA),
          Usage.of(
                  "`CREATE TABLE IF NOT EXISTS` of a table that stays in `public`",
                  "CREATE TABLE IF NOT EXISTS app.schema_migrations (version text PRIMARY KEY)",
                  "SELECT version FROM app.schema_migrations")
              .gives("1")
              .orSilently("makes an empty table", Way.OLD_SCHEMA),
          Usage.of(
                  "`CREATE TABLE … REFERENCES users`",
                  "CREATE TABLE app.cards (id int PRIMARY KEY, user_id int REFERENCES app.users)",
                  "INSERT INTO app.cards VALUES (1, 99)")
              .isRefusedWith("23503")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`CREATE TABLE AS SELECT`",
                  "CREATE TABLE app.copies AS SELECT * FROM app.users",
                  "SELECT count(*) FROM app.copies")
              .gives("2"),
          Usage.of(
                  "`CREATE TEMP TABLE (LIKE users)`",
                  "CREATE TEMP TABLE staged (LIKE app.users)",
                  "INSERT INTO staged SELECT * FROM app.users",
                  "SELECT count(*) FROM staged")
              .gives("2"),
          Usage.of(
                  "`CREATE TEMP TABLE (LIKE users INCLUDING ALL)`",
                  "CREATE TEMP TABLE staged (LIKE app.users INCLUDING ALL)",
                  "INSERT INTO staged (email) VALUES ('x') RETURNING id > 2, name")
              .gives("t|nobody")
              .orSilently("has no defaults, keys, `NOT NULL`", Way.NEW_SCHEMA),
          Usage.of("`DROP TABLE`", "DROP TABLE app.orders", "SELECT to_regclass('real.orders')")
              .gives("null")
              .orElse(Way.NEW_SCHEMA, Way.DROP_VIEW),
          Usage.of(
                  "`ALTER TABLE … RENAME TO`",
                  "ALTER TABLE app.users RENAME TO people",
                  "SELECT to_regclass('real.people') IS NOT NULL")
              .gives("t")
              .orSilently("renames the view", Way.NEW_SCHEMA));

  static final List<Usage> COLUMNS_AND_CONSTRAINTS =
      List.of(
          Usage.of(
                  "`ADD COLUMN`",
                  "ALTER TABLE app.users ADD COLUMN city text DEFAULT 'Rome'",
                  "SELECT city FROM app.users WHERE id = 1")
              .gives("Rome")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`ADD COLUMN IF NOT EXISTS` of one that exists",
                  "ALTER TABLE app.users ADD COLUMN IF NOT EXISTS age int",
                  COLUMNS)
              .gives("id email name age shouted")
              .orElse(Way.NEW_SCHEMA),
          Usage.of("`DROP COLUMN`", "ALTER TABLE app.users DROP COLUMN age", COLUMNS)
              .gives("id email name shouted")
              .orElse(Way.NEW_SCHEMA, Way.DROP_VIEW),
          Usage.of(
                  "`ALTER COLUMN … TYPE`",
                  "ALTER TABLE app.users ALTER COLUMN age TYPE bigint",
                  "SELECT pg_typeof(age) FROM real.users WHERE id = 1")
              .gives("bigint")
              .orElse(Way.NEW_SCHEMA, Way.DROP_VIEW),
          Usage.of(
                  "`ALTER COLUMN … SET NOT NULL`",
                  "ALTER TABLE app.orders ALTER COLUMN total SET NOT NULL",
                  "INSERT INTO real.orders (user_id, total) VALUES (1, NULL)")
              .isRefusedWith("23502")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`ALTER COLUMN … SET DEFAULT`",
                  "ALTER TABLE app.users ALTER COLUMN name SET DEFAULT 'new'",
                  "INSERT INTO real.users (email) VALUES ('new@x') RETURNING name")
              .gives("new")
              .orSilently("sets a default of the view", Way.NEW_SCHEMA),
          Usage.of("`RENAME COLUMN`", "ALTER TABLE app.users RENAME COLUMN age TO years", COLUMNS)
              .gives("id email name years shouted")
              .orSilently("renames the view's", Way.NEW_SCHEMA),
          Usage.of(
                  "`ADD CONSTRAINT`",
                  "ALTER TABLE app.users ADD CONSTRAINT short CHECK (length(name) < 9)",
                  "UPDATE real.users SET name = 'Ann the great'")
              .isRefusedWith("23514")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`DROP CONSTRAINT`",
                  "ALTER TABLE app.users DROP CONSTRAINT users_email_key",
                  "INSERT INTO real.users (email) VALUES ('ann@x') RETURNING email")
              .gives("ann@x")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`CREATE INDEX`",
                  "CREATE INDEX users_age ON app.users (age)",
                  "SELECT indrelid = 'real.users'::regclass FROM pg_index"
                      + " WHERE indexrelid = 'real.users_age'::regclass")
              .gives("t")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`CREATE INDEX IF NOT EXISTS` of one that exists",
                  "CREATE INDEX IF NOT EXISTS users_name ON app.users (name)",
                  "SELECT to_regclass('real.users_name') IS NOT NULL")
              .gives("t")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`CREATE INDEX CONCURRENTLY`",
                  "DROP INDEX IF EXISTS real.users_by_age",
                  "CREATE INDEX CONCURRENTLY users_by_age ON app.users (age)",
                  "SELECT indisvalid FROM pg_index WHERE indexrelid = 'real.users_by_age'::regclass")
              .gives("t")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`DROP INDEX`",
                  "DROP INDEX app.users_name",
                  "SELECT to_regclass('real.users_name')")
              .gives("null")
              .orElse(Way.NEW_SCHEMA));

  static final List<Usage> OTHERS =
      List.of(
          Usage.of(
                  "`CREATE VIEW` over it",
                  "CREATE VIEW app.adults AS SELECT name FROM app.users WHERE id = 1",
                  "SELECT name FROM app.adults")
              .gives("Ann"),
          Usage.of(
                  "`CREATE TRIGGER … FOR EACH ROW`",
                  "CREATE TRIGGER again BEFORE UPDATE ON app.orders"
                      + " FOR EACH ROW EXECUTE FUNCTION public.place()",
                  "UPDATE real.orders SET total = 9, placed_in = NULL RETURNING placed_in IS NOT NULL")
              .gives("t")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`DROP TRIGGER`",
                  "DROP TRIGGER place ON app.orders",
                  "INSERT INTO real.orders (user_id) VALUES (2) RETURNING placed_in")
              .gives("null")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`ALTER TABLE … DISABLE TRIGGER`",
                  "ALTER TABLE app.orders DISABLE TRIGGER place",
                  "INSERT INTO real.orders (user_id) VALUES (2) RETURNING placed_in")
              .gives("null")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`CREATE POLICY`",
                  "CREATE POLICY more ON app.notes USING (true)",
                  "SELECT count(*) FROM pg_policy WHERE polrelid = 'real.notes'::regclass")
              .gives("2")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`ENABLE ROW LEVEL SECURITY`",
                  "ALTER TABLE app.users ENABLE ROW LEVEL SECURITY",
                  "SELECT relrowsecurity FROM pg_class WHERE oid = 'real.users'::regclass")
              .gives("t")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`GRANT`",
                  "GRANT SELECT ON app.orders TO conformance_reader",
                  "SELECT has_table_privilege('conformance_reader', 'real.orders', 'SELECT')")
              .gives("t")
              .orSilently("gives a right on the view alone", Way.NEW_SCHEMA, Way.POLL),
          Usage.of(
                  "`REVOKE`",
                  "REVOKE SELECT ON app.users FROM conformance_reader",
                  "SELECT has_table_privilege('conformance_reader', 'real.users', 'SELECT')")
              .gives("f")
              .orSilently("takes a right on the view alone", Way.NEW_SCHEMA, Way.POLL),
          Usage.of(
                  "`COMMENT ON TABLE`",
                  "COMMENT ON TABLE app.users IS 'people'",
                  "SELECT obj_description('real.users'::regclass, 'pg_class')")
              .gives("people")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`COMMENT ON COLUMN`",
                  "COMMENT ON COLUMN app.users.name IS 'first'",
                  "SELECT col_description('real.users'::regclass, 3)")
              .gives("first")
              .orSilently("comments the view's", Way.NEW_SCHEMA),
          Usage.of(
                  "`ANALYZE`",
                  "ANALYZE app.users",
                  "SELECT count(*) > 0 FROM pg_stats WHERE schemaname || '.' = 'real.' AND tablename ="
                      + " 'users'")
              .gives("t")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`VACUUM`",
                  "SELECT set_config('shop.vacuums',"
                      + " pg_stat_get_vacuum_count('real.users'::regclass)::text, false)",
                  "VACUUM app.users",
                  "SELECT pg_stat_get_vacuum_count('real.users'::regclass)"
                      + " - current_setting('shop.vacuums')::int")
              .gives("1")
              .orElse(Way.NEW_SCHEMA));
}
