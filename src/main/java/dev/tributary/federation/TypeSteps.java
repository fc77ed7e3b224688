package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is done to types on the target. */
final class TypeSteps {
  private TypeSteps() {}

  /** Makes an extension, and what it needs. */
  record CreateExtension(String name) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of("CREATE EXTENSION IF NOT EXISTS %s CASCADE".formatted(Sql.identifier(name)));
    }

    @Override
    public String sentence() {
      return "Create the extension %s on the target".formatted(name);
    }
  }

  /**
   * Makes a type that takes the values of one of the source. What a domain demands of its values
   * the source has seen to.
   */
  record CreateType(DataType type, Mark mark) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of(create(), comment(type.name(), mark));
    }

    private String create() {
      String name = type.name().qualified();
      return switch (type.kind()) {
        case ENUM ->
            "CREATE TYPE %s AS ENUM (%s)"
                .formatted(
                    name,
                    type.labels().stream()
                        .map(l -> Sql.literal(l.text()).strip())
                        .collect(Collectors.joining(", ")));
        case DOMAIN ->
            "CREATE DOMAIN %s AS %s%s"
                .formatted(name, type.base().orElseThrow().sql(), collate(type.collation()));
        case COMPOSITE ->
            "CREATE TYPE %s AS (%s)"
                .formatted(
                    name,
                    type.attributes().stream()
                        .map(
                            a ->
                                Sql.identifier(a.name())
                                    + " "
                                    + a.type().sql()
                                    + collate(a.collation()))
                        .collect(Collectors.joining(", ")));
        case RANGE ->
            "CREATE TYPE %s AS RANGE (subtype = %s%s%s)"
                .formatted(
                    name,
                    type.base().orElseThrow().sql(),
                    type.collation().map(c -> ", collation = " + c.qualified()).orElse(""),
                    type.multirange()
                        .map(m -> ", multirange_type_name = " + m.qualified())
                        .orElse(""));
      };
    }

    private static String collate(Optional<Relation> collation) {
      return collation.map(c -> " COLLATE " + c.qualified()).orElse("");
    }

    @Override
    public String sentence() {
      return "Create the type %s on the target".formatted(type.name());
    }
  }

  /** Puts a type aside that is another one by now, for the columns that still have it. */
  record PutAside(Relation type, String aside) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER TYPE %s RENAME TO %s".formatted(type.qualified(), Sql.identifier(aside)));
    }

    @Override
    public String sentence() {
      return "Put the type %s on the target aside, it is another one by now".formatted(type);
    }
  }

  /** Drops a type of ours. */
  record DropTypes(List<Relation> types) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of(
          "DROP TYPE " + types.stream().map(Relation::qualified).collect(Collectors.joining(", ")));
    }

    @Override
    public String sentence() {
      return "Drop %s of the target"
          .formatted(types.size() == 1 ? "the type " + types.get(0) : types.size() + " types");
    }
  }

  /** A label that an enum gets, behind another one; first when there is none. */
  record NewLabel(String label, Optional<String> after, Optional<String> before) {
    String sql(Relation type) {
      return "ALTER TYPE %s ADD VALUE %s%s%s"
          .formatted(
              type.qualified(),
              Sql.literal(label).strip(),
              after.map(l -> " AFTER " + Sql.literal(l).strip()).orElse(""),
              before.map(l -> " BEFORE " + Sql.literal(l).strip()).orElse(""));
    }
  }

  /** A label that has another text by now. */
  record NewText(String label, String to) {
    String sql(Relation type) {
      return "ALTER TYPE %s RENAME VALUE %s TO %s"
          .formatted(type.qualified(), Sql.literal(label).strip(), Sql.literal(to).strip());
    }
  }

  /** Gives an enum the labels that it has on the source. */
  record AlterEnum(Relation type, List<NewText> renamed, List<NewLabel> added, Mark mark)
      implements Step.OnTarget {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      // Their places are told by the texts that are there.
      added.forEach(a -> sql.add(a.sql(type)));
      renamed.forEach(r -> sql.add(r.sql(type)));
      sql.add(comment(type, mark));
      return sql;
    }

    @Override
    public String sentence() {
      return renamed.isEmpty() && added.isEmpty()
          ? "Remember the labels of the type %s on the target".formatted(type)
          : "Change labels of the type %s on the target".formatted(type);
    }
  }

  /** Renames an attribute of a composite type; its values are written without names. */
  record RenameAttribute(Relation type, String attribute, String to) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER TYPE %s RENAME ATTRIBUTE %s TO %s"
              .formatted(type.qualified(), Sql.identifier(attribute), Sql.identifier(to)));
    }

    @Override
    public String sentence() {
      return "Rename an attribute of the type %s on the target".formatted(type);
    }
  }

  private static String comment(Relation type, Mark mark) {
    return "COMMENT ON TYPE %s IS %s".formatted(type.qualified(), Sql.literal(mark.text()));
  }
}
