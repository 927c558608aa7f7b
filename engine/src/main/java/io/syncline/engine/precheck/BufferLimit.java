package io.syncline.engine.precheck;

import org.jspecify.annotations.Nullable;

/// How much a server keeps for a replica that reads too slowly before it closes the connection
/// (networking.c `checkClientOutputBufferLimits`).
///
/// @param hardBytes closed at once; 0 is no limit
/// @param softBytes closed when above for `softSeconds`; 0 is no limit
record BufferLimit(long hardBytes, long softBytes, long softSeconds) {
    private static final int WORDS_PER_CLASS = 4;

    /// Reads the line of replicas in `normal 0 0 0 slave 268435456 67108864 60 pubsub ...`; the
    /// class is `replica` or, in most versions, `slave`. Null when there is none.
    static @Nullable BufferLimit parse(String setting) {
        String[] words = setting.split(" ", -1);
        for (int i = 0; i + WORDS_PER_CLASS <= words.length; i += WORDS_PER_CLASS) {
            if (words[i].equals("slave") || words[i].equals("replica")) {
                return new BufferLimit(
                        Long.parseLong(words[i + 1]),
                        Long.parseLong(words[i + 2]),
                        Long.parseLong(words[i + 3]));
            }
        }
        return null;
    }

    /// How long a replica may read nothing, in seconds.
    ///
    /// @param bytesPerSecond written meanwhile
    long bridgedSeconds(long bytesPerSecond) {
        if (bytesPerSecond <= 0) {
            return Long.MAX_VALUE;
        }
        long hard = hardBytes == 0 ? Long.MAX_VALUE : hardBytes / bytesPerSecond;
        long soft = softBytes == 0 ? Long.MAX_VALUE : softBytes / bytesPerSecond + softSeconds;
        return Math.min(hard, soft);
    }

    /// `256 MB at once, 64 MB for 60 s`.
    @Override
    public String toString() {
        if (hardBytes == 0 && softBytes == 0) {
            return "none";
        }
        String hard = hardBytes == 0 ? "" : Amount.bytes(hardBytes) + " at once";
        String soft = softBytes == 0 ? "" : Amount.bytes(softBytes) + " for " + softSeconds + " s";
        return hard + (hard.isEmpty() || soft.isEmpty() ? "" : ", ") + soft;
    }
}
