package dev.tributary.postgres;

import java.util.List;

/** What applications write. */
final class WritingUsages {
  private static final String USER = "SELECT name FROM real.users WHERE id = 1";
  private static final String NEWEST =
      "SELECT email, name FROM real.users ORDER BY id DESC LIMIT 1";

  private WritingUsages() {}

  static final List<Usage> ROWS =
      List.of(
          Usage.of(
                  "`INSERT`: serial, default, generated column",
                  "INSERT INTO app.users (email) VALUES ('new@x')",
                  "SELECT id > 2, name, shouted FROM real.users WHERE email = 'new@x'")
              .gives("t|nobody|NEW@X"),
          Usage.of(
                  "`INSERT`: identity, without a list of columns",
                  "INSERT INTO app.orders VALUES (DEFAULT, 2, 5)",
                  "SELECT id > 1, total FROM real.orders WHERE user_id = 2")
              .gives("t|5"),
          Usage.of(
                  "`INSERT … OVERRIDING SYSTEM VALUE`",
                  "INSERT INTO app.orders (id, user_id) OVERRIDING SYSTEM VALUE VALUES (77, 2)",
                  "SELECT id FROM real.orders WHERE user_id = 2")
              .gives("77"),
          Usage.of(
                  "`INSERT … SELECT`",
                  "INSERT INTO app.users (email) SELECT 'x' || email FROM app.users ORDER BY id",
                  NEWEST)
              .gives("xbob@x|nobody"),
          Usage.of(
                  "`INSERT … RETURNING`",
                  "INSERT INTO app.users (email) VALUES ('new@x') RETURNING name, shouted")
              .gives("nobody|NEW@X"),
          Usage.of("`UPDATE`", "UPDATE app.users SET name = 'new' WHERE id = 1", USER).gives("new"),
          Usage.of(
                  "`UPDATE … FROM … RETURNING`",
                  "UPDATE app.users u SET name = 'new' FROM app.orders o WHERE o.user_id = u.id"
                      + " RETURNING u.id, u.name")
              .gives("1|new"),
          Usage.of(
                  "`DELETE`",
                  "DELETE FROM app.orders WHERE id = 1",
                  "SELECT count(*) FROM real.orders")
              .gives("0"),
          Usage.of(
                  "`DELETE … USING … RETURNING`",
                  "DELETE FROM app.orders o USING app.users u WHERE o.user_id = u.id RETURNING u.name")
              .gives("Ann"),
          Usage.of(
                  "`ON CONFLICT (column) DO UPDATE`",
                  "INSERT INTO app.users (email) VALUES ('ann@x') ON CONFLICT (email)"
                      + " DO UPDATE SET name = users.name || ' again'",
                  USER)
              .gives("Ann again"),
          Usage.of(
                  "`ON CONFLICT … RETURNING (xmax = 0) AS inserted`",
                  "INSERT INTO app.users (email) VALUES ('ann@x') ON CONFLICT (email)"
                      + " DO UPDATE SET name = 'again' RETURNING xmax = 0")
              .gives("f")
              .orElse(Way.NEW_SCHEMA, Way.KEY),
          Usage.of(
                  "`ON CONFLICT DO NOTHING`",
                  "INSERT INTO app.users (email) VALUES ('ann@x') ON CONFLICT DO NOTHING",
                  USER)
              .gives("Ann"),
          Usage.of(
                  "`ON CONFLICT ON CONSTRAINT`",
                  "INSERT INTO app.users (email) VALUES ('ann@x') ON CONFLICT ON CONSTRAINT"
                      + " users_email_key DO UPDATE SET name = 'again'",
                  USER)
              .gives("again")
              .orElse(Way.NEW_SCHEMA, Way.CONFLICT_COLUMN),
          Usage.of(
                  "`MERGE INTO`",
                  "MERGE INTO app.users u USING (VALUES ('ann@x')) AS v (email) ON u.email = v.email"
                      + " WHEN MATCHED THEN UPDATE SET name = 'merged'"
                      + " WHEN NOT MATCHED THEN INSERT (email) VALUES (v.email)",
                  USER)
              .gives("merged")
              .orElse(Way.NEW_SCHEMA, Way.CONFLICT_COLUMN),
          Usage.of(
                  "`WITH … AS (DELETE … RETURNING)`",
                  "WITH gone AS (DELETE FROM app.orders RETURNING user_id)"
                      + " UPDATE app.users SET name = 'no order' WHERE id IN (SELECT user_id FROM gone)",
                  USER)
              .gives("no order"),
          Usage.of(
                  "`UPDATE … WHERE CURRENT OF` a cursor",
                  "DECLARE c CURSOR FOR SELECT name FROM app.users WHERE id = 1 FOR UPDATE",
                  "FETCH 1 FROM c",
                  "UPDATE app.users SET name = 'current' WHERE CURRENT OF c",
                  USER)
              .gives("current")
              .orElse(Way.NEW_SCHEMA, Way.KEY),
          Usage.of("prepared `INSERT`", "EXECUTE add_user('new@x')", NEWEST)
              .afterOnce("PREPARE add_user(text) AS INSERT INTO app.users (email) VALUES ($1)")
              .gives("new@x|nobody"),
          Usage.of("prepared `UPDATE`", "EXECUTE rename_user('new')", USER)
              .afterOnce("PREPARE rename_user(text) AS UPDATE app.users SET name = $1 WHERE id = 1")
              .gives("new"),
          Usage.of("`COPY users FROM`", "COPY app.users (email) FROM STDIN\ncopied@x\n", NEWEST)
              .gives("copied@x|nobody")
              .orElse(Way.NEW_SCHEMA),
          Usage.of("`TRUNCATE`", "TRUNCATE app.orders", "SELECT count(*) FROM real.orders")
              .gives("0")
              .orElse(Way.NEW_SCHEMA, Way.DELETE),
          Usage.of(
                  "`LOCK TABLE`",
                  "LOCK TABLE app.users IN EXCLUSIVE MODE",
                  "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid()"
                      + " AND relation = 'real.users'::regclass AND mode = 'ExclusiveLock'")
              .gives("ExclusiveLock"),
          Usage.of(
                  "a foreign key refuses an unknown user",
                  "INSERT INTO app.orders (user_id) VALUES (99)")
              .isRefusedWith("23503"),
          Usage.of(
                  "a foreign key refuses to lose a user with orders",
                  "DELETE FROM app.users WHERE id = 1")
              .isRefusedWith("23503"),
          Usage.of(
                  "a unique constraint refuses what is there already",
                  "INSERT INTO app.users (email) VALUES ('ann@x')")
              .isRefusedWith("23505"),
          Usage.of(
                  "`SET CONSTRAINTS ALL DEFERRED`",
                  "SET CONSTRAINTS ALL DEFERRED",
                  "INSERT INTO app.orders (user_id) VALUES (99) RETURNING user_id")
              .gives("99"),
          Usage.of(
                  "`SET CONSTRAINTS orders_user DEFERRED`",
                  "SET CONSTRAINTS app.orders_user DEFERRED",
                  "INSERT INTO app.orders (user_id) VALUES (99) RETURNING user_id")
              .gives("99")
              .orElse(Way.NEW_SCHEMA, Way.ALL_CONSTRAINTS),
          Usage.of(
                  "a trigger fires",
                  "INSERT INTO app.orders (user_id) VALUES (2) RETURNING placed_in IS NOT NULL")
              .gives("t"),
          Usage.of(
                  "`TG_TABLE_SCHEMA` in a trigger",
                  "INSERT INTO app.orders (user_id) VALUES (2) RETURNING placed_in")
              .gives("public")
              .orSilently("is the new schema", Way.TABLE_NAME));

