package dev.tributary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.fixtures.KubeApi;
import dev.tributary.fixtures.WireProxy;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * When nothing changes, nothing is written, and a look costs each database a handful of queries.
 */
class SteadyStateIT {
  private static final int LOOKS = 20;

  /** Every look begins with this one. */
  private static final String FIRST_QUERY = "SELECT current_setting('server_version_num')";

  private static final List<String> TRANSACTION =
      List.of("BEGIN", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY", "ROLLBACK");

  @Test
  void nothingIsWrittenAndLittleIsAsked() {
    try (var kube = KubeApi.mock()) {
      kube.applyCrds();
      var landscape = Landscape.create(kube);
      var accounts = landscape.accounts.database().server();
      try (var source = new WireProxy(accounts.host(), accounts.port());
          var target = new WireProxy("127.0.0.1", landscape.target.server().port());
          var operator = landscape.startOperator()) {
        kube.apply(
            Landscape.documents(
                landscape.accounts.secret(),
                landscape.accounts.sourceDatabase(source.port()),
                landscape.targetSecret(),
                landscape.targetResource(target.port()),
                landscape.federation(List.of(landscape.accounts), "")));
        landscape.awaitInSync(operator);
        awaitLooks(source);

        var writes = kube.writes();
        int sourceBefore = source.statements().size();
        int targetBefore = target.statements().size();
        awaitLooks(source);
        awaitLooks(target);
        var onSource = source.statements().subList(sourceBefore, source.statements().size());
        var onTarget = target.statements().subList(targetBefore, target.statements().size());

        assertThat(kube.writes()).as("writes to the API server").isEqualTo(writes);
        assertOnlyReads(onSource);
        assertOnlyReads(onTarget);
      } finally {
        landscape.forget();
      }
    }
  }

  /** Eight queries a look at most; the first and the last look may be cut in the middle. */
  private static void assertOnlyReads(List<String> statements) {
    var queries = statements.stream().filter(sql -> !TRANSACTION.contains(sql)).toList();
    assertThat(queries)
        .allMatch(sql -> sql.startsWith("SELECT") || sql.startsWith("WITH"), "a query");
    assertThat(queries.size()).isLessThanOrEqualTo(8 * (looks(statements) + 2));
  }

  private static void awaitLooks(WireProxy proxy) {
    long wanted = looks(proxy.statements()) + LOOKS;
    await().atMost(Landscape.PATIENCE).until(() -> looks(proxy.statements()) >= wanted);
  }

  private static int looks(List<String> statements) {
    return (int) statements.stream().filter(sql -> sql.startsWith(FIRST_QUERY)).count();
  }
}
