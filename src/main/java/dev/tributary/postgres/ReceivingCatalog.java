package dev.tributary.postgres;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.federation.ApplyEvidence;
import dev.tributary.federation.ApplyEvidence.Conflict;
import dev.tributary.federation.ApplyEvidence.Misfit;
import dev.tributary.federation.Pending;
import dev.tributary.federation.PendingColumn;
import dev.tributary.federation.PendingRelation;
import dev.tributary.federation.PendingRow;
import dev.tributary.federation.ReceivingTable;
import dev.tributary.federation.Relation;
import dev.tributary.federation.Sql;
import dev.tributary.federation.SubscriptionState;
import dev.tributary.federation.Trouble;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the target says to changes that wait for an apply worker that stops. Only reads, nothing is
 * tried on the tables.
 */
public final class ReceivingCatalog {
  private static final String MAY_SEE_ORIGINS =
      "SELECT has_function_privilege('pg_show_replication_origin_status()', 'EXECUTE') AS may";

  private static final String ORIGIN =
      "SELECT pg_wal_lsn_diff(remote_lsn, '0/0')::bigint AS position"
          + " FROM pg_show_replication_origin_status() WHERE external_id = ?";

  /**
   * As whom changes are applied: documentation, "Logical Replication", security; which rows
   * row-level security holds for: check_enable_rls in rls.c.
   */
  private static final String TABLES =
      """
      SELECT n.nspname AS schema, c.relname AS name,
             pg_get_userbyid(s.subowner) AS subscriber,
             pg_get_userbyid(c.relowner) AS owner,
             r.rolname AS actor,
             pg_has_role(s.subowner, r.oid, 'SET') AS may_act,
             ARRAY(SELECT p FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'SELECT']) p
                    WHERE has_table_privilege(r.oid, c.oid, p)) AS privileges,
             c.relrowsecurity AND NOT r.rolsuper AND NOT r.rolbypassrls
               AND (c.relforcerowsecurity OR NOT pg_has_role(r.oid, c.relowner, 'USAGE')) AS row_security,
             (SELECT coalesce(json_agg(json_build_object(
                        'name', a.attname,
                        'type', format_type(a.atttypid, a.atttypmod),
                        'enumerated', t.typtype = 'e',
                        'notNull', a.attnotnull,
                        'filled', a.atthasdef OR a.attidentity <> '',
                        'generated', a.attgenerated <> '') ORDER BY a.attnum), '[]')
                FROM pg_attribute a
                JOIN pg_type t ON t.oid = a.atttypid
               WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
             ARRAY(SELECT a.attname
                     FROM pg_index i
                     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])
                    WHERE i.indrelid = c.oid AND i.indisvalid
                      AND CASE c.relreplident WHEN 'i' THEN i.indisreplident ELSE i.indisprimary END) AS key,
             (SELECT coalesce(json_agg(json_build_object(
                        'name', ic.relname,
                        'columns', ARRAY(SELECT a.attname FROM pg_attribute a
                                          WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])
                                          ORDER BY a.attnum),
                        'primary', i.indisprimary) ORDER BY NOT i.indisprimary, ic.relname), '[]')
                FROM pg_index i
                JOIN pg_class ic ON ic.oid = i.indexrelid
               WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
                 AND 0 <> ALL (i.indkey[0:i.indnkeyatts - 1])) AS unique
        FROM unnest(?, ?) w (schema, name)
        JOIN pg_namespace n ON n.nspname = w.schema
        JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name AND c.relkind IN ('r', 'p')
        JOIN pg_subscription s ON s.subname = ?
                              AND s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        JOIN pg_roles r ON r.oid = CASE WHEN s.subrunasowner THEN s.subowner ELSE c.relowner END
      """;

  /** The types' own input functions, as the apply worker calls them; an error is a row. */
  private static final String MISFITS =
      """
      SELECT v.row, v.name, e.message
        FROM unnest(?, ?, ?, ?) v (row, name, type, value)
       CROSS JOIN LATERAL pg_input_error_info(v.value, v.type) e
       WHERE e.message IS NOT NULL
      """;

  private ReceivingCatalog() {}

