package dev.tributary.federation;

import java.util.ArrayList;
import java.util.List;

/** What a target has to be, and what its role has to be allowed. */
public final class TargetPreflight {
  private static final int OLDEST = 170000;

  private TargetPreflight() {}

  /** What a target has to be, whatever flows into it. */
  public static List<Problem> of(ServerFacts target) {
    var problems = new ArrayList<Problem>();
    if (target.version() < OLDEST) {
      problems.add(
          new Problem(
              Reason.ServerTooOld,
              "The target is PostgreSQL %s; it has to be 17 or later: upgrade it."
                  .formatted(target.versionText())));
    }
    if (target.standby()) {
      problems.add(
          new Problem(
              Reason.ServerIsStandby,
              "The target is a standby and read-only: connect to its primary."));
    }
    if (!target.maySubscribe()) {
      problems.add(
          new Problem(
              Reason.NoRightToSubscribe,
              "Role %s may not create subscriptions: run GRANT pg_create_subscription TO %s on the target."
                  .formatted(target.role(), Sql.identifier(target.role()))));
    }
    if (!target.mayCreateSchema()) {
      problems.add(
          new Problem(
              Reason.NoRightToCreateSchema,
              "Role %s may not create schemas on the target: run GRANT CREATE ON DATABASE %s TO %s."
                  .formatted(
                      target.role(),
                      Sql.identifier(target.database()),
                      Sql.identifier(target.role()))));
    }
    return problems;
  }
}
