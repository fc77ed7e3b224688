package dev.tributary.federation;

import static dev.tributary.federation.States.desiredFlow;
import static dev.tributary.federation.States.flow;
import static dev.tributary.federation.States.index;
import static dev.tributary.federation.States.insertsOnly;
import static dev.tributary.federation.States.published;
import static dev.tributary.federation.States.relation;
import static dev.tributary.federation.States.slot;
import static dev.tributary.federation.States.subscription;
import static dev.tributary.federation.States.table;
import static dev.tributary.federation.States.target;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.federation.States.ADesiredFlow;
import dev.tributary.federation.States.AFlow;
import dev.tributary.federation.States.ATarget;
import dev.tributary.federation.States.AnIndex;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The indexes on the target: those of the source, built beside the rows that flow. */
class IndexesTest {
  private static final DesiredFlow DESIRED = desiredFlow().build();
  private static final PublishedTable USERS = published(table("users").moved());
  private static final long POSITION = 5000;

  /** An index of the table users on the column name, whose OID on the source is 7. */
  private static AnIndex byName() {
    return index("users", "users_name", 7);
  }

  private static AnIndex key() {
    return index("users", "users_pkey", 1).on("id").key();
  }

  private static WantedIndex wanted(AnIndex index) {
    var source = index.build();
    return WantedIndex.of(DESIRED, source, source.unique(), source.definition());
  }

  /** The source's index as it was built on the target under this name. */
  private static AnIndex builtAs(String name, AnIndex source) {
    var index = source.build();
    var there =
        index("users", name, index.oid() + 1000)
            .defined(index.definition())
            .marked(wanted(source).mark());
    return index.unique() ? there.unique() : there;
  }

  private static AnIndex built(AnIndex source) {
    return builtAs(source.build().name(), source);
  }

  /** What a build of the source's index has left, or is about to become. */
  private static AnIndex fresh(AnIndex source) {
    var index = source.build();
    var there = index("users", wanted(source).building(), 2007).defined(index.definition());
    return index.unique() ? there.unique() : there;
  }

  /** A target whose tables are in sync and have these indexes beside their keys. */
  private static final class Target {
    private final List<Index> indexes = new ArrayList<>();
    private final Set<String> taken = new HashSet<>(Set.of("users", "users_pkey"));
    private final List<IndexBuild> running = new ArrayList<>();
    private Map<String, String> extensions = Map.of();
    private Set<String> types = Set.of();
    private Map<String, String> refused = Map.of();
    private Mark mark = DESIRED.mark();
    private boolean inSync = true;

    Target() {
      indexes.add(index("users", "users_pkey", 1001).on("id").key().build());
    }

    Target with(AnIndex... more) {
      Stream.of(more)
          .map(AnIndex::build)
          .forEach(
              i -> {
                indexes.add(i);
                taken.add(i.name());
              });
      return this;
    }

    Target without(String index) {
      indexes.removeIf(i -> i.name().equals(index));
      taken.remove(index);
      return this;
    }

    Target taken(String name) {
      taken.add(name);
      return this;
    }

    Target building(AnIndex index) {
      var running = index.build();
      this.running.add(
          new IndexBuild(
              running.table(), running.name(), "building index: scanning table", 50, 100, 0, 0));
      return index.build().valid() ? this : with(index);
    }

    Target extensions(Map<String, String> bySchema) {
      extensions = bySchema;
      return this;
    }

    Target types(String... names) {
      types = Set.of(names);
      return this;
    }

    Target refused(AnIndex source, String sentence) {
      refused = Map.of(wanted(source).building(), sentence);
      return this;
    }

    Target noted(long position, AnIndex... uniques) {
      mark = mark.with(Mark.UNIQUE, position + "/" + digest(uniques));
      return this;
    }

    Target copying() {
      inSync = false;
      return this;
    }

    ATarget build() {
      return target()
          .tables(table("users").moved().marked(mark))
          .with(inSync ? subscription().ready("users") : subscription())
          .indexes(new TargetIndexes(indexes, taken, types, extensions, running, refused));
    }
  }

