package dev.tributary.federation;

import java.util.List;
import java.util.Locale;

/**
 * What uses the tables that are about to move, or the views that are about to go.
 *
 * @param uses objects of the database that use a table
 * @param eventTriggers event triggers that fire on DDL
 * @param statements statements that pg_stat_statements has seen, of those that may be read
 * @param hiddenStatements how many of them may not be read
 */
public record Surroundings(
    List<Use> uses, List<String> eventTriggers, List<Statement> statements, long hiddenStatements) {
  public static final Surroundings NONE = new Surroundings(List.of(), List.of(), List.of(), 0);

  public Surroundings {
    uses = List.copyOf(uses);
    eventTriggers = List.copyOf(eventTriggers);
    statements = List.copyOf(statements);
  }

  /** How an object uses a table. */
  public enum How {
    /** The text of a function's body names it with its schema. */
    FUNCTION_BODY,
    /** So does that of an event trigger's function. */
    EVENT_TRIGGER_BODY,
    /** A function takes its row type. */
    ROW_TYPE,
    /** A trigger has transition tables. */
    TRANSITION_TABLE,
    /** A view reads it. */
    VIEW,
    /** A materialized view reads it. */
    MATERIALIZED_VIEW
  }

  /**
   * An object that uses a table.
   *
   * @param object as the server writes its name
   */
  public record Use(How how, Relation table, String object) {}

  /**
   * A statement that was seen.
   *
   * @param text as pg_stat_statements keeps it, constants replaced
   * @param folded the text in lower case, by which most are sorted out quickly
   */
  public record Statement(String text, long calls, String folded) {
    public Statement(String text, long calls) {
      this(text, calls, text.toLowerCase(Locale.ROOT));
    }

    boolean mayName(Relation relation) {
      return folded.contains(relation.name().replace("\"", "\"\"").toLowerCase(Locale.ROOT));
    }
  }
}
