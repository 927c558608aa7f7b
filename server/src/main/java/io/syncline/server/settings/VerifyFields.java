package io.syncline.server.settings;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/// What may be chosen for a verification of a task of the service: the options of `verify` that
/// name no file and no endpoint.
public final class VerifyFields {
    /// In the order of `--help`.
    public static final Set<Setting> KNOWN =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            Setting.DATABASES,
                            Setting.MODE,
                            Setting.SAMPLE,
                            Setting.MATCH,
                            Setting.EXPIRY_TOLERANCE,
                            Setting.RECHECK_AFTER,
                            Setting.RECHECKS,
                            Setting.RATE_KEYS,
                            Setting.RATE_MBPS,
                            Setting.CONNECTIONS,
                            Setting.REPAIR,
                            Setting.DELETE_EXTRA));

    private VerifyFields() {}

    /// Its name in JSON: `rate-keys` is `rateKeys`.
    public static String field(Setting setting) {
        StringBuilder name = new StringBuilder();
        for (String word : setting.key().split("-", -1)) {
            name.append(
                    name.isEmpty()
                            ? word
                            : word.substring(0, 1).toUpperCase(java.util.Locale.ROOT)
                                    + word.substring(1));
        }
        return name.toString();
    }
}
