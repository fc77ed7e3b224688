package dev.tributary.federation;

import java.util.List;

/** Tables in which migration tools keep their history: moving or replicating them helps nobody. */
final class MigrationHistory {
  static final List<String> TABLES =
      List.of(
          "flyway_schema_history",
          "schema_version",
          "databasechangelog",
          "databasechangeloglock",
          "schema_migrations",
          "ar_internal_metadata",
          "django_migrations",
          "alembic_version",
          "knex_migrations",
          "knex_migrations_lock",
          "_prisma_migrations",
          "__EFMigrationsHistory",
          "goose_db_version",
          "sequelize_meta",
          "SequelizeMeta",
          "typeorm_migrations",
          "mikro_orm_migrations",
          "atlas_schema_revisions",
          "phinxlog",
          "doctrine_migration_versions");

  private MigrationHistory() {}

  static boolean isOne(String table) {
    return TABLES.contains(table);
  }
}
