package dev.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The same transactions as the operator's, for a person to run. */
class ScriptTest {

  private record Example(
      String sentence, List<String> sql, boolean transactional, Optional<Lock> lock)
      implements Step {
    @Override
    public Site site() {
      return Site.SOURCE;
    }
  }

  @Test
  void eachStepIsATransactionBelowItsSentence() {
    var lock = new Lock(new Relation("public", "users"), Duration.ofMillis(500));

    assertThat(
            Script.of(
                Plan.of(
                    List.of(
                        new Example("Do one", List.of("A", "B"), true, Optional.empty()),
                        new Example("Do two", List.of("C"), true, Optional.of(lock)),
                        new Example("Do three", List.of("D"), false, Optional.empty())))))
        .isEqualTo(
            """
            SET search_path = pg_catalog;

            -- 1. Do one
            BEGIN;
            A;
            B;
            COMMIT;

            -- 2. Do two
            BEGIN;
            SET LOCAL lock_timeout = '500ms';
            C;
            COMMIT;

            -- 3. Do three
            D;
            """);
  }

  @Test
  void aNameEndsNoComment() {
    assertThat(Script.comment("Move table \"a\nDROP TABLE b;\r\u2028\u001b[31m\" away"))
        .isEqualTo("-- Move table \"a?DROP TABLE b;???[31m\" away\n");
  }

  @Test
  void connectingIsQuotedForPsqlAndForLibpq() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("host", "db");
    parameters.put("dbname", "it's \\ a\nname");

    assertThat(Script.connect(parameters))
        .isEqualTo("\\connect 'host=''db'' dbname=''it\\\\''s \\\\\\\\ a\\nname'''\n");
  }
}