  private static String digest(AnIndex... uniques) {
    return Names.digest(
        Stream.of(uniques).map(i -> wanted(i).building()).sorted().toArray(String[]::new));
  }

  private static AFlow source(AnIndex... indexes) {
    var all = new ArrayList<>(List.of(indexes));
    all.add(key());
    return flow().position(POSITION).with(slot()).indexes(all.toArray(AnIndex[]::new));
  }

  private static Indexes indexes(
      DesiredFlow desired, PublishedTable table, AFlow source, Target target) {
    var from = source.build();
    var to = target.build().build();
    return Indexes.of(
            desired,
            List.of(table),
            LaneState.of(desired, Optional.of(from), Optional.of(to)),
            from,
            to)
        .orElseThrow();
  }

  private static Indexes indexes(AFlow source, Target target) {
    return indexes(DESIRED, USERS, source, target);
  }

  private static String sql(Indexes indexes) {
    return States.sql(indexes.plan());
  }

  private static List<String> skipped(Indexes indexes) {
    assertThat(indexes.findings())
        .allMatch(f -> f.severity() == Finding.Severity.Warning)
        .allMatch(f -> f.reason() == Reason.IndexSkipped)
        .allMatch(f -> f.table().equals(Optional.of(relation("users"))));
    assertThat(indexes.plan()).isEqualTo(Plan.NOTHING);
    return indexes.findings().stream().map(Finding::sentence).toList();
  }

  @Nested
  class Building {

    @Test
    void anIndexIsBuiltUnderANameOfOursAndThenGetsItsOwn() {
      assertThat(
              sql(
                  indexes(
                      source(byName().defined("USING btree (lower(name) DESC)")), new Target())))
          .isEqualTo(
              """
              -- TARGET one by one
              CREATE INDEX CONCURRENTLY "%1$s" ON "svc"."users" USING btree (lower(name) DESC);
              COMMENT ON INDEX "svc"."%1$s" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 def=%2$s of=7 source=users';
              ALTER INDEX "svc"."%1$s" RENAME TO "users_name";
              """
                  .formatted(
                      wanted(byName().defined("USING btree (lower(name) DESC)")).building(),
                      Names.digest("", "USING btree (lower(name) DESC)")));
    }

    @Test
    void thatOfTheKeyIsThereAlready() {
      var indexes = indexes(source(), new Target());
      assertThat(indexes.plan()).isEqualTo(Plan.NOTHING);
      assertThat(indexes.report()).isEqualTo(IndexReport.NONE);
    }

    @Test
    void theKeyGetsTheNameThatItHasOnTheSource() {
      var source = flow().indexes(index("users", "by_id", 1).on("id").key());
      assertThat(sql(indexes(source, new Target())))
          .isEqualTo(
              """
              -- TARGET
              ALTER INDEX "svc"."users_pkey" RENAME TO "by_id";
              """);
    }

    @Test
    void nothingIsBuiltOnATableThatIsBeingCopied() {
      var indexes = indexes(source(byName()), new Target().copying());
      assertThat(indexes.plan()).isEqualTo(Plan.NOTHING);
      assertThat(indexes.report())
          .isEqualTo(new IndexReport(0, 1, Optional.empty(), Optional.empty()));
    }

    @Test
    void oneThatTheSourceIsStillBuildingIsNotThereYet() {
      assertThat(indexes(source(byName().invalid()), new Target()).plan()).isEqualTo(Plan.NOTHING);
    }

    @Test
    void aTableIsLeftAloneWhileABuildRunsOnIt() {
      var other = index("users", "users_other", 8);
      var indexes =
          indexes(source(byName(), other), new Target().building(fresh(byName()).invalid()));
      assertThat(indexes.plan()).isEqualTo(Plan.NOTHING);
      assertThat(indexes.cancel()).isEqualTo(Plan.NOTHING);
      assertThat(indexes.report())
          .isEqualTo(
              new IndexReport(
                  0,
                  2,
                  Optional.of(new IndexReport.Building("users_name", 20, false)),
                  Optional.empty()));
      assertThat(indexes.report().sentence())
          .isEqualTo("0 of 2 indexes are built, users_name is at 20%.");
    }

