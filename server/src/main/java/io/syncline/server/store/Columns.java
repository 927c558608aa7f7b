package io.syncline.server.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Values that are no SQL type of both databases.
final class Columns {
    private static final JsonMapper JSON = new JsonMapper();

    private Columns() {}

    static Instant time(ResultSet row, String column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }

    static @Nullable Instant timeOrNull(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    static @Nullable Long millis(@Nullable Instant time) {
        return time == null ? null : time.toEpochMilli();
    }

    static String json(Object value) {
        return JSON.writeValueAsString(value);
    }

    static <T> T value(String json, Class<T> type) {
        return JSON.readValue(json, type);
    }

    static List<String> list(String json) {
        return JSON.readValue(json, new TypeReference<List<String>>() {});
    }

    static Map<String, String> map(String json) {
        return JSON.readValue(json, new TypeReference<TreeMap<String, String>>() {});
    }
}
