package dev.tributary.postgres;

/** What an application does where something does not work any more. */
enum Way {
  NEW_SCHEMA(
      "Write the new schema, `accounts.users`, also in the body of a function: that works in every session."
          + " With the search_path set, the name alone works too, in sessions opened after the move."),
  ALL_COLUMNS("Group by every column that is selected."),
  KEY("Use the key, and a column of your own for the version of a row."),
  COPY_QUERY("`COPY (SELECT …) TO`."),
  CONFLICT_COLUMN("`INSERT … ON CONFLICT (column) DO UPDATE`."),
  DELETE("`DELETE FROM`."),
  RETURNING("`INSERT … RETURNING id`, or `lastval()`. Defaults of columns go on working."),
  ALL_CONSTRAINTS("`SET CONSTRAINTS ALL`."),
  PREPARE_AGAIN("Prepare it again, or open a new session."),
  TABLE_NAME("Compare `TG_TABLE_NAME`, or expect the new schema."),
  NEW_SCHEMA_IN_CATALOG("Ask for the new schema, or for `'accounts.users'::regclass`."),
  DROP_VIEW(
      "`DROP VIEW public.users` first, in the same transaction. The operator makes it again within a poll"
          + " interval, if the table is still there."),
  POLL("Within a poll interval the operator makes the other one of table and view the same."),
  OLD_SCHEMA("Write `public.` for what stays there, or tell the migration tool its schema.");

  private final String sentence;

  Way(String sentence) {
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }

  char letter() {
    return (char) ('A' + ordinal());
  }
}