  /**
   * Up to where the target has applied what was sent, in bytes since 0/0 on the source; nothing
   * where the role may not see that. What the slot has confirmed lags behind it.
   */
  public static Optional<Long> applied(Session session, SubscriptionState subscription)
      throws Trouble {
    boolean may = session.query(MAY_SEE_ORIGINS, row -> row.getBoolean("may")).get(0);
    return may
        ? session.query(ORIGIN, row -> row.getLong("position"), "pg_" + subscription.oid()).stream()
            .findFirst()
        : Optional.empty();
  }

  /**
   * What can be seen of an apply worker that stops: a handful of queries, and one for each unique
   * index of a table that changes.
   *
   * @param pending what waits, see {@link PendingChanges}
   * @param applied see {@link #applied}
   */
  public static ApplyEvidence observe(
      Session session, SubscriptionState subscription, Pending pending, Optional<Long> applied)
      throws Trouble {
    Pending waiting = applied.map(pending::after).orElse(pending);
    var found = tables(session, subscription, waiting);
    var tables = found.stream().map(Found::table).toList();
    var rows = waiting.transactions().stream().flatMap(t -> t.rows().stream()).toList();
    var misfits = misfits(session, rows, tables);
    var fitting = rows.stream().filter(r -> misfits.stream().noneMatch(m -> m.row() == r)).toList();
    // A worker that is only about to start has applied what it has not confirmed.
    boolean mayConflict = applied.isPresent() || subscription.applyErrors() > 0;
    return new ApplyEvidence(
        subscription.name(),
        found.stream().map(Found::subscriber).findFirst().orElse(""),
        applied,
        waiting,
        tables,
        misfits,
        mayConflict
            ? tables.stream().flatMap(t -> conflicts(session, fitting, t)).toList()
            : List.of(),
        ServerLog.lastApplyError(session, subscription.oid()));
  }

  private record Found(String subscriber, ReceivingTable table) {}

  private static List<Found> tables(
      Session session, SubscriptionState subscription, Pending pending) throws Trouble {
    var relations =
        pending.transactions().stream()
            .flatMap(t -> t.relations().stream())
            .map(PendingRelation::relation)
            .distinct()
            .toList();
    return session.query(
        TABLES,
        ReceivingCatalog::found,
        relations.stream().map(Relation::schema).toArray(String[]::new),
        relations.stream().map(Relation::name).toArray(String[]::new),
        subscription.name());
  }

  private static Found found(ResultSet row) throws SQLException {
    return new Found(
        row.getString("subscriber"),
        new ReceivingTable(
            new Relation(row.getString("schema"), row.getString("name")),
            row.getString("owner"),
            row.getString("actor"),
            row.getBoolean("may_act"),
            Set.copyOf(TableCatalog.texts(row, "privileges")),
            row.getBoolean("row_security"),
            Json.read(
                row.getString("columns"), new TypeReference<List<ReceivingTable.Column>>() {}),
            TableCatalog.texts(row, "key"),
            Json.read(
                row.getString("unique"), new TypeReference<List<ReceivingTable.Unique>>() {})));
  }

  private static List<Misfit> misfits(
      Session session, List<PendingRow> rows, List<ReceivingTable> tables) {
    var types = types(tables);
    var asked = new ArrayList<String[]>();
    for (int i = 0; i < rows.size(); i++) {
      var columns = types.getOrDefault(rows.get(i).relation().relation(), Map.of());
      String number = String.valueOf(i);
      rows.get(i)
          .values()
          .forEach(
              (name, value) -> {
                if (columns.containsKey(name) && value.isPresent()) {
                  asked.add(new String[] {number, name, columns.get(name), value.get()});
                }
              });
    }
    return asking(
        session,
        MISFITS,
        row ->
            new Misfit(
                rows.get(Integer.parseInt(row.getString("row"))),
                row.getString("name"),
                row.getString("message")),
        transposed(asked, 4));
  }

  private static Map<Relation, Map<String, String>> types(List<ReceivingTable> tables) {
    return tables.stream()
        .collect(
            Collectors.toMap(
                ReceivingTable::relation,
                t ->
                    t.columns().stream()
                        .collect(
                            Collectors.toMap(
                                ReceivingTable.Column::name, ReceivingTable.Column::type))));
  }

