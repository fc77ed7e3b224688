package dev.tributary.federation;

import static dev.tributary.federation.States.SOURCE;
import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.schema;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Before.Kind;
import dev.tributary.federation.Before.Thing;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is remembered is data: written beside what it is of, quoted, compared, never executed. */
class BeforeTest {

  @Test
  void theTableHoldsNothingButNames() {
    assertThat(new Before.CreateBefore("svc", Mark.of(SOURCE), List.of("o'brien")).sql())
        .containsExactly(
            "CREATE TABLE \"svc\".\"tributary_before\" (kind text, name text[], was text[] NOT NULL, since"
                + " timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (kind, name))",
            "COMMENT ON TABLE \"svc\".\"tributary_before\" IS"
                + " 'tributary.dev/SourceDatabase shop/users uid=s-1'",
            "INSERT INTO \"svc\".\"tributary_before\" (kind, name, was) VALUES ('TABLE',"
                + " ARRAY['o''brien']::text[], ARRAY['svc']::text[]) ON CONFLICT (kind, name) DO"
                + " NOTHING");
  }

  @Test
  void theFirstMemoryOfASearchPathIsTheOneThatCounts() {
    assertThat(Before.remember("svc", Thing.searchPathOf("app"), List.of("a, \"b\"")))
        .isEqualTo(
            "INSERT INTO \"svc\".\"tributary_before\" (kind, name, was) VALUES ('SEARCH_PATH',"
                + " ARRAY['app']::text[], ARRAY['a, \"b\"']::text[]) ON CONFLICT (kind, name) DO"
                + " NOTHING");
  }

  @Test
  void theLastMemoryOfRightsAndTablesIsTheOneThatCounts() {
    assertThat(Before.rememberAnew("svc", Thing.table("users"), List.of("public")))
        .isEqualTo(
            "INSERT INTO \"svc\".\"tributary_before\" (kind, name, was) VALUES ('TABLE',"
                + " ARRAY['users']::text[], ARRAY['public']::text[]) ON CONFLICT (kind, name) DO"
                + " UPDATE SET was = EXCLUDED.was, since = now()");
  }

