package dev.tributary.federation;

import dev.tributary.api.ReplicationFederationSpec.OnLimit;
import dev.tributary.api.ReplicationFederationSpec.OnLost;
import dev.tributary.api.SourceDatabaseSpec.Operation;
import dev.tributary.api.SourceDatabaseSpec.WithoutReplicaIdentity;
import dev.tributary.federation.PublicationState.Entry;
import dev.tributary.federation.Settings.Setting;
import dev.tributary.federation.SubscriptionState.State;
import dev.tributary.federation.SubscriptionState.Sync;
import dev.tributary.federation.Table.ReplicaIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Desired and observed states for tests: each begins as the most ordinary one, and a test says only
 * what is different.
 *
 * <p>The source is {@code users} of namespace {@code shop}, its tables belong to {@code app}, come
 * from {@code public} and get the schema {@code svc}; the federation is {@code all}.
 */
public final class States {
  public static final Owner SOURCE = new Owner("SourceDatabase", "shop", "users", "s-1");
  public static final Owner FEDERATION = new Owner("ReplicationFederation", "shop", "all", "f-1");

  /** Name of the default lane's publication, slot and subscription. */
  public static final String FLOW = "tributary_all_users_e403e136";

  /** The same of the lane hot. */
  public static final String HOT = "tributary_all_users_hot_4d5048d3";

  /** Identifier of the target's cluster. */
  public static final String SYSTEM = "7000000000000000001";

  /** OIDs of the tables that a subscription knows begin here. */
  private static final long FIRST_TABLE = 20_000;

  private States() {}

  /** The resource of that name in another life. */
  public static Owner reborn(Owner owner) {
    return new Owner(owner.kind(), owner.namespace(), owner.name(), owner.uid() + "-reborn");
  }

  /** Some other resource of the kind. */
  public static Owner other(Owner owner) {
    return new Owner(owner.kind(), owner.namespace(), owner.name() + "-other", "o-1");
  }

  public static Problem problem(Reason reason) {
    return new Problem(reason, "A sentence about " + reason + ".");
  }

  public static Grant grant(String grantee, String privilege) {
    return new Grant(grantee, privilege, false);
  }

  public static Grant grantable(String grantee, String privilege) {
    return new Grant(grantee, privilege, true);
  }

  /** A column of a built-in type; its table numbers it. */
  public static Column column(String name, String type, Grant... grants) {
    return column(name, ColumnType.builtIn(type)).with(List.of(grants));
  }

  /** A column whose type is one of {@code public} of the source. */
  public static Column ownTyped(String name, String type) {
    var own = new Relation("public", type);
    return column(
        name, new ColumnType("public." + type, ColumnType.Origin.OWN, own, Optional.empty(), ""));
  }

  public static Column generated(String name, String type, String expression) {
    return column(name, ColumnType.builtIn(type), Optional.of(expression), Optional.empty());
  }

  /** A column with a comment. */
  public static Column commented(String name, String type, String comment) {
    return column(name, ColumnType.builtIn(type), Optional.empty(), Optional.of(comment));
  }

  private static Column column(String name, ColumnType type) {
    return column(name, type, Optional.empty(), Optional.empty());
  }

  private static Column column(
      String name, ColumnType type, Optional<String> generated, Optional<String> comment) {
    return new Column(
        0,
        name,
        type,
        Optional.empty(),
        false,
        generated,
        true,
        Optional.empty(),
        false,
        List.of(),
        comment);
  }

  private static Column numbered(int number, Column c) {
    return new Column(
        number,
        c.name(),
        c.type(),
        c.collation(),
        c.notNull(),
        c.generated(),
        c.portable(),
        c.initial(),
        c.defaulted(),
        c.grants(),
        c.comment());
  }

  /**
   * A table in {@code public}: {@code id bigint} is its key, {@code name text} its other column.
   */
  public static ATable table(String name) {
    return new ATable(name);
  }

  /** A database on PostgreSQL 17 whose role may do everything that a flow needs. */
  public static AServer server() {
    return new AServer();
  }

  /** Moves from {@code public} to {@code svc}, with views and search_path. */
  public static ADesiredSchema desiredSchema() {
    return new ADesiredSchema();
  }

  /** A source with an empty {@code public} and nothing else. */
  public static ASource source() {
    return new ASource();
  }

  /** An enabled flow of every operation. */
  public static ADesiredFlow desiredFlow() {
    return new ADesiredFlow();
  }

  /** A lane of that flow; the default one takes what is left. */
  public static Lane lane(String name, String... tables) {
    return Lane.of(FEDERATION, "users", name, List.of(tables));
  }

  /** The lane of every table, unless there are others. */
  public static Lane defaultLane() {
    return lane(Lane.DEFAULT);
  }

  /** A source that has neither publication nor slot. */
  public static AFlow flow() {
    return new AFlow();
  }

  /** An index of a table of the schema of their own, on the column name. */
  public static AnIndex index(String table, String name, long oid) {
    return new AnIndex(table, name, oid).on("name");
  }

  /** A target that has neither schema nor subscription. */
  public static ATarget target() {
    return new ATarget();
  }

  /** Our publications of a lane: the first has these tables and publishes every operation. */
  public static APublication publication(String... tables) {
    return new APublication(tables);
  }

