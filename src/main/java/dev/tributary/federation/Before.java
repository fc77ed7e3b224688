package dev.tributary.federation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How things were before the tables moved: a small table in their schema, written in the very
 * transactions that change them, so that the way back leads to just where it was.
 *
 * <p>It is data and never executed: what stands in it is compared and quoted like any other name.
 *
 * @param mark whose table it is
 */
public record Before(Optional<Mark> mark, Map<Thing, List<String>> was) {
  /** The table's name. */
  public static final String TABLE = "tributary_before";

  /** Nothing is remembered. */
  static final Before NOTHING = new Before(Optional.empty(), Map.of());

  public Before {
    was = Map.copyOf(was);
  }

  /** What is remembered of what. */
  public enum Kind {
    /** A table by its name: the schema it was in; that of its own, if nobody has moved it. */
    TABLE,
    /** A sequence by schema and name, which a column owned. */
    SEQUENCE,
    /**
     * The search_path of a role, or of the database: its setting, empty if there was none, and what
     * it was changed to.
     */
    SEARCH_PATH,
    /** A view by schema and name: digests of the rights that its table had too. */
    RIGHTS,
    /**
     * A table by its name: the replica identity that it had, and the one that it was given, each as
     * kind and index.
     */
    IDENTITY,
    /** That the tables were in the schema already, and nobody has moved one. */
    IN_PLACE,
    /** The digest of a right that was given on a schema that somebody else made. */
    GIVEN
  }

  /** One thing that something is remembered of. */
  public record Thing(Kind kind, List<String> name) {
    public Thing {
      name = List.copyOf(name);
    }

    static Thing table(String name) {
      return new Thing(Kind.TABLE, List.of(name));
    }

    static Thing sequence(Relation sequence) {
      return new Thing(Kind.SEQUENCE, List.of(sequence.schema(), sequence.name()));
    }

    static Thing rights(Relation view) {
      return new Thing(Kind.RIGHTS, List.of(view.schema(), view.name()));
    }

    static Thing databaseSearchPath() {
      return new Thing(Kind.SEARCH_PATH, List.of());
    }

    static Thing searchPathOf(String role) {
      return new Thing(Kind.SEARCH_PATH, List.of(role));
    }

    static Thing identity(String table) {
      return new Thing(Kind.IDENTITY, List.of(table));
    }

    static Thing inPlace() {
      return new Thing(Kind.IN_PLACE, List.of());
    }

    static Thing given(String digest) {
      return new Thing(Kind.GIVEN, List.of(digest));
    }

    private String sql() {
      return "%s, %s".formatted(Sql.literal(kind.name()), Sql.array(name));
    }
  }

  Optional<List<String>> of(Thing thing) {
    return Optional.ofNullable(was.get(thing));
  }

  boolean remembers(Thing thing) {
    return was.containsKey(thing);
  }

  /** Whether no table has moved that it remembers something of. */
  boolean inPlace() {
    return remembers(Thing.inPlace());
  }

  /** The things of a kind, always in the same order. */
  List<Thing> all(Kind kind) {
    return was.keySet().stream()
        .filter(t -> t.kind() == kind)
        .sorted(Comparator.comparing(t -> String.join("\0", t.name())))
        .toList();
  }

  /** Whether something can be remembered like this; anybody who may can write into the table. */
  public static boolean isWellFormed(String kind, List<String> name, List<String> was) {
    boolean whole = Stream.concat(name.stream(), was.stream()).allMatch(Objects::nonNull);
    return whole
        && switch (kind) {
          case "TABLE" -> name.size() == 1 && was.size() == 1;
          case "SEQUENCE" -> name.size() == 2 && was.size() == 2;
          case "SEARCH_PATH" -> name.size() <= 1 && was.size() == 2;
          case "IDENTITY" ->
              name.size() == 1
                  && was.size() == 4
                  && IdentitySetting.of(was.subList(0, 2)).isPresent()
                  && IdentitySetting.of(was.subList(2, 4)).isPresent();
          case "IN_PLACE" -> name.isEmpty();
          case "RIGHTS" -> name.size() == 2;
          case "GIVEN" -> name.size() == 1;
          default -> false;
        };
  }

