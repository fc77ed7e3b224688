package dev.tributary.federation;

import dev.tributary.federation.EventTriggerFunction.EventTrigger;
import dev.tributary.federation.Finding.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Event triggers that announce DDL on a source by NOTIFY, so that it is looked at at once and not
 * at the next poll. Nothing else depends on them.
 *
 * <p>They fire in the middle of an application's DDL, with its rights, so nothing of them may fail
 * it. NOTIFY itself has two ways to do that after the function has ended, where no handler reaches:
 * a transaction that has notified cannot be prepared (documentation, "PREPARE TRANSACTION"), and
 * none can commit a notification while the queue is full (source, {@code PreCommit_Notify}). So
 * there are none where transactions can be prepared at all, and the function looks at both again.
 *
 * <p>They wait for approval as the move does, but never change the plan of a move that is there to
 * be approved, or has been: they come with the schema, or when nothing else is left to do.
 */
public final class EventTriggers {
  /** Name of the function, in the tables' schema. */
  public static final String FUNCTION = "tributary_announce";

  private static final String PREPARED = "max_prepared_transactions";

  /** The note of the function's mark that says which statements have made it. */
  private static final String MADE = "made";

  private static final List<String> DDL =
      List.of(
          "ALTER DOMAIN",
          "ALTER INDEX",
          "ALTER SCHEMA",
          "ALTER TABLE",
          "ALTER TYPE",
          "CREATE DOMAIN",
          "CREATE INDEX",
          "CREATE SCHEMA",
          "CREATE TABLE",
          "CREATE TABLE AS",
          "CREATE TYPE",
          "SELECT INTO");

  private static final List<String> DROPS =
      List.of(
          "DROP DOMAIN",
          "DROP INDEX",
          "DROP OWNED",
          "DROP SCHEMA",
          "DROP TABLE",
          "DROP TYPE",
          "DROP VIEW");

  private EventTriggers() {}

  /** What a session listens to, to hear of DDL. */
  public static String channel(DesiredSchema desired) {
    return Names.announcing(desired.name());
  }

  /** Whether DDL is announced, whoever has made the event triggers. */
  public static boolean announce(DesiredSchema desired, SourceState state) {
    return desired.eventTriggers()
        && !mayPrepare(state.server())
        && function(state)
            .filter(
                f -> isWhole(desired, f) && f.triggers().stream().allMatch(EventTrigger::enabled))
            .isPresent();
  }

  /** Why DDL is seen only at the next poll, if a person may want to know. */
  static Optional<Finding> finding(DesiredSchema desired, SourceState state) {
    var server = state.server();
    if (!desired.eventTriggers() || server.standby() || announce(desired, state)) {
      return Optional.empty();
    }
    if (mayPrepare(server)) {
      return Optional.of(
          info(
              PREPARED + " " + server.settings().number(PREPARED),
              PREPARED + " 0",
              "%s is %d, and a transaction that has sent a notification cannot be prepared"
                  .formatted(PREPARED, server.settings().number(PREPARED))));
    }
    var there = function(state);
    if (there.filter(f -> !isOurs(desired, f)).isPresent()) {
      return Optional.of(
          info(
              "a function of somebody else",
              "none",
              "%s was not made by Tributary for this source".formatted(desired.in(FUNCTION))));
    }
    if (there.filter(f -> isWhole(desired, f)).isPresent()) {
      return Optional.of(
          info("disabled", "enabled", "somebody has disabled the event triggers of Tributary"));
    }
    return server.superuser()
        ? Optional.empty()
        : Optional.of(
            info(
                "role " + server.role(),
                "a superuser",
                "only a superuser may create event triggers, and role %s is none"
                    .formatted(server.role())));
  }

  private static Finding info(String current, String wanted, String why) {
    return Finding.ofServer(
        Severity.Info,
        Reason.NoEventTrigger,
        current,
        wanted,
        "DDL on the source is seen at the next poll and not at once: %s. Nothing has to be done; schema.eventTrigger Never says that it is meant so."
            .formatted(why));
  }

  /** What is missing of them, after the move, which makes their schema. */
  static Plan plan(DesiredSchema desired, SourceState state, Plan move) {
    var there = function(state);
    boolean makesSchema = move.steps().stream().anyMatch(Schemas.CreateSchema.class::isInstance);
    boolean hasSchema = makesSchema || state.schema().map(s -> mayUse(desired, s)).orElse(false);
    boolean missing = there.map(f -> isOurs(desired, f) && !isWhole(desired, f)).orElse(hasSchema);
    boolean theirTurn = move.steps().isEmpty() || makesSchema;
    return wanted(desired, state) && state.server().superuser() && missing && theirTurn
        ? Plan.of(
            List.of(
                new Create(desired.name(), there.map(f -> firing(desired, f)), desired.owner())))
        : Plan.NOTHING;
  }

  /** What takes them away where they are not wanted, before the move, which may drop the schema. */
  static Plan planRemoval(DesiredSchema desired, SourceState state, Plan move) {
    boolean theirTurn = move.steps().isEmpty() || schemaGoes(desired, state);
    return wanted(desired, state) || !theirTurn ? Plan.NOTHING : remove(desired, state);
  }

  /** What takes them away; nobody listens to them without this resource. */
  static Plan remove(DesiredSchema desired, SourceState state) {
    var ours = function(state).filter(f -> isOurs(desired, f));
    if (ours.isEmpty()) {
      return Plan.NOTHING;
    }
    return ours.get().mayDrop()
        ? Plan.of(List.of(new Drop(desired.name(), firing(desired, ours.get()))))
        : Plan.blocked(
            List.of(
                new Problem(
                    Reason.PermissionDenied,
                    "The event triggers that announce DDL are no longer wanted, but belong to a role that %s is not a member of: run DROP FUNCTION %s() CASCADE as that role."
                        .formatted(state.server().role(), desired.in(FUNCTION).qualified()))));
  }

