package dev.tributary.federation;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
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

  /** What others than the owner may do with a view. */
  static Set<Right> on(View view) {
    var rights = new TreeSet<Right>();
    view.grants().forEach(g -> add(rights, g, "", view.owner()));
    view.columns().forEach(c -> c.grants().forEach(g -> add(rights, g, c.name(), view.owner())));
    return rights;
  }

  /** What these grants on a whole table amount to. */
  static Set<Right> of(Collection<Grant> grants, String owner) {
    var rights = new TreeSet<Right>();
    grants.forEach(g -> add(rights, g, "", owner));
    return rights;
  }

  private static void add(Set<Right> rights, Grant grant, String column, String owner) {
    if (!grant.grantee().equals(owner)) {
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
    var taken = new LinkedHashSet<String>();
    from.stream().filter(r -> !to.contains(r)).forEach(r -> taken.add(r.revoke(on)));
    // Taking a right on the table takes it on its columns too.
    var given =
        to.stream().filter(r -> !from.contains(r) || !r.column.isEmpty() && !taken.isEmpty());
    return Stream.concat(taken.stream(), given.map(r -> r.grant(on))).toList();
  }

  private String grant(Relation on) {
    return "GRANT %s ON %s TO %s%s"
        .formatted(what(), on.qualified(), who(), grantOption ? " WITH GRANT OPTION" : "");
  }

  private String revoke(Relation on) {
    return "REVOKE %s%s ON %s FROM %s"
        .formatted(grantOption ? "GRANT OPTION FOR " : "", what(), on.qualified(), who());
  }

  private String what() {
    return column.isEmpty() ? privilege : privilege + " (" + Sql.identifier(column) + ")";
  }

  private String who() {
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
