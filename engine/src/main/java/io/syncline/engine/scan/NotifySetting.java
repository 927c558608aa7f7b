package io.syncline.engine.scan;

import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `notify-keyspace-events`: which changes a server tells of (notify.c).
public final class NotifySetting {
    public static final String NAME = "notify-keyspace-events";

    /// Every kind of change that `A` stands for and that changes a value: generic, string, list,
    /// set, hash, sorted set, expired, evicted. Streams (`t`) and modules (`d`) are younger than
    /// some servers and not asked for one by one.
    private static final String KINDS = "g$lshzxe";

    /// What `A` stands for.
    private static final String ALL = KINDS + "td";

    private NotifySetting() {}

    /// Asks a node.
    ///
    /// @return null when it does not say
    static @Nullable String read(Connection connection) throws IOException {
        Reply reply = connection.call("CONFIG", "GET", NAME);
        return reply instanceof Reply.Items pair
                        && pair.items().size() == 2
                        && pair.items().get(1) instanceof Reply.Bulk value
                ? value.utf8()
                : null;
    }

    /// Whether these flags tell of every change.
    public static boolean isComplete(String flags) {
        boolean somewhere = flags.indexOf('K') >= 0 || flags.indexOf('E') >= 0;
        boolean all = flags.indexOf('A') >= 0;
        for (int i = 0; i < KINDS.length() && !all; i++) {
            if (flags.indexOf(KINDS.charAt(i)) < 0) {
                return false;
            }
        }
        return somewhere && (all || flags.indexOf('t') >= 0);
    }

    /// These flags and what they lack.
    static String completed(String flags) {
        boolean somewhere = flags.indexOf('K') >= 0 || flags.indexOf('E') >= 0;
        return flags + (flags.indexOf('A') >= 0 ? "" : "A") + (somewhere ? "" : "E");
    }

    /// Whether two spellings mean the same: a server writes them in an order of its own, and `A`
    /// for all that it stands for.
    static boolean isSame(String left, String right) {
        return letters(left).equals(letters(right));
    }

    private static String letters(String flags) {
        boolean all = flags.indexOf('A') >= 0;
        return flags.chars()
                .filter(letter -> !all || ALL.indexOf(letter) < 0)
                .sorted()
                .distinct()
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    /// Sets it.
    ///
    /// @return null when it was done, else why not
    static @Nullable String write(Connection connection, String flags) throws IOException {
        Reply reply = connection.call("CONFIG", "SET", NAME, flags);
        return reply instanceof Reply.Failure failure ? failure.text() : null;
    }
}
