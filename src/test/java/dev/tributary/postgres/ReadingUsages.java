package dev.tributary.postgres;

import dev.tributary.postgres.Usage.Login;
import java.util.List;

/**
 * What applications read: rows, what functions return, what roles may see, what the catalog says.
 */
final class ReadingUsages {
  private ReadingUsages() {}

  static final List<Usage> ROWS =
      List.of(
          Usage.of("`SELECT`", "SELECT name FROM app.users ORDER BY id").gives("Ann, Bob"),
          Usage.of(
                  "a column with the whole name, `users.name`",
                  "SELECT app.users.name FROM app.users ORDER BY app.users.id")
              .gives("Ann, Bob"),
          Usage.of("a join", "SELECT u.name FROM app.orders o JOIN app.users u ON u.id = o.user_id")
              .gives("Ann"),
          Usage.of(
                  "`GROUP BY` the key alone",
                  "SELECT u.name, count(o.id) FROM app.users u LEFT JOIN app.orders o ON o.user_id = u.id"
                      + " GROUP BY u.id ORDER BY u.id")
              .gives("Ann|1, Bob|0")
              .orElse(Way.NEW_SCHEMA, Way.ALL_COLUMNS),
          Usage.of(
                  "`GROUP BY` every column that is selected",
                  "SELECT u.name, count(o.id) FROM app.users u LEFT JOIN app.orders o ON o.user_id = u.id"
                      + " GROUP BY u.id, u.name ORDER BY u.id")
              .gives("Ann|1, Bob|0"),
          Usage.of(
                  "`SELECT … FOR UPDATE`",
                  "SELECT name FROM app.users WHERE id = 1 FOR UPDATE",
                  "SELECT id FROM real.users WHERE xmax = pg_current_xact_id()::xid")
              .gives("1"),
          Usage.of(
                  "`FOR UPDATE SKIP LOCKED LIMIT 1`, a queue",
                  "SELECT id FROM app.orders ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
                  "SELECT id FROM real.orders WHERE xmax = pg_current_xact_id()::xid")
              .gives("1"),
          Usage.of(
                  "`ctid`",
                  "DELETE FROM app.orders WHERE ctid IN (SELECT ctid FROM app.orders LIMIT 10)",
                  "SELECT count(*) FROM real.orders")
              .gives("0")
              .orElse(Way.NEW_SCHEMA, Way.KEY),
          Usage.of(
                  "`xmin` as the version of a row",
                  "UPDATE app.users SET name = 'new' WHERE id = 1 AND xmin ="
                      + " (SELECT xmin FROM app.users WHERE id = 1)",
                  "SELECT name FROM real.users WHERE id = 1")
              .gives("new")
              .orElse(Way.NEW_SCHEMA, Way.KEY),
          Usage.of(
                  "a column that somebody added to the table",
                  "ALTER TABLE real.users ADD COLUMN city text DEFAULT 'Rome'",
                  "SELECT city FROM app.users WHERE id = 1")
              .gives("Rome")
              .orElse(Way.NEW_SCHEMA, Way.POLL),
          Usage.of("`TABLESAMPLE`", "SELECT count(*) FROM app.users TABLESAMPLE system (100)")
              .gives("2")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "a cursor",
                  "DECLARE c CURSOR FOR SELECT name FROM app.users ORDER BY id",
                  "FETCH 1 FROM c",
                  "FETCH 1 FROM c")
              .gives("Bob"),
          Usage.of(
                  "the row as JSON, `to_jsonb(users)`",
                  "SELECT to_jsonb(users) ->> 'name' FROM app.users WHERE id = 1")
              .gives("Ann"),
          Usage.of(
                  "the row as a value, `SELECT users FROM users`",
                  "SELECT users FROM app.users WHERE id = 1")
              .gives("(1,ann@x,Ann,,ANN@X)"),
          Usage.of("prepared `SELECT *`", "EXECUTE all_columns(1)")
              .afterOnce("PREPARE all_columns(int) AS SELECT * FROM app.users WHERE id = $1")
              .gives("1|ann@x|Ann|null|ANN@X"),
          Usage.of("prepared `SELECT users FROM users`", "EXECUTE whole_row(1)")
              .afterOnce("PREPARE whole_row(int) AS SELECT users FROM app.users WHERE id = $1")
              .gives("(1,ann@x,Ann,,ANN@X)")
              .orElse(Way.NEW_SCHEMA, Way.PREPARE_AGAIN),
          Usage.of("`COPY users TO`", "COPY app.users (id, name) TO STDOUT")
              .gives("1|Ann, 2|Bob")
              .orElse(Way.NEW_SCHEMA, Way.COPY_QUERY),
          Usage.of(
                  "`COPY (SELECT …) TO`",
                  "COPY (SELECT id, name FROM app.users ORDER BY id) TO STDOUT")
              .gives("1|Ann, 2|Bob"),
          Usage.of("a view that was there before", "SELECT name FROM public.user_names ORDER BY id")
              .gives("Ann, Bob"),
          Usage.of(
                  "`REFRESH MATERIALIZED VIEW`",
                  "INSERT INTO real.users (email) VALUES ('new@x')",
                  "REFRESH MATERIALIZED VIEW public.user_count",
                  "SELECT * FROM public.user_count")
              .gives("3"));

  static final List<Usage> FUNCTIONS =
      List.of(
          Usage.of("SQL function", "SELECT form.names()").gives("Ann, Bob"),
          Usage.of("SQL function with `BEGIN ATOMIC`", "SELECT form.names_parsed()")
              .gives("Ann, Bob"),
          Usage.of("PL/pgSQL function that reads", "SELECT form.name_of(1)").gives("Ann"),
          Usage.of("PL/pgSQL function that writes", "SELECT form.add_user('new@x') > 2").gives("t"),
          Usage.of("PL/pgSQL `EXECUTE`", "SELECT form.dynamic_name_of(1)").gives("Ann"),
          Usage.of("PL/pgSQL `users%ROWTYPE`", "SELECT form.row_of(1)").gives("Ann"),
          Usage.of(
                  "SQL function that `RETURNS SETOF users`",
                  "SELECT name FROM form.all_users() LIMIT 1")
              .gives("Ann"),
          Usage.of(
                  "PL/pgSQL function that `RETURNS SETOF users`",
                  "SELECT name FROM form.all_rows() LIMIT 1")
              .gives("Ann"),
          Usage.of(
                  "function that takes the row, `SELECT label(users) FROM users`",
                  "SELECT public.label(users) FROM app.users WHERE id = 1")
              .gives("Ann1")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "PL/pgSQL: that function, given a variable of type `users`",
                  "SELECT form.label_of(1)")
              .gives("Ann1")
              .orElse(Way.NEW_SCHEMA),
          Usage.of("function with `SET search_path = public` that reads", "SELECT form.pinned()")
              .gives("Ann, Bob")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "function with `SET search_path = public` that truncates",
                  "SELECT form.sweep()",
                  "SELECT count(*) FROM real.orders")
              .gives("0")
              .orElse(Way.NEW_SCHEMA));

  static final List<Usage> ROLES =
      List.of(
          Usage.of("a role with `GRANT SELECT` reads", "SELECT name FROM app.users ORDER BY id")
              .by(Login.READER)
              .gives("Ann, Bob"),
          Usage.of(
                  "a role with `GRANT INSERT` and `USAGE` of the sequence writes",
                  "INSERT INTO app.users (email) VALUES ('new@x') RETURNING id > 2")
              .by(Login.READER)
              .gives("t"),
          Usage.of(
                  "a role with `GRANT INSERT` alone writes",
                  "SELECT set_config('shop.rows',"
                      + " pg_stat_get_xact_tuples_inserted('real.orders'::regclass)::text, false)",
                  "INSERT INTO app.orders (user_id) VALUES (2)",
                  "SELECT pg_stat_get_xact_tuples_inserted('real.orders'::regclass)"
                      + " - current_setting('shop.rows')::int")
              .by(Login.SUPPORT)
              .gives("1"),
          Usage.of(
                  "a role with rights on some columns reads them",
                  "SELECT id, name FROM app.users ORDER BY id")
              .by(Login.SUPPORT)
              .gives("1|Ann, 2|Bob")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "a role with rights on some columns writes them",
                  "UPDATE app.users SET name = 'new' WHERE id = 1",
                  "SELECT name FROM real.users WHERE id = 1")
              .by(Login.SUPPORT)
              .gives("new")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "a role with rights on some columns is refused the others",
                  "SELECT email FROM app.users")
              .by(Login.SUPPORT)
              .isRefusedWith("42501"),
          Usage.of(
                  "row-level security: a tenant reads his rows alone",
                  "SET LOCAL shop.tenant = 'red'",
                  "SELECT body FROM app.notes")
              .by(Login.TENANT)
              .gives("of red"),
          Usage.of(
                  "row-level security: a tenant changes his rows alone",
                  "SET LOCAL shop.tenant = 'red'",
                  "UPDATE app.notes SET body = 'new' RETURNING id")
              .by(Login.TENANT)
              .gives("1"),
          Usage.of(
                  "row-level security: a tenant is refused rows of others",
                  "SET LOCAL shop.tenant = 'red'",
                  "INSERT INTO app.notes VALUES (3, 'blue', 'by red')")
              .by(Login.TENANT)
              .isRefusedWith("42501"),
          Usage.of(
                  "row-level security and rights on columns together",
                  "SET LOCAL shop.tenant = 'red'",
                  "SELECT body FROM app.notes")
              .by(Login.SUPPORT)
              .gives("of red")
              .orElse(Way.NEW_SCHEMA));

  static final List<Usage> CATALOG =
      List.of(
          Usage.of("`to_regclass('users')`", "SELECT to_regclass('app.users') IS NOT NULL")
              .gives("t")
              .orSilently("is `NULL`", Way.NEW_SCHEMA_IN_CATALOG),
          Usage.of(
                  "`information_schema.tables` of schema `public`",
                  "SELECT table_name FROM information_schema.tables"
                      + " WHERE table_schema = 'public' AND table_name = 'users'")
              .gives("users")
              .orSilently("finds nothing", Way.NEW_SCHEMA_IN_CATALOG),
          Usage.of(
                  "`information_schema.tables` of schema `public`, `BASE TABLE`s",
                  "SELECT table_name FROM information_schema.tables"
                      + " WHERE table_schema = 'public' AND table_name = 'users' AND table_type = 'BASE TABLE'")
              .gives("users")
              .orSilently("finds nothing", Way.NEW_SCHEMA_IN_CATALOG),
          Usage.of(
                  "`information_schema.tables` of `current_schema()`, `BASE TABLE`s",
                  "SELECT table_name FROM information_schema.tables"
                      + " WHERE table_schema = current_schema() AND table_name = 'users' AND table_type = 'BASE TABLE'")
              .gives("users")
              .orSilently("finds nothing", Way.NEW_SCHEMA_IN_CATALOG),
          Usage.of(
                  "`information_schema.columns` of schema `public`: names and types",
                  "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema ="
                      + " 'public' AND table_name = 'users' AND column_name = 'id'")
              .gives("id|integer")
              .orSilently("finds nothing", Way.NEW_SCHEMA_IN_CATALOG),
          Usage.of(
                  "`information_schema.columns` of schema `public`: nullable, default",
                  "SELECT is_nullable, column_default IS NOT NULL FROM information_schema.columns WHERE"
                      + " table_schema = 'public' AND table_name = 'users' AND column_name = 'name'")
              .gives("NO|t")
              .orSilently(
                  "finds a view's columns: nullable, no default", Way.NEW_SCHEMA_IN_CATALOG),
          Usage.of(
                  "primary key, by `information_schema` and `public`",
                  "SELECT column_name FROM information_schema.table_constraints JOIN"
                      + " information_schema.key_column_usage USING (constraint_schema, constraint_name) WHERE"
                      + " table_constraints.table_schema = 'public' AND table_constraints.table_name = 'users'"
                      + " AND constraint_type = 'PRIMARY KEY'")
              .gives("id")
              .orSilently("finds nothing", Way.NEW_SCHEMA_IN_CATALOG),
          Usage.of(
                  "primary key, by `'users'::regclass`",
                  "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum ="
                      + " ANY (indkey) WHERE indrelid = 'app.users'::regclass AND indisprimary")
              .gives("id")
              .orSilently("finds nothing", Way.NEW_SCHEMA_IN_CATALOG),
          Usage.of(
                  "`'users'::regclass::oid`, the key of an advisory lock",
                  "SELECT 'app.users'::regclass = 'real.users'::regclass")
              .gives("t")
              .orSilently("is the view's", Way.NEW_SCHEMA),
          Usage.of(
                  "`pg_total_relation_size('users')`",
                  "SELECT pg_total_relation_size('app.users') > 0")
              .gives("t")
              .orSilently("is 0", Way.NEW_SCHEMA));
}