  /** Our slot, ready and read. */
  public static ASlot slot() {
    return new ASlot();
  }

  /** Our subscription, enabled, running, without errors. */
  public static ASubscription subscription() {
    return new ASubscription();
  }

  /** A schema on the source that is marked as the source's and may be used. */
  public static SchemaFacts schemaOfSource(Grant... grants) {
    return schema("svc", Optional.of(Mark.of(SOURCE)), grants);
  }

  /** The schema on the target, marked as the flow's. */
  public static SchemaFacts schemaOfFlow() {
    return schema("svc", Optional.of(desiredFlow().build().mark()));
  }

  public static SchemaFacts schema(String name, Optional<Mark> mark, Grant... grants) {
    return new SchemaFacts(name, mark, true, true, List.of(grants), List.of());
  }

  /** The view that a table has left behind in {@code public}. */
  public static AView viewOf(ATable table) {
    return new AView(table.build());
  }

  /** A table of the schema of their own. */
  public static Relation relation(String name) {
    return new Relation("svc", name);
  }

  /** A table of which everything is published. */
  public static PublishedTable published(ATable table) {
    return new PublishedTable(table.build(), false, Optional.empty(), List.of());
  }

  /** A table of which new rows are published. */
  public static PublishedTable insertsOnly(ATable table) {
    return new PublishedTable(table.build(), true, Optional.empty(), List.of());
  }

  /** A table of which some rows are published. */
  public static PublishedTable filtered(ATable table, String where) {
    return new PublishedTable(table.build(), false, Optional.of(where), List.of());
  }

  /** A table of which some columns are published. */
  public static PublishedTable columnsOf(ATable table, String... columns) {
    return new PublishedTable(table.build(), false, Optional.empty(), List.of(columns));
  }

  /** The selection of tables that are all in their schema. */
  public static TableSelection settled(ATable... tables) {
    return selection(built(tables), List.of(), List.of());
  }

  /** The selection of tables of which some are in their schema and others have to move there. */
  static TableSelection selection(
      List<Table> settled, List<Table> unsettled, List<Table> unpublishable) {
    return new TableSelection(
        settled.stream()
            .map(t -> new PublishedTable(t, false, Optional.empty(), List.of()))
            .toList(),
        List.of(),
        unsettled,
        List.of(),
        List.of(),
        unpublishable,
        List.of(),
        List.of(),
        List.of(),
        Stream.of(settled, unsettled, unpublishable)
            .flatMap(List::stream)
            .map(Table::oid)
            .collect(Collectors.toSet()));
  }

  static List<Table> built(ATable... tables) {
    return List.of(tables).stream().map(ATable::build).toList();
  }

  /** Every statement of a plan, in order; what a step changes outside a transaction is said so. */
  static String sql(Plan plan) {
    return sql(plan.steps());
  }

  static String sql(List<? extends Step> steps) {
    var text = new StringBuilder();
    for (Step step : steps) {
      text.append("-- ").append(step.site()).append(step.transactional() ? "" : " one by one");
      text.append('\n');
      step.sql().forEach(s -> text.append(s).append(";\n"));
    }
    return text.toString();
  }