    @Test
    void aTargetBuildsTwoAtATime() {
      var target = new Target();
      for (String table : List.of("a", "b")) {
        target.building(index(table, wanted(index(table, "x", 3)).building(), 3));
      }
      assertThat(indexes(source(byName()), target).plan()).isEqualTo(Plan.NOTHING);
    }

    @Test
    void theBiggestTableComesFirst() {
      var desired = desiredFlow().build();
      var from =
          flow()
              .with(slot())
              .indexes(
                  index("small", "s", 1),
                  index("big", "b_little", 2).bytes(1),
                  index("big", "b_much", 3).bytes(2))
              .build();
      var to =
          target()
              .tables(table("small").mirrored().bytes(10), table("big").mirrored().bytes(20))
              .with(subscription().ready("small", "big"))
              .build();
      var steps =
          Indexes.of(
                  desired,
                  List.of(published(table("small").moved()), published(table("big").moved())),
                  LaneState.of(desired, Optional.of(from), Optional.of(to)),
                  from,
                  to)
              .orElseThrow()
              .plan();
      assertThat(steps.sentences())
          .containsExactly(
              "Build the index b_much on svc.big",
              "Build the index b_little on svc.big",
              "Build the index s on svc.small");
    }

    @Test
    void whatTheSourceHasIsNotKnownWhileSomebodyLocksATable() {
      var from = source(byName()).build().with(Optional.<List<Index>>empty());
      assertThat(Indexes.of(DESIRED, List.of(USERS), List.of(), from, new Target().build().build()))
          .isEmpty();
    }
  }

  @Nested
  class Cut {

    @Test
    void whatABuildHasLeftIsDroppedBeforeItIsBuiltAgain() {
      assertThat(sql(indexes(source(byName()), new Target().with(fresh(byName()).invalid()))))
          .isEqualTo(
              """
              -- TARGET
              DROP INDEX "svc"."%s";
              """
                  .formatted(wanted(byName()).building()));
    }

    @Test
    void oneThatWasBuiltGetsItsMarkAndName() {
      var indexes = indexes(source(byName()), new Target().with(fresh(byName())));
      assertThat(indexes.plan().steps())
          .containsExactly(
              new IndexSteps.NameIndex(
                  relation(wanted(byName()).building()), "users_name", wanted(byName()).mark()));
      assertThat(indexes.report().isComplete()).isTrue();
    }

    @Test
    void oneThatHasItsMarkGetsItsName() {
      var marked = builtAs(wanted(byName()).building(), byName());
      assertThat(sql(indexes(source(byName()), new Target().with(marked))))
          .contains("RENAME TO \"users_name\"");
    }

    @Test
    void aBuildThatNobodyWantsIsEnded() {
      var indexes = indexes(source(), new Target().building(fresh(byName()).invalid()));
      assertThat(States.sql(indexes.cancel()))
          .isEqualTo(
              """
              -- TARGET
              SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index WHERE index_relid = to_regclass('"svc"."%s"');
              """
                  .formatted(wanted(byName()).building()));
    }

    @Test
    void aBuildOnATableThatIsCopiedAgainIsEnded() {
      var target = new Target().copying().building(fresh(byName()).invalid());
      assertThat(indexes(source(byName()), target).cancel().steps()).hasSize(1);
    }

    @Test
    void aBuildIsEndedBeforeItsTableIsDropped() {
      var running = new Target().building(fresh(byName()).invalid()).build().build();
      assertThat(Indexes.remove(DESIRED, running)).hasSize(1);
    }
  }

  @Nested
  class Following {

    @Test
    void oneThatIsThereIsLeftAlone() {
      var indexes = indexes(source(byName()), new Target().with(built(byName())));
      assertThat(indexes.plan()).isEqualTo(Plan.NOTHING);
      assertThat(indexes.report())
          .isEqualTo(new IndexReport(1, 1, Optional.empty(), Optional.empty()));
    }

