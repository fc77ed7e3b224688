package dev.tributary.federation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** The names of what a federation makes in the databases. */
public final class Names {
  /** Bytes of an identifier, NAMEDATALEN - 1. */
  public static final int MAX_BYTES = 63;

  /** What the operator's sessions call themselves ({@code application_name}). */
  public static final String APPLICATION = "tributary";

  private static final String PREFIX = "tributary_";

  /** What the names of a lane's further publications end with. */
  static final String INSERTS = "_inserts";

  static final String ARRIVALS = "_arriving";

  /** What the names of the event triggers that announce DDL end with. */
  private static final String DDL = "_ddl";

  private static final String DROPS = "_drop";

  private static final String BUILDING = PREFIX + "index_";
  private static final int HASH_DIGITS = 8;
  private static final int DIGEST_DIGITS = 16;

  private Names() {}

  /**
   * The one name of a lane's publication, slot and subscription: readable first, unique by a hash.
   *
   * <p>A slot allows only lower case letters, digits and underscores (documentation, "Replication
   * Slots").
   */
  static String lane(Owner federation, String source, String lane) {
    boolean named = !lane.equals(Lane.DEFAULT);
    String words = federation.name() + "_" + source + (named ? "_" + lane : "");
    String readable = words.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_");
    int room = MAX_BYTES - PREFIX.length() - 1 - HASH_DIGITS - ARRIVALS.length();
    String hash =
        sha256(
            federation.namespace()
                + "/"
                + federation.name()
                + "/"
                + source
                + (named ? "/" + lane : ""));
    return PREFIX
        + readable.substring(0, Math.min(room, readable.length()))
        + "_"
        + hash.substring(0, HASH_DIGITS);
  }

  /** The channel by which DDL is announced, which event triggers of this schema notify. */
  static String announcing(String schema) {
    String readable = schema.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_");
    int room = MAX_BYTES - PREFIX.length() - 1 - HASH_DIGITS - DROPS.length();
    return PREFIX
        + readable.substring(0, Math.min(room, readable.length()))
        + "_"
        + sha256(schema).substring(0, HASH_DIGITS);
  }

  static String announcingDdl(String schema) {
    return announcing(schema) + DDL;
  }

  static String announcingDrops(String schema) {
    return announcing(schema) + DROPS;
  }

  /**
   * The name of an index while it is built; nobody else gives such a name, so it says whose it is.
   *
   * @param index OID of the source's index
   */
  static String building(Owner federation, String source, long index, String definition) {
    return BUILDING
        + digest(
            federation.namespace(), federation.name(), source, String.valueOf(index), definition);
  }

  static boolean isBuilding(String index) {
    return index.matches(BUILDING + "[0-9a-f]{" + DIGEST_DIGITS + "}");
  }

  /** A short digest of several words, the same wherever and whenever it is made. */
  static String digest(String... words) {
    return sha256(String.join("\0", words)).substring(0, DIGEST_DIGITS);
  }

  /** SHA-256 in hexadecimal. */
  public static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
