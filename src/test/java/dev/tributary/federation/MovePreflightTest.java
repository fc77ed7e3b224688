package dev.tributary.federation;

import static dev.tributary.federation.States.desiredSchema;
import static dev.tributary.federation.States.grant;
import static dev.tributary.federation.States.schema;
import static dev.tributary.federation.States.server;
import static dev.tributary.federation.States.source;
import static dev.tributary.federation.States.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tributary.federation.Finding.Severity;
import dev.tributary.federation.States.ADesiredSchema;
import dev.tributary.federation.States.ASource;
import java.util.List;
import java.util.Optional;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody should know of a table before it moves, and the way round. */
class MovePreflightTest {
  private static final Relation USERS = new Relation("public", "users");

  private static List<Finding> find(ADesiredSchema desired, ASource source) {
    var built = desired.build();
    var state = source.build();
    return MovePreflight.of(built, state, TableSelection.of(built, state));
  }

  private static List<Finding> find(ASource source) {
    return find(desiredSchema(), source);
  }

  private static Finding finding(Severity severity, Reason reason, String sentence) {
    return new Finding(severity, reason, Optional.of(USERS), sentence);
  }

  @Test
  void anOrdinaryTableNeedsNoWord() {
    assertThat(find(source().tables(table("users")))).isEmpty();
  }

  @Test
  void theWorstComesFirst() {
    var findings =
        find(
            source()
                .server(
                    server()
                        .roleSearchPath(
                            new RoleSearchPath(
                                "r", Optional.empty(), Optional.of("public"), true, false)))
                .tables(
                    table("a").rowSecurity(),
                    table("b").notOurs(),
                    table("c").withoutIdentity(),
                    table("schema_migrations"),
                    table("d").sequences(owned())));

    assertThat(findings)
        .extracting(Finding::severity)
        .isSorted()
        .containsExactly(
            Severity.Blocker,
            Severity.Blocker,
            Severity.Warning,
            Severity.Warning,
            Severity.Warning,
            Severity.Info);
    assertThat(findings)
        .filteredOn(f -> f.table().isPresent() && f.reason() != Reason.OwnedSequence)
        .allSatisfy(f -> assertThat(f.sentence()).contains(f.table().get().toString()));
  }

  @Test
  void thatOrderDoesNotDependOnTheCatalogs() {
    var forth = find(source().tables(table("a").notOurs(), table("b").withoutIdentity().notOurs()));
    var back = find(source().tables(table("b").withoutIdentity().notOurs(), table("a").notOurs()));

    assertThat(forth).isEqualTo(back).hasSize(3);
  }

  @Test
  void afterTheMoveOnlyWhatIsInTheWayIsSaid() {
    var moved = table("users").moved().rowSecurity().sequences(owned());

    assertThat(find(source().tables(moved, table("flyway_schema_history")))).isEmpty();
    assertThat(find(source().tables(table("users").moved().notOurs())))
        .extracting(Finding::severity)
        .containsExactly(Severity.Blocker);
  }

  @Test
  void withMethodNoneNothingMovesAndNothingIsSaidOfIt() {
    assertThat(
            find(
                desiredSchema().nothingMoves(),
                source().tables(table("users").rowSecurity(), table("notes").notOurs())))
        .isEmpty();
  }

  @Test
  void aSchemaInWhichNoViewCanBeLeftStandsInTheWay() {
    var closed = new SchemaFacts("pub\"lic", Optional.empty(), false, false, List.of(), List.of());

    assertThat(
            find(
                desiredSchema().from("pub\"lic"),
                source().origins(closed).tables(table("users").in("pub\"lic"))))
        .containsExactly(
            new Finding(
                Severity.Blocker,
                Reason.PermissionDenied,
                Optional.empty(),
                "Role app may not create views in the schema pub\"lic: run GRANT USAGE, CREATE ON"
                    + " SCHEMA \"pub\"\"lic\" TO \"app\", or set schema.compatibility.views to"
                    + " false."));
    assertThat(
            find(
                desiredSchema().from("pub\"lic").viewsExcept("*"),
                source().origins(closed).tables(table("users").in("pub\"lic"))))
        .isEmpty();
  }

