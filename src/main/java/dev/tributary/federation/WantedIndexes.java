package dev.tributary.federation;

import static java.util.stream.Collectors.toCollection;

import dev.tributary.federation.IndexSteps.NameKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The indexes that one table of the target is to have, and what there is of them. */
final class WantedIndexes {
  /** Whose copy has taken longest is the one whose queries are slowest without. */
  static final Comparator<WantedIndexes> BIGGEST_FIRST =
      Comparator.comparing((WantedIndexes t) -> -t.there.map(Table::bytes).orElse(0L))
          .thenComparing(t -> t.published.relation().toString());

  private final DesiredFlow desired;
  private final PublishedTable published;
  private final TargetState target;
  private final Optional<Table> there;
  private final Set<String> taken;
  private final List<Index> source;
  private final Optional<Index> key;
  private final List<WantedIndex> wanted = new ArrayList<>();
  private final List<Finding> skipped = new ArrayList<>();
  private final Map<WantedIndex, Index> found = new LinkedHashMap<>();

  private WantedIndexes(
      DesiredFlow desired, PublishedTable published, List<Index> source, TargetState target) {
    this.desired = desired;
    this.published = published;
    this.source = source;
    this.target = target;
    this.there = target.table(published.table().name()).filter(t -> Mirror.isOurs(desired, t));
    this.taken = new HashSet<>(target.indexes().taken());
    target.indexes().all().stream()
        .filter(i -> isMarked(i))
        .map(Index::name)
        .forEach(taken::remove);
    this.key = source.stream().filter(this::isMirrored).findFirst();
    otherKeyName().ifPresent(step -> taken.remove(step.index().name()));
    source.stream()
        .filter(i -> key.filter(i::equals).isEmpty())
        .filter(i -> i.valid() && desired.indexes().takes(i.name()))
        .sorted(Comparator.comparing((Index i) -> -i.bytes()).thenComparing(Index::name))
        .forEach(this::want);
  }

  static WantedIndexes of(
      DesiredFlow desired, PublishedTable published, List<Index> all, TargetState target) {
    var source = all.stream().filter(i -> i.table().equals(published.relation())).toList();
    return new WantedIndexes(desired, published, source, target);
  }

  /** The table on the target, where it is there and ours. */
  Optional<Table> there() {
    return there;
  }

  List<WantedIndex> wanted() {
    return wanted;
  }

  List<Finding> skipped() {
    return skipped;
  }

  /** Tells these unique indexes from any others. */
  String uniques() {
    return Names.digest(
        wanted.stream()
            .filter(WantedIndex::unique)
            .map(WantedIndex::building)
            .sorted()
            .toArray(String[]::new));
  }

  /** The index of ours that is in a wanted one's place. */
  Optional<Index> thereFor(WantedIndex index) {
    return Optional.ofNullable(found.get(index));
  }

  /** The wanted one as it was built, without its name yet. */
  Optional<Index> freshFor(WantedIndex index) {
    return indexes().stream()
        .filter(i -> i.valid() && isFresh(i) && i.name().equals(index.building()))
        .findFirst();
  }

  boolean isBuilt(WantedIndex index) {
    return thereFor(index).filter(index::isLike).isPresent() || freshFor(index).isPresent();
  }

  /** Whether one of ours has this name that is to have another one, which is not free either. */
  boolean isSwapped(String name) {
    return found.entrySet().stream()
        .filter(e -> e.getValue().name().equals(name))
        .map(e -> e.getKey().name())
        .anyMatch(other -> !other.equals(name) && target.indexes().taken().contains(other));
  }

  /** What is ours and not wanted, or not whole. */
  List<Index> useless() {
    return indexes().stream().filter(this::isUseless).toList();
  }

  private boolean isUseless(Index index) {
    if (isFresh(index)) {
      return !index.valid()
          || wanted.stream().noneMatch(w -> w.building().equals(index.name()))
          || found.entrySet().stream()
              .anyMatch(
                  e ->
                      e.getKey().building().equals(index.name())
                          && e.getKey().isLike(e.getValue()));
    }
    return isMarked(index) && !found.containsValue(index);
  }

  /** What gives the primary key the name that it has on the source. */
  Optional<NameKey> otherKeyName() {
    if (!desired.indexes().any() || key.isEmpty()) {
      return Optional.empty();
    }
    String name = key.get().name();
    return indexes().stream()
        .filter(Index::key)
        .filter(i -> !i.name().equals(name) && !target.indexes().taken().contains(name))
        .map(i -> new NameKey(i.relation(), name))
        .findFirst();
  }

