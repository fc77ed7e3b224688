package dev.tributary.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tributary.api.ReplicationFederationSpec;
import dev.tributary.api.ReplicationFederationSpec.DestructiveChanges;
import dev.tributary.api.ReplicationFederationSpec.IndexSync;
import dev.tributary.api.ReplicationFederationSpec.OnLimit;
import dev.tributary.api.ReplicationFederationSpec.OnLost;
import dev.tributary.api.ReplicationFederationSpec.SchemaSync;
import dev.tributary.api.ReplicationFederationSpec.Slots;
import dev.tributary.api.SourceDatabase;
import dev.tributary.api.SourceDatabaseSpec;
import dev.tributary.api.SourceDatabaseSpec.ApprovalPolicy;
import dev.tributary.api.SourceDatabaseSpec.Compatibility;
import dev.tributary.api.SourceDatabaseSpec.EventTrigger;
import dev.tributary.api.SourceDatabaseSpec.Method;
import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.api.SourceDatabaseSpec.Publication;
import dev.tributary.api.SourceDatabaseSpec.PublishedElsewhere;
import dev.tributary.api.SourceDatabaseSpec.Schema;
import dev.tributary.api.SourceDatabaseSpec.Sequences;
import dev.tributary.api.SourceDatabaseSpec.Tables;
import dev.tributary.api.SourceDatabaseSpec.ViewsInUse;
import dev.tributary.api.SourceDatabaseSpec.WithoutReplicaIdentity;
import dev.tributary.api.SourceDatabaseStatus;
import dev.tributary.api.TlsMode;
import dev.tributary.federation.Approval;
import dev.tributary.federation.DesiredFlow;
import dev.tributary.federation.DesiredRole;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.IndexRules;
import dev.tributary.federation.Lane;
import dev.tributary.federation.Owner;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.SlotRules;
import dev.tributary.federation.Trouble;
import dev.tributary.postgres.ConnectionSettings;
import dev.tributary.postgres.Executor.ConnectionString;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user wrote, as planners know it. */
class DesiredTest {
  private static final Owner SOURCE = new Owner("SourceDatabase", "shop", "users", "s-1");
  private static final Owner FEDERATION = new Owner("ReplicationFederation", "shop", "all", "f-1");

  private static final Connections.Replication REPLICATION =
      new Connections.Replication(
          new ConnectionSettings(
              "users-db",
              5432,
              "users_db",
              "replicator",
              "s3cret",
              "secret",
              TlsMode.PREFER,
              Optional.empty()),
          new ConnectionString("password='s3cret'", "s3cret"),
          "c0ffee",
          Optional.of("5ec4e7"));

  private static Schema named(String name) {
    return new Schema(name, null, null, null, null, null, null, null, null);
  }

  private static Schema waiting(String lockTimeout) {
    return new Schema(null, null, null, null, null, null, null, lockTimeout, null);
  }

  private static void assertInvalid(Schema schema, String sentence) {
    assertThatExceptionOfType(Trouble.class)
        .isThrownBy(() -> Desired.schema(Resources.source(schema, null)))
        .satisfies(
            t -> assertThat(t.problem()).isEqualTo(new Problem(Reason.InvalidSpec, sentence)));
  }

  @Test
  void whoeverWritesNothingGetsWhatCannotLoseData() throws Trouble {
    assertThat(Desired.schema(Resources.source(null, null)))
        .isEqualTo(
            new DesiredSchema(
                SOURCE,
                "users_db",
                List.of("public"),
                true,
                new DesiredSchema.Compatibility(true, List.of(), false, true),
                false,
                Duration.ofMillis(500),
                DesiredSchema.Tables.ALL,
                true));
  }