  @Test
  void whatIsForgottenIsForgottenByItsKindAndWholeName() {
    assertThat(Before.forget("svc", Thing.sequence(new Relation("public", "users_id_seq"))))
        .isEqualTo(
            "DELETE FROM \"svc\".\"tributary_before\" WHERE (kind, name) = ('SEQUENCE',"
                + " ARRAY['public', 'users_id_seq']::text[])");
    assertThat(Before.forget("svc", Thing.databaseSearchPath()))
        .endsWith("('SEARCH_PATH', ARRAY[]::text[])");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'); DROP TABLE users; --",
        "o'brien",
        "back\\slash",
        "\\'); DROP TABLE users; --",
        " spaces ",
        "{a,b}",
        "a\", \"b",
        "größe 😀",
        "two\nlines",
        "']::text[]) ON CONFLICT DO NOTHING; --",
      })
  void aNameOfAnyKindIsRememberedAsItIs(String hostile) {
    var things =
        List.of(
            Thing.table(hostile),
            Thing.sequence(new Relation(hostile, hostile)),
            Thing.rights(new Relation("public", hostile)),
            Thing.searchPathOf(hostile),
            Thing.given(hostile));
    for (Thing thing : things) {
      var world =
          SourceWorld.of(source().schema(schema("svc", Optional.empty())).before(Map.of()))
              .after(Before.remember("svc", thing, List.of(hostile, "")));

      assertThat(world.state().remembered().was()).isEqualTo(Map.of(thing, List.of(hostile, "")));
      assertThat(world.after(Before.forget("svc", thing)).state().remembered().was()).isEmpty();
    }
  }

  @Test
  void aSchemaOfAnyNameHoldsIt() {
    assertThat(Before.forget("my \"svc\"", Thing.table("t")))
        .startsWith("DELETE FROM \"my \"\"svc\"\"\".\"tributary_before\" WHERE");
  }

  @Test
  void whatIsRememberedIsQuotedLikeAnyNameOnTheWayBack() {
    String evil = "public\"; DROP TABLE users; --";
    var state =
        source()
            .schema(States.schemaOfSource())
            .remember(Thing.table("users"), evil)
            .remember(
                Thing.databaseSearchPath(),
                "\"a\"\"b; DROP TABLE users\", public",
                "a, svc, public")
            .server(States.server().searchPath("a, svc, public"))
            .tables(table("users").moved());

    assertThat(States.sql(SchemaReturn.plan(desiredSchema().build(), state.build())))
        .contains("SET SCHEMA \"public\"\"; DROP TABLE users; --\";")
        .contains("SET search_path = \"a\"\"b; DROP TABLE users\", \"public\"");
  }

  @Test
  void thingsAreFoundByTheirKind() {
    var before =
        new Before(
            Optional.empty(),
            Map.of(
                Thing.table("a"), List.of("public"),
                Thing.table("b"), List.of("legacy"),
                Thing.databaseSearchPath(), List.of()));

    assertThat(before.all(Kind.TABLE)).containsExactly(Thing.table("a"), Thing.table("b"));
    assertThat(before.of(Thing.table("b"))).contains(List.of("legacy"));
    assertThat(before.of(Thing.databaseSearchPath())).contains(List.of());
    assertThat(before.remembers(Thing.table("c"))).isFalse();
  }

  @Test
  void thingsOfAKindAreAlwaysInTheSameOrder() {
    var was = new HashMap<Thing, List<String>>();
    for (String name : List.of("q", "b", "z", "a", "m")) {
      was.put(Thing.table(name), List.of("public"));
    }

    assertThat(new Before(Optional.empty(), was).all(Kind.TABLE))
        .extracting(t -> t.name().get(0))
        .containsExactly("a", "b", "m", "q", "z");
  }

  @ParameterizedTest
  @CsvSource({
    "TABLE, 1, 1, true",
    "TABLE, 2, 1, false",
    "TABLE, 1, 0, false",
    "SEQUENCE, 2, 2, true",
    "SEQUENCE, 2, 1, false",
    "SEARCH_PATH, 0, 2, true",
    "SEARCH_PATH, 1, 2, true",
    "SEARCH_PATH, 0, 1, false",
    "SEARCH_PATH, 2, 2, false",
    "RIGHTS, 2, 0, true",
    "RIGHTS, 2, 7, true",
    "RIGHTS, 1, 0, false",
    "GIVEN, 1, 0, true",
    "GIVEN, 0, 0, false",
    "NONSENSE, 1, 1, false",
  })
  void whatSomebodyElseWroteIntoTheTableIsReadOnlyIfItCouldBeOurs(
      String kind, int name, int was, boolean wellFormed) {
    assertThat(
            Before.isWellFormed(kind, Collections.nCopies(name, "x"), Collections.nCopies(was, "")))
        .isEqualTo(wellFormed);
  }

  @Test
  void whatHasNoValueIsNotWellFormed() {
    var nothing = Collections.<String>singletonList(null);

    assertThat(Before.isWellFormed("TABLE", nothing, List.of("public"))).isFalse();
    assertThat(Before.isWellFormed("TABLE", List.of("users"), nothing)).isFalse();
  }

  @Test
  void aTableOfThatNameThatAPersonMadeStandsInTheWay() {
    var plan =
        SchemaMove.plan(
            desiredSchema().build(),
            source()
                .schema(schema("svc", Optional.empty()))
                .tables(table("tributary_before").moved(), table("users"))
                .build());

    assertThat(plan.steps()).isEmpty();
    assertThat(plan.problems())
        .containsExactly(
            new Problem(
                Reason.NotOwned,
                "The table svc.tributary_before, by which Tributary remembers how things were, was"
                    + " not made by Tributary: rename or drop it."));
  }

  @Test
  void theMemoryOfAnotherResourceIsNotTaken() {
    assertThat(
            SchemaMove.plan(
                    desiredSchema().build(),
                    source()
                        .schema(schema("svc", Optional.empty()))
                        .beforeMarked(Mark.of(States.other(SOURCE)))
                        .tables(table("users"))
                        .build())
                .problems())
        .extracting(Problem::reason)
        .containsExactly(Reason.OwnedByAnother);
  }
}
