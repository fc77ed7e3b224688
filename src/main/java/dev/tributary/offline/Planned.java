package dev.tributary.offline;

import dev.tributary.api.SourceDatabase;
import dev.tributary.controller.Preview;
import dev.tributary.controller.SecretSource;
import dev.tributary.federation.Finding;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Trouble;
import java.util.List;
import java.util.Optional;

/**
 * One source, and what the operator would say of it.
 *
 * @param trouble why there is no preview
 */
public record Planned(SourceDatabase source, Optional<Preview> preview, Optional<Problem> trouble) {

  public static Planned of(SourceDatabase source, SecretSource secrets) {
    try {
      return new Planned(source, Optional.of(Preview.of(source, secrets)), Optional.empty());
    } catch (Trouble e) {
      return new Planned(source, Optional.empty(), Optional.of(e.problem()));
    }
  }

  /** How much stands in the way. */
  public int blockers() {
    return trouble.isPresent() ? 1 : count(Finding.Severity.Blocker);
  }

  int count(Finding.Severity severity) {
    return (int) findings().stream().filter(f -> f.severity() == severity).count();
  }

  List<Finding> findings() {
    return preview.map(p -> p.report().all()).orElse(List.of());
  }

  /** Which source it is, where it is, and what server was found there. */
  String heading() {
    var metadata = source.getMetadata();
    var connection = source.getSpec().connection();
    return "%s/%s: database %s at %s:%d%s"
        .formatted(
            metadata.getNamespace(),
            metadata.getName(),
            connection.database(),
            connection.host(),
            connection.port(),
            preview.map(p -> ", PostgreSQL " + p.report().serverVersion()).orElse(""));
  }
}
