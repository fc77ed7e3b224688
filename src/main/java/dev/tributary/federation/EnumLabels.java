package dev.tributary.federation;

import dev.tributary.federation.DataType.Label;
import dev.tributary.federation.TypeSteps.NewLabel;
import dev.tributary.federation.TypeSteps.NewText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The labels of an enum on the target, beside those on the source. Which is which is remembered by
 * the OIDs of the source's labels, in the order of the target's: so a renamed label is no new one.
 */
final class EnumLabels {
  private static final String LABELS = "labels";

  /** The OIDs of the source's labels, in the order of the target's; 0 where it has none. */
  private final List<Long> known;

  private final List<String> texts;
  private final Set<Long> living;
  private final Set<String> taken = new HashSet<>();
  private final List<NewText> renamed = new ArrayList<>();
  private final List<NewLabel> added = new ArrayList<>();

  private EnumLabels(List<Long> known, List<String> texts, Set<Long> living) {
    this.known = new ArrayList<>(known);
    this.texts = new ArrayList<>(texts);
    this.living = living;
  }

  /** The note of a type that has just these labels. */
  static Mark noted(Mark mark, List<Label> labels) {
    return remembering(mark, labels.stream().map(Label::oid).toList());
  }

  /** The note with so many labels more, which the source does not have. */
  static Mark withStrays(Mark mark, int strays) {
    return strays == 0
        ? mark
        : mark.with(LABELS, mark.notes().getOrDefault(LABELS, "0") + ",0".repeat(strays));
  }

  private static Mark remembering(Mark mark, List<Long> oids) {
    return oids.isEmpty()
        ? mark.without(LABELS)
        : mark.with(LABELS, oids.stream().map(String::valueOf).collect(Collectors.joining(",")));
  }

  static EnumLabels of(DataType source, DataType target) {
    var texts = target.labels().stream().map(Label::text).toList();
    var living = source.labels().stream().map(Label::oid).collect(Collectors.toSet());
    var result = new EnumLabels(remembered(source, target), texts, living);
    result.compare(source.labels());
    return result;
  }

  /** What the mark says; by their texts where it does not. */
  private static List<Long> remembered(DataType source, DataType target) {
    String note = target.mark().map(m -> m.notes().get(LABELS)).orElse("");
    var oids =
        note == null || !note.matches("\\d{1,10}(,\\d{1,10})*")
            ? List.<Long>of()
            : Arrays.stream(note.split(",")).map(Long::valueOf).toList();
    Map<String, Long> byText = new LinkedHashMap<>();
    source.labels().forEach(l -> byText.put(l.text(), l.oid()));
    var living = source.labels().stream().map(Label::oid).collect(Collectors.toSet());
    boolean fits =
        oids.size() == target.labels().size() && oids.stream().anyMatch(living::contains);
    return fits
        ? oids
        : target.labels().stream().map(l -> byText.getOrDefault(l.text(), 0L)).toList();
  }

  private void compare(List<Label> source) {
    for (Label label : source) {
      int at = known.indexOf(label.oid());
      if (at >= 0 && !texts.get(at).equals(label.text())) {
        renamed.add(new NewText(texts.get(at), label.text()));
        if (texts.contains(label.text())) {
          taken.add(label.text());
        }
      }
    }
    Optional<String> before = Optional.empty();
    for (Label label : source) {
      int at = known.indexOf(label.oid());
      if (at < 0 && texts.contains(label.text())) {
        at = texts.indexOf(label.text());
        if (known.get(at) == 0) {
          known.set(at, label.oid());
        } else {
          taken.add(label.text());
        }
      } else if (at < 0) {
        at = before.map(b -> texts.indexOf(b) + 1).orElse(0);
        boolean first = at == 0 && !texts.isEmpty();
        added.add(
            new NewLabel(
                label.text(), before, first ? Optional.of(texts.get(0)) : Optional.empty()));
        texts.add(at, label.text());
        known.add(at, label.oid());
      }
      before = Optional.of(texts.get(at));
    }
  }

  /**
   * Labels that rows may have which are to have others: the source does not have them, or gave
   * their text to another one.
   */
  List<String> strays() {
    return IntStream.range(0, texts.size())
        .filter(i -> !living.contains(known.get(i)) || taken.contains(texts.get(i)))
        .mapToObj(texts::get)
        .toList();
  }

  List<NewText> renamed() {
    return renamed;
  }

  List<NewLabel> added() {
    return added;
  }

  /** The mark of the target's type when the labels are added. */
  Mark noted(Mark mark) {
    return remembering(mark, known);
  }
}
