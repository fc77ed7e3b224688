package dev.tributary.offline;

import dev.tributary.api.Connection;
import dev.tributary.controller.Preview;
import dev.tributary.federation.Script;
import java.util.LinkedHashMap;
import java.util.List;

/** For psql. */
public final class ScriptOutput implements Output {
  @Override
  public String of(List<Planned> sources) {
    var script = new StringBuilder();
    // A single one runs wherever psql, or whatever else, is connected to.
    boolean several = sources.stream().filter(ScriptOutput::hasSteps).count() > 1;
    for (Planned source : sources) {
      if (!script.isEmpty()) {
        script.append('\n');
      }
      script.append(Script.comment(source.heading()));
      source
          .trouble()
          .ifPresent(
              t -> script.append(Script.comment("Blocker " + t.reason() + ": " + t.sentence())));
      source
          .findings()
          .forEach(
              f ->
                  script.append(
                      Script.comment(f.severity() + " " + f.reason() + ": " + f.sentence())));
      source
          .preview()
          .ifPresent(
              p -> {
                script.append(Script.comment(TextOutput.summary(source, p)));
                if (hasSteps(source)) {
                  script.append(several ? connect(source, p) : "");
                  script.append(Script.of(p.report().plan()));
                }
              });
    }
    return script.toString();
  }

  private static boolean hasSteps(Planned source) {
    return source.preview().filter(p -> !p.report().plan().steps().isEmpty()).isPresent();
  }

  private static String connect(Planned source, Preview preview) {
    Connection connection = source.source().getSpec().connection();
    var parameters = new LinkedHashMap<String, String>();
    parameters.put("host", connection.host());
    parameters.put("port", String.valueOf(connection.port()));
    parameters.put("dbname", connection.database());
    parameters.put("user", preview.user());
    parameters.put("sslmode", connection.tls().mode().sslmode());
    return Script.connect(parameters);
  }
}
