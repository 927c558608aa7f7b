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
}
