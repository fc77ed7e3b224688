package dev.tributary.postgres;

import static dev.tributary.federation.Sql.identifier;
import static dev.tributary.federation.Sql.literal;

import dev.tributary.federation.Sql;
import dev.tributary.postgres.StormTable.Column;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Random DDL of a service that never stands still, valid for the tables that there are at the
 * moment. The same seed and the same answers of the database make the same storm. Every table keeps
 * something that identifies its rows: what happens else is known (BadTablesIT).
 */
final class DriftStorm implements AutoCloseable {
  private static final int FEWEST_TABLES = 3;
  private static final int MOST_TABLES = 8;
  private static final int MOST_COLUMNS = 14;

  /** Others were faster, or in the way: it is tried again with another one. */
  private static final Set<String> LOST_RACES = Set.of("40P01", "42P01", "55P03");

  private final Connection connection;
  private final Random random;
  private final List<Kind> kinds;
  private final List<String> log = new ArrayList<>();
  private long next = 1;

  /** What may be done; {@code -Dtributary.test.storm=ADD_LABEL,TRUNCATE} does these alone. */
  enum Kind {
    ADD_COLUMN,
    ADD_COLUMN_WITH_CONSTANT,
    ADD_COLUMN_WITH_VOLATILE,
    ADD_NUMBERED_COLUMN,
    ADD_ENUM_COLUMN,
    DROP_COLUMN,
    DROP_AND_ADD_COLUMN,
    RENAME_COLUMN,
    RENAME_COLUMN_AND_BACK,
    WIDEN_TYPE,
    OTHER_TYPE,
    ADD_LABEL,
    RENAME_LABEL,
    RENAME_TYPE,
    RENAME_TABLE,
    RENAME_TABLE_AND_BACK,
    SWAP_TABLES,
    CREATE_TABLE,
    CREATE_TABLE_TO_BE_MOVED,
    DROP_TABLE,
    RECREATE_TABLE,
    CREATE_INDEX,
    DROP_INDEX,
    SET_NOT_NULL,
    DROP_NOT_NULL,
    OTHER_IDENTITY,
    OTHER_KEY,
    TRUNCATE
  }

  private DriftStorm(Connection connection, long seed, List<Kind> kinds) {
    this.connection = connection;
    this.random = new Random(seed);
    this.kinds = kinds;
  }

  static DriftStorm of(World world, long seed) throws SQLException {
    String wanted = System.getProperty("tributary.test.storm", "");
    var kinds =
        wanted.isEmpty()
            ? List.of(Kind.values())
            : Stream.of(wanted.split(",")).map(Kind::valueOf).toList();
    var storm = new DriftStorm(world.connectAsService(), seed, kinds);
    storm.connection.setAutoCommit(false);
    return storm;
  }

  /** The tables that are there before anything flows. */
  void begin() throws SQLException {
    execute("CREATE TYPE storm_mood AS ENUM ('calm', 'windy')");
    execute("CREATE TABLE %s (id int PRIMARY KEY, n bigint)".formatted(StormWriter.PULSE));
    execute("INSERT INTO %s VALUES (1, 0)".formatted(StormWriter.PULSE));
    connection.commit();
    for (int i = 0; i < FEWEST_TABLES + 1; i++) {
      run(create("storm_" + next++));
    }
  }

