package dev.tributary.federation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The view that stands where a table was, so that a name written with its old schema still works.
 *
 * @param schema where the table was
 * @param table the table; its schema is where it was observed, which the view does not use
 * @param tableSchema where the table is, or will be
 * @param securityInvoker whether the server has that option (15 and later)
 */
record CompatibilityView(
    String schema, Table table, String tableSchema, boolean securityInvoker, Mark mark) {

  /** The statements that make the view, with the rights of the table. */
  List<String> create() {
    String view = Sql.qualified(schema, table.name());
    var sql = new ArrayList<String>();
    sql.add(
        "CREATE VIEW %s%s AS SELECT %s FROM %s"
            .formatted(
                view,
                // Without it the view reads as its owner and shows every tenant's rows. On other
                // tables it would
                // only make a later GRANT on the old name useless.
                table.rowSecurity() && securityInvoker ? " WITH (security_invoker = true)" : "",
                Sql.identifiers(table.columnNames()),
                Sql.qualified(tableSchema, table.name())));
    sql.add("ALTER VIEW %s OWNER TO %s".formatted(view, Sql.identifier(table.owner())));
    table.grants().forEach(g -> sql.add(grant(g, g.privilege(), view)));
    for (Column column : table.columns()) {
      column
          .grants()
          .forEach(
              g ->
                  sql.add(
                      grant(g, g.privilege() + " (" + Sql.identifier(column.name()) + ")", view)));
    }
    sql.add("COMMENT ON VIEW %s IS %s".formatted(view, Sql.literal(mark.text())));
    return sql;
  }

  String drop() {
    return "DROP VIEW " + Sql.qualified(schema, table.name());
  }

  private static String grant(Grant grant, String what, String view) {
    return "GRANT %s ON %s TO %s%s"
        .formatted(what, view, grant.to(), grant.grantable() ? " WITH GRANT OPTION" : "");
  }

  /** Whether the view that is there does what this one would. */
  boolean isAsDesired(View there) {
    return there.columns().equals(table.columnNames())
        && (!table.rowSecurity() || there.securityInvoker());
  }

  /** Makes the view anew: it was dropped by hand, or its table has other columns by now. */
  record CreateView(CompatibilityView view, boolean replaces, Duration lockTimeout)
      implements Step {
    @Override
    public Site site() {
      return Site.SOURCE;
    }

    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      sql.add(SchemaMove.lockTimeout(lockTimeout));
      if (replaces) {
        sql.add(view.drop());
      }
      sql.addAll(view.create());
      return sql;
    }

    @Override
    public String sentence() {
      return "%s view %s.%s on %s.%s"
          .formatted(
              replaces ? "Replace the" : "Create the",
              view.schema,
              view.table.name(),
              view.tableSchema,
              view.table.name());
    }

    @Override
    public boolean skippable() {
      return true;
    }
  }

  /** Takes the view away. */
  record DropView(String schema, String name, Duration lockTimeout) implements Step {
    @Override
    public Site site() {
      return Site.SOURCE;
    }

    @Override
    public List<String> sql() {
      return List.of(
          SchemaMove.lockTimeout(lockTimeout), "DROP VIEW " + Sql.qualified(schema, name));
    }

    @Override
    public String sentence() {
      return "Drop the view %s.%s".formatted(schema, name);
    }

    @Override
    public boolean skippable() {
      return true;
    }
  }
}
