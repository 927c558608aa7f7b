package io.syncline.server.boot;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// The last lines of the log, for the console's system page. Logback makes it, by `logback.xml`;
/// the lines are the process's, as Logback itself is.
public final class RecentLog extends AppenderBase<ILoggingEvent> {
    /// A screen full, and what led to it.
    private static final int LINES = 500;

    /// A stack of calls stays in the log itself.
    private static final int WIDTH = 400;

    private static final Deque<String> RECENT = new ArrayDeque<>();

    @Override
    protected void append(ILoggingEvent event) {
        String line =
                event.getInstant().truncatedTo(ChronoUnit.MILLIS)
                        + " "
                        + event.getLevel()
                        + " "
                        + event.getLoggerName()
                        + " "
                        + event.getFormattedMessage()
                        + (event.getThrowableProxy() == null
                                ? ""
                                : " (" + event.getThrowableProxy().getClassName() + ")");
        synchronized (RECENT) {
            RECENT.addLast(line.length() <= WIDTH ? line : line.substring(0, WIDTH) + "...");
            if (RECENT.size() > LINES) {
                RECENT.removeFirst();
            }
        }
    }

    /// The oldest first.
    static List<String> lines() {
        synchronized (RECENT) {
            return List.copyOf(RECENT);
        }
    }
}