  @Test
  void whatIsWrittenIsTaken() throws Trouble {
    assertThat(
            Desired.schema(
                Resources.source(
                    new Schema(
                        "svc",
                        List.of("app", "legacy"),
                        Method.Move,
                        new Compatibility(false, List.of("old_*"), ViewsInUse.Drop, false),
                        Sequences.KeepInPlace,
                        ApprovalPolicy.Manual,
                        null,
                        "2s",
                        EventTrigger.Never),
                    new Tables(
                        List.of("a*"),
                        List.of("audit_*"),
                        WithoutReplicaIdentity.InsertOnly,
                        PublishedElsewhere.Move,
                        List.of(
                            new SourceDatabaseSpec.Override(
                                "accounts",
                                "tenant = 7",
                                List.of("id", "tenant"),
                                new SourceDatabaseSpec.ReplicaIdentity("accounts_by_tenant")),
                            new SourceDatabaseSpec.Override("all", null, null, null))))))
        .isEqualTo(
            new DesiredSchema(
                SOURCE,
                "svc",
                List.of("app", "legacy"),
                true,
                new DesiredSchema.Compatibility(false, List.of("old_*"), true, false),
                true,
                Duration.ofSeconds(2),
                new DesiredSchema.Tables(
                    List.of("a*"),
                    List.of("audit_*"),
                    WithoutReplicaIdentity.InsertOnly,
                    true,
                    List.of(
                        new DesiredSchema.TableOverride(
                            "accounts",
                            Optional.of("tenant = 7"),
                            List.of("id", "tenant"),
                            Optional.of("accounts_by_tenant")),
                        new DesiredSchema.TableOverride(
                            "all", Optional.empty(), List.of(), Optional.empty())),
                    List.of(Operation.values()))));
  }

  @Test
  void withMethodNoneTheTablesMayLiveInAnySchema() throws Trouble {
    var desired =
        Desired.schema(
            Resources.source(
                new Schema("public", null, Method.None, null, null, null, null, null, null), null));

    assertThat(desired.move()).isFalse();
    assertThat(desired.name()).isEqualTo("public");
  }

  @Test
  void aNameIsMeasuredInBytes() throws Trouble {
    assertThat(Desired.schema(Resources.source(named("ä".repeat(31) + "x"), null)).name())
        .hasSize(32);
    assertInvalid(
        named("ä".repeat(32)),
        "schema.name is longer than the 63 bytes that PostgreSQL allows: set a shorter one.");
  }

  @Test
  void tablesCannotMoveIntoTheSchemaTheyAreIn() {
    assertInvalid(
        named("public"),
        "Tables cannot move from schema public into itself: set schema.name or schema.from.");
  }

  private static SourceDatabase approved(String field, String annotation) {
    var source =
        Resources.source(
            new Schema(null, null, null, null, null, ApprovalPolicy.Manual, field, null, null),
            null);
    if (annotation != null) {
      source.getMetadata().setAnnotations(Map.of("tributary.dev/approved-plan", annotation));
    }
    return source;
  }

  private static SourceDatabase withStatus(SourceDatabase source, SourceDatabaseStatus.Plan plan) {
    source.setStatus(new SourceDatabaseStatus(3L, null, null, null, null, null, plan, List.of()));
    return source;
  }

  @Test
  void withoutAWordNoPersonHasToApprove() {
    assertThat(Desired.approval(Resources.source(null, null))).isEqualTo(Approval.AUTOMATIC);
  }

  @Test
  void aPlanIsApprovedByTheFieldOrByTheAnnotationAndTheFieldWins() {
    assertThat(Desired.approval(approved(null, null)).given()).isEmpty();
    assertThat(Desired.approval(approved("0123456789abcdef", null)).given())
        .contains("0123456789abcdef");
    assertThat(Desired.approval(approved(null, "fedcba9876543210")).given())
        .contains("fedcba9876543210");
    assertThat(Desired.approval(approved("0123456789abcdef", "fedcba9876543210")))
        .isEqualTo(new Approval(true, Optional.of("0123456789abcdef"), Optional.empty()));
  }

  @Test
  void anotherAnnotationApprovesNothing() {
    var source = approved(null, null);
    source.getMetadata().setAnnotations(Map.of("approved-plan", "fedcba9876543210"));

    assertThat(Desired.approval(source).given()).isEmpty();
  }

  @Test
  void thePlanThatHasBegunIsTheOneWhoseStepsTheStatusNames() {
    var steps = List.of("aaaa", "bbbb");
    var begun = new SourceDatabaseStatus.Plan("0123456789abcdef", 2, List.of(), steps);
    var waiting = new SourceDatabaseStatus.Plan("0123456789abcdef", 2, List.of(), List.of());

    assertThat(Desired.approval(withStatus(approved("0123456789abcdef", null), begun)).begun())
        .contains(new Approval.Begun("0123456789abcdef", steps));
    assertThat(Desired.approval(withStatus(approved(null, null), waiting)).begun()).isEmpty();
    assertThat(Desired.approval(withStatus(approved(null, null), null)).begun()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"pg_catalog", "pg_svc", "information_schema"})
  void aNameThatPostgresKeepsToItselfIsRefused(String name) {
    assertInvalid(
        named(name),
        "The schema name %s is reserved by PostgreSQL: set schema.name.".formatted(name));
  }

