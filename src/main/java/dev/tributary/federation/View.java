package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/**
 * A view as the catalog describes it.
 *
 * @param base a relation that it reads from
 * @param comment what {@code COMMENT ON VIEW} says, without the mark
 * @param dependents what would have to be dropped with it, as the server describes it
 */
public record View(
    String schema,
    String name,
    String owner,
    Optional<Relation> base,
    List<ViewColumn> columns,
    List<Grant> grants,
    boolean securityInvoker,
    Optional<String> comment,
    Optional<Mark> mark,
    List<String> dependents) {
  public View {
    columns = List.copyOf(columns);
    grants = List.copyOf(grants);
    dependents = List.copyOf(dependents);
  }

  List<String> columnNames() {
    return columns.stream().map(ViewColumn::name).toList();
  }

  public Relation relation() {
    return new Relation(schema, name);
  }

  /**
   * One column of a view.
   *
   * @param grants rights that were given on this column alone
   */
  public record ViewColumn(String name, List<Grant> grants, Optional<String> comment) {
    public ViewColumn {
      grants = List.copyOf(grants);
    }
  }
}
