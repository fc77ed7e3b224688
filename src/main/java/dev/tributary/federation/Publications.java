package dev.tributary.federation;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The publication on a source: a table list that is kept equal to what is taken.
 *
 * <p>Never {@code FOR TABLES IN SCHEMA}: it would publish a future table without replica identity
 * the moment it is created, and that service's UPDATE and DELETE would fail (docs/adr/0003).
 */
final class Publications {
  private Publications() {}

  /** Why the publication of that name must not be touched, if it must not. */
  static Optional<Problem> refusal(DesiredFlow desired, Optional<PublicationState> there) {
    return there.flatMap(
        p ->
            Mark.refusal(
                "The publication %s on the source".formatted(p.name()), p.mark(), desired.owner()));
  }

  /** Takes tables out that must not be published, or are not wanted. */
  static List<Step> unpublish(
      DesiredFlow desired, Optional<PublicationState> there, Predicate<Relation> unwanted) {
    var surplus =
        there.map(PublicationState::tables).orElse(Set.of()).stream()
            .filter(unwanted)
            .sorted(Comparator.comparing(Relation::toString))
            .toList();
    return surplus.isEmpty() ? List.of() : List.of(new DropTables(desired.name(), surplus));
  }

  /** Makes the publication, or adds to it what is missing. */
  static List<Step> plan(
      DesiredFlow desired, List<Relation> tables, Optional<PublicationState> there) {
    Mark mark = Mark.of(desired.owner());
    if (there.isEmpty()) {
      return List.of(new CreatePublication(desired.name(), tables, desired.operations(), mark));
    }
    PublicationState publication = there.get();
    var steps = new ArrayList<Step>();
    if (Mark.ownership(publication.mark(), desired.owner()) == Mark.Ownership.RELEASED) {
      steps.add(new MarkPublication(desired.name(), mark));
    }
    var missing = tables.stream().filter(t -> !publication.tables().contains(t)).toList();
    if (!missing.isEmpty()) {
      steps.add(new AddTables(desired.name(), missing));
    }
    if (!publication.operations().equals(Set.copyOf(desired.operations()))) {
      steps.add(new SetOperations(desired.name(), desired.operations()));
    }
    return steps;
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

  private static String tableList(List<Relation> tables) {
    return tables.stream().map(Relation::qualified).collect(Collectors.joining(", "));
  }

  private static String publish(List<Operation> operations) {
    return Sql.literal(
        operations.stream()
            .map(o -> o.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", ")));
  }

  private static String some(List<Relation> tables) {
    String first = tables.stream().limit(3).map(Relation::name).collect(Collectors.joining(", "));
    return tables.size() <= 3 ? first : "%s and %d more".formatted(first, tables.size() - 3);
  }

  private interface OnSource extends Step {
    @Override
    default Site site() {
      return Site.SOURCE;
    }
  }

  /** Makes and marks the publication. */
  record CreatePublication(
      String name, List<Relation> tables, List<Operation> operations, Mark mark)
      implements OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "CREATE PUBLICATION %s%s WITH (publish = %s)"
              .formatted(
                  Sql.identifier(name),
                  tables.isEmpty() ? "" : " FOR TABLE " + tableList(tables),
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
  record AddTables(String name, List<Relation> tables) implements OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER PUBLICATION %s ADD TABLE %s".formatted(Sql.identifier(name), tableList(tables)));
    }

    @Override
    public String sentence() {
      return "Add %s to the publication %s".formatted(some(tables), name);
    }
  }

  /** Publishes some tables no longer. */
  record DropTables(String name, List<Relation> tables) implements OnSource {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER PUBLICATION %s DROP TABLE %s".formatted(Sql.identifier(name), tableList(tables)));
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