    @Test
    void oneThatTheSourceHasDroppedIsDropped() {
      var plan = indexes(source(), new Target().with(built(byName()))).plan();
      assertThat(States.sql(plan)).isEqualTo("-- TARGET\nDROP INDEX \"svc\".\"users_name\";\n");
      assertThat(plan.steps().get(0).lock()).isPresent();
    }

    @Test
    void oneThatSomebodyMadeByHandIsNotOurs() {
      var byHand = index("users", "by_hand", 99);
      assertThat(indexes(source(), new Target().with(byHand)).plan()).isEqualTo(Plan.NOTHING);
    }

    @Test
    void oneThatAnotherFederationMadeIsNotOurs() {
      var anothers =
          built(byName())
              .marked(
                  Mark.of(
                      States.other(States.FEDERATION), Map.of(Mark.OF, "7", Mark.DEFINITION, "x")));
      assertThat(skipped(indexes(source(byName()), new Target().with(anothers))))
          .containsExactly(
              "The index users_name of table svc.users is not on the target: something that Tributary did not make has its name; rename or drop that.");
    }

    @Test
    void oneThatNobodyHasMarkedIsTakenOverWhereThatIsAskedFor() {
      var restored = index("users", "users_name", 99);
      var adopting = desiredFlow().adopting().build();
      assertThat(
              indexes(adopting, USERS, source(byName()), new Target().with(restored))
                  .plan()
                  .sentences())
          .containsExactly("Mark the index svc.users_name on the target");
      assertThat(
              skipped(
                  indexes(adopting, USERS, source(byName().on("id")), new Target().with(restored))))
          .hasSize(1);
    }

    @Test
    void aRenamedOneIsRenamed() {
      var plan = indexes(source(byName()), new Target().with(builtAs("before", byName()))).plan();
      assertThat(plan.sentences())
          .containsExactly("Rename the index svc.before on the target to users_name");
    }

    @Test
    void twoThatChangeTheirNamesGoAside() {
      var a = index("users", "a", 7);
      var b = index("users", "b", 8).on("id");
      var target = new Target().with(builtAs("b", a), builtAs("a", b));
      assertThat(indexes(source(a, b), target).plan().sentences())
          .containsExactly(
              "Rename the index svc.b on the target to " + wanted(a).building(),
              "Rename the index svc.a on the target to " + wanted(b).building());
      var aside =
          new Target().with(builtAs(wanted(a).building(), a), builtAs(wanted(b).building(), b));
      assertThat(indexes(source(a, b), aside).plan().sentences())
          .containsExactly(
              "Rename the index svc.%s on the target to a".formatted(wanted(a).building()),
              "Rename the index svc.%s on the target to b".formatted(wanted(b).building()));
    }

    @Test
    void oneThatTheSourceHasBuiltAnewIsOnlyMarked() {
      var plan = indexes(source(byName().oid(77)), new Target().with(built(byName()))).plan();
      assertThat(plan.sentences()).containsExactly("Mark the index svc.users_name on the target");
    }

    @Test
    void oneWhoseColumnWasRenamedOnBothSidesIsOnlyMarked() {
      var there = built(byName()).defined("USING btree (nick)");
      var plan =
          indexes(source(byName().defined("USING btree (nick)")), new Target().with(there)).plan();
      assertThat(plan.sentences()).containsExactly("Mark the index svc.users_name on the target");
    }

    @Test
    void aChangedOneStaysUntilTheOtherOneIsThere() {
      var changed = byName().defined("USING hash (name)");
      assertThat(sql(indexes(source(changed), new Target().with(built(byName())))))
          .isEqualTo(
              """
              -- TARGET one by one
              CREATE INDEX CONCURRENTLY "%s" ON "svc"."users" USING hash (name);
              """
                  .formatted(wanted(changed).building()));
      assertThat(sql(indexes(source(changed), new Target().with(built(byName()), fresh(changed)))))
          .isEqualTo(
              """
              -- TARGET
              DROP INDEX "svc"."users_name";
              COMMENT ON INDEX "svc"."%1$s" IS '%2$s';
              ALTER INDEX "svc"."%1$s" RENAME TO "users_name";
              """
                  .formatted(wanted(changed).building(), wanted(changed).mark().text()));
    }