  /** The same without what is written down for the way back. */
  static String sqlWithoutMemory(Plan plan) {
    return sql(plan)
        .lines()
        .filter(line -> !line.contains("\"tributary_before\""))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** A {@link Table}. */
  public static final class ATable {
    private final String name;
    private String schema = "public";
    private String owner = "app";
    private boolean mayAlter = true;
    private boolean rowSecurity;
    private boolean ownerMayCreate = true;
    private Inheritance inheritance = Inheritance.NONE;
    private Optional<String> comment = Optional.empty();
    private List<ColumnSequence> sequences = List.of();
    private List<String> indexes = List.of();
    private boolean logged = true;
    private boolean extension;
    private ReplicaIdentity identity = ReplicaIdentity.KEY;
    private List<String> key = List.of("id");
    private Optional<IdentitySetting> setting = Optional.empty();
    private final List<UniqueIndex> uniqueIndexes = new ArrayList<>();
    private List<IdentityFacts.Leaf> leaves = List.of();
    private List<String> changesPublishedBy = List.of();
    private List<Column> columns =
        List.of(numbered(1, column("id", "bigint")), numbered(2, column("name", "text")));
    private List<Grant> grants = List.of();
    private List<String> publishedBy = List.of();
    private List<String> flows = List.of();
    private boolean replicatorMaySelect = true;
    private Optional<Mark> mark = Optional.empty();
    private long bytes;
    private long estimatedRows;
    private Optional<Long> oid = Optional.empty();
    private String file = "1";
    private boolean remembers;
    private Optional<Map<Integer, Integer>> correspondence = Optional.empty();

    private ATable(String name) {
      this.name = name;
    }

    public ATable in(String schema) {
      this.schema = schema;
      return this;
    }

    /** In its own schema. */
    public ATable moved() {
      return in("svc");
    }

    /** As the flow has made it on the target, of a table with these columns. */
    public ATable mirrored() {
      remembers = true;
      return moved().marked(desiredFlow().build().mark());
    }

    /** The same where columns correspond otherwise: numbers on the source by those here. */
    public ATable mirrored(Map<Integer, Integer> numbers) {
      correspondence = Optional.of(numbers);
      return mirrored();
    }

    /** That table, whatever it is called; else its name tells which one it is. */
    public ATable oid(long oid) {
      this.oid = Optional.of(oid);
      return this;
    }

    /** Where its rows are. */
    public ATable file(String file) {
      this.file = file;
      return this;
    }

    private long number() {
      return oid.orElseGet(() -> 20_000L + Math.floorMod(name.hashCode(), 10_000));
    }

    private Optional<Mark> remembered() {
      var same = new HashMap<Integer, Integer>();
      columns.forEach(c -> same.put(c.number(), c.number()));
      var numbers = correspondence.orElse(same);
      return mark.map(m -> remembers ? new Likeness(number(), file, numbers, Map.of()).on(m) : m);
    }

    public ATable marked(Mark mark) {
      this.mark = Optional.of(mark);
      return this;
    }

    public ATable ownedBy(String role) {
      owner = role;
      return this;
    }

    public ATable notOurs() {
      mayAlter = false;
      return this;
    }

    public ATable rowSecurity() {
      rowSecurity = true;
      return this;
    }

    public ATable partitioned() {
      inheritance = new Inheritance(true, true, List.of());
      return this;
    }

    public ATable partitionOf(Relation parent) {
      inheritance = new Inheritance(false, false, List.of(parent));
      return this;
    }

    public ATable family(Inheritance inheritance) {
      this.inheritance = inheritance;
      return this;
    }

    public ATable ownerMayNotCreate() {
      ownerMayCreate = false;
      return this;
    }

    public ATable comment(String comment) {
      this.comment = Optional.of(comment);
      return this;
    }

    public ATable sequences(ColumnSequence... sequences) {
      this.sequences = List.of(sequences);
      return this;
    }

    public ATable indexes(String... indexes) {
      this.indexes = List.of(indexes);
      return this;
    }

    public ATable unlogged() {
      logged = false;
      return this;
    }

    public ATable ofExtension() {
      extension = true;
      return this;
    }

    public ATable withoutIdentity() {
      identity = ReplicaIdentity.NONE;
      return key();
    }

    public ATable identifiedByAll() {
      identity = ReplicaIdentity.FULL;
      return key();
    }

    /** A unique index on NOT NULL columns. */
    public ATable uniqueIndex(String name, String... columns) {
      return index(
          new UniqueIndex(name, List.of(columns), List.of(), false, true, true, false, false));
    }

    public ATable index(UniqueIndex index) {
      uniqueIndexes.add(index);
      var all = new ArrayList<>(indexes);
      all.add(index.name());
      indexes = List.copyOf(all);
      return this;
    }

    /** What ALTER TABLE … REPLICA IDENTITY has set; what it makes of the table is worked out. */
    public ATable set(IdentitySetting setting) {
      this.setting = Optional.of(setting);
      return this;
    }

    public ATable leaves(IdentityFacts.Leaf... leaves) {
      this.leaves = List.of(leaves);
      return this;
    }

    /** In publications of others that publish UPDATE and DELETE. */
    public ATable changesPublishedBy(String... publications) {
      changesPublishedBy = List.of(publications);
      return publishedBy(publications);
    }

    public ATable key(String... columns) {
      key = List.of(columns);
      return this;
    }

    /** Its columns; one that has no number yet gets that of its place. */
    public ATable columns(Column... columns) {
      var all = new ArrayList<Column>();
      for (Column c : columns) {
        all.add(c.number() == 0 ? numbered(all.size() + 1, c) : c);
      }
      this.columns = List.copyOf(all);
      return this;
    }

    public ATable grants(Grant... grants) {
      this.grants = List.of(grants);
      return this;
    }

    public ATable publishedBy(String... publications) {
      publishedBy = List.of(publications);
      return this;
    }

    /** In the publication of the flow. */
    public ATable flowing() {
      flows = List.of(FLOW);
      return moved();
    }

    public ATable unreadable() {
      replicatorMaySelect = false;
      return this;
    }

    public ATable bytes(long bytes) {
      this.bytes = bytes;
      return this;
    }

    public ATable rows(long estimated) {
      estimatedRows = estimated;
      return this;
    }

    public Table build() {
      var table = built();
      return setting.map(s -> Altered.identified(table, s)).orElse(table);
    }

    private IdentityFacts facts() {
      var all = new ArrayList<>(uniqueIndexes);
      if (identity == ReplicaIdentity.KEY && !key.isEmpty()) {
        all.add(new UniqueIndex(name + "_pkey", key, List.of(), true, true, true, false, false));
      }
      return new IdentityFacts(
          identity == ReplicaIdentity.FULL ? IdentitySetting.FULL : IdentitySetting.DEFAULT,
          all,
          leaves,
          changesPublishedBy);
    }

    private Table built() {
      return new Table(
          schema,
          name,
          owner,
          mayAlter,
          ownerMayCreate,
          rowSecurity,
          inheritance,
          logged,
          extension,
          identity,
          key,
          facts(),
          columns,
          grants,
          comment,
          sequences,
          indexes,
          publishedBy,
          flows,
          replicatorMaySelect,
          remembered(),
          bytes,
          estimatedRows,
          number(),
          file,
          columns.stream().mapToInt(Column::number).max().orElse(0));
    }
  }

  /** A {@link View}. */
  public static final class AView {
    private final Table table;
    private String schema = "public";
    private String owner;
    private Relation base;
    private List<Column> columns;
    private List<Grant> grants;
    private boolean securityInvoker = true;
    private Optional<String> comment;
    private Optional<Mark> mark = Optional.of(Mark.of(SOURCE));
    private List<String> dependents = List.of();

    private AView(Table table) {
      this.table = table;
      owner = table.owner();
      base = relation(table.name());
      columns = table.columns();
      grants = table.grants();
      comment = table.comment();
    }

    public AView in(String schema) {
      this.schema = schema;
      return this;
    }

    public AView ownedBy(String role) {
      owner = role;
      return this;
    }

    public AView readingFrom(Relation base) {
      this.base = base;
      return this;
    }

    public AView columns(Column... columns) {
      this.columns = List.of(columns);
      return this;
    }

    public AView grants(Grant... grants) {
      this.grants = List.of(grants);
      return this;
    }

    public AView marked(Mark mark) {
      this.mark = Optional.of(mark);
      return this;
    }

    public AView withoutSecurityInvoker() {
      securityInvoker = false;
      return this;
    }

    public AView comment(String comment) {
      this.comment = Optional.of(comment);
      return this;
    }

    public AView dependents(String... dependents) {
      this.dependents = List.of(dependents);
      return this;
    }

    public AView unmarked() {
      mark = Optional.empty();
      return this;
    }

    public View build() {
      return new View(
          schema,
          table.name(),
          owner,
          Optional.of(base),
          columns.stream()
              .map(c -> new View.ViewColumn(c.name(), c.grants(), c.comment()))
              .toList(),
          grants,
          securityInvoker,
          comment,
          mark,
          dependents);
    }
  }

  /** What a server's clock says. */
  static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  /** {@link ServerFacts}. */
  public static final class AServer {
    private boolean superuser;
    private int version = 170011;
    private String walLevel = "logical";
    private boolean standby;
    private boolean replication = true;
    private boolean mayCreateSchema = true;
    private boolean mayAlterDatabase = true;
    private boolean maySubscribe = true;
    private Optional<String> searchPath = Optional.empty();
    private Optional<String> serverSearchPath = Optional.empty();
    private final List<RoleSearchPath> roleSearchPaths = new ArrayList<>();
    private List<Grant> tableDefaults = List.of();
    private Provider provider = Provider.SELF;
    private final Map<String, Setting> settings = new HashMap<>();
    private final Set<String> slots = new HashSet<>();
    private int slotless;
    private final List<OpenTransaction> openTransactions = new ArrayList<>();

    public AServer version(int version) {
      this.version = version;
      return this;
    }

    public AServer walLevel(String walLevel) {
      this.walLevel = walLevel;
      return this;
    }

    public AServer standby() {
      standby = true;
      return this;
    }

    public AServer mayNotReplicate() {
      replication = false;
      return this;
    }

    public AServer mayNotCreateSchema() {
      mayCreateSchema = false;
      return this;
    }

    public AServer mayNotAlterDatabase() {
      mayAlterDatabase = false;
      return this;
    }

    public AServer mayNotSubscribe() {
      maySubscribe = false;
      return this;
    }

    public AServer searchPath(String setting) {
      searchPath = Optional.of(setting);
      return this;
    }

    /** The search_path of the server's configuration. */
    public AServer serverSearchPath(String setting) {
      serverSearchPath = Optional.of(setting);
      return this;
    }

    public AServer roleSearchPath(RoleSearchPath path) {
      roleSearchPaths.add(path);
      return this;
    }

    /** What the connected role gives to others on each table it makes. */
    public AServer tableDefaults(Grant... grants) {
      tableDefaults = List.of(grants);
      return this;
    }

    public AServer superuser() {
      superuser = true;
      return this;
    }

    public AServer provider(Provider provider) {
      this.provider = provider;
      return this;
    }

    /** A setting without a unit. */
    public AServer setting(String name, String value) {
      return setting(name, value, null);
    }

    public AServer setting(String name, String value, String unit) {
      return setting(name, value, unit, "configuration file");
    }

    public AServer setting(String name, String value, String unit, String source) {
      settings.put(name, new Setting(value, Optional.ofNullable(unit), source));
      return this;
    }

    public AServer slots(String... names) {
      slots.addAll(List.of(names));
      return this;
    }

    /** Processes that send WAL without a slot. */
    public AServer slotless(int walSenders) {
      slotless = walSenders;
      return this;
    }

    public AServer open(OpenTransaction transaction) {
      openTransactions.add(transaction);
      return this;
    }

    public ServerFacts build() {
      return new ServerFacts(
          version,
          version / 10000 + "." + version % 10000,
          walLevel,
          standby,
          "users_db",
          "app",
          superuser,
          replication,
          mayCreateSchema,
          mayAlterDatabase,
          maySubscribe,
          searchPath,
          serverSearchPath,
          roleSearchPaths,
          tableDefaults,
          provider,
          new Settings(settings),
          new Sending(slots, slotless),
          NOW,
          openTransactions);
    }
  }

  /** A {@link DesiredSchema}. */
  public static final class ADesiredSchema {
    private String name = "svc";
    private List<String> from = List.of("public");
    private boolean move = true;
    private boolean views = true;
    private List<String> viewsExcept = List.of();
    private boolean dropViewsInUse;
    private boolean searchPath = true;
    private boolean keepSequences;
    private List<String> exclude = List.of();
    private List<String> include = List.of();
    private WithoutReplicaIdentity withoutIdentity = WithoutReplicaIdentity.Refuse;
    private final List<DesiredSchema.TableOverride> overrides = new ArrayList<>();
    private List<Operation> operations = List.of(Operation.values());
    private boolean moveIfPublished;

    public ADesiredSchema name(String name) {
      this.name = name;
      return this;
    }

    public ADesiredSchema from(String... schemas) {
      from = List.of(schemas);
      return this;
    }

    /** Method None: the tables live in their schema already. */
    public ADesiredSchema nothingMoves() {
      move = false;
      return this;
    }

    public ADesiredSchema withoutViews() {
      views = false;
      return this;
    }

    public ADesiredSchema withoutSearchPath() {
      searchPath = false;
      return this;
    }

    public ADesiredSchema exclude(String... patterns) {
      exclude = List.of(patterns);
      return this;
    }

    public ADesiredSchema include(String... patterns) {
      include = List.of(patterns);
      return this;
    }

    public ADesiredSchema excludeWithoutIdentity() {
      return withoutIdentity(WithoutReplicaIdentity.Exclude);
    }

    public ADesiredSchema withoutIdentity(WithoutReplicaIdentity policy) {
      withoutIdentity = policy;
      return this;
    }

    public ADesiredSchema where(String table, String expression) {
      overrides.add(
          new DesiredSchema.TableOverride(
              table, Optional.of(expression), List.of(), Optional.empty()));
      return this;
    }

    public ADesiredSchema columns(String table, String... columns) {
      overrides.add(
          new DesiredSchema.TableOverride(
              table, Optional.empty(), List.of(columns), Optional.empty()));
      return this;
    }

    public ADesiredSchema identityIndex(String table, String index) {
      overrides.add(
          new DesiredSchema.TableOverride(table, Optional.empty(), List.of(), Optional.of(index)));
      return this;
    }

    public ADesiredSchema operations(Operation... operations) {
      this.operations = List.of(operations);
      return this;
    }

    public ADesiredSchema viewsExcept(String... patterns) {
      viewsExcept = List.of(patterns);
      return this;
    }

    public ADesiredSchema dropViewsInUse() {
      dropViewsInUse = true;
      return this;
    }

    public ADesiredSchema keepSequences() {
      keepSequences = true;
      return this;
    }

    public ADesiredSchema moveIfPublished() {
      moveIfPublished = true;
      return this;
    }

    public DesiredSchema build() {
      return new DesiredSchema(
          SOURCE,
          name,
          from,
          move,
          new DesiredSchema.Compatibility(views, viewsExcept, dropViewsInUse, searchPath),
          keepSequences,
          Duration.ofMillis(500),
          new DesiredSchema.Tables(
              include, exclude, withoutIdentity, moveIfPublished, overrides, operations));
    }
  }

  /** A {@link SourceState}. */
  public static final class ASource {
    private AServer server = States.server();
    private Optional<SchemaFacts> schema = Optional.empty();
    private List<SchemaFacts> origins = List.of(States.schema("public", Optional.empty()));
    private final List<Table> tables = new ArrayList<>();
    private final List<View> views = new ArrayList<>();
    private final Set<Relation> taken = new HashSet<>();
    private Optional<Mark> beforeMark = Optional.empty();
    private final Map<Before.Thing, List<String>> was = new HashMap<>();
    private List<Stray> strays = List.of();
    private Surroundings surroundings = Surroundings.NONE;

    public ASource server(AServer server) {
      this.server = server;
      return this;
    }

    public ASource schema(SchemaFacts schema) {
      this.schema = Optional.of(schema);
      return this;
    }

    public ASource origins(SchemaFacts... origins) {
      this.origins = List.of(origins);
      return this;
    }

    public ASource tables(ATable... tables) {
      for (Table table : built(tables)) {
        this.tables.add(table);
        taken.add(new Relation(table.schema(), table.name()));
      }
      return this;
    }

    public ASource views(AView... views) {
      for (AView view : views) {
        this.views.add(view.build());
        taken.add(view.build().relation());
      }
      return this;
    }

    /** The name of something that is neither table nor view. */
    public ASource taken(String schema, String name) {
      taken.add(new Relation(schema, name));
      return this;
    }

    /** As it is after a move: the table in its schema, its view where it was, all remembered. */
    public ASource moved(ATable... tables) {
      for (ATable table : tables) {
        Table before = table.build();
        remember(Before.Thing.table(before.name()), before.schema());
        remember(
            Before.Thing.rights(before.relation()),
            Right.digests(Right.on(before)).toArray(String[]::new));
        views(viewOf(table).in(before.schema()));
        tables(table.moved());
      }
      return this;
    }

    /** What is remembered, in our table. */
    public ASource before(Map<Before.Thing, List<String>> was) {
      beforeMark = Optional.of(Mark.of(SOURCE));
      this.was.putAll(was);
      return this;
    }

    public ASource remember(Before.Thing thing, String... was) {
      return before(Map.of(thing, List.of(was)));
    }

    /** Whose the table is that remembers. */
    public ASource beforeMarked(Mark mark) {
      beforeMark = Optional.of(mark);
      return this;
    }

    public ASource strays(Stray... strays) {
      this.strays = List.of(strays);
      return this;
    }

    public ASource surroundings(Surroundings surroundings) {
      this.surroundings = surroundings;
      return this;
    }

    public SourceState build() {
      return new SourceState(
          server.build(),
          schema,
          origins,
          tables,
          views,
          taken,
          beforeMark.map(m -> new Before(Optional.of(m), was)),
          strays,
          surroundings);
    }
  }

  /** A {@link DesiredFlow}. */
  public static final class ADesiredFlow {
    private Owner owner = FEDERATION;
    private final List<Lane> lanes = new ArrayList<>();
    private List<Operation> operations = List.of(Operation.values());
    private boolean enabled = true;
    private boolean failover = true;
    private Optional<Long> maxRetainedBytes = Optional.empty();
    private OnLimit onLimit = OnLimit.Alert;
    private OnLost onLost = OnLost.Hold;
    private boolean adopt;
    private boolean destroys;
    private String connection = "c0ffee";

    public ADesiredFlow owner(Owner owner) {
      this.owner = owner;
      return this;
    }

    /** A lane before the default one. */
    public ADesiredFlow lane(String name, String... tables) {
      lanes.add(States.lane(name, tables));
      return this;
    }

    public ADesiredFlow operations(Operation... operations) {
      this.operations = List.of(operations);
      return this;
    }

    public ADesiredFlow suspended() {
      enabled = false;
      return this;
    }

    public ADesiredFlow withoutFailover() {
      failover = false;
      return this;
    }

    /** What happens to a slot that keeps more WAL than this. */
    public ADesiredFlow limit(long bytes, OnLimit onLimit) {
      maxRetainedBytes = Optional.of(bytes);
      this.onLimit = onLimit;
      return this;
    }

    public ADesiredFlow onLost(OnLost onLost) {
      this.onLost = onLost;
      return this;
    }

    /** What the source drops is dropped on the target. */
    public ADesiredFlow destroying() {
      destroys = true;
      return this;
    }

    public ADesiredFlow adopting() {
      adopt = true;
      return this;
    }

    public ADesiredFlow connection(String fingerprint) {
      connection = fingerprint;
      return this;
    }

    public DesiredFlow build() {
      return new DesiredFlow(
          owner,
          "users",
          "svc",
          Stream.concat(lanes.stream(), Stream.of(defaultLane())).toList(),
          operations,
          enabled,
          new SlotRules(failover, maxRetainedBytes, onLimit, onLost),
          adopt,
          "replicator",
          connection,
          Optional.empty(),
          Set.of(),
          IndexRules.ALL,
          destroys);
    }
  }

  /** A {@link FlowState}. */
  public static final class AFlow {
    private List<DataType> types = List.of();
    private Map<String, Pending> pending = Map.of();
    private AServer server = States.server();
    private final Map<String, PublicationState> publications = new LinkedHashMap<>();
    private final Map<String, SlotState> slots = new LinkedHashMap<>();
    private List<SyncSlot> syncSlots = List.of();
    private long position;
    private boolean mayReplicate = true;
    private List<Index> indexes = List.of();

    public AFlow indexes(AnIndex... indexes) {
      this.indexes = Stream.of(indexes).map(AnIndex::build).toList();
      return this;
    }

    public AFlow server(AServer server) {
      this.server = server;
      return this;
    }

    public AFlow with(APublication publication) {
      publication.all().forEach(p -> publications.put(p.name(), p));
      return this;
    }

    public AFlow with(ASlot slot) {
      slots.put(slot.build().name(), slot.build());
      return this;
    }

    public AFlow syncSlots(SyncSlot... slots) {
      syncSlots = List.of(slots);
      return this;
    }

    /** Where the server's WAL is. */
    public AFlow position(long bytes) {
      position = bytes;
      return this;
    }

    /** Types that somebody has made in the database. */
    public AFlow types(DataType... types) {
      this.types = List.of(types);
      return this;
    }

    /** What the default lane's slot would send next, which the target does not apply. */
    public AFlow pending(Pending.Transaction... transactions) {
      pending = Map.of(FLOW, new Pending(List.of(transactions), Map.of(), 1));
      return this;
    }

    public AFlow mayNotReplicate() {
      mayReplicate = false;
      return this;
    }

    public FlowState build() {
      return new FlowState(
          server.build(),
          List.copyOf(publications.values()),
          List.copyOf(slots.values()),
          syncSlots,
          position,
          mayReplicate,
          Optional.empty(),
          types,
          pending,
          Optional.of(indexes));
    }
  }

  /** An {@link Index}. */
  public static final class AnIndex {
    private final Relation table;
    private final String name;
    private long oid;
    private boolean unique;
    private boolean valid = true;
    private boolean key;
    private String definition;
    private List<String> columns = List.of();
    private List<Index.Need> needs = List.of();
    private Optional<Mark> mark = Optional.empty();
    private long bytes;

    private AnIndex(String table, String name, long oid) {
      this.table = relation(table);
      this.name = name;
      this.oid = oid;
    }

    public AnIndex on(String column) {
      definition = "USING btree (" + column + ")";
      columns = List.of(column);
      return this;
    }

    public AnIndex defined(String definition) {
      this.definition = definition;
      return this;
    }

    public AnIndex oid(long oid) {
      this.oid = oid;
      return this;
    }

    public AnIndex unique() {
      unique = true;
      return this;
    }

    public AnIndex key() {
      key = true;
      return unique();
    }

    public AnIndex invalid() {
      valid = false;
      return this;
    }

    public AnIndex needs(Index.Need... needs) {
      this.needs = List.of(needs);
      return this;
    }

    public AnIndex marked(Mark mark) {
      this.mark = Optional.of(mark);
      return this;
    }

    public AnIndex bytes(long bytes) {
      this.bytes = bytes;
      return this;
    }

    public Index build() {
      return new Index(
          oid, table, name, unique, valid, key, definition, columns, needs, mark, bytes);
    }
  }

  /** The {@link PublicationState}s of a lane. */
  public static final class APublication {
    private Lane lane = defaultLane();
    private final Map<Relation, Entry> tables = new HashMap<>();
    private final Map<Relation, Entry> inserts = new HashMap<>();
    private final Map<Relation, Entry> arriving = new HashMap<>();
    private final Map<String, String> filters = new HashMap<>();
    private Optional<Mark> mark = Optional.of(desiredFlow().build().mark(lane));
    private Set<Operation> operations = Set.of(Operation.values());
    private boolean alone;

    private APublication(String... tables) {
      for (String table : tables) {
        this.tables.put(relation(table), Entry.WHOLE);
      }
    }

    /** Those of another lane. */
    public APublication of(String lane) {
      this.lane = States.lane(lane);
      mark = Optional.of(desiredFlow().build().mark(this.lane));
      return this;
    }

    /** With a table of another schema. */
    public APublication and(String schema, String table) {
      tables.put(new Relation(schema, table), Entry.WHOLE);
      return this;
    }

    /** With a table of which not everything is published. */
    public APublication part(PublishedTable table) {
      (table.insertsOnly() ? inserts : tables)
          .put(table.relation(), new Entry(table.where().isPresent(), table.columns()));
      table
          .where()
          .ifPresent(
              w -> filters.put(PublicationState.filterNote(table.relation()), Names.digest(w)));
      return this;
    }

    /** With tables of which only new rows are published. */
    public APublication inserts(String... tables) {
      for (String table : tables) {
        inserts.put(relation(table), Entry.WHOLE);
      }
      return this;
    }

    /** With tables that are announced. */
    public APublication arriving(String... tables) {
      for (String table : tables) {
        arriving.put(relation(table), Entry.WHOLE);
      }
      return this;
    }

    /** The first one only, as earlier versions made it. */
    public APublication alone() {
      alone = true;
      return this;
    }

    public APublication marked(Mark mark) {
      this.mark = Optional.of(mark);
      return this;
    }

    public APublication unmarked() {
      mark = Optional.empty();
      return this;
    }

    public APublication operations(Operation... operations) {
      this.operations = Set.of(operations);
      return this;
    }

    List<PublicationState> all() {
      var first = new PublicationState(lane.publication(), marked(tables), operations, tables);
      var insertsOnly = new HashSet<>(operations);
      insertsOnly.retainAll(Set.of(Operation.INSERT));
      return alone
          ? List.of(first)
          : List.of(
              first,
              new PublicationState(
                  lane.insertsPublication(), marked(inserts), insertsOnly, inserts),
              new PublicationState(lane.arrivalsPublication(), mark, Set.of(), arriving));
    }

    private Optional<Mark> marked(Map<Relation, Entry> tables) {
      var marked = mark;
      for (Relation table : tables.keySet()) {
        String note = PublicationState.filterNote(table);
        if (filters.containsKey(note)) {
          marked = marked.map(m -> m.with(note, filters.get(note)));
        }
      }
      return marked;
    }
  }

  /** A {@link SlotState}. */
  public static final class ASlot {
    private String name = FLOW;
    private boolean active = true;
    private boolean ready = true;
    private String walStatus = "reserved";
    private long position;
    private long lag;
    private long retained;
    private Optional<Long> safe = Optional.empty();
    private Optional<String> inactiveSince = Optional.empty();
    private boolean failover = true;

    /** That of another lane. */
    public ASlot of(String lane) {
      name = States.lane(lane).object();
      return this;
    }

    public ASlot inactive() {
      active = false;
      return this;
    }

    public ASlot inactiveSince(String time) {
      inactiveSince = Optional.of(time);
      return this;
    }

    public ASlot beingMade() {
      ready = false;
      return this;
    }

    public ASlot lost() {
      walStatus = "lost";
      return this;
    }

    /** Where the server's WAL is. */
    public ASlot position(long bytes) {
      position = bytes;
      return this;
    }

    public ASlot lag(long bytes) {
      lag = bytes;
      return this;
    }

    public ASlot retained(long bytes) {
      retained = bytes;
      return this;
    }

    public ASlot safe(long bytes) {
      safe = Optional.of(bytes);
      return this;
    }

    public ASlot withoutFailover() {
      failover = false;
      return this;
    }

    public SlotState build() {
      return new SlotState(
          name, active, ready, walStatus, position, lag, retained, safe, inactiveSince, failover);
    }
  }

  /** A {@link TargetState}. */
  public static final class ATarget {
    private TargetTypes types = TargetTypes.NONE;
    private AServer server = States.server().version(180006);
    private Optional<SchemaFacts> schema = Optional.empty();
    private final List<Table> tables = new ArrayList<>();
    private final Map<String, SubscriptionState> subscriptions = new LinkedHashMap<>();
    private final Set<Long> subscriptionOids = new HashSet<>();
    private TargetIndexes indexes = TargetIndexes.NONE;

    public ATarget indexes(TargetIndexes indexes) {
      this.indexes = indexes;
      return this;
    }

    public ATarget server(AServer server) {
      this.server = server;
      return this;
    }

    public ATarget schema(SchemaFacts schema) {
      this.schema = Optional.of(schema);
      return this;
    }

    /** Tables of the flow's schema. */
    public ATarget tables(ATable... tables) {
      this.tables.addAll(built(tables));
      return this;
    }

    public ATarget with(ASubscription subscription) {
      var built = subscription.build();
      subscriptions.put(built.name(), built);
      subscriptionOids.add(built.oid());
      return this;
    }

    /** What columns can be made of. */
    public ATarget types(TargetTypes types) {
      this.types = types;
      return this;
    }

    /** Subscriptions of others in the cluster. */
    public ATarget subscriptionsOfOthers(Long... oids) {
      subscriptionOids.addAll(List.of(oids));
      return this;
    }

    public TargetState build() {
      return new TargetState(
          server.build(),
          schema,
          tables,
          List.copyOf(subscriptions.values()),
          SYSTEM,
          subscriptionOids,
          Optional.empty(),
          types,
          indexes);
    }
  }

  /** A {@link SubscriptionState}. */
  public static final class ASubscription {
    private Lane lane = defaultLane();
    private long oid = 16_400;
    private Optional<Mark> mark = Optional.of(desiredFlow().build().connectedMark(lane));
    private Set<String> publications = Set.copyOf(lane.publications());
    private Optional<String> slot = Optional.of(lane.object());
    private boolean enabled = true;
    private boolean running = true;
    private final Map<Relation, Sync> tables = new LinkedHashMap<>();
    private long applyErrors;
    private long syncErrors;

    /** That of another lane. */
    public ASubscription of(String lane) {
      this.lane = States.lane(lane);
      mark = Optional.of(desiredFlow().build().connectedMark(this.lane));
      publications = Set.copyOf(this.lane.publications());
      slot = Optional.of(this.lane.object());
      return this;
    }

    public ASubscription oid(long oid) {
      this.oid = oid;
      return this;
    }

    public ASubscription ready(String... tables) {
      for (String table : tables) {
        table(table, State.Ready, 0);
      }
      return this;
    }

    /** A table; the first one's OID is 20000, the next one's 20001. */
    public ASubscription table(String name, State state, long copiedRows) {
      tables.put(relation(name), new Sync(FIRST_TABLE + tables.size(), state, copiedRows));
      return this;
    }

    /** A table of that name in a schema that is not the flow's. */
    public ASubscription readyElsewhere(String table) {
      tables.put(
          new Relation("elsewhere", table), new Sync(FIRST_TABLE + tables.size(), State.Ready, 0));
      return this;
    }

    public ASubscription marked(Mark mark) {
      this.mark = Optional.of(mark);
      return this;
    }

    /** Waits until this position of the source's WAL is confirmed. */
    public ASubscription after(long position) {
      mark = mark.map(m -> m.with(Mark.AFTER, String.valueOf(position)));
      return this;
    }

    /** Stands still until tables have come to it. */
    public ASubscription standingStill() {
      mark = mark.map(m -> m.with(Mark.AFTER, "change"));
      return disabled();
    }

    /** Forgets these tables when this position of the source's WAL is confirmed. */
    public ASubscription forgetting(long position, String... tables) {
      var forgets = Forgets.of(Stream.of(tables).map(States::relation).toList(), position);
      mark = mark.map(m -> m.with(Mark.FORGETS, forgets.text()));
      return this;
    }

    public ASubscription unmarked() {
      mark = Optional.empty();
      return this;
    }

    public ASubscription publications(String... names) {
      publications = Set.of(names);
      return this;
    }

    public ASubscription slot(String name) {
      slot = Optional.ofNullable(name);
      return this;
    }

    public ASubscription disabled() {
      enabled = false;
      return notRunning();
    }

    /** Disabled, and its worker has not noticed yet. */
    public ASubscription stopping() {
      enabled = false;
      return this;
    }

    public ASubscription notRunning() {
      running = false;
      return this;
    }

    public ASubscription applyErrors(long errors) {
      applyErrors = errors;
      return this;
    }

    public ASubscription syncErrors(long errors) {
      syncErrors = errors;
      return this;
    }

    public SubscriptionState build() {
      return new SubscriptionState(
          lane.object(),
          oid,
          mark,
          publications,
          slot,
          enabled,
          running,
          tables,
          applyErrors,
          syncErrors);
    }
  }
}