  /** Rows of this table that are on the target already, or others with a value of theirs. */
  private static Stream<Conflict> conflicts(
      Session session, List<PendingRow> rows, ReceivingTable table) {
    var types = types(List.of(table)).get(table.relation());
    return table.unique().stream()
        .flatMap(index -> conflicts(session, rows, table, index, types).stream());
  }

  private static List<Conflict> conflicts(
      Session session,
      List<PendingRow> rows,
      ReceivingTable table,
      ReceivingTable.Unique index,
      Map<String, String> types) {
    var asked = new ArrayList<String[]>();
    for (int i = 0; i < rows.size(); i++) {
      PendingRow row = rows.get(i);
      boolean insert = row.operation() == Operation.INSERT;
      boolean writes = insert || row.operation() == Operation.UPDATE;
      var now = values(row.values(), index.columns());
      var was = insert ? Optional.of(List.<String>of()) : identity(row, table);
      if (writes
          && row.relation().relation().equals(table.relation())
          && now.isPresent()
          && was.isPresent()) {
        var line = new ArrayList<String>(List.of(String.valueOf(i)));
        line.addAll(now.get());
        line.addAll(was.get());
        asked.add(Arrays.copyOf(line.toArray(String[]::new), width(table, index)));
      }
    }
    return asking(
        session,
        conflicting(table, index, types),
        row -> new Conflict(rows.get(Integer.parseInt(row.getString("n"))), index),
        transposed(asked, width(table, index)));
  }

  private static int width(ReceivingTable table, ReceivingTable.Unique index) {
    return 1 + index.columns().size() + table.key().size();
  }

  /** The key that an update finds its row by: what it was, where that is sent. */
  private static Optional<List<String>> identity(PendingRow row, ReceivingTable table) {
    var sent =
        row.relation().columns().stream()
            .filter(PendingColumn::key)
            .map(PendingColumn::name)
            .toList();
    return table.key().isEmpty() || !sent.containsAll(table.key())
        ? Optional.empty()
        : values(row.old().isEmpty() ? row.values() : row.old(), table.key());
  }

  private static Optional<List<String>> values(
      Map<String, Optional<String>> values, List<String> columns) {
    var found =
        columns.stream().flatMap(c -> values.getOrDefault(c, Optional.empty()).stream()).toList();
    return found.size() == columns.size() ? Optional.of(found) : Optional.empty();
  }

  /** An update is not in its own way. */
  private static String conflicting(
      ReceivingTable table, ReceivingTable.Unique index, Map<String, String> types) {
    int width = width(table, index);
    var names = IntStream.range(0, width).mapToObj(i -> "v" + i).toList();
    var another =
        table.key().isEmpty()
            ? ""
            : " AND (v.%s IS NULL OR NOT (%s))"
                .formatted(
                    names.get(1 + index.columns().size()),
                    equal(table.key(), names.subList(1 + index.columns().size(), width), types));
    return "SELECT v.v0 AS n FROM unnest(%s) v (%s) WHERE EXISTS (SELECT FROM %s t WHERE %s%s)"
        .formatted(
            names.stream().map(n -> "?").collect(Collectors.joining(", ")),
            String.join(", ", names),
            table.relation().qualified(),
            equal(index.columns(), names.subList(1, 1 + index.columns().size()), types),
            another);
  }

  private static String equal(
      List<String> columns, List<String> values, Map<String, String> types) {
    return IntStream.range(0, columns.size())
        .mapToObj(
            i ->
                "t.%s = CAST(v.%s AS %s)"
                    .formatted(
                        Sql.identifier(columns.get(i)), values.get(i), types.get(columns.get(i))))
        .collect(Collectors.joining(" AND "));
  }

  /** Nothing when the server refuses the question: it is one more that cannot be answered. */
  private static <T> List<T> asking(
      Session session, String sql, Session.Row<T> mapper, Object[] columns) {
    if (columns.length == 0) {
      return List.of();
    }
    try {
      return session.query(sql, mapper, columns);
    } catch (Trouble e) {
      return List.of();
    }
  }

  private static Object[] transposed(List<String[]> lines, int width) {
    return lines.isEmpty()
        ? new Object[0]
        : IntStream.range(0, width)
            .mapToObj(i -> lines.stream().map(l -> l[i]).toArray(String[]::new))
            .toArray();
  }
}