  private List<Index> indexes() {
    return there.map(t -> target.indexes().of(t.relation())).orElse(List.of());
  }

  /** Whether the table on the target was made with it. */
  private boolean isMirrored(Index index) {
    return index.key()
        && there
            .map(t -> Set.copyOf(t.key()).equals(Set.copyOf(published.table().key())))
            .orElse(true);
  }

  private boolean isMarked(Index index) {
    return index
        .mark()
        .filter(m -> m.owner().sameNameAs(desired.owner()) && m.notes().containsKey(Mark.OF))
        .isPresent();
  }

  private boolean isFresh(Index index) {
    return Names.isBuilding(index.name()) && !isMarked(index);
  }

  private void want(Index source) {
    boolean unique = source.unique() && Indexes.mayBeUnique(desired, published);
    String definition =
        IndexDefinition.in(
            source.definition(), source.needs(), n -> schemaOf(n).orElse(n.schema()));
    var index = WantedIndex.of(desired, source, unique, definition);
    var match = match(index);
    var why = match.filter(index::isLike).isPresent() ? Optional.<String>empty() : why(index);
    if (why.isPresent()) {
      skipped.add(
          Finding.warning(
              Reason.IndexSkipped,
              source.table(),
              "The index %s of table %s is not on the target: %s"
                  .formatted(source.name(), source.table(), why.get())));
      return;
    }
    wanted.add(index);
    match.ifPresent(m -> found.put(index, m));
  }

  /** By the OID, which a rename keeps; by the name where the source has made it anew. */
  private Optional<Index> match(WantedIndex index) {
    var free =
        indexes().stream()
            .filter(i -> isMarked(i) && i.valid() && !found.containsValue(i))
            .collect(toCollection(ArrayList::new));
    return free.stream()
        .filter(index::isOf)
        .findFirst()
        .or(
            () ->
                free.stream()
                    .filter(i -> i.name().equals(index.name()))
                    .filter(i -> source.stream().noneMatch(s -> isOf(i, s)))
                    .findFirst())
        .or(() -> indexes().stream().filter(i -> isAdopted(i, index)).findFirst());
  }

  /** Whether it is one that nobody has marked and that is taken over. */
  private boolean isAdopted(Index there, WantedIndex index) {
    return desired.adopt()
        && there.mark().isEmpty()
        && there.valid()
        && there.name().equals(index.name())
        && index.isLike(there);
  }

  private static boolean isOf(Index there, Index source) {
    return there
        .mark()
        .filter(m -> String.valueOf(source.oid()).equals(m.notes().get(Mark.OF)))
        .isPresent();
  }

  /** Why an index cannot be there, as the end of a sentence. */
  private Optional<String> why(WantedIndex index) {
    Index source = index.source();
    if (there.isEmpty()) {
      return Optional.empty();
    }
    var columns = there.get().columnNames();
    return source.columns().stream()
        .filter(c -> !columns.contains(c))
        .findFirst()
        .map(c -> "its table there has no column %s.".formatted(c))
        .or(() -> source.needs().stream().flatMap(n -> lacks(n).stream()).findFirst())
        .or(
            () ->
                taken.contains(source.name())
                    ? Optional.of(
                        "something that Tributary did not make has its name; rename or drop that.")
                    : Optional.empty())
        .or(
            () ->
                Optional.ofNullable(target.indexes().refused().get(index.building()))
                    .map(said -> said.replace(index.building(), index.name())));
  }

  private Optional<String> lacks(Index.Need need) {
    if (schemaOf(need).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        need.extension()
            .map(
                x ->
                    "the target does not have the extension %s; run CREATE EXTENSION %s there."
                        .formatted(x, Sql.identifier(x)))
            .orElseGet(
                () ->
                    "the target does not have the %s %s.%s that it uses."
                        .formatted(need.kind(), need.schema(), need.name())));
  }

  /** The schema where the target has what an index needs; own types are in the flow's schema. */
  private Optional<String> schemaOf(Index.Need need) {
    if (need.extension().isPresent()) {
      return Optional.ofNullable(target.indexes().extensions().get(need.extension().get()));
    }
    boolean there =
        need.kind().equals(Index.Need.TYPE) && target.indexes().types().contains(need.name());
    return there ? Optional.of(desired.schema()) : Optional.empty();
  }
}