    @ParameterizedTest
    @CsvSource({"users_*, true", "users_nam?, true", "other, false"})
    void onlyNamesOfAPatternAreTaken(String pattern, boolean taken) {
      var desired = with(desiredFlow(), new IndexRules(true, List.of(pattern)));
      assertThat(indexes(desired, USERS, source(byName()), new Target()).plan().steps())
          .hasSize(taken ? 1 : 0);
      assertThat(
              indexes(desired, USERS, source(byName()), new Target().with(built(byName())))
                  .plan()
                  .steps())
          .hasSize(taken ? 0 : 1);
    }
  }

  private static DesiredFlow with(ADesiredFlow flow, IndexRules rules) {
    var d = flow.build();
    return new DesiredFlow(
        d.owner(),
        d.source(),
        d.schema(),
        d.lanes(),
        d.operations(),
        d.enabled(),
        d.slots(),
        d.adopt(),
        d.replicator(),
        d.connection(),
        d.password(),
        d.others(),
        rules,
        false);
  }

  @Nested
  class Unique {
    private final AnIndex unique = byName().unique();

    private AFlow confirmed(long confirmed, AnIndex... indexes) {
      return source(indexes).with(slot().position(POSITION).lag(POSITION - confirmed));
    }

    @Test
    void itIsNotedFirstSinceWhenItIsKnown() {
      assertThat(sql(indexes(source(unique, index("users", "other", 9)), new Target())))
          .isEqualTo(
              """
              -- TARGET
              COMMENT ON TABLE "svc"."users" IS 'tributary.dev/ReplicationFederation shop/all uid=f-1 source=users unique=5000/%s';
              """
                  .formatted(digest(unique)));
    }

    @Test
    void rowsThatItWouldRefuseMayBeUnderWay() {
      var other = index("users", "other", 9);
      var target = new Target().noted(4000, unique);
      assertThat(indexes(confirmed(3999, unique, other), target).plan().sentences())
          .containsExactly("Build the index other on svc.users");
      assertThat(indexes(confirmed(4000, unique), target).plan().sentences())
          .containsExactly("Build the index users_name on svc.users");
      assertThat(sql(indexes(confirmed(4000, unique), target)))
          .contains("CREATE UNIQUE INDEX CONCURRENTLY");
    }

    @Test
    void whatItWaitsForIsSaid() {
      var report = indexes(confirmed(3999, unique), new Target().noted(4000, unique)).report();
      assertThat(report)
          .isEqualTo(new IndexReport(0, 1, Optional.empty(), Optional.of("users_name")));
      assertThat(report.sentence())
          .isEqualTo(
              "0 of 1 indexes are built, users_name waits until what was sent before it is applied.");
    }

    @Test
    void anotherOneIsNotedAnew() {
      var target = new Target().noted(4000, index("users", "before", 6).unique());
      assertThat(indexes(confirmed(4500, unique), target).plan().steps())
          .hasOnlyElementsOfType(IndexSteps.NoteUnique.class)
          .hasSize(1);
    }

    @Test
    void aPositionThatTheSourceHasNotReachedIsOfAnotherServer() {
      var target = new Target().noted(POSITION + 1, unique);
      assertThat(indexes(source(unique), target).plan().steps())
          .hasOnlyElementsOfType(IndexSteps.NoteUnique.class)
          .hasSize(1);
    }

    @Test
    void oneThatIsUniqueNoLongerGoesBeforeTheOtherOneIsBuilt() {
      assertThat(indexes(source(byName()), new Target().with(built(unique))).plan().sentences())
          .containsExactly("Drop the index users_name of svc.users on the target");
    }

    @Test
    void rowsThatAreNeverDeletedAreNotUnique() {
      assertThat(
              sql(
                  indexes(
                      DESIRED, insertsOnly(table("users").moved()), source(unique), new Target())))
          .contains("CREATE INDEX CONCURRENTLY");
      var inserts = desiredFlow().operations(Operation.INSERT, Operation.UPDATE).build();
      assertThat(sql(indexes(inserts, USERS, source(unique), new Target())))
          .contains("CREATE INDEX CONCURRENTLY");
    }
  }

