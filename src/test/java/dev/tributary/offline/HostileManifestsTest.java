package dev.tributary.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests that would make the reader tell a secret, or never end. */
class HostileManifestsTest {
  private static final String SECRET =
      """
      apiVersion: v1
      kind: Secret
      metadata: {name: users}
      stringData:
      """;

  private static Manifests read(String yaml) throws UnusableInput {
    var input = new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8));
    return Manifests.read(List.of("-"), false, input, "default");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "password: *s3cret",
        "password: !s3cret x",
        "password: !!s3cret x",
        "password: %s3cret",
        "password: 's3cret",
        "password: {s3cret",
        "password: \"\\ks3cret\"",
        "s3cret",
        "password: @s3cret",
        "password: s3cret: x",
        "password: !!javax.script.ScriptEngineManager [s3cret]",
      })
  void noSentenceRepeatsAPassword(String line) {
    assertThatExceptionOfType(UnusableInput.class)
        .isThrownBy(() -> read(SECRET + "  " + line))
        .satisfies(
            e -> assertThat(e.getMessage()).doesNotContain("s3cret").containsPattern("line [456]"));
  }

  @Test
  void textsThatAreLargeOnlyWhenTheyAreReadAreRefused() {
    var bomb = new StringBuilder("a0: &a0 [x]\n");
    for (int i = 1; i < 12; i++) {
      bomb.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ",").repeat(4)));
    }
    assertThatExceptionOfType(UnusableInput.class)
        .isThrownBy(() -> read(bomb.toString()))
        .withMessageContaining("too large");
    assertThatExceptionOfType(UnusableInput.class)
        .isThrownBy(() -> read("a: &a {b: *a}\n"))
        .withMessageContaining("go round in a circle");
    assertThatExceptionOfType(UnusableInput.class)
        .isThrownBy(() -> read("[".repeat(5000)))
        .withMessageContaining("this is not read: Nesting Depth exceeded");
  }
}
