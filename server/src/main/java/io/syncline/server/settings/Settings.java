package io.syncline.server.settings;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a user gave, as text, each with the place it was given at. Nothing is judged here; see
/// [LinkOptionsReader].
public final class Settings {
    /// One given value.
    ///
    /// @param text the value; `true` or `false` for a flag
    /// @param place where a user finds it: `--task`, or `sync.yaml line 3, task`
    public record Given(String text, String place) {
        /// May hold a secret inside a URI.
        @Override
        public String toString() {
            return "given at " + place;
        }
    }

    private final Map<Setting, Given> given = new EnumMap<>(Setting.class);

    /// Adds a value; one given earlier wins, so the command line is added before the file.
    public void offer(Setting setting, String text, String place) {
        given.putIfAbsent(setting, new Given(text, place));
    }

    public void offer(Setting setting, String text) {
        offer(setting, text, setting.option());
    }

    /// Adds what `other` has and this has not.
    public void offerAll(Settings other) {
        other.given.forEach(given::putIfAbsent);
    }

    public @Nullable Given given(Setting setting) {
        return given.get(setting);
    }

    /// The given text, or the initial one.
    public String text(Setting setting) {
        Given value = given.get(setting);
        return value == null ? setting.initial() : value.text();
    }

    /// Where to point in an error.
    public String place(Setting setting) {
        Given value = given.get(setting);
        return value == null ? setting.option() : value.place();
    }

    public boolean flag(Setting setting) {
        return text(setting).equals("true");
    }
}
