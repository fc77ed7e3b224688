package dev.tributary.federation;

import java.util.List;
import java.util.Optional;

/**
 * What {@code ALTER TABLE … REPLICA IDENTITY} has set a table to.
 *
 * @param index of {@code USING INDEX}, else empty; empty too when that index is gone
 */
public record IdentitySetting(Kind kind, String index) {
  static final IdentitySetting DEFAULT = new IdentitySetting(Kind.DEFAULT, "");
  static final IdentitySetting FULL = new IdentitySetting(Kind.FULL, "");
  static final IdentitySetting NOTHING = new IdentitySetting(Kind.NOTHING, "");

  /** PostgreSQL's words. */
  public enum Kind {
    DEFAULT,
    INDEX,
    FULL,
    NOTHING
  }

  static IdentitySetting using(String index) {
    return new IdentitySetting(Kind.INDEX, index);
  }

  /** What stands behind {@code ALTER TABLE}. */
  String sql() {
    return "REPLICA IDENTITY "
        + (kind == Kind.INDEX ? "USING INDEX " + Sql.identifier(index) : kind.name());
  }

  /** As it is remembered. */
  List<String> words() {
    return List.of(kind.name(), index);
  }

  /** From what is remembered; empty if that is no setting. */
  static Optional<IdentitySetting> of(List<String> words) {
    for (Kind kind : Kind.values()) {
      if (kind.name().equals(words.get(0)) && (kind == Kind.INDEX || words.get(1).isEmpty())) {
        return Optional.of(new IdentitySetting(kind, words.get(1)));
      }
    }
    return Optional.empty();
  }
}
