package dev.tributary.postgres;

import dev.tributary.api.TlsMode;
import dev.tributary.federation.Sql;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How one role reaches one database.
 *
 * @param secret name of the Secret the credentials are from, for sentences
 * @param rootCertificate certificate authorities, PEM, for sessions of our own
 */
public record ConnectionSettings(
    String host,
    int port,
    String database,
    String user,
    String password,
    String secret,
    TlsMode tls,
    Optional<String> rootCertificate) {

  /** A host name or an address: nothing that could add parameters to a URL. */
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:-]+");

  public ConnectionSettings {
    if (!HOST.matcher(host).matches()) {
      throw new IllegalArgumentException("not a host name or address: " + host);
    }
  }

  /** The driver's URL: host, port and database, no parameters. */
  String url() {
    String address = host.contains(":") ? "[" + host + "]" : host;
    // In a path a space is %20, the encoder's + is for forms.
    String path = URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20");
    return "jdbc:postgresql://%s:%d/%s".formatted(address, port, path);
  }

  /** Where it leads, for a person; without the password. */
  @Override
  public String toString() {
    return "%s@%s:%d/%s".formatted(user, host, port, database);
  }

  /**
   * The connection string for a subscription, as libpq reads it.
   *
   * @param rootCertificateFile libpq's {@code sslrootcert} as the server that connects reads it
   */
  public String libpq(Optional<String> rootCertificateFile) {
    var parameters = new LinkedHashMap<String, String>();
    parameters.put("host", host);
    parameters.put("port", String.valueOf(port));
    parameters.put("dbname", database);
    parameters.put("user", user);
    parameters.put("password", password);
    parameters.put("sslmode", tls.sslmode());
    rootCertificateFile.ifPresent(file -> parameters.put("sslrootcert", file));
    parameters.put("connect_timeout", "10");
    return parameters.entrySet().stream()
        .map(e -> e.getKey() + "=" + Sql.conninfoValue(e.getValue()))
        .collect(Collectors.joining(" "));
  }

  /** The parts that are no secret, for telling whether a connection changed. */
  public Map<String, String> publicParts() {
    return Map.of(
        "host", host,
        "port", String.valueOf(port),
        "dbname", database,
        "user", user,
        "sslmode", tls.sslmode());
  }
}
