package dev.tributary.federation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The view that stands where a table was, so that a name written with its old schema still works.
 *
 * @param name where the table was, and is still found
 * @param base where the table is, or will be
 * @param table what the view shows
 * @param securityInvoker whether the server has that option (15 and later)
 */
record CompatibilityView(
    Relation name, Relation base, Table table, boolean securityInvoker, Mark mark) {

  /** Whether the view that is there does what this one would. */
  boolean isAsDesired(View there) {
    return there.base().equals(Optional.of(base))
        && there.columns().equals(table.columnNames())
        && there.owner().equals(table.owner())
        && (!table.rowSecurity() || !securityInvoker || there.securityInvoker())
        && table.grants().stream()
            .allMatch(g -> there.grants().stream().anyMatch(t -> t.covers(g)));
  }

  /**
   * The statements that make the view, with the rights of the table; a view that is there keeps its
   * own rights as well, a later GRANT on the old name is meant for it.
   */
  List<String> make(Optional<View> there) {
    boolean replaceable = there.map(this::mayReplace).orElse(false);
    var sql = new ArrayList<String>();
    if (there.isPresent() && !replaceable) {
      sql.add("DROP VIEW " + name.qualified());
    }
    sql.add(
        "CREATE %sVIEW %s%s AS SELECT %s FROM %s"
            .formatted(
                replaceable ? "OR REPLACE " : "",
                name.qualified(),
                // Without it the view reads as its owner and shows every tenant's rows. On other
                // tables it would only make a later GRANT on the old name useless.
                table.rowSecurity() && securityInvoker ? " WITH (security_invoker = true)" : "",
                Sql.identifiers(table.columnNames()),
                base.qualified()));
    sql.add("ALTER VIEW %s OWNER TO %s".formatted(name.qualified(), Sql.identifier(table.owner())));
    var own = there.map(View::grants).orElse(List.of());
    Stream.concat(table.grants().stream(), own.stream())
        .distinct()
        .forEach(g -> sql.add(grant(g, g.privilege())));
    for (Column column : table.columns()) {
      column
          .grants()
          .forEach(
              g -> sql.add(grant(g, g.privilege() + " (" + Sql.identifier(column.name()) + ")")));
    }
    sql.add("COMMENT ON VIEW %s IS %s".formatted(name.qualified(), Sql.literal(mark.text())));
    return sql;
  }

  /** CREATE OR REPLACE VIEW may append columns, and keeps what depends on the view. */
  private boolean mayReplace(View there) {
    var columns = table.columnNames();
    return there.base().equals(Optional.of(base))
        && columns.size() >= there.columns().size()
        && columns.subList(0, there.columns().size()).equals(there.columns());
  }

  private String grant(Grant grant, String what) {
    return "GRANT %s ON %s TO %s%s"
        .formatted(
            what, name.qualified(), grant.to(), grant.grantable() ? " WITH GRANT OPTION" : "");
  }

  /** Makes the view: it was dropped by hand, or its table is another one by now. */
  record MakeView(CompatibilityView view, Optional<View> there, Duration lockTimeout)
      implements Step {
    @Override
    public Site site() {
      return Site.SOURCE;
    }

    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      sql.add(SchemaMove.lockTimeout(lockTimeout));
      sql.addAll(view.make(there));
      return sql;
    }

    @Override
    public String sentence() {
      return "%s the view %s on %s"
          .formatted(there.isPresent() ? "Replace" : "Create", view.name, view.base);
    }

    @Override
    public boolean skippable() {
      return true;
    }
  }

  /** Takes the view away. */
  record DropView(Relation name, Duration lockTimeout) implements Step {
    @Override
    public Site site() {
      return Site.SOURCE;
    }

    @Override
    public List<String> sql() {
      return List.of(SchemaMove.lockTimeout(lockTimeout), "DROP VIEW " + name.qualified());
    }

    @Override
    public String sentence() {
      return "Drop the view " + name;
    }

    @Override
    public boolean skippable() {
      return true;
    }
  }
}
