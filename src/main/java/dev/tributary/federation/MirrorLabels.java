package dev.tributary.federation;

import dev.tributary.federation.TypeSteps.NewText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * When labels of mirrored enums change their texts: rows with the former ones may be on their way.
 */
final class MirrorLabels implements MirrorTypes.Changes {
  private final Function<PublishedTable, Timing> timing;
  private final Supplier<List<NextTransaction>> next;
  private final List<PublishedTable> tables;
  private final MirrorTypes types;
  private final List<Step> steps;
  private final List<Problem> problems;

  /**
   * Labels of types that these tables have.
   *
   * @param next what apply workers have stopped at
   * @param steps where it is written down that something waits
   */
  MirrorLabels(
      Function<PublishedTable, Timing> timing,
      Supplier<List<NextTransaction>> next,
      List<PublishedTable> tables,
      MirrorTypes types,
      List<Step> steps,
      List<Problem> problems) {
    this.timing = timing;
    this.next = next;
    this.tables = tables;
    this.types = types;
    this.steps = steps;
    this.problems = problems;
  }

  private List<Timing> users(DataType there) {
    return tables.stream()
        .filter(t -> t.columnsThatFlow().stream().anyMatch(c -> types.uses(c.type(), there)))
        .map(t -> timing.apply(t))
        .toList();
  }

  private Set<String> missing(DataType there) {
    var missing = new HashSet<String>();
    next.get().forEach(n -> missing.addAll(n.labels().getOrDefault(there.name().name(), Set.of())));
    return missing;
  }

  @Override
  public boolean isFree(DataType there) {
    return users(there).stream().allMatch(Timing::free);
  }

  @Override
  public List<NewText> now(DataType there, List<NewText> wanted) {
    var missing = missing(there);
    if (!missing.isEmpty()) {
      return needed(wanted, missing);
    }
    String digest = Timing.digest(wanted);
    Mark mark = there.mark().orElseThrow();
    if (users(there).stream().allMatch(t -> t.mayDo(mark, digest))) {
      return wanted;
    }
    Mark waiting =
        users(there).stream()
            .filter(t -> !t.free())
            .findFirst()
            .orElseThrow()
            .waiting(mark, digest);
    if (!waiting.equals(mark)) {
      steps.add(new TypeSteps.AlterEnum(there.name(), List.of(), List.of(), waiting));
    }
    problems.add(
        new Problem(
            Reason.WaitingForApply,
            "The target has to apply what was sent before labels of the type %s are renamed there."
                .formatted(there.name())));
    return List.of();
  }

  /** A text between the former one and that of today belongs to the label that has changed. */
  private static List<NewText> needed(List<NewText> wanted, Set<String> missing) {
    var texts = wanted.stream().map(NewText::to).collect(Collectors.toSet());
    var needed = new ArrayList<>(wanted.stream().filter(t -> missing.contains(t.to())).toList());
    var between = missing.stream().filter(m -> !texts.contains(m)).toList();
    var rest = wanted.stream().filter(t -> !needed.contains(t)).toList();
    if (between.size() == 1 && rest.size() == 1) {
      needed.add(new NewText(rest.get(0).label(), between.get(0)));
    }
    return needed;
  }

  @Override
  public List<String> passing(DataType there, DataType source) {
    var texts = source.labels().stream().map(DataType.Label::text).collect(Collectors.toSet());
    return missing(there).stream().filter(m -> !texts.contains(m)).sorted().toList();
  }

  @Override
  public Mark note(DataType there, Mark mark) {
    var stopped =
        next.get().stream().filter(n -> n.labels().containsKey(there.name().name())).findFirst();
    return stopped
        .map(n -> n.note(mark))
        .orElseGet(
            () ->
                users(there).stream()
                    .filter(t -> !t.free())
                    .findFirst()
                    .map(t -> t.changed(mark))
                    .orElse(mark));
  }
}
