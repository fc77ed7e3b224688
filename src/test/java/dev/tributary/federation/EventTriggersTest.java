package dev.tributary.federation;

import static dev.tributary.federation.States.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.EventTriggerFunction.EventTrigger;
import dev.tributary.federation.States.ASource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When DDL is announced, by what, and what is said where it is not. */
class EventTriggersTest {
  private static final DesiredSchema DESIRED = States.desiredSchema().build().announced();
  private static final Owner ANOTHER = new Owner("SourceDatabase", "shop", "other", "uid-9");

  private static SchemaFacts schema(EventTriggerFunction function) {
    return new SchemaFacts(
        "svc",
        Optional.of(Mark.of(SOURCE)),
        true,
        true,
        List.of(),
        List.of(),
        Optional.ofNullable(function));
  }

  private static ASource source(EventTriggerFunction function, String maxPrepared) {
    return States.source()
        .schema(schema(function))
        .server(States.server().superuser().setting("max_prepared_transactions", maxPrepared));
  }

  private static EventTriggerFunction function(Owner owner, boolean mayDrop, EventTrigger... fire) {
    var made = create().sql().stream().filter(s -> s.contains("made=")).findFirst().orElseThrow();
    String digest = made.replaceAll(".*made=([0-9a-f]+).*", "$1");
    return new EventTriggerFunction(
        Optional.of(Mark.of(owner, Map.of("made", digest))), mayDrop, List.of(fire));
  }

  private static EventTriggerFunction whole(Owner owner) {
    return function(owner, true, trigger("ddl", true), trigger("drop", true));
  }

  private static EventTrigger trigger(String event, boolean enabled) {
    return new EventTrigger(EventTriggers.channel(DESIRED) + "_" + event, enabled);
  }

  private static Step create() {
    return plan(source(null, "0")).steps().get(0);
  }

  private static Plan plan(ASource source) {
    return EventTriggers.plan(DESIRED, source.build(), Plan.NOTHING);
  }

  private static Plan removal(ASource source) {
    return EventTriggers.planRemoval(DESIRED, source.build(), Plan.NOTHING);
  }

  @Test
  void theyAreMadeAndMarkedInOneTransaction() {
    assertThat(create().transactional()).isTrue();
    assertThat(create().sentence())
        .isEqualTo(
            "Announce DDL by event triggers, which fire the function svc.tributary_announce");
    assertThat(create().sql()).hasSize(6);
    assertThat(create().sql().get(0))
        .startsWith("CREATE FUNCTION \"svc\".\"tributary_announce\"() RETURNS event_trigger")
        .contains("SET search_path = pg_catalog", "EXCEPTION WHEN OTHERS THEN");
    assertThat(create().sql().get(1))
        .startsWith("CREATE EVENT TRIGGER \"%s_ddl\" ON ddl_command_end".formatted(channel()));
    assertThat(create().sql().get(2))
        .startsWith("CREATE EVENT TRIGGER \"%s_drop\" ON sql_drop".formatted(channel()));
    assertThat(create().sql().subList(3, 6))
        .allMatch(sql -> sql.startsWith("COMMENT ON ") && sql.contains(Mark.of(SOURCE).text()));
  }

  private static String channel() {
    return EventTriggers.channel(DESIRED);
  }

  @Test
  void aSchemaThatThePlanMakesIsAsGoodAsOneThatIsThere() {
    var source =
        States.source()
            .server(States.server().superuser().setting("max_prepared_transactions", "0"))
            .build();
    Plan makes = Plan.of(List.of(new Schemas.CreateSchema(Site.SOURCE, "svc", Mark.of(SOURCE))));
    assertThat(EventTriggers.plan(DESIRED, source, makes).steps()).hasSize(1);
    assertThat(EventTriggers.plan(DESIRED, source, Plan.NOTHING)).isEqualTo(Plan.NOTHING);
  }

