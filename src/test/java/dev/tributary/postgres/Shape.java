package dev.tributary.postgres;

import dev.tributary.federation.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Something that a source may have: tables with rows that exercise their columns, what is written
 * to them after the copy, and what is to become of each of them.
 *
 * @param name also of its table, where nothing else is said
 * @param since the first major version that has it
 * @param prepared what a superuser does before
 * @param ddl what the service does before anything flows
 * @param open what the service does in a session that stays open
 * @param workload what the service does when everything flows, each in its own transaction
 * @param tables what is to become of each table without a parent
 * @param ownTypes whether types of its own are to be the same on both sides
 */
record Shape(
    String name,
    int since,
    List<String> prepared,
    String ddl,
    List<String> open,
    List<String> workload,
    Map<String, Fate> tables,
    boolean ownTypes) {

  /** What is to become of a table. */
  sealed interface Fate {
    /** Rows equal by value, columns by name and type. */
    Fate IN_SYNC = new InSync();

    /** Not on the target, and nobody has to be told. */
    Fate LEFT_OUT = new LeftOut();

    /** Not on the target, and a problem names the table. */
    static Fate refused(Reason... reasons) {
      return new Refused(Set.of(reasons));
    }

    /** Either of the two, but nothing between them. */
    static Fate inSyncOrRefused(Reason... reasons) {
      return new InSyncOrRefused(Set.of(reasons));
    }

    default boolean allows(Reason reason) {
      return false;
    }

    default boolean allowsSync() {
      return false;
    }

    record InSync() implements Fate {
      @Override
      public boolean allowsSync() {
        return true;
      }
    }

    record LeftOut() implements Fate {}

    record Refused(Set<Reason> reasons) implements Fate {
      @Override
      public boolean allows(Reason reason) {
        return reasons.contains(reason);
      }
    }

    record InSyncOrRefused(Set<Reason> reasons) implements Fate {
      @Override
      public boolean allows(Reason reason) {
        return reasons.contains(reason);
      }

      @Override
      public boolean allowsSync() {
        return true;
      }
    }
  }

  /** One with a table of its name that is to be in sync. */
  static Shape of(String name, String ddl, String workload) {
    return new Shape(
        name, 13, List.of(), ddl, List.of(), split(workload), Map.of(name, Fate.IN_SYNC), true);
  }

  /** The same with these tables. */
  static Shape of(String name, List<String> tables, String ddl, String workload) {
    var fates = new LinkedHashMap<String, Fate>();
    tables.forEach(table -> fates.put(table, Fate.IN_SYNC));
    return new Shape(name, 13, List.of(), ddl, List.of(), split(workload), fates, true);
  }

  /** A statement ends with a semicolon at the end of a line; there are no functions in it. */
  private static List<String> split(String sql) {
    return Stream.of(sql.split(";\\s*\\n")).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }

  Shape since(int major) {
    return new Shape(name, major, prepared, ddl, open, workload, tables, ownTypes);
  }

  Shape prepared(String... sql) {
    return new Shape(name, since, List.of(sql), ddl, open, workload, tables, ownTypes);
  }

  Shape open(String... sql) {
    return new Shape(name, since, prepared, ddl, List.of(sql), workload, tables, ownTypes);
  }

  /** Its types need not be of the same names there. */
  Shape withTypesRenamed() {
    return new Shape(name, since, prepared, ddl, open, workload, tables, false);
  }

  Shape becomes(Fate fate) {
    return becomes(name, fate);
  }

  Shape becomes(String table, Fate fate) {
    var fates = new LinkedHashMap<>(tables);
    fates.put(table, fate);
    return new Shape(name, since, prepared, ddl, open, workload, fates, ownTypes);
  }

  /** The statements before anything flows, in order, for whoever wants to see them. */
  List<String> before() {
    var all = new ArrayList<>(prepared);
    all.add(ddl);
    return all;
  }

  @Override
  public String toString() {
    return name;
  }
}