  private static boolean wanted(DesiredSchema desired, SourceState state) {
    return desired.eventTriggers() && !schemaGoes(desired, state) && !mayPrepare(state.server());
  }

  private static boolean schemaGoes(DesiredSchema desired, SourceState state) {
    return !desired.move()
        && SchemaReturn.isOurs(desired, state)
        && state.schema().flatMap(SchemaFacts::mark).isPresent();
  }

  private static boolean mayPrepare(ServerFacts server) {
    return server.settings().number(PREPARED) > 0;
  }

  private static Optional<EventTriggerFunction> function(SourceState state) {
    return state.schema().flatMap(SchemaFacts::eventTriggerFunction);
  }

  private static boolean mayUse(DesiredSchema desired, SchemaFacts schema) {
    return Mark.ownership(schema.mark(), desired.owner()) != Mark.Ownership.ANOTHERS;
  }

  private static boolean isOurs(DesiredSchema desired, EventTriggerFunction function) {
    return Mark.ownership(function.mark(), desired.owner()) == Mark.Ownership.OURS;
  }

  private static boolean isWhole(DesiredSchema desired, EventTriggerFunction function) {
    var names = function.triggers().stream().map(EventTrigger::name).toList();
    return names.containsAll(names(desired.name()))
        && function
            .mark()
            .filter(m -> made(desired.name()).equals(m.notes().get(MADE)))
            .isPresent();
  }

  private static List<String> names(String schema) {
    return List.of(Names.announcingDdl(schema), Names.announcingDrops(schema));
  }

  /** What of ours fires the function; another's event trigger keeps it from being dropped. */
  private static List<String> firing(DesiredSchema desired, EventTriggerFunction function) {
    return function.triggers().stream()
        .map(EventTrigger::name)
        .filter(names(desired.name())::contains)
        .toList();
  }

  private static String made(String schema) {
    return Names.digest(make(schema).toArray(String[]::new));
  }

  /**
   * The statements that make them, without their marks. Temporary tables are left out, which some
   * applications make all the time, and so is what the operator does: two of them that undo each
   * other's work would not even wait for the poll.
   */
  private static List<String> make(String schema) {
    String function = Sql.qualified(schema, FUNCTION);
    return List.of(
        """
        CREATE FUNCTION %1$s() RETURNS event_trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $body$
        BEGIN
          IF current_setting('%2$s') <> '0' OR current_setting('application_name') = %3$s
             OR pg_notification_queue_usage() >= 0.5 THEN
            RETURN;
          END IF;
          IF TG_EVENT = 'sql_drop' THEN
            PERFORM pg_notify(%4$s, '') FROM pg_event_trigger_dropped_objects() WHERE NOT is_temporary LIMIT 1;
          ELSE
            PERFORM pg_notify(%4$s, '') FROM pg_event_trigger_ddl_commands()
              WHERE schema_name IS DISTINCT FROM 'pg_temp' LIMIT 1;
          END IF;
        EXCEPTION WHEN OTHERS THEN
          NULL;
        END
        $body$"""
            .formatted(
                function,
                PREPARED,
                Sql.literal(Names.APPLICATION),
                Sql.literal(Names.announcing(schema))),
        create(Names.announcingDdl(schema), "ddl_command_end", DDL, function),
        create(Names.announcingDrops(schema), "sql_drop", DROPS, function));
  }

  private static String create(String name, String event, List<String> tags, String function) {
    return "CREATE EVENT TRIGGER %s ON %s WHEN TAG IN (%s) EXECUTE FUNCTION %s()"
        .formatted(
            Sql.identifier(name),
            event,
            tags.stream().map(Sql::literal).collect(Collectors.joining(", ")),
            function);
  }

  private static List<String> drop(String schema, List<String> triggers) {
    var sql = new ArrayList<String>();
    triggers.forEach(t -> sql.add("DROP EVENT TRIGGER " + Sql.identifier(t)));
    sql.add("DROP FUNCTION %s()".formatted(Sql.qualified(schema, FUNCTION)));
    return sql;
  }

  /**
   * Makes and marks them. The function is always a new one: whoever may create in the schema could
   * have put his own there, and it would run with the rights of whoever does DDL.
   *
   * @param old the event triggers of the function that is there already; empty where none is
   */
  record Create(String schema, Optional<List<String>> old, Owner owner) implements Step.OnSource {
    @Override
    public List<String> sql() {
      var sql = new ArrayList<String>();
      old.ifPresent(triggers -> sql.addAll(drop(schema, triggers)));
      sql.addAll(make(schema));
      sql.add(
          "COMMENT ON FUNCTION %s() IS %s"
              .formatted(
                  Sql.qualified(schema, FUNCTION),
                  Sql.literal(Mark.of(owner, Map.of(MADE, made(schema))).text())));
      for (String name : names(schema)) {
        sql.add(
            "COMMENT ON EVENT TRIGGER %s IS %s"
                .formatted(Sql.identifier(name), Sql.literal(Mark.of(owner).text())));
      }
      return sql;
    }

    @Override
    public String sentence() {
      return "Announce DDL by event triggers, which fire the function %s.%s"
          .formatted(schema, FUNCTION);
    }
  }

  /** Drops them. */
  record Drop(String schema, List<String> triggers) implements Step.OnSource {
    @Override
    public List<String> sql() {
      return drop(schema, triggers);
    }

    @Override
    public String sentence() {
      return "Drop the event triggers that announce DDL, and the function %s.%s"
          .formatted(schema, FUNCTION);
    }
  }
}
