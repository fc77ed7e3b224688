package dev.tributary.controller;

import dev.tributary.api.SourceDatabase;
import dev.tributary.federation.Outcome;
import dev.tributary.federation.SchemaReport;
import dev.tributary.federation.Trouble;

/**
 * What the operator would say of a source and do to it; nothing is changed.
 *
 * @param user whom it connects as
 */
public record Preview(SchemaReport report, String user) {

  /** Looks at the source's database; throws Trouble where the operator would stop before it. */
  public static Preview of(SourceDatabase source, SecretSource secrets) throws Trouble {
    var desired = Desired.schema(source);
    var connections = new Connections(new Secrets(secrets));
    try (var access = SourceAccess.to(source, desired, connections, false)) {
      var seen = access.observe();
      var report =
          SchemaReport.of(
              desired,
              seen.state(),
              access.plan(seen),
              Desired.approval(source),
              Outcome.NOTHING,
              false);
      return new Preview(report, access.user());
    }
  }
}
