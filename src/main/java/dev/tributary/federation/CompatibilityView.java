package dev.tributary.federation;

import dev.tributary.federation.Before.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The view that stands where a table was, so that a name written with its old schema still works.
 *
 * @param name where the table was, and is still found
 * @param base where the table is, or will be
 * @param table what the view shows
 * @param securityInvoker whether it reads its table as whoever uses it, not as its owner
 * @param byDefault the rights that others get on each new view of the connected role there
 */
record CompatibilityView(
    Relation name,
    Relation base,
    Table table,
    boolean securityInvoker,
    Mark mark,
    Set<Right> byDefault) {

  /** A view in this schema, for a table that is, or will be, in the desired one. */
  static CompatibilityView of(
      DesiredSchema desired, SourceState state, String schema, Table table, Optional<View> there) {
    var grants = new ArrayList<>(state.server().tableDefaults());
    state.origin(schema).map(SchemaFacts::defaults).orElse(List.of()).stream()
        .filter(d -> d.role().equals(state.server().role()) && d.objects().equals("TABLES"))
        .forEach(d -> grants.add(d.grant()));
    // What a role gives to itself by default becomes the new owner's.
    grants.removeIf(g -> g.grantee().equals(state.server().role()));
    // A right on a column may have been given on the view, and be on the table only afterwards.
    boolean columnRights =
        there
            .map(v -> rights(table, v, state.remembered()))
            .orElseGet(() -> Right.on(table))
            .stream()
            .anyMatch(r -> !r.column().isEmpty());
    return new CompatibilityView(
        new Relation(schema, table.name()),
        desired.in(table.name()),
        table,
        state.server().version() >= 150000 && (table.rowSecurity() || !columnRights),
        Mark.of(desired.owner()),
        Right.of(grants, table.owner()));
  }

  /** Who has rights on some columns only could use no view that reads as whoever uses it. */
  static boolean hasColumnRights(Table table) {
    return table.columns().stream().anyMatch(c -> !c.grants().isEmpty());
  }

  /** Whether the view that is there shows what this one would, as this one would. */
  boolean isAsDesired(View there) {
    return there.base().equals(Optional.of(base))
        && there.columnNames().equals(table.columnNames())
        && there.owner().equals(table.owner())
        && there.securityInvoker() == securityInvoker
        && there.mark().isPresent()
        && there.comment().equals(table.comment());
  }

  /** Whether the view's columns have the comments that the table's have. */
  boolean hasComments(View there) {
    return there.columnNames().equals(table.columnNames())
        && there.columns().stream()
            .map(View.ViewColumn::comment)
            .toList()
            .equals(table.columns().stream().map(Column::comment).toList());
  }

  /**
   * Whether the view has to be dropped to be made anew: CREATE OR REPLACE VIEW may append columns,
   * and keeps what depends on the view.
   */
  boolean mustReplace(View there) {
    var columns = table.columnNames();
    var shown = there.columnNames();
    return !there.base().equals(Optional.of(base))
        || columns.size() < shown.size()
        || !columns.subList(0, shown.size()).equals(shown);
  }

  /** The rights that table and view should both have, by what both have and last had. */
  Set<Right> rights(Optional<View> there, Before before) {
    return there.map(v -> rights(table, v, before)).orElseGet(() -> Right.on(table));
  }

  /** The same of any table and its view. */
  static Set<Right> rights(Table table, View view, Before before) {
    var rights =
        Right.merge(
            Right.on(table),
            Right.on(view, table),
            before.of(Thing.rights(view.relation())).orElse(List.of()));
    // The view may still show a column that the table has not any more.
    rights.removeIf(r -> !r.column().isEmpty() && !table.columnNames().contains(r.column()));
    return rights;
  }

  /** The statements that make the view beside its table. */
  List<String> make(Optional<View> there, Set<Right> rights, String schema) {
    boolean replace = there.map(this::mustReplace).orElse(false);
    var kept = replace ? Optional.<View>empty() : there;
    var sql = new ArrayList<String>();
    if (replace) {
      sql.add("DROP VIEW " + there.get().relation().qualified());
    }
    sql.add(
        "CREATE %sVIEW %s%s AS SELECT %s FROM %s"
            .formatted(
                kept.isPresent() ? "OR REPLACE " : "",
                name.qualified(),
                // Without it the view reads as its owner, and would show every tenant's rows from
                // the moment on that somebody enables row-level security.
                securityInvoker ? " WITH (security_invoker = true)" : "",
                Sql.identifiers(table.columnNames()),
                base.qualified()));
    sql.add("ALTER VIEW %s OWNER TO %s".formatted(name.qualified(), Sql.identifier(table.owner())));
    sql.addAll(Right.change(name, kept.map(v -> Right.on(v, table)).orElse(byDefault), rights));
    sql.addAll(Right.change(base, Right.on(table), rights));
    sql.add(Before.rememberAnew(schema, Thing.rights(name), Right.digests(rights)));
    // Whoever has commented on the view, and so wiped off the mark, meant the table.
    var comment = there.filter(v -> v.mark().isEmpty()).flatMap(View::comment).or(table::comment);
    if (!comment.equals(table.comment())) {
      sql.add(
          "COMMENT ON TABLE %s IS %s"
              .formatted(base.qualified(), Sql.literal(comment.orElseThrow())));
    }
    sql.add(
        "COMMENT ON VIEW %s IS %s".formatted(name.qualified(), Sql.literal(mark.below(comment))));
    return sql;
  }

  private List<String> columnComments(View there) {
    var shown = there.columns();
    var sql = new ArrayList<String>();
    for (int i = 0; i < table.columns().size(); i++) {
      var column = table.columns().get(i);
      var before = i < shown.size() ? shown.get(i).comment() : Optional.<String>empty();
      if (!before.equals(column.comment())) {
        sql.add(
            "COMMENT ON COLUMN %s.%s IS %s"
                .formatted(
                    name.qualified(),
                    Sql.identifier(column.name()),
                    column.comment().map(Sql::literal).orElse("NULL")));
      }
    }
    return sql;
  }

  /** Makes the view: it was dropped by hand, or its table is another one by now. */
  record MakeView(
      CompatibilityView view, Optional<View> there, Set<Right> rights, DesiredSchema desired)
      implements Step.OnSource {
    @Override
    public List<String> sql() {
      return view.make(there, rights, desired.name());
    }

    @Override
    public String sentence() {
      return "%s the view %s on %s"
          .formatted(there.isPresent() ? "Replace" : "Create", view.name, view.base);
    }

    @Override
    public Optional<Lock> lock() {
      return Optional.of(new Lock(view.name, desired.lockTimeout()));
    }
  }

  /** Makes the rights on a table and its view equal again after a GRANT or REVOKE on one. */
  record EqualRights(CompatibilityView view, View there, Set<Right> rights, DesiredSchema desired)
      implements Step.OnSource {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      sql.addAll(Right.change(view.name, Right.on(there, view.table), rights));
      sql.addAll(Right.change(view.base, Right.on(view.table), rights));
      sql.add(Before.rememberAnew(desired.name(), Thing.rights(view.name), Right.digests(rights)));
      return sql;
    }

    @Override
    public Optional<Lock> lock() {
      return Optional.of(new Lock(view.name, desired.lockTimeout()));
    }

    @Override
    public String sentence() {
      return "Make the rights on %s and its view %s equal".formatted(view.base, view.name);
    }
  }

  /**
   * Gives the view's columns the comments of the table's: not where the table moves, because a
   * thousand of them take longer than an application may wait.
   */
  record CommentColumns(CompatibilityView view, View there, DesiredSchema desired)
      implements Step.OnSource {
    @Override
    public List<String> sql() {
      return view.columnComments(there);
    }

    @Override
    public String sentence() {
      return "Give the columns of the view %s the comments of the table's".formatted(view.name);
    }

    @Override
    public Optional<Lock> lock() {
      return Optional.of(new Lock(view.name, desired.lockTimeout()));
    }
  }

  /** Takes the view away. */
  record DropView(Relation name, DesiredSchema desired) implements Step.OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "DROP VIEW " + name.qualified(), Before.forget(desired.name(), Thing.rights(name)));
    }

    @Override
    public String sentence() {
      return "Drop the view " + name;
    }

    @Override
    public Optional<Lock> lock() {
      return Optional.of(new Lock(name, desired.lockTimeout()));
    }
  }
}
