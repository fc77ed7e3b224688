package dev.tributary.federation;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * A transaction of whatever database of the server that has written and has not ended, which the
 * making of a slot waits for.
 *
 * @param pid of its process; none when it is prepared
 * @param gid its identifier when it is prepared
 * @param since when it began, or was prepared; hidden from a role that has no rights of the other
 *     role and is no member of pg_read_all_stats
 */
public record OpenTransaction(
    Optional<Integer> pid,
    Optional<String> gid,
    Optional<String> role,
    Optional<String> application,
    String database,
    Optional<Instant> since) {
  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  /** Which one it is, as a part of a sentence. */
  public String who() {
    var who = new StringBuilder();
    who.append(
        gid.map(g -> "the prepared transaction " + g)
            .orElseGet(() -> "process " + pid.map(String::valueOf).orElse("of nobody")));
    who.append(" (");
    role.ifPresent(r -> who.append("role ").append(r).append(", "));
    application.ifPresent(a -> who.append("application ").append(a).append(", "));
    who.append("database ").append(database);
    since.ifPresent(
        s ->
            who.append(gid.isPresent() ? ", prepared " : ", in a transaction since ")
                .append(MINUTES.format(s)));
    return who.append(')').toString();
  }

  /** What ends it, as a part of a sentence. */
  public String remedy() {
    return gid.map(
            g ->
                "run COMMIT PREPARED %1$s or ROLLBACK PREPARED %1$s in database %2$s"
                    .formatted(Sql.literal(g).strip(), database))
        .orElseGet(
            () ->
                "wait for it, or run SELECT pg_terminate_backend(%s)"
                    .formatted(pid.map(String::valueOf).orElse("")));
  }
}