  @Nested
  class Lacking {
    private AnIndex trigram() {
      return byName()
          .defined(
              "USING gin (name public.gin_trgm_ops) WHERE (name <> 'public.gin_trgm_ops'::text)")
          .needs(
              new Index.Need("operator class", "public", "gin_trgm_ops", Optional.of("pg_trgm")));
    }

    @Test
    void aColumn() {
      assertThat(skipped(indexes(source(byName().on("nick")), new Target())))
          .containsExactly(
              "The index users_name of table svc.users is not on the target: its table there has no column nick.");
    }

    @Test
    void anExtension() {
      assertThat(skipped(indexes(source(trigram()), new Target())))
          .containsExactly(
              "The index users_name of table svc.users is not on the target: the target does not have the extension pg_trgm; run CREATE EXTENSION \"pg_trgm\" there.");
    }

    @Test
    void anExtensionMayHaveAnotherSchema() {
      assertThat(sql(indexes(source(trigram()), new Target().extensions(Map.of("pg_trgm", "ext")))))
          .contains(
              "USING gin (name \"ext\".gin_trgm_ops) WHERE (name <> 'public.gin_trgm_ops'::text);");
    }

    @Test
    void aTypeOfTheSourceIsInTheSchemaOfItsTables() {
      var typed =
          byName()
              .defined("USING btree (id) WHERE (state = 'on'::public.\"St ate\")")
              .needs(new Index.Need(Index.Need.TYPE, "public", "St ate", Optional.empty()));
      assertThat(sql(indexes(source(typed), new Target().types("St ate"))))
          .contains("WHERE (state = 'on'::\"svc\".\"St ate\");");
      assertThat(skipped(indexes(source(typed), new Target())))
          .containsExactly(
              "The index users_name of table svc.users is not on the target: the target does not have the type public.St ate that it uses.");
    }

    @Test
    void aFunction() {
      var own =
          byName()
              .defined("USING btree (public.own(name))")
              .needs(new Index.Need("function", "public", "own", Optional.empty()));
      assertThat(skipped(indexes(source(own), new Target())))
          .containsExactly(
              "The index users_name of table svc.users is not on the target: the target does not have the function public.own that it uses.");
    }

    @Test
    void aFreeName() {
      assertThat(skipped(indexes(source(byName()), new Target().taken("users_name"))))
          .containsExactly(
              "The index users_name of table svc.users is not on the target: something that Tributary did not make has its name; rename or drop that.");
    }

    @Test
    void whateverTheServerSays() {
      assertThat(
              skipped(
                  indexes(
                      source(byName()),
                      new Target()
                          .refused(
                              byName(), "It says no to " + wanted(byName()).building() + "."))))
          .containsExactly(
              "The index users_name of table svc.users is not on the target: It says no to users_name.");
    }

    @Test
    void itDoesNotCount() {
      assertThat(
              indexes(source(byName(), trigram().oid(8)), new Target().with(built(byName())))
                  .report())
          .isEqualTo(new IndexReport(1, 1, Optional.empty(), Optional.empty()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "initializing, 0",
    "waiting for writers before build, 0",
    "building index: scanning table, 20",
    "building index: sorting live tuples, 40",
    "building index: loading tuples in tree, 45",
    "waiting for writers before validation, 60",
    "index validation: scanning index, 65",
    "index validation: sorting tuples, 70",
    "index validation: scanning table, 84",
    "waiting for old snapshots, 99",
    "waiting for readers before marking dead, 99",
  })
  void howFarABuildIs(String phase, int percent) {
    assertThat(new IndexBuild(relation("users"), "i", phase, 50, 100, 25, 100).percent())
        .isEqualTo(percent);
  }

  @Test
  void aNameThatOnlyLooksLikeOneOfOursIsNone() {
    assertThat(Names.isBuilding(wanted(byName()).building())).isTrue();
    assertThat(Names.isBuilding("tributary_index_of_mine")).isFalse();
  }
}
