package dev.tributary.postgres;

import dev.tributary.postgres.Shape.Fate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * What sources are like: shapes of tables, types, names and keys, and a few whole schemas. No two
 * of them have a table, type or schema of the same name, so that one database may have them all.
 */
final class SchemaCorpus {
  private SchemaCorpus() {}

  /** All that a source of this major version can have. */
  static List<Shape> of(int major) {
    return Stream.of(
            BuiltInTypeShapes.all(),
            OwnTypeShapes.all(),
            NameShapes.all(),
            TableShapes.all(),
            KeyShapes.all(),
            List.of(pagila(), northwind(), frameworks()))
        .flatMap(List::stream)
        .filter(shape -> shape.since() <= major)
        .toList();
  }

  private static Shape pagila() {
    return Shape.of(
            "pagila",
            List.of(
                "actor",
                "language",
                "category",
                "film",
                "film_actor",
                "film_category",
                "customer",
                "inventory",
                "rental",
                "payment"),
            read("pagila.sql"),
            """
            INSERT INTO film (title, description, language_id, rating, special_features) VALUES ('AFFAIR PREJUDICE', 'A Fanciful Documentary', 1, 'G', '{Commentaries}');
            UPDATE film SET rating = 'R', rental_rate = 0.99, special_features = special_features || '{Trailers}' WHERE film_id = 1;
            UPDATE film SET release_year = 2155 WHERE film_id = 3;
            UPDATE payment SET payment_date = payment_date + interval '31 days' WHERE payment_id = 1;
            UPDATE rental SET return_date = '2022-03-01 00:00+00';
            DELETE FROM film_actor WHERE actor_id = 4;
            DELETE FROM actor WHERE actor_id = 4;
            REFRESH MATERIALIZED VIEW rental_by_category;
            """)
        .becomes("rental_by_category", Fate.LEFT_OUT);
  }

  private static Shape northwind() {
    return Shape.of(
        "northwind",
        List.of(
            "customers",
            "employees",
            "categories",
            "products",
            "orders",
            "order_details",
            "Artist",
            "Album",
            "InvoiceLine",
            "PlaylistTrack"),
        read("northwind.sql"),
        """
        INSERT INTO orders VALUES (11077, 'BLONP', 1, '1998-05-06', 8.53, 'Rattlesnake Canyon Grocery');
        UPDATE order_details SET discount = 0.25, quantity = quantity * 2 WHERE order_id = 10248;
        DELETE FROM order_details WHERE order_id = 10249;
        UPDATE employees SET reports_to = NULL, photo = photo || '\\x00'::bytea;
        UPDATE "Artist" SET "Name" = '"Quoted"' WHERE "ArtistId" = 3;
        DELETE FROM "PlaylistTrack" WHERE "PlaylistId" = 2;
        """);
  }

  private static Shape frameworks() {
    return Shape.of(
            "frameworks",
            List.of(
                "django_content_type",
                "auth_user",
                "django_session",
                "django_admin_log",
                "shop_item",
                "users",
                "articles",
                "articles_tags",
                "active_storage_blobs"),
            read("frameworks.sql"),
            """
            UPDATE auth_user SET last_login = '2024-03-01 00:00+00';
            DELETE FROM django_session;
            UPDATE shop_item SET data = jsonb_set(data, '{size,0}', '"XL"'), tags = '{}' WHERE price IS NOT NULL;
            UPDATE articles SET status = 'archived', tag_list = array_append(tag_list, 'old');
            DELETE FROM articles_tags WHERE tag_id = 2;
            UPDATE users SET settings = '{"theme": "dark"}', sign_in_count = sign_in_count + 1 WHERE id = 1;
            """)
        .becomes("articles_tags", Fate.IN_SYNC)
        .becomes("django_migrations", Fate.LEFT_OUT)
        .becomes("schema_migrations", Fate.LEFT_OUT)
        .becomes("ar_internal_metadata", Fate.LEFT_OUT);
  }

  private static String read(String name) {
    try (var in = SchemaCorpus.class.getResourceAsStream("/schemas/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
