package dev.tributary.controller;

import static dev.tributary.controller.Resources.condition;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.SourceDatabase;
import dev.tributary.api.SourceDatabaseStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A status is written when it changed. */
class StatusWriterTest {
  private static final Duration AGAIN = Duration.ofSeconds(30);

  private static SourceDatabaseStatus status(String tables) {
    return new SourceDatabaseStatus(
        3L,
        "17.11",
        "svc",
        tables,
        null,
        null,
        null,
        List.of(condition("Ready", "True", "Prepared", "2026-01-01T00:00:00Z")));
  }

  private static SourceDatabase having(SourceDatabaseStatus status) {
    var source = Resources.source(null, null);
    source.setStatus(status);
    return source;
  }

  @Test
  void anEqualStatusIsNotWrittenAndTheResourceIsLookedAtAgain() {
    var control =
        StatusWriter.update(having(status("1/1")), new SourceDatabase(), status("1/1"), AGAIN);

    assertThat(control.isNoUpdate()).isTrue();
    assertThat(control.getScheduleDelay()).contains(AGAIN.toMillis());
  }

  @Test
  void aChangedStatusIsWrittenWithAFreshObjectThatHasNothingElse() {
    var control =
        StatusWriter.update(having(status("1/2")), new SourceDatabase(), status("2/2"), AGAIN);

    assertThat(control.isPatchStatus()).isTrue();
    assertThat(control.getScheduleDelay()).contains(AGAIN.toMillis());
    var written = control.getResource().orElseThrow();
    assertThat(written.getStatus()).isEqualTo(status("2/2"));
    assertThat(written.getSpec()).isNull();
    assertThat(written.getMetadata().getName()).isEqualTo("users");
    assertThat(written.getMetadata().getNamespace()).isEqualTo("shop");
    assertThat(written.getMetadata().getResourceVersion()).isNull();
    assertThat(written.getMetadata().getUid()).isNull();
  }

  @Test
  void theFirstStatusIsAChange() {
    assertThat(
            StatusWriter.update(having(null), new SourceDatabase(), status("1/1"), AGAIN)
                .isPatchStatus())
        .isTrue();
  }

  @Test
  void anErrorIsWrittenOnceToo() {
    assertThat(
            StatusWriter.error(having(status("1/1")), new SourceDatabase(), status("1/1"))
                .getResource())
        .isEmpty();
    assertThat(
            StatusWriter.error(having(status("1/2")), new SourceDatabase(), status("1/1"))
                .getResource())
        .get()
        .extracting(SourceDatabase::getStatus)
        .isEqualTo(status("1/1"));
  }
}
