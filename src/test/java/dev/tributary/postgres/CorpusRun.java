package dev.tributary.postgres;

import static dev.tributary.federation.Sql.literal;
import static org.awaitility.Awaitility.await;

import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.api.SourceDatabaseSpec.WithoutReplicaIdentity;
import dev.tributary.federation.DesiredSchema;
import dev.tributary.federation.Problem;
import dev.tributary.federation.Reason;
import dev.tributary.federation.Trouble;
import dev.tributary.postgres.Shape.Fate;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Shapes in one source, all the way: created, copied, written to. A table that a problem names is
 * excluded, as a person would do it, and the others go on.
 */
final class CorpusRun implements AutoCloseable {
  private static final String PULSE = "corpus_pulse";
  private static final Duration COPY = Duration.ofSeconds(120);
  private static final Duration APPLY = Duration.ofSeconds(15);

  private final World world;
  private final List<Shape> shapes;
  private final Connection open;
  private final Likeness likeness;

  /** Why a step is tried again, and is done then. */
  private static final Set<Reason> PASSING =
      EnumSet.of(Reason.LockTimeout, Reason.ObjectInUse, Reason.WaitingForTransactions);

  /** What is said of a table that is not mirrored. */
  private final Map<String, Problem> refused = new LinkedHashMap<>();

  private final Map<Shape, List<String>> complaints = new LinkedHashMap<>();
  private final List<Shape> broken = new ArrayList<>();
  private final Map<Shape, String> skipped = new LinkedHashMap<>();

  private CorpusRun(World world, List<Shape> shapes) throws SQLException {
    this.world = world;
    this.shapes = shapes;
    this.open = world.connectAsService();
    this.likeness = new Likeness(world.source(), world.target(), world.source().name());
    shapes.forEach(shape -> complaints.put(shape, new ArrayList<>()));
  }

  /** Does it all, and says of each shape what is not as it is to be. */
  static CorpusRun of(World world, List<Shape> shapes) throws SQLException, Trouble {
    var run = new CorpusRun(world, shapes);
    run.create();
    run.settle();
    run.awaitCopies();
    run.write();
    run.judge();
    return run;
  }

  Map<Shape, List<String>> complaints() {
    return complaints;
  }

  /** Shapes that the server lacks something for, and what. */
  Map<Shape, String> skipped() {
    return skipped;
  }

  Map<String, Problem> refused() {
    return refused;
  }

  private void create() throws SQLException {
    world.asService(
        "CREATE TABLE public.%s (id int PRIMARY KEY, n int)".formatted(PULSE),
        "INSERT INTO public.%s VALUES (1, 0)".formatted(PULSE));
    for (Shape shape : shapes) {
      String missing = missingExtension(shape);
      if (!missing.isEmpty()) {
        skipped.put(shape, missing);
        complaints.remove(shape);
        continue;
      }
      try {
        create(shape);
      } catch (IllegalStateException e) {
        complaints.get(shape).add("cannot be made: " + e.getCause().getMessage());
        broken.add(shape);
      }
    }
  }

  private void create(Shape shape) throws SQLException {
    world.source().execute(shape.prepared().toArray(String[]::new));
    world.asService(shape.ddl());
    try (var statement = open.createStatement()) {
      for (String sql : shape.open()) {
        statement.execute(sql);
      }
    }
  }

  private static final Pattern EXTENSION =
      Pattern.compile("CREATE EXTENSION (?:IF NOT EXISTS )?(\\w+)");

  private String missingExtension(Shape shape) {
    for (String sql : shape.prepared()) {
      var extension = EXTENSION.matcher(sql);
      if (extension.find()
          && world
              .source()
              .query(
                  "SELECT 1 FROM pg_available_extensions WHERE name = "
                      + literal(extension.group(1)))
              .isEmpty()) {
        return "there is no extension " + extension.group(1);
      }
    }
    return "";
  }

  /** Plans and executes until nothing is left to do but what tables are excluded for. */
  private void settle() throws Trouble {
    long end = System.nanoTime() + COPY.toNanos();
    Set<String> last = new LinkedHashSet<>();
    while (System.nanoTime() < end) {
      var look = world.look();
      int before = refused.size();
      look.plan().problems().forEach(this::refuse);
      if (refused.size() > before) {
        world.tables(without(refused.keySet()));
        continue;
      }
      look.outcome().failures().forEach(this::giveUp);
      boolean waits = look.plan().problems().stream().anyMatch(p -> p.reason().waiting());
      if (look.plan().steps().isEmpty() && !waits) {
        return;
      }
      look.outcome().failures().forEach(f -> last.add(f.sentence()));
    }
    complainOfAll("there are always steps left to do: " + last);
  }

  /** The table that is spoken of; another one may be the type of its column. */
  private void refuse(Problem problem) {
    named(problem.sentence()).forEach(table -> refused.putIfAbsent(table, problem));
  }

  private List<String> named(String sentence) {
    var all = tables().stream().filter(table -> names(sentence, "", table)).toList();
    var spokenOf = all.stream().filter(table -> names(sentence, "able ", table)).toList();
    return spokenOf.isEmpty() ? all : spokenOf;
  }

