package dev.tributary.operator;

import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.PostgresServer;

/** A service with a database of its own, which its owner's role runs: no superuser anywhere. */
record Service(String name, Db database, String owner, String password) {

  /** Makes the database with tables users and notes in public, and some rows. */
  static Service create(PostgresServer server, String name, int rows) {
    return create(server, name, "pw-" + name + "-7Qx", rows);
  }

  static Service create(PostgresServer server, String name, String password, int rows) {
    String database = name.replace('-', '_');
    String owner = database + "_owner";
    server
        .database("postgres")
        .execute("CREATE ROLE %s LOGIN REPLICATION PASSWORD '%s'".formatted(owner, password));
    Db db = server.createDatabase(database);
    db.execute(
        "ALTER DATABASE %s OWNER TO %s".formatted(database, owner),
        "GRANT CREATE, USAGE ON SCHEMA public TO " + owner);
    var service = new Service(name, db, owner, password);
    db.execute(
        "SET ROLE " + owner,
        "CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, age int,"
            + " created_at timestamptz NOT NULL DEFAULT now())",
        "CREATE TABLE public.notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id bigint REFERENCES public.users,"
            + " body text, tags text[], price numeric(12,2))",
        "INSERT INTO public.users (email, age) SELECT '%s-' || i || '@example.com', i %% 90 FROM generate_series(1, %d) i"
            .formatted(name, rows),
        "INSERT INTO public.notes (user_id, body, tags, price) SELECT id, 'note of ' || email, ARRAY['a', email], id / 3.0 FROM public.users");
    return service;
  }

  /** The schema that its tables get. */
  String schema() {
    return database.name();
  }

  String secret() {
    return """
        apiVersion: v1
        kind: Secret
        metadata: {name: %s}
        type: kubernetes.io/basic-auth
        stringData: {username: %s, password: %s}
        """
        .formatted(name, owner, password);
  }

  String sourceDatabase() {
    return sourceDatabase(database.server().port());
  }

  /** The resource for an operator that goes through this port; the target goes straight. */
  String sourceDatabase(int port) {
    return """
        apiVersion: tributary.dev/v1alpha1
        kind: SourceDatabase
        metadata: {name: %1$s}
        spec:
          connection: {host: 127.0.0.1, port: %2$d, database: %3$s, credentialsSecret: %1$s}
          replication: {port: %4$d}
        """
        .formatted(name, port, database.name(), database.server().port());
  }
}
