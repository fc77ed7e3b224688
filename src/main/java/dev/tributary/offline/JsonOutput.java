package dev.tributary.offline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.federation.Finding;
import dev.tributary.federation.Relation;
import dev.tributary.federation.SchemaReport;
import dev.tributary.federation.Step;
import java.util.List;

/** For a program; keys are added, and never change their meaning. */
public final class JsonOutput implements Output {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  @Override
  public String of(List<Planned> sources) {
    ObjectNode all = JSON.objectNode();
    ArrayNode entries = all.putArray("sources");
    sources.forEach(s -> entries.add(source(s)));
    all.put("blockers", sources.stream().mapToInt(Planned::blockers).sum());
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode source(Planned planned) {
    var source = planned.source();
    var report = planned.preview().map(p -> p.report());
    ObjectNode entry = JSON.objectNode();
    entry.put("namespace", source.getMetadata().getNamespace());
    entry.put("name", source.getMetadata().getName());
    entry.put("database", source.getSpec().connection().database());
    entry.put("serverVersion", report.map(SchemaReport::serverVersion).orElse(null));
    entry.put("schema", source.getSpec().schemaName());
    entry.put("ready", report.map(r -> r.why().reason().good()).orElse(false));
    ArrayNode findings = entry.putArray("findings");
    planned.findings().forEach(f -> findings.add(finding(f)));
    entry.set("plan", report.map(JsonOutput::plan).orElse(null));
    planned
        .trouble()
        .ifPresent(
            t ->
                entry
                    .putObject("error")
                    .put("reason", t.reason().name())
                    .put("message", t.sentence()));
    return entry;
  }

  private static ObjectNode finding(Finding finding) {
    return JSON.objectNode()
        .put("severity", finding.severity().name())
        .put("reason", finding.reason().name())
        .put("table", finding.table().map(Relation::toString).orElse(null))
        .put("current", finding.current().orElse(null))
        .put("wanted", finding.wanted().orElse(null))
        .put("message", finding.sentence());
  }

  private static ObjectNode plan(SchemaReport report) {
    ObjectNode plan = JSON.objectNode();
    plan.put("hash", report.hash().orElse(null));
    ArrayNode steps = plan.putArray("steps");
    report.plan().steps().forEach(s -> steps.add(step(s)));
    return plan;
  }

  private static ObjectNode step(Step step) {
    ObjectNode entry = JSON.objectNode();
    entry.put("step", step.sentence());
    ArrayNode sql = entry.putArray("sql");
    step.sql().forEach(sql::add);
    entry.put("transactional", step.transactional());
    step.lock().ifPresent(l -> entry.put("lockTimeoutMillis", l.atMost().toMillis()));
    return entry;
  }
}