  static final List<Usage> SEQUENCES =
      List.of(
          Usage.of(
                  "`nextval('users_id_seq')` of a serial column",
                  "SELECT nextval('app.users_id_seq') > 2")
              .gives("t")
              .orElse(Way.NEW_SCHEMA, Way.RETURNING),
          Usage.of(
                  "`currval('users_id_seq')` after an `INSERT`",
                  "INSERT INTO app.users (email) VALUES ('new@x')",
                  "SELECT currval('app.users_id_seq') = max(id) FROM real.users")
              .gives("t")
              .orElse(Way.NEW_SCHEMA, Way.RETURNING),
          Usage.of(
                  "`setval('users_id_seq', …)`",
                  "SELECT setval('app.users_id_seq', nextval('app.users_id_seq')) > 2")
              .gives("t")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`lastval()` after an `INSERT`",
                  "INSERT INTO app.users (email) VALUES ('new@x')",
                  "SELECT lastval() = max(id) FROM real.users")
              .gives("t"),
          Usage.of(
                  "`INSERT … RETURNING id`",
                  "INSERT INTO app.users (email) VALUES ('new@x') RETURNING id > 2")
              .gives("t"),
          Usage.of(
                  "`pg_get_serial_sequence('users', 'id')`",
                  "SELECT nextval(pg_get_serial_sequence('app.users', 'id')) > 2")
              .gives("t")
              .orSilently("is `NULL`", Way.NEW_SCHEMA, Way.RETURNING),
          Usage.of(
                  "`pg_get_serial_sequence` of an identity column",
                  "SELECT nextval(pg_get_serial_sequence('app.orders', 'id')) > 1")
              .gives("t")
              .orSilently("is `NULL`", Way.NEW_SCHEMA, Way.RETURNING),
          Usage.of(
                  "`SELECT last_value FROM users_id_seq`",
                  "SELECT last_value >= 2 FROM app.users_id_seq")
              .gives("t")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`ALTER SEQUENCE users_id_seq RESTART`",
                  "ALTER SEQUENCE app.users_id_seq RESTART 1000",
                  "INSERT INTO real.users (email) VALUES ('new@x') RETURNING id")
              .gives("1000")
              .orElse(Way.NEW_SCHEMA),
          Usage.of(
                  "`nextval` of a sequence that no column owns",
                  "SELECT nextval('public.invoice_numbers') > 0")
              .gives("t"));
}
