package dev.tributary.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.fixtures.Db;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Whether a run has left behind what it should have. */
final class Check {
  private static final String RELATIONS =
      """
      SELECT relname FROM pg_class
       WHERE relnamespace = '%s'::regnamespace AND relkind = '%s' AND relname <> 'tributary_before'
       ORDER BY relname
      """;

  private Check() {}

  /** Every table is in the new schema and has its view, under which it was. */
  static void allMoved(Tables tables) {
    assertThat(relations(tables.db(), Tables.SCHEMA, 'r')).isEqualTo(Tables.names());
    assertThat(relations(tables.db(), "public", 'v')).isEqualTo(Tables.names());
    assertThat(relations(tables.db(), "public", 'r')).isEmpty();
  }

  private static List<String> relations(Db db, String schema, char kind) {
    return db.query(RELATIONS.formatted(schema, kind)).stream().map(row -> row.get(0)).toList();
  }

  /** Whatever was committed is there, once, and nothing else. */
  static void nothingLost(Tables tables, Ledger ledger) {
    var changes = new HashMap<Ledger.Seeded, Integer>();
    var added = new HashSet<Ledger.Added>();
    String rows =
        ofAll(
            name ->
                "SELECT '%1$s', id, changes, client, sequence FROM public.%1$s WHERE changes > 0 OR client IS NOT NULL"
                    .formatted(name));
    int addedRows = 0;
    for (var row : tables.db().query(rows)) {
      if (row.get(3) == null) {
        changes.put(new Ledger.Seeded(row.get(0), integer(row.get(1))), integer(row.get(2)));
      } else {
        added.add(new Ledger.Added(row.get(0), integer(row.get(3)), integer(row.get(4))));
        addedRows++;
      }
    }
    assertThat(changes).isEqualTo(ledger.changes());
    assertThat(added).isEqualTo(ledger.added()).hasSize(addedRows);

    String seeded =
        ofAll(
            name ->
                ("SELECT '%1$s', count(*) FROM public.%1$s"
                        + " WHERE label = 'row ' || id AND amount = id + changes")
                    .formatted(name));
    assertThat(tables.db().query(seeded))
        .filteredOn(row -> integer(row.get(1)) != Tables.ROWS)
        .isEmpty();
  }

  private static String ofAll(Function<String, String> select) {
    return Tables.names().stream().map(select).collect(Collectors.joining(" UNION ALL "));
  }

  private static int integer(String text) {
    return Integer.parseInt(text);
  }
}
