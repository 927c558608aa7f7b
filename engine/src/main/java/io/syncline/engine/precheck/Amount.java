package io.syncline.engine.precheck;

/// Numbers in a user's words, whole and short: a precheck estimates, it does not measure.
final class Amount {
    private static final long KILO = 1 << 10;
    private static final long MEGA = 1 << 20;
    private static final long GIGA = 1 << 30;

    private Amount() {}

    /// `512 bytes`, `85 KB`, `16 MB`, `25 GB`.
    static String bytes(long bytes) {
        if (bytes >= 10 * GIGA) {
            return bytes / GIGA + " GB";
        }
        if (bytes >= MEGA) {
            return bytes / MEGA + " MB";
        }
        return bytes >= KILO ? bytes / KILO + " KB" : bytes + " bytes";
    }

    /// `40 s`, `12 min`, `30 h`.
    static String seconds(long seconds) {
        if (seconds < 180) {
            return seconds + " s";
        }
        return seconds < 3 * 3600 ? seconds / 60 + " min" : seconds / 3600 + " h";
    }

    /// `1 key`, `12 keys`.
    static String count(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
