package dev.tributary.postgres;

import java.util.List;

/** All that {@link ConformanceIT} tries, in the order of the page. */
final class Usages {
  /** Usages that have a heading in common. */
  record Section(String title, List<Usage> usages) {}

  static final List<Section> SECTIONS =
      List.of(
          new Section("Reading", ReadingUsages.ROWS),
          new Section("Writing", WritingUsages.ROWS),
          new Section("Sequences", WritingUsages.SEQUENCES),
          new Section("Functions that name the table", ReadingUsages.FUNCTIONS),
          new Section("Rights", ReadingUsages.ROLES),
          new Section("Looking the table up, as an ORM does", ReadingUsages.CATALOG),
          new Section("Migrations: tables", MigrationUsages.TABLES),
          new Section(
              "Migrations: columns, constraints, indexes", MigrationUsages.COLUMNS_AND_CONSTRAINTS),
          new Section("Migrations and maintenance: the rest", MigrationUsages.OTHERS));

  private Usages() {}

  static List<Usage> all() {
    return SECTIONS.stream().flatMap(s -> s.usages().stream()).toList();
  }
}
