package io.syncline.engine.scan;

import io.syncline.engine.net.Connection;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The part of a scan that listens: subscribes, switches notifications on where that was agreed,
/// and sets them back at the end.
final class Notifications {
    private static final long PING_NANOS = 10_000_000_000L;

    private final ScanSettings settings;
    private final SourceLink link;
    private @Nullable KeyspaceNotices notices;
    private @Nullable String before;
    private String written = "";
    private boolean complete;
    private long pingedNanos = System.nanoTime();

    Notifications(ScanSettings settings, SourceLink link) {
        this.settings = settings;
        this.link = link;
    }

    /// Subscribes, again after a loss. Where that is refused, goes on without.
    void listen() throws IOException {
        KeyspaceNotices present = notices;
        if (complete && present != null && !present.isLost()) {
            return;
        }
        close();
        String flags =
                link.ask(reader -> Optional.ofNullable(NotifySetting.read(reader.connection())))
                        .orElse(null);
        if (flags != null && !NotifySetting.isComplete(flags) && settings.setsNotifications()) {
            flags = switchOn(flags);
        }
        complete = false;
        if (flags != null && flags.isEmpty()) {
            return;
        }
        try {
            notices = KeyspaceNotices.open(link.connect(), settings.databases());
            complete = flags != null && NotifySetting.isComplete(flags);
        } catch (IOException e) {
            // Without notices a scan compares, which is what the user is told next.
            System.getLogger(Notifications.class.getName())
                    .log(System.Logger.Level.DEBUG, "subscribing at " + link.place(), e);
        }
    }

    private String switchOn(String flags) throws IOException {
        String wanted = NotifySetting.completed(flags);
        Optional<String> refusal =
                link.ask(reader ->
                        Optional.ofNullable(NotifySetting.write(reader.connection(), wanted)));
        if (refusal.isPresent()) {
            settings.warnings()
                    .warn(
                            link.place(),
                            "keyspace notifications cannot be switched on: " + refusal.get(),
                            "Set " + NotifySetting.NAME + " to AE at the source yourself");
            return flags;
        }
        if (before == null) {
            before = flags;
            settings.warnings()
                    .warn(
                            link.place(),
                            NotifySetting.NAME
                                    + " was '"
                                    + flags
                                    + "' and is '"
                                    + wanted
                                    + "' while this task runs",
                            "Nothing: it is set back at the end; only if this process is killed, set"
                                    + " it back yourself");
        }
        written = wanted;
        return wanted;
    }

    /// Whether every change is told of.
    boolean isComplete() {
        KeyspaceNotices present = notices;
        return complete && present != null && !present.isLost();
    }

    /// Whether messages may be missing, so that a comparison is due.
    boolean isLost() {
        KeyspaceNotices present = notices;
        return present != null && present.isLost();
    }

    /// Gives the subscription up, so that it counts as lost.
    void drop() {
        KeyspaceNotices present = notices;
        if (present != null) {
            present.close();
        }
    }

    List<ScannedKey> take(int most) {
        KeyspaceNotices present = notices;
        return present == null ? List.of() : present.take(most);
    }

    int waiting() {
        KeyspaceNotices present = notices;
        return present == null ? 0 : present.waiting();
    }

    /// A sign of life now and then; a subscription that is broken shows at [#listen].
    void keepAlive() {
        KeyspaceNotices present = notices;
        long now = System.nanoTime();
        if (present != null && now - pingedNanos > PING_NANOS) {
            pingedNanos = now;
            ping(present);
        }
    }

    private static long ping(KeyspaceNotices present) {
        try {
            return present.ping();
        } catch (IOException e) {
            // Its reader sees the same and says that it is lost.
            System.getLogger(Notifications.class.getName())
                    .log(System.Logger.Level.DEBUG, "pinging a subscription", e);
            return Long.MAX_VALUE;
        }
    }

    /// Asks for a fence behind every change up to now.
    ///
    /// @return what to ask [#hasPassed] for
    long fence() {
        KeyspaceNotices present = notices;
        return present == null ? Long.MAX_VALUE : ping(present);
    }

    boolean hasPassed(long fence) {
        KeyspaceNotices present = notices;
        return present != null && present.hasPassed(fence);
    }

    void await(long millis) throws InterruptedException {
        KeyspaceNotices present = notices;
        if (present == null) {
            link.await(millis);
        } else {
            present.await(millis);
        }
    }

    private void close() {
        KeyspaceNotices present = notices;
        notices = null;
        if (present != null) {
            present.close();
        }
    }

    /// Leaves the source as it was. The scan's own connection may be closed by now.
    void end() {
        close();
        String old = before;
        if (old == null) {
            return;
        }
        before = null;
        try (Connection connection = link.connect()) {
            String now = NotifySetting.read(connection);
            // A server writes the same flags in an order of its own.
            if (now == null || NotifySetting.isSame(now, written)) {
                NotifySetting.write(connection, old);
                return;
            }
            settings.warnings()
                    .warn(
                            link.place(),
                            NotifySetting.NAME + " was changed by someone else meanwhile",
                            "Look at it: it was '" + old + "' before this task");
        } catch (IOException e) {
            settings.warnings()
                    .warn(
                            link.place(),
                            NotifySetting.NAME + " could not be set back: " + e.getMessage(),
                            "Set it to '" + old + "' yourself");
        }
    }
}
