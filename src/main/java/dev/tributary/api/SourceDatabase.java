package dev.tributary.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One PostgreSQL database to publish, and how its tables get a schema of their own. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Kind("SourceDatabase")
@Plural("sourcedatabases")
@ShortNames("srcdb")
@Categories("tributary")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "Schema", jsonPath = ".status.schema", type = Type.STRING)
@AdditionalPrinterColumn(name = "Tables", jsonPath = ".status.tables", type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Plan",
    jsonPath = ".status.plan.hash",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Message",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].message",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public class SourceDatabase extends CustomResource<SourceDatabaseSpec, SourceDatabaseStatus>
    implements Namespaced {}
