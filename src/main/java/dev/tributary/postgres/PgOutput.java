package dev.tributary.postgres;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.federation.Pending;
import dev.tributary.federation.PendingColumn;
import dev.tributary.federation.PendingRelation;
import dev.tributary.federation.PendingRow;
import dev.tributary.federation.Relation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the messages of the output plugin pgoutput, protocol version 1 (documentation, "Logical
 * Replication Message Formats").
 *
 * <p>A table is known by its Relation message, but only a change says that it is used: of a
 * partition that is published by its root both are announced (maybe_send_schema in pgoutput.c).
 */
final class PgOutput {
  private final Map<Long, PendingRelation> known = new HashMap<>();
  private final Map<Long, Relation> types = new HashMap<>();
  private final List<Pending.Transaction> transactions = new ArrayList<>();
  private long position;
  private Set<PendingRelation> touched = new LinkedHashSet<>();
  private List<PendingRow> rows = new ArrayList<>();

  /** Takes one message; a change may be cut off after the table's OID, and has no values then. */
  void read(byte[] message) {
    var in = ByteBuffer.wrap(message);
    char kind = (char) in.get();
    switch (kind) {
      case 'B' -> begin(in);
      case 'C' -> commit();
      case 'R' -> relation(in);
      case 'Y' -> types.put(oid(in), name(in));
      case 'I', 'U', 'D' -> change(kind, in);
      case 'T' -> truncate(in);
      default -> {
        // Origins and messages of applications change no row.
      }
    }
  }

  /** All transactions that were read to their end. */
  Pending pending() {
    return new Pending(transactions, types, 0);
  }

  private void begin(ByteBuffer in) {
    position = in.getLong();
    touched = new LinkedHashSet<>();
    rows = new ArrayList<>();
  }

  /** Before 15 a transaction that changes nothing of what is published is sent all the same. */
  private void commit() {
    if (!touched.isEmpty()) {
      transactions.add(new Pending.Transaction(position, List.copyOf(touched), rows));
    }
  }

  private void relation(ByteBuffer in) {
    long oid = oid(in);
    Relation name = name(in);
    in.get(); // the replica identity's kind
    int count = in.getShort();
    var columns = new ArrayList<PendingColumn>();
    for (int i = 0; i < count; i++) {
      boolean key = (in.get() & 1) != 0;
      columns.add(new PendingColumn(text(in), oid(in), in.getInt(), key));
    }
    known.put(oid, new PendingRelation(oid, name, columns));
  }

  private void change(char kind, ByteBuffer in) {
    PendingRelation relation = known.get(oid(in));
    touched.add(relation);
    if (!in.hasRemaining()) {
      return;
    }
    Map<String, Optional<String>> old = Map.of();
    Map<String, Optional<String>> values = Map.of();
    while (in.hasRemaining()) {
      char tuple = (char) in.get();
      if (tuple == 'N') {
        values = tuple(relation, in, false);
      } else {
        old = tuple(relation, in, tuple == 'K');
      }
    }
    Operation operation =
        kind == 'I' ? Operation.INSERT : kind == 'U' ? Operation.UPDATE : Operation.DELETE;
    rows.add(new PendingRow(relation, operation, values, old));
  }

  private void truncate(ByteBuffer in) {
    int count = in.getInt();
    in.get(); // CASCADE, RESTART IDENTITY
    for (int i = 0; i < count; i++) {
      touched.add(known.get(oid(in)));
    }
  }

  private static Map<String, Optional<String>> tuple(
      PendingRelation relation, ByteBuffer in, boolean keyOnly) {
    int count = in.getShort();
    var values = new LinkedHashMap<String, Optional<String>>();
    for (int i = 0; i < count; i++) {
      PendingColumn column = relation.columns().get(i);
      char kind = (char) in.get();
      if (kind == 't') {
        values.put(column.name(), Optional.of(counted(in)));
      } else if (kind == 'n' && (!keyOnly || column.key())) {
        // Beside a key all other columns are sent as NULL, whatever they are.
        values.put(column.name(), Optional.empty());
      }
    }
    return values;
  }

  private static long oid(ByteBuffer in) {
    return Integer.toUnsignedLong(in.getInt());
  }

  /** The schema pg_catalog is sent as nothing. */
  private static Relation name(ByteBuffer in) {
    String schema = text(in);
    return new Relation(schema.isEmpty() ? "pg_catalog" : schema, text(in));
  }

  private static String text(ByteBuffer in) {
    int start = in.position();
    while (in.get() != 0) {
      continue;
    }
    return new String(in.array(), start, in.position() - 1 - start, StandardCharsets.UTF_8);
  }

  private static String counted(ByteBuffer in) {
    int length = in.getInt();
    String value = new String(in.array(), in.position(), length, StandardCharsets.UTF_8);
    in.position(in.position() + length);
    return value;
  }
}
