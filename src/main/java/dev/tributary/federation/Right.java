package dev.tributary.federation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * One thing that a role may do with a table or its view; the option to hand a right on is a right
 * of its own.
 *
 * @param grantee the role, empty for PUBLIC
 * @param privilege PostgreSQL's word, e.g. {@code SELECT}
 * @param column empty for the whole table
 */
record Right(String grantee, String privilege, String column, boolean grantOption)
    implements Comparable<Right> {

  private static final Comparator<Right> ORDER =
      Comparator.comparing(Right::column)
          .thenComparing(Right::grantee)
          .thenComparing(Right::privilege)
          .thenComparing(Right::grantOption);

  @Override
  public int compareTo(Right other) {
    return ORDER.compare(this, other);
  }

  /** What others than the owner may do with a table. */
  static Set<Right> on(Table table) {
    var rights = new TreeSet<Right>();
    table.grants().forEach(g -> add(rights, g, "", table.owner()));
    table.columns().forEach(c -> c.grants().forEach(g -> add(rights, g, c.name(), table.owner())));
    return rights;
  }

  /** What others than its owner, and the owner of its table, may do with a view. */
  static Set<Right> on(View view, Table table) {
    var rights = new TreeSet<Right>();
    view.grants().forEach(g -> add(rights, g, "", view.owner()));
    view.columns().forEach(c -> c.grants().forEach(g -> add(rights, g, c.name(), view.owner())));
    rights.removeIf(r -> r.grantee.equals(table.owner()));
    return rights;
  }

  /** What these grants on a whole object amount to, for everybody but one role. */
  static Set<Right> of(Collection<Grant> grants, String without) {
    var rights = new TreeSet<Right>();
    grants.forEach(g -> add(rights, g, "", without));
    return rights;
  }

  /** What one grant on a whole object amounts to. */
  static Set<Right> of(Grant grant) {
    var rights = new TreeSet<Right>();
    add(rights, grant, "", null);
    return rights;
  }

  private static void add(Set<Right> rights, Grant grant, String column, String without) {
    if (!grant.grantee().equals(without)) {
      rights.add(new Right(grant.grantee(), grant.privilege(), column, false));
      if (grant.grantable()) {
        rights.add(new Right(grant.grantee(), grant.privilege(), column, true));
      }
    }
  }

  /**
   * The rights that a table and its view should both have: what was given on either, without what
   * was taken away on either.
   *
   * @param known digests of the rights that both had when they were last made equal
   */
  static Set<Right> merge(Set<Right> onTable, Set<Right> onView, Collection<String> known) {
    var merged = new TreeSet<>(onTable);
    merged.addAll(onView);
    merged.removeIf(
        r -> known.contains(r.digest()) && !(onTable.contains(r) && onView.contains(r)));
    // The option to hand a right on goes with the right.
    merged.removeIf(
        r -> r.grantOption && !merged.contains(new Right(r.grantee, r.privilege, r.column, false)));
    return merged;
  }

  /** The statements that lead from some rights on a relation to others. */
  static List<String> change(Relation on, Set<Right> from, Set<Right> to) {
    var taken = from.stream().filter(r -> !to.contains(r)).toList();
    // Taking a right on the table takes it on its columns too.
    var given =
        to.stream()
            .filter(r -> !from.contains(r) || !r.column.isEmpty() && !taken.isEmpty())
            .toList();
    return Stream.concat(
            byColumns(taken).stream().map(r -> r.get(0).revoke(on.qualified(), columns(r))),
            byColumns(given).stream().map(r -> r.get(0).grant(on.qualified(), columns(r))))
        .toList();
  }

  /** What differs in nothing but the column is one statement: a table may have 1600. */
  private static Collection<List<Right>> byColumns(List<Right> rights) {
    var groups = new LinkedHashMap<List<Object>, List<Right>>();
    for (Right r : rights) {
      var key = List.<Object>of(r.grantee, r.privilege, r.grantOption, r.column.isEmpty());
      groups.computeIfAbsent(key, k -> new ArrayList<>()).add(r);
    }
    return groups.values();
  }

  private static List<String> columns(List<Right> rights) {
    return rights.stream().map(Right::column).filter(c -> !c.isEmpty()).toList();
  }

  /** {@code GRANT … ON …}, what it is on as SQL. */
  String grant(String on) {
    return grant(on, List.of());
  }

  private String grant(String on, List<String> columns) {
    return "GRANT %s ON %s TO %s%s"
        .formatted(what(columns), on, who(), grantOption ? " WITH GRANT OPTION" : "");
  }

  /** {@code REVOKE … ON …}, what it is on as SQL. */
  String revoke(String on) {
    return revoke(on, List.of());
  }

  private String revoke(String on, List<String> columns) {
    return "REVOKE %s%s ON %s FROM %s"
        .formatted(grantOption ? "GRANT OPTION FOR " : "", what(columns), on, who());
  }

  private String what(List<String> columns) {
    return columns.isEmpty() ? privilege : privilege + " (" + Sql.identifiers(columns) + ")";
  }

  /** The role as SQL. */
  String who() {
    return grantee.isEmpty() ? "PUBLIC" : Sql.identifier(grantee);
  }

  /** Tells it from others, and holds nothing that could be executed. */
  String digest() {
    return Names.digest("right", grantee, privilege, column, String.valueOf(grantOption));
  }

  static List<String> digests(Set<Right> rights) {
    return rights.stream().map(Right::digest).toList();
  }
}
