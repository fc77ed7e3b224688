package dev.tributary.federation;

import static dev.tributary.federation.States.FEDERATION;
import static dev.tributary.federation.States.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Mark.Ownership;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The comment on an object says whose it is. */
class MarkTest {

  @Test
  void theTextIsStable() {
    assertThat(Mark.of(SOURCE).text()).isEqualTo("tributary.dev/SourceDatabase shop/users uid=s-1");
    assertThat(Mark.of(FEDERATION, Map.of(Mark.SOURCE, "users", Mark.CONNECTION, "c0ffee")).text())
        .isEqualTo(
            "tributary.dev/ReplicationFederation shop/all uid=f-1 connection=c0ffee source=users");
    assertThat(Mark.of(FEDERATION, Map.of(Mark.SOURCE, "users")).release().text())
        .isEqualTo("tributary.dev/ReplicationFederation shop/all uid=f-1 released source=users");
  }

  @Test
  void whatWasWrittenIsRead() {
    var plain = Mark.of(SOURCE);
    var noted = Mark.of(FEDERATION, Map.of(Mark.SOURCE, "a.b-c", Mark.CONNECTION, "x=y"));

    for (Mark mark : new Mark[] {plain, plain.release(), noted, noted.release()}) {
      assertThat(Mark.parse(mark.text())).contains(mark);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Users of the shop",
        "tributary.dev",
        "tributary.dev/SourceDatabase",
        "tributary.dev/SourceDatabase shop/users",
        "tributary.dev/SourceDatabase users uid=s-1",
        "tributary.dev/SourceDatabase shop/users uid=",
        "tributary.dev/SourceDatabase shop/users uid=s-1 and more",
        "tributaryXdev/SourceDatabase shop/users uid=s-1",
        "see tributary.dev/SourceDatabase shop/users uid=s-1",
        "tributary.dev/SourceDatabase shop/users uid=s-1\n",
      })
  void aCommentOfSomebodyElseIsNoMark(String comment) {
    assertThat(Mark.parse(comment)).isEmpty();
  }

  @Test
  void noCommentIsNoMark() {
    assertThat(Mark.parse(null)).isEmpty();
  }

  @Test
  void whatWeMadeIsOurs() {
    assertThat(Mark.ownership(Optional.of(Mark.of(SOURCE)), SOURCE)).isEqualTo(Ownership.OURS);
    assertThat(Mark.ownership(Optional.of(Mark.of(SOURCE, Map.of("note", "any"))), SOURCE))
        .isEqualTo(Ownership.OURS);
  }

  @Test
  void whatIsReleasedIsForTheNextOfThatNameWhateverItsUid() {
    var released = Optional.of(Mark.of(SOURCE).release());

    assertThat(Mark.ownership(released, SOURCE)).isEqualTo(Ownership.RELEASED);
    assertThat(Mark.ownership(released, States.reborn(SOURCE))).isEqualTo(Ownership.RELEASED);
  }

  @Test
  void whatIsKnownByItsManifestIsAnyLifeOfItsName() {
    var manifest = new Owner("SourceDatabase", "shop", "users", Owner.UNKNOWN_UID);

    assertThat(Mark.parse(Mark.of(manifest).text())).contains(Mark.of(manifest));
    assertThat(Mark.ownership(Optional.of(Mark.of(SOURCE)), manifest)).isEqualTo(Ownership.OURS);
    assertThat(Mark.ownership(Optional.of(Mark.of(manifest)), SOURCE)).isEqualTo(Ownership.OURS);
    assertThat(Mark.ownership(Optional.of(Mark.of(manifest).release()), SOURCE))
        .isEqualTo(Ownership.RELEASED);
    assertThat(Mark.ownership(Optional.of(Mark.of(manifest)), States.other(SOURCE)))
        .isEqualTo(Ownership.ANOTHERS);
  }

