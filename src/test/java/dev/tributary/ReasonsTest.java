package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A reason that a user meets is a reason that a user can look up. */
class ReasonsTest {
  @Test
  void thePageExplainsEachReasonAndNoOther() throws IOException {
    assertThat(explained("docs/reasons.md"))
        .containsExactlyElementsOf(
            Arrays.stream(Reason.values())
                .map(Enum::name)
                .collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  void thePageOfThePreflightExplainsReasons() throws IOException {
    assertThat(Arrays.stream(Reason.values()).map(Enum::name))
        .containsAll(explained("docs/preflight.md"));
  }

  /** What stands in the first column of the tables of a page. */
  private static Set<String> explained(String page) throws IOException {
    return Files.readString(Path.of(page))
        .lines()
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.split("\\|")[1])
        .flatMap(cell -> Pattern.compile("`(\\w+)`").matcher(cell).results())
        .map(m -> m.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
