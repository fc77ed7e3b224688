package dev.tributary.federation;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Settings of a server as the sessions of the connected role begin with them ({@code pg_settings}).
 *
 * @param byName those that a check looks at; one that the version does not have is absent
 */
public record Settings(Map<String, Setting> byName) {
  public Settings {
    byName = Map.copyOf(byName);
  }

  /**
   * One setting.
   *
   * @param value in its unit
   * @param unit {@code ms}, {@code s}, {@code min}, {@code MB}, or none
   * @param source where it was set, e.g. {@code configuration file} or {@code database}
   */
  public record Setting(String value, Optional<String> unit, String source) {
    /** As SHOW prints it. */
    String text() {
      if (amount() <= 0) {
        return value;
      }
      return switch (unit.orElse("")) {
        case "ms", "s", "min" -> text(duration());
        case "MB" -> amount() % 1024 == 0 ? amount() / 1024 + "GB" : amount() + "MB";
        default -> value + unit.orElse("");
      };
    }

    long amount() {
      return Long.parseLong(value);
    }

    Duration duration() {
      return switch (unit.orElse("")) {
        case "ms" -> Duration.ofMillis(amount());
        case "s" -> Duration.ofSeconds(amount());
        case "min" -> Duration.ofMinutes(amount());
        default -> throw new IllegalStateException("not a time: " + this);
      };
    }

    private static String text(Duration duration) {
      long millis = duration.toMillis();
      if (millis % 1000 != 0) {
        return millis + "ms";
      }
      long seconds = duration.toSeconds();
      if (seconds % 60 != 0) {
        return seconds + "s";
      }
      return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds / 60 + "min";
    }
  }

  Optional<Setting> named(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** A number; the largest there is when the server does not have the setting. */
  int number(String name) {
    return named(name).map(s -> Integer.parseInt(s.value())).orElse(Integer.MAX_VALUE);
  }

  boolean on(String name) {
    return named(name).map(s -> s.value().equals("on")).orElse(false);
  }
}