  /**
   * A step that failed is a mistake, whatever is said of it; others are to be seen all the same.
   */
  private void giveUp(Problem failure) {
    if (PASSING.contains(failure.reason())) {
      return;
    }
    for (String table : named(failure.sentence())) {
      complain(table, "%s: %s".formatted(failure.reason(), failure.sentence()));
      refused.putIfAbsent(table, failure);
      world.tables(without(refused.keySet()));
    }
  }

  private Stream<Shape> working() {
    return complaints.keySet().stream().filter(s -> !broken.contains(s));
  }

  private List<String> tables() {
    return working().flatMap(s -> s.tables().keySet().stream()).toList();
  }

  /** In either schema that a table is in at some time; what follows is no part of its name. */
  private boolean names(String sentence, String before, String table) {
    return Stream.of("public", world.source().name())
        .anyMatch(
            schema ->
                Pattern.compile(
                        Pattern.quote(before + schema + "." + table) + "(?![\\p{L}\\p{N}_$])")
                    .matcher(sentence)
                    .find());
  }

  private static DesiredSchema.Tables without(Set<String> excluded) {
    return new DesiredSchema.Tables(
        List.of(),
        List.copyOf(excluded),
        WithoutReplicaIdentity.Refuse,
        false,
        List.of(),
        List.of(Operation.values()));
  }

  private void awaitCopies() {
    String waiting =
        """
        SELECT c.relname, r.srsubstate FROM pg_subscription_rel r JOIN pg_class c ON c.oid = r.srrelid
         WHERE r.srsubstate <> 'r' AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s)
        """
            .formatted(literal(world.source().name()));
    boolean copied =
        within(
            COPY,
            () -> {
              world.look();
              return world.target().query(waiting).isEmpty();
            });
    if (!copied) {
      world
          .target()
          .query(waiting)
          .forEach(row -> complain(row.get(0), "its copy stays in state " + row.get(1)));
    }
  }

  /** Each shape for itself, so that it is known whose rows stop the apply worker. */
  private void write() {
    int n = 0;
    for (Shape shape : working().filter(s -> !isWronglyThere(s)).toList()) {
      String mark = String.valueOf(++n);
      world.asService(shape.workload().toArray(String[]::new));
      world.asService("UPDATE %s SET n = %s".formatted(PULSE, mark));
      if (!within(APPLY, () -> mark.equals(applied()))) {
        complaints
            .get(shape)
            .add("apply has stopped, nothing behind this was looked at: " + errors());
        return;
      }
    }
  }

  /** What is applied in the order of the source's commits has come as far as this. */
  private String applied() {
    return world.target().one("SELECT n FROM %s.%s".formatted(world.source().name(), PULSE));
  }

  private String errors() {
    var lines = world.target().server().logText().lines().filter(l -> l.contains("ERROR")).toList();
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - 2), lines.size()));
  }

  /** What is to be refused, because apply would stop: it need not be seen to stop. */
  private boolean isWronglyThere(Shape shape) {
    return shape.tables().entrySet().stream()
        .anyMatch(e -> !e.getValue().allowsSync() && likeness.isOnTarget(e.getKey()));
  }

  private void judge() {
    for (Shape shape : working().toList()) {
      shape.tables().forEach((table, fate) -> judge(shape, table, fate));
    }
    known().stream()
        .filter(table -> !tables().contains(table))
        .forEach(table -> complainOfAll("no shape says what becomes of table " + table));
  }

  private void judge(Shape shape, String table, Fate fate) {
    var problem = refused.get(table);
    if (problem != null) {
      if (!fate.allows(problem.reason())) {
        complain(table, "%s: %s".formatted(problem.reason(), problem.sentence()));
      }
    } else if (!likeness.isOnTarget(table)) {
      if (!(fate instanceof Fate.LeftOut)) {
        complain(table, "neither on the target nor named by a problem");
      }
    } else if (!fate.allowsSync()) {
      complain(table, "on the target, though it is to be " + fate);
    } else {
      likeness.difference(table, shape.ownTypes()).ifPresent(d -> complain(table, d));
    }
  }

  /** The tables of the source that have no parent, wherever they are. */
  private List<String> known() {
    return world
        .source()
        .query(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ('public', %s) AND c.relname NOT IN ('tributary_before', 'corpus_pulse')"
                .formatted(literal(world.source().name())))
        .stream()
        .map(row -> row.get(0))
        .toList();
  }

  private void complain(String table, String what) {
    complaints.forEach(
        (shape, lines) -> {
          String line = "%s: %s".formatted(table, what);
          if (shape.tables().containsKey(table) && !lines.contains(line)) {
            lines.add(line);
          }
        });
  }

  private void complainOfAll(String what) {
    complaints.values().forEach(lines -> lines.add(what));
  }

  private static boolean within(Duration patience, Callable<Boolean> condition) {
    try {
      await().atMost(patience).pollInterval(Duration.ofMillis(20)).until(condition);
      return true;
    } catch (ConditionTimeoutException e) {
      return false;
    }
  }

  @Override
  public void close() throws SQLException {
    open.close();
    likeness.close();
    world.close();
  }
}
