package io.syncline.server.settings;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.dataformat.yaml.YAMLFactory;

/// Reads a YAML file of settings: one mapping, keys as on the command line without the dashes,
/// values plain or lists of plain ones.
///
/// Read token by token, so that every error can name the line.
public final class ConfigFile {
    private final String name;
    private final JsonParser parser;

    private final Settings settings = new Settings();
    private final Set<Setting> seen = EnumSet.noneOf(Setting.class);

    private ConfigFile(String name, JsonParser parser) {
        this.name = name;
        this.parser = parser;
    }

    public static Settings read(Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    "--config",
                    "the file '" + file + "' cannot be read",
                    "Name a YAML file that this user may read");
        }
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new SynclineException(
                    new Failure(
                            ErrorCode.BAD_OPTION,
                            "--config",
                            "the file '"
                                    + file
                                    + "' cannot be read: "
                                    + e.getClass().getSimpleName(),
                            "Name a YAML file of text in UTF-8"),
                    e);
        }
    }

    /// Reads the same from a text.
    ///
    /// @param name what errors call it
    public static Settings parse(String name, String text) {
        try (JsonParser parser = new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
            return new ConfigFile(name, parser).read();
        } catch (JacksonException e) {
            // Only the first line: the rest quotes the file, which may hold a password.
            String message = e.getOriginalMessage().lines().findFirst().orElse("");
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    name + (e.getLocation() == null ? "" : " line " + e.getLocation().getLineNr()),
                    "this is not YAML: " + message,
                    "Write one 'name: value' a line");
        }
    }

    private Settings read() {
        JsonToken first = parser.nextToken();
        boolean empty = first == null || first == JsonToken.VALUE_NULL;
        if (!empty && first != JsonToken.START_OBJECT) {
            throw refuse("", "the file is not a mapping", "Write one 'name: value' a line");
        }
        while (!empty && parser.nextToken() == JsonToken.PROPERTY_NAME) {
            readOne(parser.currentName());
        }
        if (parser.nextToken() != null) {
            throw refuse(
                    "",
                    "a second document follows, which would have no effect",
                    "Keep one document, and no line of '---' behind its beginning");
        }
        return settings;
    }

    private void readOne(String key) {
        Setting setting = Setting.ofKey(key);
        if (setting == null) {
            throw refuse("", "'" + key + "' is not a setting", "Known: " + knownKeys());
        }
        if (!seen.add(setting)) {
            throw refuse(key, "it is given twice", "Keep one of the two");
        }
        JsonToken token = parser.nextToken();
        String place = place(key);
        String text = token == JsonToken.START_ARRAY ? list(setting) : scalar(setting, token);
        settings.offer(setting, text, place);
    }

    private String list(Setting setting) {
        if (setting.separator().isEmpty()) {
            throw refuse(setting.key(), "a list is given where one value belongs", remedy(setting));
        }
        StringBuilder text = new StringBuilder();
        JsonToken token;
        while ((token = parser.nextToken()) != JsonToken.END_ARRAY) {
            text.append(text.isEmpty() ? "" : setting.separator()).append(scalar(setting, token));
        }
        return text.toString();
    }

    private String scalar(Setting setting, JsonToken token) {
        if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
            throw refuse(
                    setting.key(), "a nested value is given where one belongs", remedy(setting));
        }
        if (token == JsonToken.VALUE_NULL) {
            throw refuse(setting.key(), "the value is missing", remedy(setting));
        }
        boolean truth = token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE;
        if (setting.isFlag() != truth) {
            String found = "'" + parser.getString() + "' is not ";
            throw setting == Setting.SOURCE || setting == Setting.TARGET
                    ? refuse(setting.key(), "the value is not a text", remedy(setting))
                    : refuse(
                            setting.key(),
                            found + (truth ? setting.label() : "true or false"),
                            remedy(setting));
        }
        return parser.getString();
    }

    private static String remedy(Setting setting) {
        String example =
                setting.isFlag() ? "true" : setting.initial().isEmpty() ? "..." : setting.initial();
        return "Write '" + setting.key() + ": " + example + "'. " + setting.description();
    }

    private static String knownKeys() {
        return Arrays.stream(Setting.values()).map(Setting::key).collect(Collectors.joining(", "));
    }

    private String place(String key) {
        int line = parser.currentTokenLocation().getLineNr();
        return name + " line " + line + (key.isEmpty() ? "" : ", " + key);
    }

    private SynclineException refuse(String key, String reason, String remedy) {
        return new SynclineException(ErrorCode.BAD_OPTION, place(key), reason, remedy);
    }
}
