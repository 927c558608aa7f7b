package io.syncline.server.service;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// The OpenAPI document as a server gives it out, and calls that are held against it.
final class Contract {
    private final JsonNode document;
    private final Set<String> called = new TreeSet<>();
    private final SchemaRegistry schemas =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    Contract(String yaml) {
        document = new YAMLMapper().readTree(yaml);
    }

    /// An operation: where it is and what it is called.
    record Operation(String id, String method, String path, JsonNode node) {}

    List<Operation> operations() {
        List<Operation> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> each : path.getValue().properties()) {
                if (!each.getKey().equals("parameters")) {
                    all.add(
                            new Operation(
                                    each.getValue().path("operationId").asString(),
                                    each.getKey().toUpperCase(Locale.ROOT),
                                    path.getKey(),
                                    each.getValue()));
                }
            }
        }
        return all;
    }

    Set<String> called() {
        return called;
    }

    /// Calls an operation, and holds request and answer against the document.
    JsonNode call(Api api, String id, Map<String, String> parameters, @Nullable Object body) {
        Operation operation =
                operations().stream().filter(o -> o.id().equals(id)).findFirst().orElseThrow();
        called.add(id);
        String path = operation.path();
        for (Map.Entry<String, String> each : parameters.entrySet()) {
            path = path.replace("{" + each.getKey() + "}", each.getValue());
        }
        Api.Answer answer =
                switch (operation.method()) {
                    case "GET" -> api.get(path);
                    case "DELETE" -> api.delete(path);
                    case "PATCH" -> api.patch(path, body == null ? Map.of() : body);
                    default -> api.post(path, body == null ? Map.of() : body);
                };
        JsonNode expected =
                operation.node().path("responses").path(Integer.toString(answer.status()));
        if (expected.isMissingNode()) {
            throw new AssertionError(
                    id
                            + " answers "
                            + answer.status()
                            + ", which is not in the document: "
                            + answer.text());
        }
        JsonNode schema = expected.path("content").path("application/json").path("schema");
        if (!schema.isMissingNode()) {
            requireFit(id, schema, answer.json());
            return answer.json();
        }
        return document.path("nothing");
    }

    /// Whether an error looks as the document says.
    void requireProblem(JsonNode answer) {
        requireFit(
                "problem",
                document.path("components")
                        .path("responses")
                        .path("Problem")
                        .path("content")
                        .path("application/json")
                        .path("schema"),
                answer);
    }

    private void requireFit(String what, JsonNode schema, JsonNode value) {
        ObjectNode root = ((ObjectNode) schema).deepCopy();
        root.set("components", document.path("components"));
        List<Error> errors = schemas.getSchema(root).validate(value);
        if (!errors.isEmpty()) {
            throw new AssertionError(what + ": " + errors + "\n" + value.toPrettyString());
        }
    }
}
