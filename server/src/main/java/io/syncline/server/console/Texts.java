package io.syncline.server.console;

import java.util.Locale;
import java.util.ResourceBundle;

/// Every text of the console's templates, from one bundle: `texts.properties`. Another language is
/// another file beside it.
public final class Texts {
    private static final ResourceBundle BUNDLE =
            ResourceBundle.getBundle("io.syncline.server.console.texts", Locale.ROOT);

    private Texts() {}

    public static String t(String key) {
        return BUNDLE.getString(key);
    }

    /// A sentence with values in it: `{0}` is the first. What a value holds is never read as a
    /// place.
    public static String t(String key, Object... values) {
        String[] parts = BUNDLE.getString(key).split("(?=\\{[0-9]})|(?<=\\{[0-9]})", -1);
        StringBuilder text = new StringBuilder();
        for (String part : parts) {
            boolean place = part.length() == 3 && part.charAt(0) == '{';
            text.append(place ? values[part.charAt(1) - '0'] : part);
        }
        return text.toString();
    }
}
