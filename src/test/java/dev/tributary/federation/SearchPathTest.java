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
    assertThat(SearchPath.of(Optional.empty())).isEqualTo(SearchPath.DEFAULT);
    assertThat(SearchPath.DEFAULT.sql()).isEqualTo("\"$user\", \"public\"");
  }

  @Test
  void aSchemaIsPutInFrontOfThoseThatAreThere() {
    var path = SearchPath.of(Optional.of("app, public")).with("svc");

    assertThat(path.sql()).isEqualTo("\"svc\", \"app\", \"public\"");
    assertThat(path.contains("svc")).isTrue();
    assertThat(path.contains("SVC")).isFalse();
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
    assertThat(SearchPath.DEFAULT.with("svc").without("svc")).isEqualTo(SearchPath.DEFAULT);
  }
}
