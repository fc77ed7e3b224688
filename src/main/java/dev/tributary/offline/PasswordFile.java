package dev.tributary.offline;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Credentials in place of Secrets: a line {@code SECRET:USERNAME:PASSWORD} each, or {@code
 * NAMESPACE/SECRET:USERNAME:PASSWORD}. The password is what stands behind the second colon, as it
 * stands there.
 */
public final class PasswordFile {
  public static final PasswordFile NONE = new PasswordFile(Map.of());

  private static final Pattern LINE = Pattern.compile("([a-z0-9./-]+):([^:]+):(.+)");

  private final Map<String, Login> logins;

  private PasswordFile(Map<String, Login> logins) {
    this.logins = logins;
  }

  /** What a line says. */
  record Login(String username, String password) {
    @Override
    public String toString() {
      return "Login[" + username + "]";
    }
  }

  public static PasswordFile read(String name) throws UnusableInput {
    var file = InputFiles.path(name);
    var logins = new LinkedHashMap<String, Login>();
    int number = 0;
    for (String line : InputFiles.text(file).split("\r?\n")) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      var m = LINE.matcher(line);
      if (!m.matches()) {
        throw new UnusableInput(
            "%s, line %d: write SECRET:USERNAME:PASSWORD, or NAMESPACE/SECRET:USERNAME:PASSWORD."
                .formatted(file, number));
      }
      if (logins.putIfAbsent(m.group(1), new Login(m.group(2), m.group(3))) != null) {
        throw new UnusableInput(
            "%s, line %d: there is a line for the Secret %s already."
                .formatted(file, number, m.group(1)));
      }
    }
    return new PasswordFile(logins);
  }

  /** The line with the namespace goes before the one for every namespace. */
  Optional<Login> of(SecretName secret) {
    return Optional.ofNullable(logins.get(secret.namespace() + "/" + secret.name()))
        .or(() -> Optional.ofNullable(logins.get(secret.name())));
  }
}