  /** Remembers how something was, unless that is known already. */
  static String remember(String schema, Thing thing, List<String> was) {
    return insert(schema, thing, was) + "DO NOTHING";
  }

  /** Remembers how something is now. */
  static String rememberAnew(String schema, Thing thing, List<String> is) {
    return insert(schema, thing, is) + "DO UPDATE SET was = EXCLUDED.was, since = now()";
  }

  private static String insert(String schema, Thing thing, List<String> was) {
    return "INSERT INTO %s (kind, name, was) VALUES (%s, %s) ON CONFLICT (kind, name) "
        .formatted(Sql.qualified(schema, TABLE), thing.sql(), Sql.array(was));
  }

  static String forget(String schema, Thing thing) {
    return "DELETE FROM %s WHERE (kind, name) = (%s)"
        .formatted(Sql.qualified(schema, TABLE), thing.sql());
  }

  /**
   * Makes the table.
   *
   * @param there names of tables that a person had in the schema before
   */
  record CreateBefore(String schema, Mark mark, List<String> there) implements Step.OnSource {
    CreateBefore {
      there = List.copyOf(there);
    }

    @Override
    public List<String> sql() {
      String table = Sql.qualified(schema, TABLE);
      var sql = new ArrayList<String>();
      sql.add(
          "CREATE TABLE %s (kind text, name text[], was text[] NOT NULL, since timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (kind, name))"
              .formatted(table));
      sql.add("COMMENT ON TABLE %s IS %s".formatted(table, Sql.literal(mark.text())));
      there.forEach(name -> sql.add(remember(schema, Thing.table(name), List.of(schema))));
      return sql;
    }

    @Override
    public String sentence() {
      return "Create the table %s.%s, which remembers how things were for the way back"
          .formatted(schema, TABLE);
    }
  }

  /** Makes the table where no table moves, for what is changed about those that are there. */
  record CreateInPlace(String schema, Mark mark) implements Step.OnSource {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<>(new CreateBefore(schema, mark, List.of()).sql());
      sql.add(remember(schema, Thing.inPlace(), List.of()));
      return sql;
    }

    @Override
    public String sentence() {
      return new CreateBefore(schema, mark, List.of()).sentence();
    }
  }

  /** Takes up a table that was released, where no table is to move. */
  record TakeUpInPlace(String schema, Mark mark) implements Step.OnSource {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<>(new MarkBefore(schema, mark).sql());
      sql.add(remember(schema, Thing.inPlace(), List.of()));
      return sql;
    }

    @Override
    public String sentence() {
      return new MarkBefore(schema, mark).sentence();
    }
  }

  /**
   * Writes down, before the first table moves, which were in the schema already.
   *
   * @param there their names
   */
  record BeginToMove(String schema, List<String> there) implements Step.OnSource {
    BeginToMove {
      there = List.copyOf(there);
    }

    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      there.forEach(name -> sql.add(remember(schema, Thing.table(name), List.of(schema))));
      sql.add(forget(schema, Thing.inPlace()));
      return sql;
    }

    @Override
    public String sentence() {
      return "Remember in %s.%s which tables are in schema %s already"
          .formatted(schema, TABLE, schema);
    }
  }

  /** Writes whose the table is. */
  record MarkBefore(String schema, Mark mark) implements Step.OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "COMMENT ON TABLE %s IS %s"
              .formatted(Sql.qualified(schema, TABLE), Sql.literal(mark.text())));
    }

    @Override
    public String sentence() {
      return "%s the table %s.%s".formatted(mark.released() ? "Release" : "Take up", schema, TABLE);
    }
  }

  /** Drops the table when everything is back. */
  record DropBefore(String schema) implements Step.OnSource {
    @Override
    public List<String> sql() {
      return List.of("DROP TABLE " + Sql.qualified(schema, TABLE));
    }

    @Override
    public String sentence() {
      return "Drop the table %s.%s".formatted(schema, TABLE);
    }
  }
}
