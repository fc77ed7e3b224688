package dev.tributary.federation;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The comment that says whose an object in a database is ({@code COMMENT ON …}).
 *
 * <p>Nothing that is not so marked is ever changed or dropped. A deleted resource with
 * deletionPolicy Retain leaves its marks released: the next resource of that name takes them up.
 */
public record Mark(Owner owner, boolean released, Map<String, String> notes) {

  /** The note that names the source on objects of the target. */
  public static final String SOURCE = "source";

  /** The note that names the lane on publications and subscriptions. */
  public static final String LANE = "lane";

  /** The note that says which connection a subscription was made with. */
  public static final String CONNECTION = "connection";

  /**
   * The note of a subscription that stands still while tables come to it from other lanes, and then
   * until those have confirmed this position of the source's WAL, in bytes since 0/0.
   */
  static final String AFTER = "after";

  /** The note of a subscription that is about to forget tables, see {@link Forgets}. */
  static final String FORGETS = "forgets";

  /** The note of a publication whose slot we have dropped, with the field that asked for it. */
  static final String DROPPED = "dropped";

  /** The note of an index that says which one of the source it is of, by its OID. */
  static final String OF = "of";

  /** The note of an index that says which definition it was built by, as a digest. */
  static final String DEFINITION = "def";

  /** The note of a table on the target: since when the source's unique indexes are known. */
  static final String UNIQUE = "unique";

  /** The note that says which password a role has, by the version of its Secret. */
  public static final String PASSWORD = "password";

  private static final Pattern TEXT =
      Pattern.compile(
          "tributary\\.dev/(\\w+) ([^\\s/]+)/(\\S+) uid=(\\S+)( released)?((?: \\w+=\\S+)*)");

  public Mark {
    notes = Map.copyOf(notes);
  }

  public static Mark of(Owner owner) {
    return new Mark(owner, false, Map.of());
  }

  public static Mark of(Owner owner, Map<String, String> notes) {
    return new Mark(owner, false, notes);
  }

  /** The same with a note more. */
  Mark with(String note, String value) {
    var more = new TreeMap<>(notes);
    more.put(note, value);
    return new Mark(owner, released, more);
  }

  /** The same without a note. */
  Mark without(String note) {
    var fewer = new TreeMap<>(notes);
    fewer.remove(note);
    return new Mark(owner, released, fewer);
  }

  public Mark release() {
    return new Mark(owner, true, notes);
  }

  /** The comment as it stands in the database. */
  public String text() {
    return "tributary.dev/%s %s/%s uid=%s%s%s"
        .formatted(
            owner.kind(),
            owner.namespace(),
            owner.name(),
            owner.uid(),
            released ? " released" : "",
            new TreeMap<>(notes)
                .entrySet().stream()
                    .map(e -> " " + e.getKey() + "=" + e.getValue())
                    .collect(Collectors.joining()));
  }

  /** The mark as a comment's last line, below what a person has to say. */
  public String below(Optional<String> comment) {
    return comment.map(c -> c + "\n" + text()).orElseGet(this::text);
  }

  /** What a comment says beside a mark. */
  public static Optional<String> above(String comment) {
    if (comment == null) {
      return Optional.empty();
    }
    int line = comment.lastIndexOf('\n');
    if (TEXT.matcher(comment.substring(line + 1)).matches()) {
      return line < 0 ? Optional.empty() : Optional.of(comment.substring(0, line));
    }
    return Optional.of(comment);
  }

  /** The mark that a comment ends with, if it does. */
  public static Optional<Mark> parse(String comment) {
    if (comment == null) {
      return Optional.empty();
    }
    var m = TEXT.matcher(comment.substring(comment.lastIndexOf('\n') + 1));
    if (!m.matches()) {
      return Optional.empty();
    }
    var notes = new TreeMap<String, String>();
    for (String note : m.group(6).trim().split(" ")) {
      if (!note.isEmpty()) {
        notes.put(note.substring(0, note.indexOf('=')), note.substring(note.indexOf('=') + 1));
      }
    }
    return Optional.of(
        new Mark(
            new Owner(m.group(1), m.group(2), m.group(3), m.group(4)), m.group(5) != null, notes));
  }

  /** Whose an object is, as a resource sees it. */
  public enum Ownership {
    /** This resource made it. */
    OURS,
    /** A resource of this name made it and was deleted with Retain. */
    RELEASED,
    /** Another resource made it. */
    ANOTHERS,
    /** A person, or another program, made it. */
    UNMARKED
  }

  /** Whose the object with this mark is. */
  public static Ownership ownership(Optional<Mark> mark, Owner self) {
    if (mark.isEmpty()) {
      return Ownership.UNMARKED;
    }
    Mark found = mark.get();
    if (!found.owner.sameNameAs(self)) {
      return Ownership.ANOTHERS;
    }
    if (found.released) {
      return Ownership.RELEASED;
    }
    return found.owner.mayBe(self) ? Ownership.OURS : Ownership.ANOTHERS;
  }

  /** The same where objects that nobody has marked are taken over when that is asked for. */
  static Optional<Problem> refusal(String what, Optional<Mark> mark, DesiredFlow desired) {
    return desired.adopt() && mark.isEmpty()
        ? Optional.empty()
        : refusal(what, mark, desired.owner());
  }

  /** Why a resource must not touch an object that is there, if it must not. */
  static Optional<Problem> refusal(String what, Optional<Mark> mark, Owner self) {
    return switch (ownership(mark, self)) {
      case OURS, RELEASED -> Optional.empty();
      case ANOTHERS -> {
        Owner owner = mark.orElseThrow().owner();
        yield Optional.of(
            new Problem(
                Reason.OwnedByAnother,
                ("%s belongs to %s (uid %s): use another name here, or delete that resource. If it is gone for good,"
                        + " drop the object.")
                    .formatted(what, owner, owner.uid())));
      }
      case UNMARKED ->
          Optional.of(
              new Problem(
                  Reason.NotOwned,
                  "%s was not made by Tributary: rename or drop it.".formatted(what)));
    };
  }
}
