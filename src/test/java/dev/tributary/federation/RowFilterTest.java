package dev.tributary.federation;

import static dev.tributary.federation.States.column;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A row filter is one expression and can be nothing else, whatever somebody writes. */
class RowFilterTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tenant = 7",
        "(a > 1) AND (b IS NULL OR c = ANY (ARRAY[1, 2]))",
        "note = 'it''s; -- /* $1 { ) \" : no comment'",
        "\"we\"\"ird; -- ) $ name\" = 1",
        "a::text = 'x'",
        "a - -1 > .5 AND b @> '{1}'",
        "u & 3 = 1 AND menu&\"x\" = 2",
        "data ? 'key'",
        "größe = 1",
        "a\n=\t1",
        "coalesce(a, 1) = 1 AND b[1] = 2",
      })
  void oneExpressionIsTakenAsItIs(String expression) {
    assertThat(RowFilter.of(expression).refusal()).isEmpty();
    assertThat(Sql.where(expression)).isEqualTo("WHERE (" + expression + ")");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "true) WITH (publish = 'insert'; DROP TABLE users; -- | a ) closes nothing",
        "a = 1) OR (true | a ) closes nothing",
        "(a = 1 | a ( is not closed",
        "(a[1) | a ) closes nothing",
        "a[1 | a [ is not closed",
        "a = 1; DROP TABLE users | it has a semicolon",
        "a = 1 -- and | it has a comment",
        "a = 1 /* and | it has a comment",
        "a--1 = 2 | it has a comment",
        "note = 'x | a string is not closed",
        "note = 'x'' | a string is not closed",
        "\"a = 1 | a quoted name is not closed",
        "note = E'\\'' | it has a backslash",
        "note = '\\' | it has a backslash",
        "note = $$x$$ | it has a dollar sign outside of quotes",
        "note = $a$x$a$ | it has a dollar sign outside of quotes",
        "id = $1 | it has a dollar sign outside of quotes",
        "a$b = 1 | it has a dollar sign outside of quotes",
        "note = U&'!0041' UESCAPE '!' | it has a text of the kind U&",
        "u&\"!0041\" = 1 | it has a text of the kind U&",
        "a = 1, b = 2 | it is more than one expression",
        "a = :b | it has a colon that is no cast",
        "a = :'b' | it has a colon that is no cast",
        "a:::text = 1 | it has a colon that is no cast",
        "{fn user()} = 'x' | it has the character U+007B outside of quotes",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa = 1 | it has a name of more than 63 bytes",
      })
  void everythingElseIsRefused(String expression, String why) {
    assertThat(RowFilter.of(expression).refusal()).contains(why);
    assertThatIllegalArgumentException().isThrownBy(() -> Sql.where(expression));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \t\n"})
  void nothingIsNoExpression(String expression) {
    assertThat(RowFilter.of(expression).refusal()).contains("it is empty");
  }

  @Test
  void charactersThatNoDatabaseHoldsAreRefused() {
    assertThat(RowFilter.of("a = '\0'").refusal()).contains("it has a NUL byte");
    assertThat(RowFilter.of("a = '\uD83D'").refusal()).contains("it has half a character");
    assertThat(RowFilter.of("a = '\uDE00\uD83D'").refusal()).contains("it has half a character");
    assertThat(RowFilter.of("a = '\uD83D\uDE00'").refusal()).isEmpty();
    assertThat(RowFilter.of("a = 1\u0007").refusal())
        .contains("it has the character U+0007 outside of quotes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "ID = 1 | id",
        "\"Id\" = 1 | Id",
        "\"id\" = 1 | id",
        "Id = 1 AND \"Id\" = 2 | id,Id",
        "t.name = 'id' | name",
        "public . t . name IS NULL | name",
        "public.\"t\".\"name\" IS NULL | name",
        "(id).name = 1 | id,name",
        "lower(name) = 'x' | name",
        "name::id IS NULL | id,name",
        "T IS NULL | id,Id,name",
        "\"t\" IS NULL | id,Id,name",
        "t.* IS NULL | id,Id,name",
        "t . * IS NULL | id,Id,name",
        "1id = 1 | id",
        "true | ``",
      })
  void theColumnsThatItMayNameAreAllThatCouldBeMeant(String expression, String columns) {
    var t = table("t").columns(column("id", "int"), column("Id", "int"), column("name", "text"));

    assertThat(String.join(",", RowFilter.of(expression).columnsOf(t.build()))).isEqualTo(columns);
  }
}
