package dev.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A search_path as pg_db_role_setting stores it. */
class SearchPathTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "public | public",
        "svc, public | svc/public",
        "svc,public | svc/public",
        "\"$user\", public | $user/public",
        "\"Order Items\", \"a, b\" | Order Items/a, b",
        "\"say \"\"hi\"\"\", public | say \"hi\"/public",
        "\"\"\"\" | \"",
        "größe, \"表😀\" | größe/表😀",
        "` svc ,  public ` | svc/public",
        "svc, svc | svc/svc",
      })
  void schemasAreReadInOrderWithOrWithoutQuotes(String setting, String schemas) {
    assertThat(SearchPath.parse(setting).schemas()).isEqualTo(List.of(schemas.split("/")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\"\"", " ", ","})
  void anEmptyPathHasNoSchemas(String setting) {
    assertThat(SearchPath.parse(setting).schemas()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "public",
        "$user",
        "Order Items",
        "a, b",
        "say \"hi\"",
        "\"",
        "größe",
        "it's",
        "\\"
      })
  void whatIsWrittenIsReadAgain(String schema) {
    var path = new SearchPath(List.of("svc", schema, "public"));

    assertThat(SearchPath.parse(path.sql())).isEqualTo(path);
  }

  @Test
  void withoutASettingThePathIsThatOfPostgres() {
    assertThat(SearchPath.effective(Optional.empty(), Optional.empty()))
        .isEqualTo(SearchPath.DEFAULT);
    assertThat(SearchPath.DEFAULT.sql()).isEqualTo("\"$user\", \"public\"");
  }

  @Test
  void theSettingThatIsNearestHolds() {
    assertThat(SearchPath.effective(Optional.of("a"), Optional.of("b")).schemas())
        .containsExactly("a");
    assertThat(SearchPath.effective(Optional.empty(), Optional.of("b")).schemas())
        .containsExactly("b");
    assertThat(SearchPath.effective(Optional.of("\"\""), Optional.of("b")).schemas()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "public | public | svc/public",
        "app, public | public | app/svc/public",
        "app, legacy, public | public/legacy | app/svc/legacy/public",
        "public, app, public | public | svc/public/app/public",
        "\"$user\", public | public | $user/svc/public",
        "public, svc | public | public/svc",
        "svc, public | public | svc/public",
        "tenant | public | tenant",
        "PUBLIC | public | svc/public",
        "\"PUBLIC\" | public | PUBLIC",
        "\"$user\", public | tom/public | svc/$user/public",
        "a, \"$user\" | tom | a/svc/$user",
        "\"$user\", public | $user | $user/public",
      })
  void aSchemaIsPutRightBeforeTheFirstOfThoseThatTablesComeFrom(
      String setting, String from, String schemas) {
    assertThat(SearchPath.parse(setting).with("svc", List.of(from.split("/")), "tom").schemas())
        .containsExactly(schemas.split("/"));
  }

  @Test
  void takingASchemaOutTakesItOutWhereverItStands() {
    assertThat(SearchPath.parse("svc, app, svc, public").without("svc").schemas())
        .containsExactly("app", "public");
    assertThat(SearchPath.parse("app, public").without("svc").schemas())
        .containsExactly("app", "public");
  }

  @Test
  void puttingInAndTakingOutLeadsBackToTheDefault() {
    assertThat(SearchPath.DEFAULT.with("svc", List.of("public"), "tom").without("svc"))
        .isEqualTo(SearchPath.DEFAULT);
  }
}
