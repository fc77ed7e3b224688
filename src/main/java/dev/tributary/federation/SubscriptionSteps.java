package dev.tributary.federation;

import java.util.List;

/** What is done to subscriptions: each step prints without a database. */
final class SubscriptionSteps {
  private SubscriptionSteps() {}

  /**
   * Makes and marks the subscription, without a connection yet and so without a password:
   * PostgreSQL warns about something at almost each CREATE SUBSCRIPTION, and a warning repeats the
   * statement in the server's log. (A role that is no superuser has to name a password, whatever it
   * is.)
   */
  record CreateSubscription(String name, List<String> publications, boolean failover, Mark mark)
      implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of(
          ("CREATE SUBSCRIPTION %s CONNECTION 'password=unset' PUBLICATION %s"
                  + " WITH (connect = false, create_slot = false, slot_name = %s, enabled = false, streaming = on%s)")
              .formatted(
                  Sql.identifier(name),
                  Sql.identifiers(publications),
                  Sql.literal(name),
                  failover ? ", failover = true" : ""),
          comment(name, mark));
    }

    @Override
    public String sentence() {
      return "Create the subscription " + name;
    }
  }

  /** Gives the subscription the connection of today. */
  record SetConnection(String name, Mark mark) implements Step.OnTarget, Step.WithConnectionString {
    @Override
    public List<String> sql(String connectionString) {
      return List.of(
          // Takes the lock: to be cut off while waiting for it would show the next statement in the
          // log.
          "ALTER SUBSCRIPTION %s SET (slot_name = %s)"
              .formatted(Sql.identifier(name), Sql.literal(name)),
          "ALTER SUBSCRIPTION %s CONNECTION %s"
              .formatted(Sql.identifier(name), Sql.literal(connectionString)),
          comment(name, mark));
    }

    @Override
    public String sentence() {
      return "Set the connection of the subscription " + name;
    }
  }

  /**
   * Lets the target's server connect to the source as a subscription would, and leaves nothing:
   * {@code CREATE SUBSCRIPTION} with {@code connect = true} asks the source for its publication.
   */
  record TryConnection(String name, String publication)
      implements Step.OnTarget, Step.WithConnectionString {
    @Override
    public List<String> sql(String connectionString) {
      return List.of(
          ("CREATE SUBSCRIPTION %s CONNECTION %s PUBLICATION %s"
                  + " WITH (connect = true, create_slot = false, slot_name = NONE, enabled = false, copy_data = false)")
              .formatted(
                  Sql.identifier(name), Sql.literal(connectionString), Sql.identifier(publication)),
          "DROP SUBSCRIPTION " + Sql.identifier(name));
    }

    @Override
    public String sentence() {
      return "Let the target's server try to connect to the source";
    }

    @Override
    public boolean changes() {
      return false;
    }
  }

  /** Writes whose the subscription is, and what it waits for. */
  record MarkSubscription(String name, Mark mark) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of(comment(name, mark));
    }

    @Override
    public String sentence() {
      boolean waits =
          mark.notes().containsKey(Mark.AFTER) || mark.notes().containsKey(Mark.FORGETS);
      return "%s the subscription %s%s"
          .formatted(
              mark.released() ? "Release" : "Mark",
              name,
              waits ? ", which waits until what was sent is confirmed" : "");
    }
  }

  /** Stops a subscription, and notes why. */
  record StandStill(String name, Mark mark) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER SUBSCRIPTION %s DISABLE".formatted(Sql.identifier(name)), comment(name, mark));
    }

    @Override
    public String sentence() {
      return "Stop the subscription %s until tables have come to it".formatted(name);
    }
  }

  /** Sets a subscription going that waited for a position. */
  record ResumeSubscription(String name, Mark mark) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER SUBSCRIPTION %s ENABLE".formatted(Sql.identifier(name)), comment(name, mark));
    }

    @Override
    public String sentence() {
      return "Go on with the subscription " + name;
    }
  }

  /** Makes the subscription know tables that come with their rows. */
  record WelcomeTables(String name) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of(
          "ALTER SUBSCRIPTION %s REFRESH PUBLICATION WITH (copy_data = false)"
              .formatted(Sql.identifier(name)));
    }

    @Override
    public String sentence() {
      return "Tell the subscription %s which tables come to it, with their rows".formatted(name);
    }

    @Override
    public boolean transactional() {
      return false;
    }
  }

  record EnableSubscription(String name) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of("ALTER SUBSCRIPTION %s ENABLE".formatted(Sql.identifier(name)));
    }

    @Override
    public String sentence() {
      return "Enable the subscription " + name;
    }
  }

  record DisableSubscription(String name) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of("ALTER SUBSCRIPTION %s DISABLE".formatted(Sql.identifier(name)));
    }

    @Override
    public String sentence() {
      return "Disable the subscription " + name;
    }
  }

  /** Makes the subscription look at its publication again; PostgreSQL allows no transaction. */
  record RefreshSubscription(String name) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of("ALTER SUBSCRIPTION %s REFRESH PUBLICATION".formatted(Sql.identifier(name)));
    }

    @Override
    public String sentence() {
      return "Refresh the subscription " + name;
    }

    @Override
    public boolean transactional() {
      return false;
    }
  }

  /** Empties a table of ours that is about to be copied. */
  record EmptyTable(Relation table) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      return List.of("TRUNCATE TABLE ONLY " + table.qualified());
    }

    @Override
    public String sentence() {
      return "Empty the table %s on the target, it is copied whole".formatted(table);
    }
  }

  /** Drops the subscription and leaves its slot, which is dropped on the source. */
  record DropSubscription(String name) implements Step.OnTarget {
    @Override
    public List<String> sql() {
      String alter = "ALTER SUBSCRIPTION " + Sql.identifier(name);
      return List.of(
          alter + " DISABLE",
          alter + " SET (slot_name = NONE)",
          "DROP SUBSCRIPTION " + Sql.identifier(name));
    }

    @Override
    public String sentence() {
      return "Drop the subscription " + name;
    }
  }

  private static String comment(String name, Mark mark) {
    return "COMMENT ON SUBSCRIPTION %s IS %s"
        .formatted(Sql.identifier(name), Sql.literal(mark.text()));
  }
}
