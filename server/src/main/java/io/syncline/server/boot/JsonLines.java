package io.syncline.server.boot;

import ch.qos.logback.classic.pattern.RootCauseFirstThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import io.syncline.server.web.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// `SYNCLINE_LOG=json`: one object a line, with the task's id in a field of its own where a line is
/// about a task.
public final class JsonLines extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = {};
    private static final String TASK = "task.";

    private final RootCauseFirstThrowableProxyConverter stack =
            new RootCauseFirstThrowableProxyConverter();

    @Override
    public void start() {
        stack.start();
        super.start();
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("at", event.getInstant().toString());
        line.put("level", event.getLevel().toString());
        String logger = event.getLoggerName();
        if (logger.startsWith(TASK)) {
            line.put("task", logger.substring(TASK.length()));
        } else {
            line.put("logger", logger);
        }
        line.put("thread", event.getThreadName());
        line.put("message", event.getFormattedMessage());
        if (event.getThrowableProxy() != null) {
            line.put("error", stack.convert(event));
        }
        return (Json.text(line) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
