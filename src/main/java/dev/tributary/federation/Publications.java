package dev.tributary.federation;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The publication on a source: a table list that is kept equal to what is taken.
 *
 * <p>Never {@code FOR TABLES IN SCHEMA}: it would publish a future table without replica identity
 * the moment it is created, and that service's UPDATE and DELETE would fail (docs/adr/0003).
 */
final class Publications {
  private Publications() {}

  /** Makes the publication, or makes it equal to what is wanted. */
  static Plan plan(
      DesiredFlow desired, Collection<String> tables, Optional<PublicationState> there) {
    Mark mark = Mark.of(desired.owner());
    if (there.isEmpty()) {
      return Plan.of(
          List.of(
              new CreatePublication(
                  desired.name(), desired.schema(), sorted(tables), desired.operations(), mark)));
    }
    PublicationState publication = there.get();
    var steps = new ArrayList<Step>();
    switch (Mark.ownership(publication.mark(), desired.owner())) {
      case ANOTHERS -> {
        return Plan.blocked(
            List.of(
                Schemas.ownedByAnother(
                    "The publication " + desired.name(), publication.mark().orElseThrow())));
      }
      case UNMARKED -> {
        return Plan.blocked(
            List.of(
                new Problem(
                    Reason.NotOwned,
                    "The source has a publication %s that Tributary did not make: rename or drop it."
                        .formatted(desired.name()))));
      }
      case RELEASED -> steps.add(new MarkPublication(desired.name(), mark));
      case OURS -> {}
    }
    var missing = new TreeSet<>(tables);
    missing.removeAll(publication.tables());
    var surplus = new TreeSet<>(publication.tables());
    surplus.removeAll(tables);
    if (!surplus.isEmpty()) {
      steps.add(new DropTables(desired.name(), desired.schema(), List.copyOf(surplus)));
    }
    if (!missing.isEmpty()) {
      steps.add(new AddTables(desired.name(), desired.schema(), List.copyOf(missing)));
    }
    if (!publication.operations().equals(Set.copyOf(desired.operations()))) {
      steps.add(new SetOperations(desired.name(), desired.operations()));
    }
    return Plan.of(steps);
  }

  /** Drops the publication if it is ours. */
  static List<Step> remove(DesiredFlow desired, Optional<PublicationState> there) {
    return there
        .filter(p -> Mark.ownership(p.mark(), desired.owner()) == Mark.Ownership.OURS)
        .<List<Step>>map(p -> List.of(new DropPublication(p.name())))
        .orElse(List.of());
  }

  /** Leaves the publication as it is, for the next federation of this name. */
  static List<Step> release(DesiredFlow desired, Optional<PublicationState> there) {
    return there
        .filter(p -> Mark.ownership(p.mark(), desired.owner()) == Mark.Ownership.OURS)
        .<List<Step>>map(
            p -> List.of(new MarkPublication(p.name(), p.mark().orElseThrow().release())))
        .orElse(List.of());
  }

  private static List<String> sorted(Collection<String> tables) {
    return tables.stream().sorted().toList();
  }

  private static String tableList(String schema, List<String> tables) {
    return tables.stream().map(t -> Sql.qualified(schema, t)).collect(Collectors.joining(", "));
  }

  private static String publish(List<Operation> operations) {
    return Sql.literal(
        operations.stream()
            .map(o -> o.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", ")));
  }

  private static String some(List<String> tables) {
    return tables.size() <= 3
        ? String.join(", ", tables)
        : "%s and %d more".formatted(String.join(", ", tables.subList(0, 3)), tables.size() - 3);
  }

  private interface OnSource extends Step {
    @Override
    default Site site() {
      return Site.SOURCE;
    }
  }

  /** Makes and marks the publication. */
  record CreatePublication(
      String name, String schema, List<String> tables, List<Operation> operations, Mark mark)
      implements OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "CREATE PUBLICATION %s%s WITH (publish = %s)"
              .formatted(
                  Sql.identifier(name),
                  tables.isEmpty() ? "" : " FOR TABLE " + tableList(schema, tables),
                  publish(operations)),
          "COMMENT ON PUBLICATION %s IS %s"
              .formatted(Sql.identifier(name), Sql.literal(mark.text())));
    }

    @Override
    public String sentence() {
      return "Publish %s as %s".formatted(some(tables), name);
    }
  }

  /** Writes whose the publication is. */
  record MarkPublication(String name, Mark mark) implements OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "COMMENT ON PUBLICATION %s IS %s"
              .formatted(Sql.identifier(name), Sql.literal(mark.text())));
    }

    @Override
    public String sentence() {
      return "%s the publication %s".formatted(mark.released() ? "Release" : "Take up", name);
    }
  }

  /** Publishes further tables. */
  record AddTables(String name, String schema, List<String> tables) implements OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER PUBLICATION %s ADD TABLE %s"
              .formatted(Sql.identifier(name), tableList(schema, tables)));
    }

    @Override
    public String sentence() {
      return "Add %s to the publication %s".formatted(some(tables), name);
    }
  }

  /** Publishes some tables no longer. */
  record DropTables(String name, String schema, List<String> tables) implements OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER PUBLICATION %s DROP TABLE %s"
              .formatted(Sql.identifier(name), tableList(schema, tables)));
    }

    @Override
    public String sentence() {
      return "Take %s out of the publication %s".formatted(some(tables), name);
    }
  }

  /** Publishes other operations. */
  record SetOperations(String name, List<Operation> operations) implements OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER PUBLICATION %s SET (publish = %s)"
              .formatted(Sql.identifier(name), publish(operations)));
    }

    @Override
    public String sentence() {
      return "Publish %s by %s"
          .formatted(
              operations.stream().map(o -> o.name().toLowerCase(Locale.ROOT)).toList(), name);
    }
  }

  /** Drops the publication. */
  record DropPublication(String name) implements OnSource {
    @Override
    public List<String> sql() {
      return List.of("DROP PUBLICATION " + Sql.identifier(name));
    }

    @Override
    public String sentence() {
      return "Drop the publication " + name;
    }
  }
}
