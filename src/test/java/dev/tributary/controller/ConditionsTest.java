package dev.tributary.controller;

import static dev.tributary.controller.Resources.condition;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ready, Reconciling and Stalled, as kstatus reads them. */
class ConditionsTest {
  private static final String THEN = "2026-01-01T00:00:00Z";
  private static final String NOW = "2026-02-03T04:05:06Z";
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-02-03T04:05:06.789Z"), ZoneOffset.UTC);

  private static List<Condition> conditions(Reason reason, List<Condition> before) {
    return Conditions.of(
        new Problem(reason, "A sentence about " + reason + "."), 3L, before, CLOCK);
  }

  private static Map<String, String> statuses(Reason reason) {
    return conditions(reason, List.of()).stream()
        .collect(Collectors.toMap(Condition::getType, Condition::getStatus));
  }

  @Test
  void whatIsWellIsReady() {
    assertThat(conditions(Reason.InSync, List.of()))
        .containsExactly(
            condition("Ready", "True", "InSync", NOW),
            condition("Reconciling", "False", "InSync", NOW),
            condition("Stalled", "False", "InSync", NOW));
  }

  @Test
  void whatGoesOnByItselfIsReconciling() {
    assertThat(conditions(Reason.Copying, List.of()))
        .containsExactly(
            condition("Ready", "False", "Copying", NOW),
            condition("Reconciling", "True", "Copying", NOW),
            condition("Stalled", "False", "Copying", NOW));
  }

  @Test
  void whatWaitsForAPersonIsStalled() {
    assertThat(conditions(Reason.SecretMissing, List.of()))
        .containsExactly(
            condition("Ready", "False", "SecretMissing", NOW),
            condition("Reconciling", "False", "SecretMissing", NOW),
            condition("Stalled", "True", "SecretMissing", NOW));
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"Suspended", "AwaitingApproval"})
  void whatRestsBecauseItWasAskedToIsNoneOfThem(Reason reason) {
    assertThat(conditions(reason, List.of()))
        .containsExactly(
            condition("Ready", "False", reason.name(), NOW),
            condition("Reconciling", "False", reason.name(), NOW),
            condition("Stalled", "False", reason.name(), NOW));
  }

  /** What is said of a table or a server beforehand is never why a resource is as it is. */
  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {
        "Suspended",
        "AwaitingApproval",
        "OverrideUnused",
        "LeftAlone",
        "MigrationHistory",
        "OwnedSequence",
        "RowTypeArgument",
        "NamedInFunction",
        "DependentView",
        "TransitionTable",
        "EventTrigger",
        "RoleSearchPath",
        "DefaultPrivileges",
        "StatementSeen",
        "IndexSkipped",
        "LongTransaction",
        "PreparedTransaction",
        "WalSenderTimeout",
        "SlotWalLimit",
        "SlotIdleLimit",
        "IdleInTransaction",
        "WalReceiverTimeout",
        "RetrieveRetryInterval",
        "NoEventTrigger"
      },
      mode = EnumSource.Mode.EXCLUDE)
  void exactlyOneOfTheThreeHoldsWhateverElseTheReason(Reason reason) {
    assertThat(statuses(reason)).containsOnlyKeys("Ready", "Reconciling", "Stalled");
    assertThat(statuses(reason).values()).containsOnlyOnce("True");
  }

  @Test
  void theTimeIsThatOfTheLastChangeOfTheStatusNotOfTheReason() {
    var before =
        List.of(
            condition("Ready", "False", "Unreachable", THEN),
            condition("Reconciling", "True", "Unreachable", THEN),
            condition("Stalled", "False", "Unreachable", THEN));

    assertThat(conditions(Reason.SecretMissing, before))
        .containsExactly(
            condition("Ready", "False", "SecretMissing", THEN),
            condition("Reconciling", "False", "SecretMissing", NOW),
            condition("Stalled", "True", "SecretMissing", NOW));
  }

  @Test
  void anUnchangedWorldHasUnchangedConditions() {
    var before = Conditions.of(new Problem(Reason.InSync, "All is well."), 3L, List.of(), CLOCK);
    var later = Clock.fixed(Instant.parse("2027-01-01T00:00:00Z"), ZoneOffset.UTC);

    assertThat(Conditions.of(new Problem(Reason.InSync, "All is well."), 3L, before, later))
        .isEqualTo(before);
  }

  @Test
  void conditionsOfOthersAreNotTakenForOurs() {
    assertThat(
            conditions(Reason.InSync, List.of(condition("Healthy", "True", "Whatever", THEN)))
                .get(0))
        .isEqualTo(condition("Ready", "True", "InSync", NOW));
  }

  @Test
  void aMessageOfAnyLengthFits() {
    var longest = Conditions.of(new Problem(Reason.InSync, "x".repeat(1024)), 1L, List.of(), CLOCK);
    var longer = Conditions.of(new Problem(Reason.InSync, "x".repeat(1025)), 1L, List.of(), CLOCK);

    assertThat(longest).extracting(Condition::getMessage).containsOnly("x".repeat(1024));
    assertThat(longer).extracting(Condition::getMessage).containsOnly("x".repeat(1023) + "…");
  }

  @Test
  void theReasonSoFarIsThatOfReady() {
    assertThat(
            Conditions.reason(
                List.of(
                    condition("Stalled", "False", "Other", THEN),
                    condition("Ready", "True", "InSync", THEN))))
        .isEqualTo(Optional.of("InSync"));
    assertThat(Conditions.reason(List.of())).isEmpty();
  }
}