  /** What was executed so far, in order. */
  List<String> log() {
    return List.copyOf(log);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  /** Does one thing, whatever is possible now; each of its texts is a transaction. */
  void step() throws SQLException {
    for (int attempt = 0; attempt < 200; attempt++) {
      Kind kind = kinds.get(random.nextInt(kinds.size()));
      try {
        var transactions = plan(kind);
        connection.rollback();
        if (!transactions.isEmpty()) {
          log.add("-- " + kind);
          for (String transaction : transactions) {
            run(transaction);
          }
          return;
        }
      } catch (SQLException e) {
        connection.rollback();
        log.add("-- %s: %s".formatted(e.getSQLState(), e.getMessage()));
        if (!LOST_RACES.contains(e.getSQLState())) {
          throw e;
        }
      }
    }
    throw new IllegalStateException("nothing of %s is possible any more".formatted(kinds));
  }

  private void run(String transaction) throws SQLException {
    execute(transaction);
    connection.commit();
    log.add(transaction + ";");
  }

  private void execute(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<String> plan(Kind kind) throws SQLException {
    var names = StormTable.names(connection);
    String name = names.get(random.nextInt(names.size()));
    var table = StormTable.read(connection, name);
    String alter = "ALTER TABLE %s ".formatted(identifier(name));
    boolean wide = table.columns().size() >= MOST_COLUMNS;
    String fresh = "c" + next++;
    return switch (kind) {
      case ADD_COLUMN ->
          unless(wide, alter + "ADD COLUMN %s %s".formatted(fresh, pick(StormColumns.TYPES)));
      case ADD_COLUMN_WITH_CONSTANT ->
          unless(wide, alter + pick(StormColumns.WITH_CONSTANT).formatted(fresh));
      case ADD_COLUMN_WITH_VOLATILE ->
          unless(wide, alter + pick(StormColumns.WITH_VOLATILE).formatted(fresh));
      case ADD_NUMBERED_COLUMN ->
          unless(wide, alter + pick(StormColumns.NUMBERED).formatted(fresh));
      case ADD_ENUM_COLUMN -> wide ? List.of() : addEnum(alter, fresh);
      case DROP_COLUMN ->
          droppable(table).stream()
              .limit(1)
              .map(c -> alter + "DROP COLUMN " + identifier(c.name()))
              .toList();
      case DROP_AND_ADD_COLUMN ->
          droppable(table).stream()
              .limit(1)
              .flatMap(
                  c ->
                      together(
                          alter + "DROP COLUMN " + identifier(c.name()),
                          alter
                              + "ADD COLUMN %s %s"
                                  .formatted(identifier(c.name()), pick(StormColumns.TYPES))))
              .toList();
      case RENAME_COLUMN -> List.of(alter + rename(pick(table.columns()).name(), fresh));
      case RENAME_COLUMN_AND_BACK -> {
        String column = pick(table.columns()).name();
        yield List.of(alter + rename(column, fresh), alter + rename(fresh, column));
      }
      case WIDEN_TYPE -> some(table, c -> StormColumns.widened(alter, c));
      case OTHER_TYPE -> some(table, c -> StormColumns.retyped(alter, c));
      case ADD_LABEL -> {
        var types = enums();
        yield types.isEmpty()
            ? List.of()
            : List.of(
                "ALTER TYPE %s ADD VALUE %s%s"
                    .formatted(
                        pick(types),
                        literal("label " + next),
                        random.nextBoolean() ? "" : " BEFORE " + literal("calm")));
      }
      case RENAME_LABEL -> {
        var enums = table.columns().stream().filter(c -> c.base().equals("enum")).toList();
        if (enums.isEmpty()) {
          yield List.of();
        }
        var column = pick(enums);
        // What ADD_LABEL is put before keeps its name.
        var labels = column.labels().stream().filter(l -> !l.equals("calm")).toList();
        yield List.of(
            "ALTER TYPE %s RENAME VALUE %s TO %s"
                .formatted(column.type(), literal(pick(labels)), literal("renamed " + next)));
      }
      case RENAME_TYPE -> {
        var types = enums();
        yield types.isEmpty()
            ? List.of()
            : List.of("ALTER TYPE %s RENAME TO storm_type_%d".formatted(pick(types), next++));
      }
      case RENAME_TABLE -> List.of(alter + "RENAME TO storm_" + next++);
      case RENAME_TABLE_AND_BACK -> {
        String other = "storm_" + next++;
        yield List.of(
            alter + "RENAME TO " + other,
            "ALTER TABLE %s RENAME TO %s".formatted(other, identifier(name)));
      }
      case SWAP_TABLES -> swap(name, pick(names));
      case CREATE_TABLE -> unless(names.size() >= MOST_TABLES, create("storm_" + next++));
      case CREATE_TABLE_TO_BE_MOVED ->
          unless(names.size() >= MOST_TABLES, create("public.storm_" + next++));
      case DROP_TABLE ->
          unless(
              names.size() <= FEWEST_TABLES, "DROP TABLE %s CASCADE".formatted(identifier(name)));
      case RECREATE_TABLE ->
          together("DROP TABLE %s CASCADE".formatted(identifier(name)), create(identifier(name)))
              .toList();
      case CREATE_INDEX ->
          List.of(
              "CREATE INDEX ON %s (%s)"
                  .formatted(identifier(name), identifier(pick(indexable(table)).name())));
      case DROP_INDEX -> indexes(name).stream().limit(1).map("DROP INDEX "::concat).toList();
      case SET_NOT_NULL -> notNull(table, alter);
      case DROP_NOT_NULL ->
          table.others().stream()
              .filter(c -> c.notNull() && !c.given())
              .limit(1)
              .map(c -> alter + "ALTER COLUMN %s DROP NOT NULL".formatted(identifier(c.name())))
              .toList();
      case OTHER_IDENTITY -> identity(table, alter);
      case OTHER_KEY -> otherKey(table, alter, fresh);
      case TRUNCATE -> List.of("TRUNCATE " + identifier(name));
    };
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private static List<String> unless(boolean not, String sql) {
    return not ? List.of() : List.of(sql);
  }

  /** One transaction of several statements. */
  private static Stream<String> together(String... sql) {
    return Stream.of(String.join("; ", sql));
  }

  private static String rename(String from, String to) {
    return "RENAME COLUMN %s TO %s".formatted(identifier(from), identifier(to));
  }

  private String create(String name) {
    String columns =
        Stream.generate(() -> "c%d %s".formatted(next++, pick(StormColumns.TYPES)))
            .limit(1 + random.nextInt(4))
            .collect(Collectors.joining(", "));
    return "CREATE TABLE %1$s (id bigint PRIMARY KEY, %2$s); INSERT INTO %1$s (id) SELECT -i FROM generate_series(1, %3$d) i"
        .formatted(name, columns, random.nextInt(40));
  }

  private List<String> addEnum(String alter, String column) throws SQLException {
    var types = enums();
    if (types.isEmpty() || random.nextInt(3) == 0) {
      String type = "storm_type_" + next++;
      return together(
              "CREATE TYPE %s AS ENUM ('calm', 'it''s', 'a \"b\"')".formatted(type),
              alter + "ADD COLUMN %s %s DEFAULT 'calm'".formatted(column, type))
          .toList();
    }
    return List.of(alter + "ADD COLUMN %s %s".formatted(column, pick(types)));
  }

  private List<Column> droppable(StormTable table) {
    var others = new ArrayList<>(table.others());
    Collections.shuffle(others, random);
    return others;
  }

  private static List<Column> indexable(StormTable table) {
    return table.columns().stream().filter(c -> !c.base().equals("jsonb")).toList();
  }

  private interface Change {
    String of(Column column);
  }

  private List<String> some(StormTable table, Change change) {
    return droppable(table).stream()
        .filter(c -> !c.given())
        .map(change::of)
        .filter(sql -> !sql.isEmpty())
        .limit(1)
        .toList();
  }

  private List<String> swap(String one, String other) {
    String between = "storm_between_" + next++;
    return one.equals(other)
        ? List.of()
        : together(
                "ALTER TABLE %s RENAME TO %s".formatted(identifier(one), between),
                "ALTER TABLE %s RENAME TO %s".formatted(identifier(other), identifier(one)),
                "ALTER TABLE %s RENAME TO %s".formatted(between, identifier(other)))
            .toList();
  }

  private List<String> notNull(StormTable table, String alter) {
    return table.others().stream()
        .filter(c -> !c.notNull())
        .limit(1)
        .flatMap(
            c -> {
              String name = identifier(c.name());
              return together(
                  "LOCK TABLE %s".formatted(identifier(table.name())),
                  "UPDATE %s SET %s = %s WHERE %s IS NULL"
                      .formatted(
                          identifier(table.name()),
                          name,
                          StormTable.value(c.asNotNull(), next++, random),
                          name),
                  alter + "ALTER COLUMN %s SET NOT NULL".formatted(name));
            })
        .toList();
  }

  private List<String> identity(StormTable table, String alter) {
    String index = "storm_index_" + next++;
    String keys =
        table.keys().stream().map(c -> identifier(c.name())).collect(Collectors.joining(", "));
    return switch (random.nextInt(3)) {
      case 0 -> List.of(alter + "REPLICA IDENTITY FULL");
      case 1 -> List.of(alter + "REPLICA IDENTITY DEFAULT");
      default ->
          together(
                  "CREATE UNIQUE INDEX %s ON %s (%s)"
                      .formatted(index, identifier(table.name()), keys),
                  alter + "REPLICA IDENTITY USING INDEX " + index)
              .toList();
    };
  }

  /** There is a key all the time: another number beside the one that there is. */
  private List<String> otherKey(StormTable table, String alter, String column) throws SQLException {
    var constraint =
        strings(
            "SELECT conname FROM pg_constraint WHERE contype = 'p' AND conrelid = %s::regclass"
                .formatted(literal(table.qualified())));
    if (constraint.isEmpty() || table.columns().size() >= MOST_COLUMNS || table.keys().size() > 2) {
      return List.of();
    }
    String keys =
        Stream.concat(table.keys().stream().map(Column::name), Stream.of(column))
            .map(Sql::identifier)
            .collect(Collectors.joining(", "));
    return together(
            alter + "REPLICA IDENTITY DEFAULT",
            alter
                + "ADD COLUMN %s integer NOT NULL DEFAULT 0, DROP CONSTRAINT %s, ADD PRIMARY KEY (%s)"
                    .formatted(column, identifier(constraint.get(0)), keys))
        .toList();
  }

  private List<String> enums() throws SQLException {
    return strings(
        "SELECT t.oid::regtype::text FROM pg_type t WHERE t.typtype = 'e' AND t.typname LIKE 'storm%' ORDER BY 1");
  }

  private List<String> indexes(String table) throws SQLException {
    return strings(
        "SELECT i.indexrelid::regclass::text FROM pg_index i WHERE i.indrelid = %s::regclass AND NOT i.indisunique ORDER BY 1"
            .formatted(literal(identifier(table))));
  }

  private List<String> strings(String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var result = statement.executeQuery(sql)) {
      var all = new ArrayList<String>();
      while (result.next()) {
        all.add(result.getString(1));
      }
      return all;
    }
  }
}
