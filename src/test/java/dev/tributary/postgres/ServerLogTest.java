package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.ApplyEvidence.Logged;
import org.junit.jupiter.api.Test;

/** The last error of a subscription's apply worker in the end of a log. */
class ServerLogTest {
  private static final String STDERR =
      """
      ost line 12:00:00 UTC [1] ERROR:  of another one
      12:00:01 UTC [2] LOG:  logical replication apply worker for subscription "a" has started
      12:00:02 UTC [2] ERROR:  duplicate key value violates unique constraint "users_pkey"
      12:00:02 UTC [2] DETAIL:  Key (id)=(2) already exists.
      12:00:02 UTC [2] CONTEXT:  processing remote data for replication origin "pg_16395" during message type "INSERT" for replication target relation "svc.users" in transaction 725, finished at 1/14C0378
      12:00:03 UTC [3] ERROR:  another
      12:00:03 UTC [3] CONTEXT:  processing remote data for replication origin "pg_1639" during message type "INSERT" in transaction 726, finished at 0/14C0400
      12:00:04 UTC [1] LOG:  background worker "logical replication apply worker" (PID 2) exited with exit code 1
      """;

  private static final String JSON =
      """
      ge":"cut off","context":"\\"pg_16395\\" finished at 0/1"}
      {"error_severity":"ERROR","message":"null value in\\ncolumn","context":"processing remote data for replication origin \\"pg_16395\\" in transaction 7, finished at 0/FF"}
      {"error_severity":"LOG","message":"started"}
      """;

  @Test
  void theContextSaysWhoseErrorItIsAndWhere() {
    assertThat(ServerLog.inLines(STDERR, 16395))
        .contains(
            new Logged(
                "duplicate key value violates unique constraint \"users_pkey\"",
                (1L << 32) + 0x14C0378));
    assertThat(ServerLog.inLines(STDERR, 1639)).contains(new Logged("another", 0x14C0400));
    assertThat(ServerLog.inLines(STDERR, 395)).isEmpty();
  }

  @Test
  void jsonSaysTheSameInALine() {
    assertThat(ServerLog.inJson(JSON, 16395)).contains(new Logged("null value in column", 0xFF));
    assertThat(ServerLog.inJson(JSON, 1639)).isEmpty();
  }

  @Test
  void aLongMessageIsCut() {
    String log = STDERR.replace("duplicate key", "x".repeat(1000));
    assertThat(ServerLog.inLines(log, 16395).orElseThrow().message()).hasSize(300).endsWith("…");
  }
}