  @Test
  void thePlanOfAMoveThatIsUnderWayStaysTheOneThatWasApproved() {
    Plan move = Plan.of(List.of(new Schemas.MarkSchema(Site.SOURCE, "svc", Mark.of(SOURCE))));
    assertThat(EventTriggers.plan(DESIRED, source(null, "0").build(), move))
        .isEqualTo(Plan.NOTHING);
    assertThat(EventTriggers.planRemoval(DESIRED, source(whole(SOURCE), "5").build(), move))
        .isEqualTo(Plan.NOTHING);
  }

  @Test
  void whatIsThereStays() {
    assertThat(plan(source(whole(SOURCE), "0"))).isEqualTo(Plan.NOTHING);
    assertThat(removal(source(whole(SOURCE), "0"))).isEqualTo(Plan.NOTHING);
    assertThat(EventTriggers.announce(DESIRED, source(whole(SOURCE), "0").build())).isTrue();
    assertThat(EventTriggers.finding(DESIRED, source(whole(SOURCE), "0").build())).isEmpty();
  }

  @Test
  void whatIsHalfThereOrOfAnotherVersionIsMadeAnew() {
    var half = function(SOURCE, true, trigger("drop", true));
    var old =
        new EventTriggerFunction(
            Optional.of(Mark.of(SOURCE, Map.of("made", "0ther"))), true, whole(SOURCE).triggers());
    for (var there : List.of(half, old)) {
      assertThat(plan(source(there, "0")).steps())
          .singleElement()
          .satisfies(
              s ->
                  assertThat(s.sql())
                      .contains("DROP FUNCTION \"svc\".\"tributary_announce\"()")
                      .endsWith(create().sql().get(5)));
    }
  }

  @Test
  void whatIsAnothersIsNotTouched() {
    var unmarked = new EventTriggerFunction(Optional.empty(), true, List.of());
    for (var there : List.of(unmarked, whole(ANOTHER))) {
      assertThat(plan(source(there, "0"))).isEqualTo(Plan.NOTHING);
      assertThat(removal(source(there, "5"))).isEqualTo(Plan.NOTHING);
      assertThat(EventTriggers.remove(DESIRED, source(there, "0").build())).isEqualTo(Plan.NOTHING);
    }
    assertThat(EventTriggers.announce(DESIRED, source(unmarked, "0").build())).isFalse();
    assertThat(EventTriggers.announce(DESIRED, source(whole(ANOTHER), "0").build()))
        .as("it announces all the same")
        .isTrue();
  }

  @Test
  void whereTransactionsCanBePreparedTheyGo() {
    assertThat(plan(source(null, "5"))).isEqualTo(Plan.NOTHING);
    assertThat(removal(source(whole(SOURCE), "5")).sentences())
        .containsExactly(
            "Drop the event triggers that announce DDL, and the function svc.tributary_announce");
    assertThat(EventTriggers.announce(DESIRED, source(whole(SOURCE), "5").build())).isFalse();
    assertThat(EventTriggers.finding(DESIRED, source(null, "5").build()))
        .hasValueSatisfying(
            f ->
                assertThat(f.sentence())
                    .contains("max_prepared_transactions is 5, and a transaction"));
  }

  @Test
  void whoMayNotDropThemSaysWhatToRun() {
    var theirs = function(SOURCE, false, trigger("ddl", true), trigger("drop", true));
    assertThat(removal(source(theirs, "5")).problems())
        .extracting(Problem::sentence)
        .singleElement()
        .asString()
        .contains("DROP FUNCTION \"svc\".\"tributary_announce\"() CASCADE");
  }

  @Test
  void theNamesFitWhateverTheSchemaIsCalled() {
    for (String schema : List.of("a".repeat(63), "é".repeat(31), "A b", "a.b")) {
      assertThat(Names.announcingDrops(schema)).matches("tributary_[a-z0-9_]{1,53}");
    }
    assertThat(Names.announcing("A b")).isNotEqualTo(Names.announcing("a_b"));
  }
}
