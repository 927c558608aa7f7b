package io.syncline.server.settings;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.Spelling;
import io.syncline.engine.fault.SynclineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/// Reads a YAML file of settings: one mapping, keys as on the command line without the dashes,
/// values plain or lists of plain ones.
///
/// Read token by token, so that every error can name line and column.
public final class ConfigFile {
    /// Of the standard's own tags, which change no text.
    private static final String YAML_TAGS = "tag:yaml.org,2002:";

    private final String name;
    private final YAMLParser parser;

    private final Settings settings = new Settings();
    private final Set<Setting> seen = EnumSet.noneOf(Setting.class);

    private ConfigFile(String name, YAMLParser parser) {
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
        try (YAMLParser parser =
                (YAMLParser) new YAMLFactory().createParser(ObjectReadContext.empty(), text)) {
            return new ConfigFile(name, parser).read();
        } catch (JacksonException e) {
            YamlComplaint complaint = YamlComplaint.of(e, text);
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    name + complaint.place(),
                    "this is not YAML: " + complaint.reason(),
                    "Write one 'name: value' a line; quote values with signs that mean something in"
                            + " YAML");
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
            throw unknown(key);
        }
        if (!seen.add(setting)) {
            throw refuse(key, "it is given twice", "Keep one of the two");
        }
        JsonToken token = parser.nextToken();
        String place = place(key);
        requirePlain(setting);
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
            requirePlain(setting);
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

    /// Signs that YAML takes for its own would vanish from a value without a word.
    private void requirePlain(Setting setting) {
        String tag = parser.getTypeId();
        String found =
                parser.isCurrentAlias()
                        ? "'*' begins an alias"
                        : parser.getObjectId() != null
                                ? "'&' begins an anchor"
                                : tag != null && !tag.startsWith(YAML_TAGS) ? "'!' begins a tag" : "";
        if (!found.isEmpty()) {
            throw refuse(
                    setting.key(), "in YAML an unquoted " + found, "Put the value in quotes");
        }
    }

    private SynclineException unknown(String key) {
        List<String> known = Arrays.stream(Setting.values()).map(Setting::key).toList();
        // Anything else may be a value in the wrong place, and so a secret.
        boolean word = key.matches("[A-Za-z0-9_-]{1,40}");
        String near = word ? nearest(key, known) : null;
        return refuse(
                "",
                (word ? "'" + key + "'" : "a key here") + " is not a setting",
                (near == null ? "" : "Did you mean '" + near + "'? ")
                        + "Known: "
                        + String.join(", ", known));
    }

    /// As it is written elsewhere (`max_rps`, `maxRps`, `--max-rps`), mistyped, or cut short.
    private static @Nullable String nearest(String key, List<String> known) {
        String plain =
                key.replaceAll("([a-z])([A-Z])", "$1-$2")
                        .replace('_', '-')
                        .replaceFirst("^-+", "")
                        .toLowerCase(Locale.ROOT);
        String near = Spelling.nearest(plain, known);
        List<String> longer = known.stream().filter(each -> each.startsWith(plain + "-")).toList();
        return near == null && longer.size() == 1 ? longer.getFirst() : near;
    }

    private String place(String key) {
        TokenStreamLocation at = parser.currentTokenLocation();
        return name
                + YamlComplaint.place(at.getLineNr(), at.getColumnNr())
                + (key.isEmpty() ? "" : ", " + key);
    }

    private SynclineException refuse(String key, String reason, String remedy) {
        return new SynclineException(ErrorCode.BAD_OPTION, place(key), reason, remedy);
    }
}
