package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Tables, views and lists of rights as they are after a statement. */
final class Altered {
  private Altered() {}

  /** A list of rights with one more. */
  static List<Grant> given(List<Grant> grants, Grant grant) {
    if (grants.stream().anyMatch(g -> covers(g, grant))) {
      return grants;
    }
    var all = new ArrayList<>(grants);
    all.removeIf(g -> covers(grant, g));
    all.add(grant);
    return List.copyOf(all);
  }

  private static boolean covers(Grant grant, Grant other) {
    return grant.grantee().equals(other.grantee())
        && grant.privilege().equals(other.privilege())
        && (grant.grantable() || !other.grantable());
  }

  /**
   * A list of rights without one.
   *
   * @param grant with grant option: only that option is taken
   */
  static List<Grant> taken(List<Grant> grants, Grant grant) {
    return grants.stream()
        .flatMap(
            g -> {
              boolean concerned =
                  g.grantee().equals(grant.grantee()) && g.privilege().equals(grant.privilege());
              if (!concerned) {
                return Stream.of(g);
              }
              return grant.grantable()
                  ? Stream.of(new Grant(g.grantee(), g.privilege(), false))
                  : Stream.empty();
            })
        .toList();
  }

  static List<View.ViewColumn> appended(List<View.ViewColumn> there, List<View.ViewColumn> all) {
    var columns = new ArrayList<>(there);
    columns.addAll(all.subList(there.size(), all.size()));
    return columns;
  }

  static View copy(View v, Optional<Relation> base, String owner, List<Grant> grants) {
    return new View(
        v.schema(),
        v.name(),
        owner,
        base,
        v.columns(),
        grants,
        v.securityInvoker(),
        v.comment(),
        v.mark(),
        v.dependents());
  }

  static View with(View v, List<View.ViewColumn> columns, List<Grant> grants) {
    return new View(
        v.schema(),
        v.name(),
        v.owner(),
        v.base(),
        columns,
        grants,
        v.securityInvoker(),
        v.comment(),
        v.mark(),
        v.dependents());
  }

  static Table copy(
      Table t,
      String schema,
      List<Grant> grants,
      List<Column> columns,
      List<ColumnSequence> sequences) {
    return new Table(
        schema,
        t.name(),
        t.owner(),
        t.mayAlter(),
        t.ownerMayCreate(),
        t.rowSecurity(),
        t.inheritance(),
        t.logged(),
        t.extension(),
        t.identity(),
        t.key(),
        t.identityFacts(),
        columns,
        grants,
        t.comment(),
        sequences,
        t.indexes(),
        t.publishedBy(),
        t.flows(),
        t.replicatorMaySelect(),
        t.mark(),
        t.bytes(),
        t.estimatedRows(),
        t.oid(),
        t.file(),
        t.lastNumber());
  }

  static Table commented(Table t, Optional<String> comment) {
    return new Table(
        t.schema(),
        t.name(),
        t.owner(),
        t.mayAlter(),
        t.ownerMayCreate(),
        t.rowSecurity(),
        t.inheritance(),
        t.logged(),
        t.extension(),
        t.identity(),
        t.key(),
        t.identityFacts(),
        t.columns(),
        t.grants(),
        comment,
        t.sequences(),
        t.indexes(),
        t.publishedBy(),
        t.flows(),
        t.replicatorMaySelect(),
        t.mark(),
        t.bytes(),
        t.estimatedRows(),
        t.oid(),
        t.file(),
        t.lastNumber());
  }

  /** A table whose replica identity has been set, and what the catalog says of it then. */
  static Table identified(Table t, IdentitySetting setting) {
    var facts =
        new IdentityFacts(
            setting,
            t.identityFacts().uniqueIndexes(),
            t.identityFacts().leaves(),
            t.identityFacts().publishedBy());
    var key =
        switch (setting.kind()) {
          case DEFAULT, FULL -> facts.primaryKey().filter(UniqueIndex::immediate);
          case INDEX -> facts.index(setting.index());
          case NOTHING -> Optional.<UniqueIndex>empty();
        };
    var identity =
        setting.equals(IdentitySetting.FULL)
            ? Table.ReplicaIdentity.FULL
            : key.isPresent() ? Table.ReplicaIdentity.KEY : Table.ReplicaIdentity.NONE;
    return new Table(
        t.schema(),
        t.name(),
        t.owner(),
        t.mayAlter(),
        t.ownerMayCreate(),
        t.rowSecurity(),
        t.inheritance(),
        t.logged(),
        t.extension(),
        identity,
        key.map(UniqueIndex::columns).orElse(List.of()),
        facts,
        t.columns(),
        t.grants(),
        t.comment(),
        t.sequences(),
        t.indexes(),
        t.publishedBy(),
        t.flows(),
        t.replicatorMaySelect(),
        t.mark(),
        t.bytes(),
        t.estimatedRows(),
        t.oid(),
        t.file(),
        t.lastNumber());
  }
}
