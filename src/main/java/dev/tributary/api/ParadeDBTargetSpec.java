package dev.tributary.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/** What a user writes about a target. */
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
    value = "self.connection.database == oldSelf.connection.database",
    message =
        "connection.database cannot be changed: another database is another target; create a second"
            + " ParadeDBTarget for it")
public record ParadeDBTargetSpec(
    @Required
        @JsonPropertyDescription(
            "How the operator reaches the database, with a role that may create schemas and"
                + " subscriptions: a superuser, or a member of pg_create_subscription with CREATE on"
                + " the database.")
        Connection connection) {}
