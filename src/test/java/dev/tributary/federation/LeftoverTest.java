package dev.tributary.federation;

import static dev.tributary.federation.States.FLOW;
import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.flow;
import static dev.tributary.federation.States.publication;
import static dev.tributary.federation.States.slot;
import static dev.tributary.federation.States.subscription;
import static dev.tributary.federation.States.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.Side;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is left of a flow is named, with the SQL that drops it. */
class LeftoverTest {
  private static final DesiredFlow DESIRED = desiredFlow().build();
  private static final Problem DOWN = new Problem(Reason.Unreachable, "Nothing answers.");
  private static final Problem IN_USE = new Problem(Reason.ObjectInUse, "It is in use.");

  private static List<Step> remove() {
    return Flow.remove(
            DESIRED,
            Optional.of(flow().with(publication("users")).with(slot()).build()),
            Optional.of(target().with(subscription().ready("users")).build()))
        .steps();
  }

  @Test
  void ofASideThatCouldNotBeLookedAtEverythingMayBeLeft() {
    var source = Leftover.unseen(DESIRED, Side.Source, DOWN);
    assertThat(source.slots()).containsExactly(FLOW);
    assertThat(source.publications()).containsExactly(FLOW, FLOW + "_inserts", FLOW + "_arriving");
    assertThat(source.subscriptions()).isEmpty();

    var target = Leftover.unseen(DESIRED, Side.Target, DOWN);
    assertThat(target.slots()).isEmpty();
    assertThat(target.publications()).isEmpty();
    assertThat(target.subscriptions()).containsExactly(FLOW);
  }

  @Test
  void eachLaneHasItsOwn() {
    var desired = desiredFlow().lane("hot", "users").build();

    assertThat(Leftover.unseen(desired, Side.Source, DOWN).slots())
        .containsExactly(States.HOT, FLOW);
  }

  @Test
  void ofStepsThatCouldNotBeDoneItIsWhatTheyWouldHaveDropped() {
    var source = Leftover.of(DESIRED, Side.Source, remove(), IN_USE).orElseThrow();
    assertThat(source.slots()).containsExactly(FLOW);
    assertThat(source.publications()).contains(FLOW);
    assertThat(source.subscriptions()).isEmpty();

    var target = Leftover.of(DESIRED, Side.Target, remove(), IN_USE).orElseThrow();
    assertThat(target.slots()).isEmpty();
    assertThat(target.subscriptions()).containsExactly(FLOW);
  }

  @Test
  void aSideWithoutStepsHasNothingLeft() {
    var onlyTheSource = remove().stream().filter(s -> s.site() != Site.TARGET).toList();

    assertThat(Leftover.of(DESIRED, Side.Target, onlyTheSource, IN_USE)).isEmpty();
    assertThat(Leftover.of(DESIRED, Side.Source, List.of(), IN_USE)).isEmpty();
  }

  @Test
  void theSqlDropsWhateverOfItIsThere() {
    assertThat(Leftover.unseen(DESIRED, Side.Source, DOWN).sql())
        .containsExactly(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '%s'"
                .formatted(FLOW),
            "DROP PUBLICATION IF EXISTS \"%s\"".formatted(FLOW),
            "DROP PUBLICATION IF EXISTS \"%s_inserts\"".formatted(FLOW),
            "DROP PUBLICATION IF EXISTS \"%s_arriving\"".formatted(FLOW));
    assertThat(Leftover.unseen(DESIRED, Side.Target, DOWN).sql())
        .containsExactly(
            "ALTER SUBSCRIPTION \"%s\" DISABLE".formatted(FLOW),
            "ALTER SUBSCRIPTION \"%s\" SET (slot_name = NONE)".formatted(FLOW),
            "DROP SUBSCRIPTION \"%s\"".formatted(FLOW));
  }

  @Test
  void theSentenceSaysWhyAndTheMessageWhatToDo() {
    var left = Leftover.unseen(DESIRED, Side.Source, DOWN).in("db:5432/users");

    assertThat(left.sentence())
        .startsWith(
            "Nothing answers. Left on the source users (db:5432/users): replication slots (%s), publications (%s,"
                .formatted(FLOW, FLOW));
    assertThat(left.message())
        .contains("A slot that nobody reads fills the source's disk", "pg_drop_replication_slot");
    assertThat(Leftover.unseen(DESIRED, Side.Target, DOWN).message())
        .startsWith(
            "Left on the target: subscriptions (%s), the schema svc with the tables of users."
                .formatted(FLOW))
        .doesNotContain("disk");
  }
}
