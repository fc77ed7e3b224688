package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.TlsMode;
import dev.tributary.federation.Lock;
import dev.tributary.federation.Outcome;
import dev.tributary.federation.Plan;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Relation;
import dev.tributary.federation.Site;
import dev.tributary.federation.Step;
import dev.tributary.postgres.Executor.ConnectionString;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What becomes of a plan when a database cannot be reached; the rest is on real servers. */
class ExecutorTest {

  private record Nothing(Site site, Optional<Lock> lock) implements Step {
    static Nothing at(Site site) {
      return new Nothing(site, Optional.empty());
    }

    /** What others wait behind. */
    static Nothing locking(Site site) {
      return new Nothing(
          site, Optional.of(new Lock(new Relation("public", "users"), Duration.ofMillis(500))));
    }

    @Override
    public List<String> sql() {
      return List.of();
    }

    @Override
    public String sentence() {
      return "Do nothing";
    }
  }

  private static Outcome execute(Map<Site, ConnectionSettings> settings, Step... steps) {
    try (var sessions = new Sessions("SourceDatabase shop/users", settings)) {
      return new Executor(new Patience(Clock.systemUTC()))
          .execute(Plan.of(List.of(steps)), sessions, ConnectionString.NONE);
    }
  }

  @Test
  void aPlanWithoutStepsNeedsNoDatabase() {
    assertThat(execute(Map.of())).isEqualTo(Outcome.NOTHING);
  }

  @Test
  void theFirstStepThatFailsIsTheLast() {
    var unknown = new Problem(Reason.Unreachable, "It is not known how to connect to the TARGET.");

    assertThat(execute(Map.of(), Nothing.at(Site.TARGET), Nothing.at(Site.SOURCE)))
        .isEqualTo(new Outcome(List.of(), List.of(unknown)));
  }

  /** A server that refuses everybody who connects. */
  private static void refuse(ServerSocket server) {
    String fields = "SFATAL\0VFATAL\0C28P01\0Mno\0\0";
    try {
      while (true) {
        try (var client = server.accept()) {
          var in = new DataInputStream(client.getInputStream());
          in.readNBytes(in.readInt() - Integer.BYTES);
          var out = new DataOutputStream(client.getOutputStream());
          out.writeByte('E');
          out.writeInt(Integer.BYTES + fields.length());
          out.writeBytes(fields);
          out.flush();
        }
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  @Test
  void aStepWithALockThatFailsHoldsUpOnlyThoseWithout() throws IOException {
    try (var server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      var thread = new Thread(() -> refuse(server));
      thread.setDaemon(true);
      thread.start();
      var refusing =
          new ConnectionSettings(
              "127.0.0.1",
              server.getLocalPort(),
              "users",
              "app",
              "s3cret",
              "secret",
              TlsMode.DISABLE,
              Optional.empty());

      var outcome =
          execute(
              Map.of(Site.SOURCE, refusing),
              Nothing.locking(Site.SOURCE),
              Nothing.locking(Site.SOURCE),
              Nothing.at(Site.SOURCE),
              Nothing.locking(Site.SOURCE));

      assertThat(outcome.done()).isEmpty();
      assertThat(outcome.failures())
          .hasSize(2)
          .extracting(Problem::reason)
          .doesNotContain(Reason.Unreachable);
    }
  }

  @Test
  void aStepIsSkippedForALockOnlyAndNotForAServerThatIsAway() {
    var nowhere =
        new ConnectionSettings(
            "127.0.0.1", 1, "users", "app", "s3cret", "secret", TlsMode.DISABLE, Optional.empty());

    assertThat(
            execute(
                    Map.of(Site.SOURCE, nowhere),
                    Nothing.locking(Site.SOURCE),
                    Nothing.locking(Site.TARGET))
                .failures())
        .extracting(Problem::reason)
        .containsExactly(Reason.Unreachable);
  }
}
