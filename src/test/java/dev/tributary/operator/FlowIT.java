package dev.tributary.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.fixtures.KubeApi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** From what a user applies to rows on the target. */
class FlowIT {
  private static KubeApi kube;

  @BeforeAll
  static void start() {
    kube = KubeApi.mock();
    kube.applyCrds();
  }

  @AfterAll
  static void stop() {
    kube.close();
  }

  @Test
  void twoDatabasesFlowIntoOne() {
    var landscape = Landscape.create(kube);
    try (var operator = landscape.startOperator()) {
      kube.apply(landscape.manifests());
      landscape.awaitInSync(operator);
      landscape.awaitEqualRows();
      System.out.println(operator.output());
      System.out.println(
          io.fabric8.kubernetes.client.utils.Serialization.asYaml(landscape.federation()));
      assertThat(operator.output()).doesNotContain(landscape.targetPassword);
    }
  }
}