  @ParameterizedTest
  @CsvSource({"1ms, 1", "500ms, 500", "2s, 2000", "999999ms, 999999", "1m, 60000"})
  void aLockTimeoutIsADurationAsKubernetesWritesIt(String text, long millis) throws Trouble {
    assertThat(Desired.schema(Resources.source(waiting(text), null)).lockTimeout())
        .isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "5 parsecs", "s"})
  void whatIsNoDurationIsRefused(String text) {
    assertInvalid(
        waiting(text), "schema.lockTimeout %s is no duration: write 500ms or 2s.".formatted(text));
  }

  @Test
  void aFlowIsNamedByItsFederationAndItsSource() {
    assertThat(
            Desired.flow(Resources.federation(), Resources.source(named("svc"), null), REPLICATION))
        .isEqualTo(
            new DesiredFlow(
                FEDERATION,
                "users",
                "svc",
                List.of(Lane.of(FEDERATION, "users", "default", List.of())),
                List.of(Operation.values()),
                true,
                new SlotRules(true, Optional.empty(), OnLimit.Alert, OnLost.Hold),
                false,
                "replicator",
                "c0ffee",
                Optional.empty(),
                Set.of()));
  }

  @Test
  void aFlowTakesItsOperationsFromTheSourceAndTheRestFromTheFederation() {
    var source =
        Resources.source(
            new SourceDatabaseSpec(
                Resources.connection("users_db"),
                null,
                null,
                null,
                new Publication(List.of(Operation.DELETE, Operation.INSERT, Operation.DELETE)),
                null));
    var flow =
        Desired.flow(
            Resources.federation(new Slots(null, null, null, OnLost.Resync), true, null),
            source,
            REPLICATION);

    assertThat(flow.operations()).containsExactly(Operation.INSERT, Operation.DELETE);
    assertThat(flow.slots().onLost()).isEqualTo(OnLost.Resync);
    assertThat(flow.enabled()).isFalse();
    assertThat(flow.schema()).isEqualTo("users_db");
  }

  @Test
  void theTargetFollowsTheSourceAsTheFederationSays() {
    var federation = Resources.federation();
    var spec = federation.getSpec();
    federation.setSpec(
        new ReplicationFederationSpec(
            spec.target(),
            spec.sources(),
            null,
            new SchemaSync(IndexSync.All, List.of("*_key"), DestructiveChanges.Apply),
            null,
            null,
            null));
    var flow = Desired.flow(federation, Resources.source(null, null), REPLICATION);

    assertThat(flow.indexes()).isEqualTo(new IndexRules(true, List.of("*_key")));
    assertThat(flow.destroys()).isTrue();
  }

  @Test
  void aFlowHoldsNoSecret() {
    assertThat(
            Desired.flow(Resources.federation(), Resources.source(null, null), REPLICATION)
                .toString())
        .doesNotContain("s3cret");
  }

  @Test
  void aFormerFlowHasTheNameItHad() {
    var former = Desired.formerFlow(Resources.federation(), "users", "svc");

    assertThat(former.lanes())
        .containsExactly(Lane.of(FEDERATION, "users", Lane.DEFAULT, List.of()));
    assertThat(former.owner()).isEqualTo(FEDERATION);
    assertThat(former.schema()).isEqualTo("svc");
    assertThat(former.source()).isEqualTo("users");
  }

  private static SourceDatabase managing(boolean manages) {
    return Resources.source(
        new SourceDatabaseSpec(
            Resources.connection("users_db"),
            new SourceDatabaseSpec.Replication(null, null, "replicator", manages, null),
            null,
            null,
            null,
            null));
  }

  @Test
  void aRoleIsKeptWhereTheResourceSaysSo() throws Trouble {
    assertThat(Desired.role(managing(false), REPLICATION, "app")).isEmpty();
    assertThat(Desired.role(managing(true), REPLICATION, "app"))
        .contains(new DesiredRole("replicator", Optional.of("5ec4e7"), "secret"));
  }

  @Test
  void notTheOneThatTheOperatorConnectsAs() {
    assertThatExceptionOfType(Trouble.class)
        .isThrownBy(() -> Desired.role(managing(true), REPLICATION, "replicator"))
        .satisfies(
            t ->
                assertThat(t.problem())
                    .isEqualTo(
                        new Problem(
                            Reason.InvalidSpec,
                            "The Secrets of connection and replication both name role replicator, which cannot manage itself: set another username in the Secret secret, or replication.manageRole to false.")));
  }
}
