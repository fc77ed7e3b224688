package dev.tributary.postgres;

import dev.tributary.postgres.Usage.Login;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The database of a service, as its own migrations made it long before anything moves. */
final class Shop {
  /** Where its tables go. */
  static final String SCHEMA = "accounts";

  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE public.users (
            id serial PRIMARY KEY,
            email text NOT NULL CONSTRAINT users_email_key UNIQUE,
            name text NOT NULL DEFAULT 'nobody',
            age int CHECK (age > 0),
            shouted text GENERATED ALWAYS AS (upper(email)) STORED)
          """,
          """
          CREATE TABLE public.orders (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            user_id int NOT NULL CONSTRAINT orders_user REFERENCES public.users DEFERRABLE,
            total numeric DEFAULT 1,
            placed_in text)
          """,
          "CREATE INDEX users_name ON public.users (name)",
          "CREATE TABLE public.notes (id int PRIMARY KEY, tenant text NOT NULL, body text)",
          "ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY",
          """
          CREATE POLICY own ON public.notes USING (tenant = current_setting('shop.tenant', true))
          """,
          "CREATE TABLE public.schema_migrations (version text PRIMARY KEY)",
          "CREATE SEQUENCE public.invoice_numbers",
          "INSERT INTO public.users (email, name) VALUES ('ann@x', 'Ann'), ('bob@x', 'Bob')",
          "INSERT INTO public.orders (user_id) VALUES (1)",
          "INSERT INTO public.notes VALUES (1, 'red', 'of red'), (2, 'blue', 'of blue')",
          "INSERT INTO public.schema_migrations VALUES ('1')",
          "CREATE VIEW public.user_names AS SELECT id, name FROM public.users",
          "CREATE MATERIALIZED VIEW public.user_count AS SELECT count(*) FROM public.users",
          "CREATE FUNCTION public.label(u public.users) RETURNS text LANGUAGE sql AS 'SELECT u.name || u.id'",
          """
          CREATE FUNCTION public.place() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN NEW.placed_in := TG_TABLE_SCHEMA; RETURN NEW; END'
          """,
          "CREATE TRIGGER place BEFORE INSERT ON public.orders FOR EACH ROW EXECUTE FUNCTION public.place()");

  private static final List<String> RIGHTS =
      List.of(
          "GRANT SELECT, INSERT, UPDATE, DELETE ON public.users TO conformance_reader",
          "GRANT USAGE ON SEQUENCE public.users_id_seq TO conformance_reader",
          "GRANT SELECT (id, name), UPDATE (name) ON public.users TO conformance_support",
          "GRANT INSERT ON public.orders TO conformance_support",
          "GRANT SELECT, INSERT, UPDATE, DELETE ON public.notes TO conformance_tenant",
          "GRANT SELECT (id, body) ON public.notes TO conformance_support",
          "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO conformance_reader");

  /** Made once for every way to write names. */
  private static final List<String> FUNCTIONS =
      List.of(
          """
          CREATE FUNCTION form.names() RETURNS SETOF text LANGUAGE sql AS
          'SELECT name FROM app.users ORDER BY id'
          """,
          """
          CREATE FUNCTION form.names_parsed() RETURNS SETOF text LANGUAGE sql
          BEGIN ATOMIC SELECT name FROM app.users ORDER BY id; END
          """,
          """
          CREATE FUNCTION form.name_of(k int) RETURNS text LANGUAGE plpgsql AS $$
          DECLARE n text;
          BEGIN SELECT name INTO n FROM app.users WHERE id = k; RETURN n; END $$
          """,
          """
          CREATE FUNCTION form.dynamic_name_of(k int) RETURNS text LANGUAGE plpgsql AS $$
          DECLARE n text;
          BEGIN EXECUTE 'SELECT name FROM app.users WHERE id = $1' INTO n USING k; RETURN n; END $$
          """,
          """
          CREATE FUNCTION form.add_user(e text) RETURNS int LANGUAGE plpgsql AS $$
          DECLARE k int;
          BEGIN INSERT INTO app.users (email) VALUES (e) RETURNING id INTO k; RETURN k; END $$
          """,
          """
          CREATE FUNCTION form.row_of(k int) RETURNS text LANGUAGE plpgsql AS $$
          DECLARE u app.users%ROWTYPE;
          BEGIN SELECT * INTO u FROM app.users WHERE id = k; RETURN u.name; END $$
          """,
          """
          CREATE FUNCTION form.all_users() RETURNS SETOF app.users LANGUAGE sql AS
          'SELECT * FROM app.users ORDER BY id'
          """,
          """
          CREATE FUNCTION form.all_rows() RETURNS SETOF app.users LANGUAGE plpgsql AS $$
          BEGIN RETURN QUERY SELECT * FROM app.users ORDER BY id; END $$
          """,
          """
          CREATE FUNCTION form.label_of(k int) RETURNS text LANGUAGE plpgsql AS $$
          DECLARE u app.users;
          BEGIN SELECT * INTO u FROM app.users WHERE id = k; RETURN public.label(u); END $$
          """,
          """
          CREATE FUNCTION form.pinned() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
          AS 'SELECT name FROM app.users ORDER BY id'
          """,
          """
          CREATE FUNCTION form.sweep() RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS
          'BEGIN TRUNCATE app.orders; END'
          """);

  private Shop() {}

  /** A database of that name with everything in it, where it was before any move. */
  static MovedDatabase database(int major, String name) throws SQLException {
    var roles = Arrays.stream(Login.values()).map(Login::role).toList();
    var db = MovedDatabase.create(major, name, SCHEMA, Login.OWNER.role(), roles);
    db.execute(ddl());
    return db;
  }

  private static List<String> ddl() {
    return Stream.of(TABLES, RIGHTS, functions("plain", ""), functions("written", "public."))
        .flatMap(List::stream)
        .toList();
  }

  /** Functions in a schema of their own, which write the names of tables like this. */
  static List<String> functions(String schema, String prefix) {
    return Stream.concat(
            Stream.of("CREATE SCHEMA " + schema),
            FUNCTIONS.stream().map(f -> written(f, prefix, schema)))
        .toList();
  }

  /** Writes the names of tables, and of the functions that write them in the same way. */
  static String written(String sql, String prefix, String functions) {
    return sql.replaceAll("\\bapp\\.", prefix).replaceAll("\\bform\\.", functions + ".");
  }
}
