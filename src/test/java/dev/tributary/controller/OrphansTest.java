package dev.tributary.controller;

import static dev.tributary.controller.Resources.condition;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tributary.api.DeletionPolicy;
import dev.tributary.api.ParadeDBTarget;
import dev.tributary.api.ParadeDBTargetStatus;
import dev.tributary.api.ParadeDBTargetStatus.Orphan;
import dev.tributary.api.Side;
import dev.tributary.federation.Lane;
import dev.tributary.federation.Leftover;
import dev.tributary.federation.Owner;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is remembered of a federation that is gone is enough to find what is its own. */
class OrphansTest {
  private static final String SINCE = "2026-01-01T00:00:00Z";

  private static Orphan orphan(Side side) {
    var federation = Resources.federation(null, null, DeletionPolicy.Delete);
    var left =
        Leftover.unseen(
                Desired.formerFlow(federation, "users", "svc"),
                side,
                new Problem(Reason.Unreachable, "Nothing answers."))
            .in("users-db:5432/users_db");
    return Orphans.orphan(federation, left, SINCE);
  }

  @Test
  void anEntrySaysWhoseItIsWhereAndWhatToDo() {
    var orphan = orphan(Side.Source);

    assertThat(orphan.federation()).isEqualTo("all");
    assertThat(orphan.uid()).isEqualTo("f-1");
    assertThat(orphan.source()).isEqualTo("users");
    assertThat(orphan.database()).isEqualTo("users-db:5432/users_db");
    assertThat(orphan.since()).isEqualTo(SINCE);
    assertThat(orphan.slots()).hasSize(1);
    assertThat(orphan.message()).contains(orphan.slots().get(0), "by hand: SELECT");
  }

  @Test
  void itsFlowIsThatOfTheDeadFederationAndOfNoOtherOfItsName() {
    var federation = Resources.federation(null, null, DeletionPolicy.Delete);
    var flow = Desired.orphan(Resources.NAMESPACE, orphan(Side.Source));

    assertThat(flow.owner())
        .isEqualTo(new Owner("ReplicationFederation", Resources.NAMESPACE, "all", "f-1"))
        .isEqualTo(Desired.owner(federation));
    assertThat(flow.source()).isEqualTo("users");
    assertThat(flow.schema()).isEqualTo("svc");
    assertThat(flow.lanes())
        .extracting(Lane::publications)
        .containsExactly(
            Desired.formerFlow(federation, "users", "svc").lanes().get(0).publications());
  }

  @Test
  void theSameLeftoversAreToldByTheFederationTheSourceAndTheSide() {
    assertThat(orphan(Side.Source).sameAs(orphan(Side.Source))).isTrue();
    assertThat(orphan(Side.Source).sameAs(orphan(Side.Target))).isFalse();
  }

  @Test
  void theConditionNamesTheFederationAndTheSql() {
    var problem = Orphans.leftBehind(List.of(orphan(Side.Source), orphan(Side.Target)));

    assertThat(problem.reason()).isEqualTo(Reason.LeftBehind);
    assertThat(problem.sentence())
        .contains("ReplicationFederation all: Left on the source users", "Left on the target");
  }

  @Test
  void neitherFieldManagerSendsWhatTheOtherOneOwns() {
    var orphans = new ParadeDBTargetStatus(null, null, null, List.of(orphan(Side.Source)), null);
    var looked =
        new ParadeDBTargetStatus(
            3L, "17.11", null, null, List.of(condition("Ready", "True", "Reachable", SINCE)));

    assertThat(fields(orphans)).containsExactly("orphans");
    assertThat(fields(looked)).containsExactly("observedGeneration", "serverVersion", "conditions");
    assertThat(fields(new ParadeDBTargetStatus(null, null, null, null, null))).isEmpty();
  }

  private static List<String> fields(ParadeDBTargetStatus status) {
    var target = new ParadeDBTarget();
    target.setStatus(status);
    var names = new ArrayList<String>();
    Serialization.unmarshal(Serialization.asJson(target), JsonNode.class)
        .path("status")
        .fieldNames()
        .forEachRemaining(names::add);
    return names;
  }

  @Test
  void whatIsRememberedIsNoChangeOfWhatWasFound() {
    var known = new ParadeDBTargetStatus(3L, "17.11", null, List.of(orphan(Side.Source)), null);

    assertThat(known.withoutOrphans())
        .isEqualTo(new ParadeDBTargetStatus(3L, "17.11", null, List.of(), null));
  }
}
