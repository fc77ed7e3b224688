package dev.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No value ends the quotes it was put in. */
class SqlTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "users | \"users\"",
        "Order Items | \"Order Items\"",
        "x\"; DROP TABLE users; -- | \"x\"\"; DROP TABLE users; --\"",
        "\" | \"\"\"\"",
        "back\\slash | \"back\\slash\"",
        "it's | \"it's\"",
        "größe | \"größe\"",
        "表😀 | \"表😀\"",
        "$user | \"$user\"",
        "` ` | \" \"",
      })
  void anIdentifierIsInDoubleQuotesThatAreDoubledInside(String name, String quoted) {
    assertThat(Sql.identifier(name)).isEqualTo(quoted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\0", "a\0b"})
  void whatPostgresAllowsInNoNameIsNoIdentifier(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> Sql.identifier(name));
    assertThatIllegalArgumentException().isThrownBy(() -> Sql.qualified("public", name));
    assertThatIllegalArgumentException().isThrownBy(() -> Sql.identifiers(List.of("id", name)));
  }

  @Test
  void aRefusedNameIsNotRepeated() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sql.literal("secret\0"))
        .withMessageNotContaining("secret");
  }

  @Test
  void aQualifiedNameQuotesBothParts() {
    assertThat(Sql.qualified("a.b", "c\"d")).isEqualTo("\"a.b\".\"c\"\"d\"");
  }

  @Test
  void namesAreSeparatedByCommasOutsideTheQuotes() {
    assertThat(Sql.identifiers(List.of("a, b", "c"))).isEqualTo("\"a, b\", \"c\"");
    assertThat(Sql.identifiers(List.of())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "logical | 'logical'",
        "it's | 'it''s'",
        "'; DROP TABLE users; -- | '''; DROP TABLE users; --'",
        "say \"hi\" | 'say \"hi\"'",
        "größe 表😀 | 'größe 表😀'",
        "$$ | '$$'",
        "a?b | 'a?b'",
      })
  void aLiteralIsInSingleQuotesThatAreDoubledInside(String value, String quoted) {
    assertThat(Sql.literal(value)).isEqualTo(quoted);
  }

  @Test
  void theEmptyLiteralIsALiteral() {
    assertThat(Sql.literal("")).isEqualTo("''");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "\\ | ` E'\\\\'`",
        "C:\\dir | ` E'C:\\\\dir'`",
        "\\' OR true -- | ` E'\\\\'' OR true --'`",
      })
  void aBackslashMeansItselfWhateverStandardConformingStringsSays(String value, String quoted) {
    assertThat(Sql.literal(value)).isEqualTo(quoted);
  }

  @Test
  void aLiteralHasNoNul() {
    assertThatIllegalArgumentException().isThrownBy(() -> Sql.literal("a\0b"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "users-db | 'users-db'",
        "two words | 'two words'",
        "it's | 'it\\'s'",
        "back\\slash | 'back\\\\slash'",
        "x' host='evil | 'x\\' host=\\'evil'",
        "x\\' host=evil | 'x\\\\\\' host=evil'",
        "a=b | 'a=b'",
      })
  void aConnectionParameterEscapesQuotesAndBackslashesAsLibpqReadsThem(
      String value, String quoted) {
    assertThat(Sql.conninfoValue(value)).isEqualTo(quoted);
  }

  @Test
  void anEmptyConnectionParameterIsQuotedToo() {
    assertThat(Sql.conninfoValue("")).isEqualTo("''");
  }

  @Test
  void aConnectionParameterHasNoNul() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sql.conninfoValue("secret\0"))
        .withMessageNotContaining("secret");
  }

  @Test
  void aConnectionStringSurvivesBeingALiteral() {
    String connection = "password=" + Sql.conninfoValue("it's \\ \"hard\"");

    assertThat(connection).isEqualTo("password='it\\'s \\\\ \"hard\"'");
    assertThat(Sql.literal(connection)).isEqualTo(" E'password=''it\\\\''s \\\\\\\\ \"hard\"'''");
  }
}
