package dev.tributary.federation;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One change of a row that is not confirmed.
 *
 * @param values as PostgreSQL's text, by column; nothing for NULL. A column that is not among them
 *     did not change (documentation, "Logical Replication Message Formats", TupleData)
 * @param old the key that the row had, or all of it, where that is sent
 */
public record PendingRow(
    PendingRelation relation,
    Operation operation,
    Map<String, Optional<String>> values,
    Map<String, Optional<String>> old) {
  public PendingRow {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    old = Collections.unmodifiableMap(new LinkedHashMap<>(old));
  }

  /** Rows are a service's own business: none is ever printed. */
  @Override
  public String toString() {
    return operation + " of " + relation.relation();
  }
}
