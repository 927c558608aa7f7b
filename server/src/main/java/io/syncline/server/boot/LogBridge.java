package io.syncline.server.boot;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// Sends what the engine and our own classes log (`System.Logger`, which ends in
/// `java.util.logging`) to Logback, where all else is already.
final class LogBridge extends Handler {
    private static final SimpleFormatter FORMATTER = new SimpleFormatter();

    /// Puts itself in the place of the JDK's own output.
    static void install() {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.setLevel(Level.INFO);
        root.addHandler(new LogBridge());
    }

    @Override
    public void publish(LogRecord entry) {
        String name = entry.getLoggerName() == null ? "java" : entry.getLoggerName();
        int level = entry.getLevel().intValue();
        var logger = LoggerFactory.getLogger(name);
        LoggingEventBuilder event =
                level >= Level.SEVERE.intValue()
                        ? logger.atError()
                        : level >= Level.WARNING.intValue() ? logger.atWarn() : logger.atInfo();
        if (name.startsWith("task.")) {
            event = event.addKeyValue("task", name.substring("task.".length()));
        }
        event.setCause(entry.getThrown()).log(FORMATTER.formatMessage(entry));
    }

    @Override
    public void flush() {
        // Logback's appenders write at once.
    }

    @Override
    public void close() {
        // Nothing is held open here.
    }
}
