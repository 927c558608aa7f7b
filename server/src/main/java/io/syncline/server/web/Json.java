package io.syncline.server.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.javalin.http.Context;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.json.JsonMapper;

/// Answers as JSON. What is not known is left out.
public final class Json {
    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    // The second of two fields of one name would silently win.
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .changeDefaultPropertyInclusion(
                            i -> i.withValueInclusion(JsonInclude.Include.NON_NULL))
                    .build();

    private Json() {}

    public static void answer(Context ctx, Object value) {
        ctx.contentType("application/json").result(MAPPER.writeValueAsBytes(value));
    }

    public static String text(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    static JsonMapper mapper() {
        return MAPPER;
    }
}
