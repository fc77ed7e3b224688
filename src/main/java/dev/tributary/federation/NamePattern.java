package dev.tributary.federation;

import java.util.regex.Pattern;

/**
 * A pattern of names in a resource: {@code *} stands for any characters, {@code ?} for one,
 * everything else for itself.
 */
record NamePattern(String glob) {
  boolean matches(String name) {
    return regex().matcher(name).matches();
  }

  private Pattern regex() {
    var regex = new StringBuilder();
    glob.codePoints()
        .forEach(
            c ->
                regex.append(
                    switch (c) {
                      case '*' -> ".*";
                      case '?' -> ".";
                      default -> Pattern.quote(Character.toString(c));
                    }));
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
