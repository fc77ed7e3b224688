package dev.tributary.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.postgres.AppSession.Naming;
import dev.tributary.postgres.AppSession.Outcome;
import dev.tributary.postgres.Findings.Place;
import dev.tributary.postgres.Findings.Verdict;
import dev.tributary.postgres.MovedDatabase.Compatibility;
import java.io.IOException;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * What an application may go on doing while its tables move: each usage in sessions of all kinds,
 * checked by its effect and rolled back, and {@code docs/compatibility.md} says what came of it.
 *
 * <p>Sessions that are opened before the move have done everything once before, so that their plans
 * and functions are cached.
 */
class ConformanceIT {
  private static final List<Integer> MAJORS = List.of(15, 17, 18);
  private static final String WRITE = "mvn -q verify -Dit.test=ConformanceIT -Dcompatibility.write";

  private static final Findings FINDINGS = new Findings();

  @BeforeAll
  static void tryEverything() throws SQLException {
    for (int major : MAJORS) {
      for (var compatibility : Compatibility.values()) {
        tryEverything(major, compatibility);
      }
    }
  }

  private static void tryEverything(int major, Compatibility compatibility) throws SQLException {
    var db = Shop.database(major, "conformance_" + compatibility.name().toLowerCase(Locale.ROOT));
    try (var before = new AppSessions(db)) {
      assertThatEverythingWorks(before);
      db.move(compatibility);
      db.execute(Shop.functions("moved", Shop.SCHEMA + "."));
      try (var after = new AppSessions(db)) {
        for (Usage usage : Usages.all()) {
          for (Naming naming : Naming.values()) {
            FINDINGS.add(
                usage,
                new Place(compatibility, naming, true),
                major,
                before.run(usage, naming, Shop.SCHEMA));
            FINDINGS.add(
                usage,
                new Place(compatibility, naming, false),
                major,
                after.run(usage, naming, Shop.SCHEMA));
          }
        }
      }
    }
  }

  private static void assertThatEverythingWorks(AppSessions sessions) throws SQLException {
    for (Usage usage : Usages.all()) {
      for (Naming naming : EnumSet.of(Naming.UNQUALIFIED, Naming.OLD_SCHEMA)) {
        assertThat(sessions.run(usage, naming, "public"))
            .as("%s before the move", usage.title())
            .matches(outcome -> outcome.isThatOf(usage));
      }
    }
  }

  @Test
  void thePageTellsWhatHappens() throws IOException {
    var page = new CompatibilityPage(FINDINGS);
    if (System.getProperty("compatibility.write") != null) {
      page.write();
    }
    assertThat(CompatibilityPage.committed())
        .as("%s is not what happens; write it anew by: %s", CompatibilityPage.FILE, WRITE)
        .isEqualTo(page.measured());
  }

  @Test
  void whateverDoesNotWorkIsExplainedAndHasAWayRound() {
    for (Usage usage : Usages.all()) {
      for (Place place : CompatibilityPage.COLUMNS) {
        for (Outcome outcome : FINDINGS.of(usage, place).values()) {
          var verdict = Findings.verdict(usage, place, outcome);
          boolean fails = verdict == Verdict.REFUSED || verdict == Verdict.SOMETHING_ELSE;
          boolean silently = verdict == Verdict.SOMETHING_ELSE && outcome.sqlState().isEmpty();
          assertThat(usage)
              .as("%s: %s", place, outcome)
              .matches(u -> !fails || !u.ways().isEmpty())
              .matches(u -> !silently || !u.instead().isEmpty());
        }
      }
    }
  }

  @Test
  void theNewSchemaWrittenOutIsAWayRoundInEverySession() {
    for (Usage usage : Usages.all()) {
      if (usage.ways().contains(Way.NEW_SCHEMA)) {
        assertThat(CompatibilityPage.newSchemaPlaces())
            .as(usage.title())
            .filteredOn(p -> !usage.ways().contains(Way.DROP_VIEW) || !p.compatibility().views())
            .allMatch(place -> FINDINGS.works(usage, place));
      }
    }
  }

  @Test
  void everyWayRoundIsSomeonesWay() {
    assertThat(Usages.all().stream().flatMap(u -> u.ways().stream()).distinct())
        .containsExactlyInAnyOrder(Way.values());
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void aMigrationDropsTheViewThatIsInItsWayAndTheOperatorMakesItAgain(int major) throws Exception {
    var db = Shop.database(major, "conformance_migration");
    db.move(Compatibility.BOTH);
    db.execute(
        "BEGIN; DROP VIEW public.users; ALTER TABLE users ALTER COLUMN age TYPE bigint, DROP COLUMN shouted; COMMIT");
    db.move(Compatibility.BOTH);
    assertThat(
            db.db()
                .query(
                    "SELECT attname, atttypid::regtype FROM pg_attribute"
                        + " WHERE attrelid = 'public.users'::regclass ORDER BY attnum"))
        .containsExactly(
            List.of("id", "integer"),
            List.of("email", "text"),
            List.of("name", "text"),
            List.of("age", "bigint"));
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void rightsThatAreGivenOrTakenOnTheViewHoldOnTheTableAfterTheOperatorsNextRound(int major)
      throws Exception {
    var db = Shop.database(major, "conformance_rights");
    db.move(Compatibility.BOTH);
    db.execute(
        "GRANT SELECT ON public.orders TO conformance_reader",
        "REVOKE SELECT ON public.users FROM conformance_reader");
    db.move(Compatibility.BOTH);
    assertThat(
            db.db()
                .query(
                    "SELECT has_table_privilege('conformance_reader', 'accounts.orders', 'SELECT'),"
                        + " has_table_privilege('conformance_reader', 'accounts.users', 'SELECT')"))
        .containsExactly(List.of("t", "f"));
  }
}
