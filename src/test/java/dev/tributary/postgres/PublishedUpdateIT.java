package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tributary.fixtures.Db;
import dev.tributary.fixtures.PostgresServer;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * EXPLAIN UPDATE, which executes nothing, fails just where a publication would make the
 * application's UPDATE fail: in the very transaction that is about to publish the table.
 */
class PublishedUpdateIT {
  /** OBJECT_NOT_IN_PREREQUISITE_STATE: nothing finds the row. */
  private static final String NO_IDENTITY = "55000";

  /** INVALID_COLUMN_REFERENCE: the filter or the list does not go with the replica identity. */
  private static final String NOT_COVERED = "42P10";

  private static final AtomicInteger NEXT = new AtomicInteger();

  private static Db database(int major) {
    var db = PostgresServer.shared(major).createDatabase("explained_" + NEXT.incrementAndGet());
    db.execute(
        "CREATE TABLE keyed (id int PRIMARY KEY, tenant int, note text)",
        "CREATE TABLE whole (id int, note text)",
        "ALTER TABLE whole REPLICA IDENTITY FULL",
        "CREATE TABLE bare (id int, note text)",
        "CREATE TABLE late (id int PRIMARY KEY DEFERRABLE, note text)",
        "CREATE TABLE sent (id int, note text, twice int GENERATED ALWAYS AS (id * 2) STORED)",
        "ALTER TABLE sent REPLICA IDENTITY FULL",
        "CREATE TABLE made (id int, note text, nr int GENERATED ALWAYS AS (id + 1) STORED PRIMARY KEY)",
        "CREATE TABLE parted (id int PRIMARY KEY, note text) PARTITION BY RANGE (id)",
        "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (10)",
        "CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (10) TO (20)",
        "CREATE TABLE unparted (id int PRIMARY KEY, note text) PARTITION BY RANGE (id)",
        "CREATE TABLE unparted_1 PARTITION OF unparted FOR VALUES FROM (1) TO (10)",
        "ALTER TABLE unparted_1 REPLICA IDENTITY NOTHING",
        "CREATE TABLE rooted (id int, note text) PARTITION BY RANGE (id)",
        "CREATE TABLE rooted_1 PARTITION OF rooted FOR VALUES FROM (1) TO (10)",
        "ALTER TABLE rooted_1 REPLICA IDENTITY FULL");
    return db;
  }

  private static void publish(Db db, String published, String table) throws SQLException {
    try (var connection = db.connect();
        var statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("CREATE PUBLICATION p");
      statement.execute("ALTER PUBLICATION p ADD TABLE " + published);
      try {
        statement.execute("EXPLAIN UPDATE %s SET note = note".formatted(table));
      } finally {
        connection.rollback();
      }
    }
  }

  /** What EXPLAIN says is what the application would meet. */
  private static void assertFails(Db db, String published, String table, String sqlState) {
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> publish(db, published, table))
        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(sqlState));
    db.execute("CREATE PUBLICATION p FOR TABLE " + published);
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> db.execute("UPDATE %s SET note = note".formatted(table)))
        .havingCause()
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(sqlState));
  }

  private static void assertWorks(Db db, String published, String table) {
    assertThatCode(() -> publish(db, published, table)).doesNotThrowAnyException();
    db.execute(
        "CREATE PUBLICATION p FOR TABLE " + published,
        "UPDATE %s SET note = note".formatted(table));
  }

  @ParameterizedTest(name = "PostgreSQL {0}: {1}")
  @CsvSource({
    "13, bare",
    "15, bare",
    "18, bare",
    "13, late",
    "15, late",
    "18, late",
    "13, unparted",
    "15, unparted",
    "18, unparted"
  })
  void nothingFindsTheRows(int major, String table) {
    assertFails(database(major), table, table, NO_IDENTITY);
  }

  @ParameterizedTest(name = "PostgreSQL {0}: {1}")
  @CsvSource({
    "13, keyed",
    "15, keyed",
    "18, keyed",
    "13, whole",
    "15, whole",
    "18, whole",
    "13, parted",
    "15, parted",
    "18, parted",
    "13, sent",
    "15, sent",
    "13, made",
    "15, made",
    "13, rooted",
    "15, rooted",
    "18, rooted"
  })
  void theKeyOrTheWholeRowFindsThem(int major, String table) {
    assertWorks(database(major), table, table);
  }

  @ParameterizedTest(name = "PostgreSQL {0}: {1}")
  @CsvSource({"18, sent", "18, made"})
  void generatedColumnsThatAreNotSentFindNothing(int major, String table) {
    assertFails(database(major), table, table, NOT_COVERED);
  }

  @ParameterizedTest(name = "PostgreSQL {0}: {1}")
  @CsvSource({
    "15, keyed WHERE (tenant > 0)", "18, keyed WHERE (tenant > 0)",
    "15, 'keyed (tenant, note)'", "18, 'keyed (tenant, note)'",
    "15, 'whole (id, note)'", "18, 'whole (id, note)'"
  })
  void aFilterOrAListHasToGoWithTheKey(int major, String published) {
    assertFails(
        database(major), published, published.substring(0, published.indexOf(' ')), NOT_COVERED);
  }

  @ParameterizedTest(name = "PostgreSQL {0}: {1}")
  @CsvSource({
    "15, keyed WHERE (id > 0)", "18, keyed WHERE (id > 0)",
    "15, 'keyed (id, note)'", "18, 'keyed (id, note)'",
    "15, whole WHERE (note <> '')", "18, whole WHERE (note <> '')"
  })
  void oneThatDoesIsHarmless(int major, String published) {
    assertWorks(database(major), published, published.substring(0, published.indexOf(' ')));
  }
}