  @Test
  void whatAnotherMadeIsAnothersReleasedOrNot() {
    var mark = Mark.of(SOURCE);

    for (Owner self :
        new Owner[] {
          States.other(SOURCE),
          new Owner("ReplicationFederation", "shop", "users", "s-1"),
          new Owner("SourceDatabase", "test", "users", "s-1")
        }) {
      assertThat(Mark.ownership(Optional.of(mark), self)).isEqualTo(Ownership.ANOTHERS);
      assertThat(Mark.ownership(Optional.of(mark.release()), self)).isEqualTo(Ownership.ANOTHERS);
    }
  }

  @Test
  void whatAnEarlierLifeOfOursDidNotReleaseIsAnothers() {
    assertThat(Mark.ownership(Optional.of(Mark.of(SOURCE)), States.reborn(SOURCE)))
        .isEqualTo(Ownership.ANOTHERS);
  }

  @Test
  void whatBearsNoMarkIsUnmarked() {
    assertThat(Mark.ownership(Optional.empty(), SOURCE)).isEqualTo(Ownership.UNMARKED);
  }

  @Test
  void releasingKeepsOwnerAndNotes() {
    var mark = Mark.of(FEDERATION, Map.of(Mark.SOURCE, "users"));

    assertThat(mark.release()).isEqualTo(new Mark(FEDERATION, true, Map.of(Mark.SOURCE, "users")));
  }

  @Test
  void whatIsOursOrWasMayBeTouched() {
    for (var mark :
        new Mark[] {
          Mark.of(SOURCE), Mark.of(SOURCE).release(), Mark.of(States.reborn(SOURCE)).release()
        }) {
      assertThat(Mark.refusal("The thing", Optional.of(mark), SOURCE)).isEmpty();
    }
  }

  @Test
  void whatIsAnothersIsRefusedWithItsName() {
    assertThat(Mark.refusal("The thing", Optional.of(Mark.of(States.other(SOURCE))), SOURCE))
        .contains(
            new Problem(
                Reason.OwnedByAnother,
                "The thing belongs to SourceDatabase shop/users-other (uid o-1): use another name"
                    + " here, or delete that resource. If it is gone for good, drop the object."));
    assertThat(Mark.refusal("The thing", Optional.of(Mark.of(States.reborn(SOURCE))), SOURCE))
        .map(Problem::reason)
        .contains(Reason.OwnedByAnother);
  }

  @Test
  void whatAPersonMadeIsRefused() {
    assertThat(Mark.refusal("The thing", Optional.empty(), SOURCE))
        .contains(
            new Problem(
                Reason.NotOwned, "The thing was not made by Tributary: rename or drop it."));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Who shops.",
        "Two\nlines",
        "ends with a line\n",
        "\n",
        "It's \\ \"quoted\"",
        "größe 😀",
        "tributary.dev is a name",
        "tributary.dev/SourceDatabase shop/users uid=s-1 is what stands below",
      })
  void whatAPersonHasToSayStandsAboveTheMark(String comment) {
    for (Mark mark :
        new Mark[] {
          Mark.of(SOURCE), Mark.of(SOURCE).release(), Mark.of(SOURCE, Map.of("source", "users"))
        }) {
      var both = mark.below(Optional.of(comment));

      assertThat(both).isEqualTo(comment + "\n" + mark.text());
      assertThat(Mark.above(both)).contains(comment);
      assertThat(Mark.parse(both)).contains(mark);
    }
  }

  @Test
  void aMarkWithoutAWordOfAPersonIsTheWholeComment() {
    assertThat(Mark.of(SOURCE).below(Optional.empty())).isEqualTo(Mark.of(SOURCE).text());
    assertThat(Mark.above(Mark.of(SOURCE).text())).isEmpty();
  }

  @Test
  void aCommentWithoutAMarkIsAPersons() {
    assertThat(Mark.above("Who\nshops.")).contains("Who\nshops.");
    assertThat(Mark.above("")).contains("");
    assertThat(Mark.above(null)).isEmpty();
  }

  @Test
  void aMarkThatIsNotTheLastLineIsAQuotation() {
    String quoted = Mark.of(SOURCE).text() + "\nsays the other table";

    assertThat(Mark.parse(quoted)).isEmpty();
    assertThat(Mark.above(quoted)).contains(quoted);
  }
}
