package dev.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One name for a flow's publication, slot and subscription. */
class NamesTest {
  private static final String LONGEST = "a234567890".repeat(25) + "abc";

  private static Owner federation(String namespace, String name) {
    return new Owner("ReplicationFederation", namespace, name, "uid");
  }

  @ParameterizedTest
  @CsvSource({
    "shop, search, users-service, tributary_search_users_service_2dee6f95",
    "default, a, b, tributary_a_b_b3b2b4fc",
  })
  void namesNeverChangeBecauseServersRememberThem(
      String namespace, String federation, String source, String name) {
    assertThat(Names.lane(federation(namespace, federation), source, Lane.DEFAULT)).isEqualTo(name);
  }

  @Test
  void everyNameIsAValidSlotName() {
    for (String federation : List.of("a", "search", "a.b-c", LONGEST)) {
      for (String source : List.of("b", "users.v2", "x--y", LONGEST)) {
        assertThat(Names.lane(federation("ns", federation), source, Lane.DEFAULT))
            .matches("[a-z0-9_]{1,63}")
            .startsWith("tributary_");
      }
    }
  }

  @Test
  void whatReadsTheSameIsNotTheSame() {
    var seen = new HashMap<String, List<String>>();
    for (String namespace : List.of("shop", "shop-a", "test")) {
      for (String federation : List.of("a", "a-b", "a.b", LONGEST, LONGEST.replace('c', 'd'))) {
        for (String source : List.of("c", "b-c", "b.c", LONGEST, LONGEST.replace('c', 'd'))) {
          var flow = List.of(namespace, federation, source);
          assertThat(
                  seen.put(
                      Names.lane(federation(namespace, federation), source, Lane.DEFAULT), flow))
              .as("the other flow with the name of %s", flow)
              .isNull();
        }
      }
    }
  }

  @Test
  void theNameIsTheSameInTheNextLifeOfTheFederation() {
    var federation = federation("shop", "search");

    assertThat(Names.lane(States.reborn(federation), "users", Lane.DEFAULT))
        .isEqualTo(Names.lane(federation, "users", Lane.DEFAULT));
  }

  @Test
  void sha256IsInHexadecimal() {
    assertThat(Names.sha256("größe"))
        .isEqualTo("d353a2671b67afff0941ae456e5c76e9394bd6579774ae7542a6185fb9843384");
  }
}