  @Test
  void aTableThatStaysSaysWhy() {
    assertThat(
            find(
                desiredSchema().exclude("audit_*"),
                source()
                    .tables(
                        table("users"),
                        table("audit_log"),
                        table("cache").unlogged(),
                        table("ext").ofExtension())))
        .extracting(Finding::severity, Finding::reason, Finding::sentence)
        .containsExactly(
            info(Reason.LeftAlone, "Table public.audit_log stays where it is: it is excluded."),
            info(Reason.LeftAlone, "Table public.cache stays where it is: it is not in the WAL."),
            info(
                Reason.LeftAlone,
                "Table public.ext stays where it is: it belongs to an extension."));
  }

  private static Tuple info(Reason reason, String sentence) {
    return tuple(Severity.Info, reason, sentence);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"flyway_schema_history", "databasechangelog", "schema_migrations", "phinxlog"})
  void aHistoryThatIsSoughtInTheCurrentSchemaIsAWarning(String name) {
    var state = source().tables(table("users"), table(name));

    assertThat(find(state))
        .containsExactly(
            Finding.warning(
                Reason.MigrationHistory,
                new Relation("public", name),
                ("Table public.%s stays where it is, but most migration tools look for it in the"
                        + " current schema, which will be svc in new sessions, and without it would"
                        + " run every migration again: tell the tool that its schema is public first"
                        + " (flyway.defaultSchema, liquibase.command.defaultSchemaName, …), or set"
                        + " schema.compatibility.searchPath to false.")
                    .formatted(name)));
    assertThat(find(desiredSchema().withoutSearchPath(), state))
        .extracting(Finding::reason)
        .containsExactly(Reason.LeftAlone);
  }

  @Test
  void partitionsThatStayWithTheirParentSaySo() {
    assertThat(
            find(
                desiredSchema().exclude("events"),
                source()
                    .tables(
                        table("users"),
                        table("events").partitioned(),
                        table("events_1").partitionOf(new Relation("public", "events")))))
        .extracting(Finding::reason)
        .containsExactly(Reason.LeftAlone, Reason.LeftAlone);
  }

  @Test
  void aTableWithRowSecuritySaysWhoseRowsItsViewShows() {
    assertThat(find(source().tables(table("users").rowSecurity())))
        .containsExactly(
            finding(
                Severity.Info,
                Reason.RowSecurity,
                "Table public.users has row-level security: its view asks for the rows as whoever"
                    + " uses it (security_invoker)."));
    assertThat(find(desiredSchema().withoutViews(), source().tables(table("users").rowSecurity())))
        .isEmpty();
  }

  @Test
  void aFamilyMovesOneByOneAndStaysAFamily() {
    assertThat(find(source().tables(table("users").family(new Inheritance(true, true, List.of())))))
        .containsExactly(
            finding(
                Severity.Info,
                Reason.PartitionedTable,
                "Table public.users belongs to a family of partitions or inheriting tables: each"
                    + " moves by itself, and they stay a family."));
  }

  @Test
  void theViewOfAParentThatOthersInheritFromIsAWarning() {
    var state = source().tables(table("users").family(new Inheritance(false, true, List.of())));

    assertThat(find(state))
        .extracting(Finding::severity, Finding::reason)
        .containsExactly(
            tuple(Severity.Warning, Reason.PartitionedTable),
            tuple(Severity.Info, Reason.PartitionedTable));
    assertThat(find(state).get(0).sentence()).contains("ONLY public.users would reach their rows");
    assertThat(find(desiredSchema().viewsExcept("users"), state))
        .extracting(Finding::severity)
        .containsExactly(Severity.Info);
  }

  @Test
  void subscribersOfOthersAreWarnedWhenTheTableMovesAllTheSame() {
    assertThat(
            find(
                desiredSchema().moveIfPublished(),
                source().tables(table("users").publishedBy("debezium", "replica"))))
        .containsExactly(
            finding(
                Severity.Warning,
                Reason.PublishedElsewhere,
                "Table public.users is in the publication debezium, replica, whose subscribers will"
                    + " know it as svc.users from now on."));
  }

  @Nested
  class ASequence {

    @Test
    void thatMovesIsAWarningWithTheNewNameAndTheWayRound() {
      assertThat(find(source().tables(table("users").sequences(owned()))))
          .containsExactly(
              finding(
                  Severity.Warning,
                  Reason.OwnedSequence,
                  "The sequence public.users_id_seq moves with its table, so"
                      + " nextval('public.users_id_seq') fails from then on: write"
                      + " nextval('svc.users_id_seq'), or set schema.sequences to KeepInPlace."
                      + " Column defaults are not concerned."));
    }

    @Test
    void thatStaysSaysWhatItIsNoLongerPartOf() {
      assertThat(
              find(
                  desiredSchema().keepSequences(),
                  source().tables(table("users").sequences(owned()))))
          .extracting(Finding::severity, Finding::sentence)
          .containsExactly(
              tuple(
                  Severity.Info,
                  "The sequence public.users_id_seq stays where it is and is no longer owned by its"
                      + " column: TRUNCATE … RESTART IDENTITY and DROP TABLE leave it alone, and"
                      + " pg_get_serial_sequence does not find it."));
    }

    @Test
    void ofAnIdentityColumnMovesEitherWay() {
      var identity =
          new ColumnSequence("public", "users_id_seq", "id", ColumnSequence.Kind.IDENTITY);

      for (var desired : List.of(desiredSchema(), desiredSchema().keepSequences())) {
        assertThat(find(desired, source().tables(table("users").sequences(identity))))
            .containsExactly(
                finding(
                    Severity.Info,
                    Reason.OwnedSequence,
                    "The sequence public.users_id_seq of an identity column moves with its table;"
                        + " nextval and currval have to call it svc.users_id_seq."));
      }
    }

    @Test
    void thatNobodyOwnsStaysAnyway() {
      assertThat(
              find(
                  source()
                      .tables(
                          table("users")
                              .sequences(
                                  new ColumnSequence(
                                      "public", "ids", "id", ColumnSequence.Kind.USED)))))
          .isEmpty();
    }
  }

  private static ColumnSequence owned() {
    return new ColumnSequence("public", "users_id_seq", "id", ColumnSequence.Kind.OWNED);
  }

  @Test
  void whatOtherRolesWouldHaveToGiveIsAmongThem() {
    var origin =
        new SchemaFacts(
            "public",
            Optional.empty(),
            true,
            true,
            List.of(),
            List.of(new DefaultPrivilege("dba", "TABLES", grant("r", "SELECT"), false)));

    assertThat(find(source().origins(origin).tables(table("users"))))
        .extracting(Finding::reason)
        .containsExactly(Reason.DefaultPrivileges);
  }

  @Test
  void aTableThatIsHeldBackSaysEverythingElseTooSoThatNothingComesAsASurprise() {
    assertThat(find(source().tables(table("users").notOurs().rowSecurity())))
        .extracting(Finding::reason)
        .containsExactly(Reason.NotTableOwner, Reason.RowSecurity);
  }

  @Test
  void onlyBlockersKeepAPlanFromBeingMade() {
    var warned =
        source()
            .origins(schema("public", Optional.empty()))
            .tables(table("users").sequences(owned()).rowSecurity())
            .build();

    assertThat(SchemaMove.plan(desiredSchema().build(), warned).problems()).isEmpty();
    assertThat(SchemaMove.plan(desiredSchema().build(), warned).steps()).isNotEmpty();
  }
}
