package io.syncline.server.web;

import io.javalin.http.Context;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A request's JSON object, read field by field. A field that nobody asked for is an error: a
/// typing mistake must not become a task that does something else.
public final class Body {
    private final String path;
    private final ObjectNode node;
    private final Set<String> read = new LinkedHashSet<>();

    private Body(String path, ObjectNode node) {
        this.path = path;
        this.node = node;
    }

    /// Reads a request; an empty one is an empty object.
    public static Body of(Context ctx) {
        String text = text(ctx);
        try {
            JsonNode node = Json.mapper().readTree(text.isBlank() ? "{}" : text);
            if (node instanceof ObjectNode object) {
                return new Body("", object);
            }
        } catch (JacksonException e) {
            // The message would quote the body, which may hold a password.
            throw bad("body", "it is not JSON", e.getLocation() == null ? "Send {...}" : line(e));
        }
        throw bad("body", "it is not a JSON object", "Send {...}");
    }

    /// As RFC 8259 wants it. A letter that is no letter would be kept as another one.
    private static String text(Context ctx) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(ctx.bodyAsBytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw bad("body", "it is not UTF-8", "Send JSON in UTF-8");
        }
    }

    private static String line(JacksonException e) {
        return "Look at line " + e.getLocation().getLineNr();
    }

    private static Problem bad(String place, String message, String remedy) {
        return Problem.badRequest(place, message, remedy);
    }

    private @Nullable JsonNode get(String name) {
        read.add(name);
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /// A plain value, as text.
    public @Nullable String valueOrNull(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return null;
        }
        if (!value.isValueNode()) {
            throw bad(
                    path + name,
                    "it is not a plain value",
                    "Write a text, a number, true or false");
        }
        return value.asString();
    }

    public boolean has(String name) {
        return get(name) != null;
    }

    public @Nullable String textOrNull(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return null;
        }
        if (!value.isString()) {
            throw bad(path + name, "it is not a text", "Write \"" + name + "\": \"...\"");
        }
        return value.stringValue();
    }

    public String text(String name, String missing) {
        String value = textOrNull(name);
        return value == null ? missing : value;
    }

    public String text(String name) {
        String value = textOrNull(name);
        if (value == null) {
            throw bad(path + name, "it is missing", "Write \"" + name + "\": \"...\"");
        }
        return value;
    }

    public int number(String name, int missing) {
        JsonNode value = get(name);
        if (value == null) {
            return missing;
        }
        if (!value.isInt()) {
            throw bad(path + name, "it is not a whole number", "Write \"" + name + "\": 1");
        }
        return value.intValue();
    }

    public @Nullable Boolean truthOrNull(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return null;
        }
        if (!value.isBoolean()) {
            throw bad(path + name, "it is neither true nor false", "Write \"" + name + "\": true");
        }
        return value.booleanValue();
    }

    public boolean truth(String name, boolean missing) {
        Boolean value = truthOrNull(name);
        return value == null ? missing : value;
    }

    public @Nullable List<String> textsOrNull(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return null;
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode each : value) {
            if (!each.isString()) {
                throw bad(path + name, "it is not a list of texts", "Write [\"...\"]");
            }
            texts.add(each.stringValue());
        }
        if (!value.isArray()) {
            throw bad(path + name, "it is not a list", "Write [\"...\"]");
        }
        return texts;
    }

    /// An object of plain values, as texts.
    public @Nullable Map<String, String> valuesOrNull(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof ObjectNode object)) {
            throw bad(path + name, "it is not an object", "Write {\"name\": \"value\"}");
        }
        Map<String, String> values = new LinkedHashMap<>();
        object.properties()
                .forEach(entry -> {
                    if (!entry.getValue().isValueNode()) {
                        throw bad(
                                path + name + "." + Names.shown(entry.getKey()),
                                "it is not a plain value",
                                "Write a text, a number, true or false");
                    }
                    values.put(entry.getKey(), entry.getValue().asString());
                });
        return values;
    }

    public @Nullable Body objectOrNull(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof ObjectNode object)) {
            throw bad(path + name, "it is not an object", "Write {...}");
        }
        return new Body(path + name + ".", object);
    }

    public Body object(String name) {
        Body body = objectOrNull(name);
        if (body == null) {
            throw bad(path + name, "it is missing", "Write \"" + name + "\": {...}");
        }
        return body;
    }

    /// To be called after the last field: refuses what nobody asked for.
    public void done() {
        for (String name : node.propertyNames()) {
            if (!read.contains(name)) {
                throw bad(
                        path + Names.shown(name),
                        "there is no such field here",
                        read.isEmpty() ? "Send {}" : "Known: " + String.join(", ", read));
            }
        }
    }
}
