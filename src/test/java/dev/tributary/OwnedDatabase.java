package dev.tributary;

import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.PostgresServer;
import java.sql.SQLException;

/** A database whose owner is no superuser, with tables that an application has. */
record OwnedDatabase(Db db, String password) {

  static OwnedDatabase create(int major, String name, String password) {
    var server = PostgresServer.shared(major);
    server
        .database("postgres")
        .execute("CREATE ROLE %s LOGIN REPLICATION PASSWORD '%s'".formatted(name, password));
    var db = server.createDatabase(name);
    db.execute(
        "ALTER DATABASE %s OWNER TO %s".formatted(name, name),
        "GRANT CREATE, USAGE ON SCHEMA public TO " + name);
    var owned = new OwnedDatabase(db, password);
    owned.execute("CREATE TABLE users (id serial PRIMARY KEY, email text)");
    owned.execute("CREATE TABLE \"Größe; -- \nDROP TABLE users;\" (id int PRIMARY KEY)");
    owned.execute("COMMENT ON TABLE users IS E'it''s \\\\ a comment'");
    return owned;
  }

  /** As the owner; several statements too. */
  void execute(String sql) {
    try (var connection = db.connect(name(), password);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  String one(String sql) {
    return db.one(sql);
  }

  /** Of the database, its owner and the schema. */
  String name() {
    return db.name();
  }

  /** Of the resource and its Secret. */
  String resource() {
    return name().replace('_', '-');
  }

  int port() {
    return db.server().port();
  }

  /** The manifest of the source, with more in its spec. */
  String source(String more) {
    return """
        apiVersion: tributary.dev/v1alpha1
        kind: SourceDatabase
        metadata: {name: %1$s}
        spec:
          connection: {host: 127.0.0.1, port: %2$d, database: %3$s, credentialsSecret: %1$s}
        %4$s
        """
        .formatted(resource(), port(), name(), more);
  }

  /** The manifest of the Secret, between two marks of documents. */
  String secret(String withPassword) {
    return """
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: %s}
        stringData: {username: %s, password: %s}
        ---
        """
        .formatted(resource(), name(), withPassword);
  }
}
