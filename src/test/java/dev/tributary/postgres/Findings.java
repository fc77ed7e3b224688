package dev.tributary.postgres;

import dev.tributary.postgres.AppSession.Naming;
import dev.tributary.postgres.AppSession.Outcome;
import dev.tributary.postgres.MovedDatabase.Compatibility;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What came of every usage, by session and major version of the server. */
final class Findings {
  /** A kind of session, and what the move left behind for it. */
  record Place(Compatibility compatibility, Naming naming, boolean openedBefore) {
    /** Whether neither a view nor the search_path leads from the old name to the table. */
    boolean leadsNowhere() {
      return !compatibility.views() && (openedBefore || naming == Naming.OLD_SCHEMA);
    }
  }

  enum Verdict {
    WORKS("✓"),
    REFUSED("✗"),
    SOMETHING_ELSE("⚠"),
    ABSENT("–");

    private final String sign;

    Verdict(String sign) {
      this.sign = sign;
    }

    String sign() {
      return sign;
    }
  }

  private static final Set<String> UNDEFINED = Set.of("42P01", "42704");
  private static final String WARNING = "01000";

  private final Map<Usage, Map<Place, SortedMap<Integer, Outcome>>> outcomes = new HashMap<>();

  void add(Usage usage, Place place, int major, Outcome outcome) {
    outcomes
        .computeIfAbsent(usage, u -> new HashMap<>())
        .computeIfAbsent(place, p -> new TreeMap<>())
        .put(major, outcome);
  }

  SortedMap<Integer, Outcome> of(Usage usage, Place place) {
    return outcomes.get(usage).get(place);
  }

  SortedMap<Integer, Verdict> verdicts(Usage usage, Place place) {
    var verdicts = new TreeMap<Integer, Verdict>();
    of(usage, place).forEach((major, o) -> verdicts.put(major, verdict(usage, place, o)));
    return verdicts;
  }

  static Verdict verdict(Usage usage, Place place, Outcome outcome) {
    if (outcome.isThatOf(usage)) {
      return Verdict.WORKS;
    }
    if (outcome.sqlState().isEmpty() || outcome.sqlState().equals(WARNING)) {
      return Verdict.SOMETHING_ELSE;
    }
    return place.leadsNowhere() && UNDEFINED.contains(outcome.sqlState())
        ? Verdict.ABSENT
        : Verdict.REFUSED;
  }

  /** Whether it works in this kind of session on every version. */
  boolean works(Usage usage, Place place) {
    return verdicts(usage, place).values().stream().allMatch(v -> v == Verdict.WORKS);
  }
}
