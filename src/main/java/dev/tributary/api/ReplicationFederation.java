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

/** Which source databases flow into which target, and how it goes. */
@Group(Api.GROUP)
@Version(Api.VERSION)
@Kind("ReplicationFederation")
@Plural("replicationfederations")
@ShortNames("fed")
@Categories("tributary")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase", type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Sources",
    jsonPath = ".status.sourcesStreaming",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "Tables", jsonPath = ".status.tables", type = Type.STRING)
@AdditionalPrinterColumn(name = "Copied", jsonPath = ".status.copied", type = Type.STRING)
@AdditionalPrinterColumn(name = "Lag", jsonPath = ".status.lag", type = Type.STRING)
@AdditionalPrinterColumn(name = "Target", jsonPath = ".spec.target", type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Message",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].message",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public class ReplicationFederation
    extends CustomResource<ReplicationFederationSpec, ReplicationFederationStatus>
    implements Namespaced {}
