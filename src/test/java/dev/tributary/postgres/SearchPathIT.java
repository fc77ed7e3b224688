package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.postgres.MovedDatabase.Compatibility;
import dev.tributary.postgres.Usage.Login;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Which sessions find the table by its name alone, and which the view. */
class SearchPathIT {
  private static final List<Integer> MAJORS = List.of(15, 17, 18);

  private static final String TABLE = "r in " + Shop.SCHEMA;
  private static final String VIEW = "v in public";

  @ParameterizedTest(name = "{0}")
  @FieldSource("MAJORS")
  void oneOpenedAfterTheMoveTheTable(int major) throws SQLException {
    var db = Shop.database(major, "search_path_after");
    db.move(Compatibility.BOTH);
    try (var session = db.connect(Login.OWNER.role())) {
      assertThat(found(session)).isEqualTo(TABLE);
    }
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("MAJORS")
  void oneOpenedBeforeTheViewEvenAfterDiscardAll(int major) throws SQLException {
    var db = Shop.database(major, "search_path_before");
    try (var session = db.connect(Login.OWNER.role())) {
      db.move(Compatibility.BOTH);
      assertThat(found(session)).isEqualTo(VIEW);
      execute(session, "DISCARD ALL");
      assertThat(found(session)).isEqualTo(VIEW);
      execute(session, "SET search_path = accounts, public");
      assertThat(found(session)).isEqualTo(TABLE);
    }
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("MAJORS")
  void oneOfARoleWithItsOwnSearchPathTheView(int major) throws SQLException {
    var db = Shop.database(major, "search_path_role");
    db.db()
        .execute(
            "ALTER ROLE conformance_reader IN DATABASE search_path_role SET search_path = public");
    db.move(Compatibility.BOTH);
    try (var session = db.connect(Login.READER.role())) {
      assertThat(found(session)).isEqualTo(VIEW);
    }
  }

  /** By "$user", which stands in the search_path from the start. */
  @ParameterizedTest(name = "{0}")
  @FieldSource("MAJORS")
  void oneOfARoleNamedLikeTheSchemaTheTableAtOnceWhereverItWasOpened(int major)
      throws SQLException {
    String namesake = "search_path_namesake";
    var db = MovedDatabase.create(major, namesake, namesake, namesake, List.of());
    db.execute("CREATE TABLE public.users (id int PRIMARY KEY)");
    try (var session = db.connect(namesake)) {
      db.move(Compatibility.VIEWS);
      assertThat(found(session)).isEqualTo("r in " + namesake);
    }
  }

  private static String found(Connection session) throws SQLException {
    try (var statement = session.createStatement();
        var row =
            statement.executeQuery(
                "SELECT relkind::text || ' in ' || relnamespace::regnamespace FROM pg_class"
                    + " WHERE oid = 'users'::regclass")) {
      row.next();
      return row.getString(1);
    }
  }

  private static void execute(Connection session, String sql) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute(sql);
    }
  }
}
