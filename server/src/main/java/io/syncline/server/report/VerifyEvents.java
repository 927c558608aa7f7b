package io.syncline.server.report;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.verify.Difference;
import io.syncline.engine.verify.Key;
import io.syncline.engine.verify.VerifyListener;
import io.syncline.engine.verify.VerifyOptions;
import io.syncline.engine.verify.VerifyProgress;
import io.syncline.server.view.VerifyState;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;

/// The events of `verify` as JSON, one object a line: the schema is
/// `docs/reference/json-events.md`.
public final class VerifyEvents {
    private final JsonEvents events = new JsonEvents("verify");

    byte[] started(Instant time, VerifyOptions options) {
        return events.line(
                time,
                "started",
                json -> {
                    json.writeStringProperty("version", Version.text());
                    json.writeNumberProperty("pid", ProcessHandle.current().pid());
                    json.writeStringProperty("source", options.source().toString());
                    json.writeStringProperty("target", options.target().toString());
                    json.writeStringProperty("databases", databases(options));
                    json.writeStringProperty("mode", JsonEvents.word(options.scope().mode()));
                    json.writeNumberProperty("samplePercent", options.scope().percent());
                    json.writeStringProperty("match", String.join(",", options.scope().patterns()));
                    json.writeStringProperty(
                            "repair", JsonEvents.word(options.repair().direction()));
                });
    }

    private static String databases(VerifyOptions options) {
        return options.databases().isEmpty()
                ? "all"
                : options.databases().entrySet().stream()
                        .map(each -> each.getKey() + ":" + each.getValue())
                        .collect(Collectors.joining(","));
    }

    byte[] difference(Instant time, Difference difference) {
        return events.line(time, "difference", json -> difference(json, difference));
    }

    /// The fields of a difference: the same in events and in files.
    static void difference(JsonGenerator json, Difference difference) {
        json.writeNumberProperty("database", difference.database());
        json.writeNumberProperty("targetDatabase", difference.targetDatabase());
        json.writeStringProperty("key", difference.keyText());
        if (!difference.key().isText()) {
            json.writeStringProperty("keyBase64", base64(difference.key()));
        }
        if (difference.isRenamed()) {
            json.writeStringProperty("targetKey", difference.targetKey().text());
            if (!difference.targetKey().isText()) {
                json.writeStringProperty("targetKeyBase64", base64(difference.targetKey()));
            }
        }
        json.writeStringProperty("kind", difference.kind().word());
        json.writeStringProperty("detail", difference.detail());
        json.writeStringProperty("source", difference.source());
        json.writeStringProperty("target", difference.target());
        json.writeStringProperty("repair", difference.repair().action().word());
        if (!difference.repair().reason().isEmpty()) {
            json.writeStringProperty("repairReason", difference.repair().reason());
        }
    }

    /// Empty for a key whose text says which bytes it is.
    static String base64(Key key) {
        return key.isText() ? "" : Base64.getEncoder().encodeToString(key.bytes());
    }

    byte[] progress(Instant time, VerifyState state) {
        return events.line(
                time,
                "progress",
                json -> {
                    json.writeNumberProperty("elapsedMillis", state.elapsed().toMillis());
                    json.writeStringProperty("phase", JsonEvents.word(state.progress().phase()));
                    double fraction = state.progress().fraction();
                    if (fraction >= 0) {
                        json.writeNumberProperty("percent", Math.floor(fraction * 1_000) / 10);
                    }
                    JsonEvents.known(json, "secondsLeft", state.secondsLeft());
                    json.writeNumberProperty("checking", state.progress().checking());
                    json.writeNumberProperty("keysPerSecond", Math.round(state.keysPerSecond()));
                    json.writeNumberProperty("bytesPerSecond", Math.round(state.bytesPerSecond()));
                    totals(json, state.progress());
                });
    }

    private static void totals(JsonGenerator json, VerifyProgress progress) {
        json.writeNumberProperty("keys", progress.keys());
        JsonEvents.known(json, "keysTotal", progress.keysTotal());
        json.writeNumberProperty("targetKeys", progress.targetKeys());
        JsonEvents.known(json, "targetKeysTotal", progress.targetKeysTotal());
        json.writeNumberProperty("bytes", progress.bytes());
        json.writeNumberProperty("differences", progress.differences());
        json.writeObjectPropertyStart("byKind");
        progress.byKind().forEach((kind, count) -> json.writeNumberProperty(kind.word(), count));
        json.writeEndObject();
        json.writeNumberProperty("repaired", progress.repaired());
    }

    byte[] retrying(Instant time, VerifyListener.Fault fault) {
        return events.line(
                time,
                "retrying",
                json -> {
                    json.writeStringProperty("side", fault.side());
                    json.writeStringProperty("place", fault.place());
                    json.writeNumberProperty("count", fault.count());
                    json.writeNumberProperty("elapsedMillis", fault.elapsed().toMillis());
                    json.writeNumberProperty("limitMillis", fault.limit().toMillis());
                    json.writeStringProperty("reason", fault.reason());
                });
    }

    byte[] recovered(Instant time, String side, String place, Duration away) {
        return events.line(
                time,
                "recovered",
                json -> {
                    json.writeStringProperty("side", side);
                    json.writeStringProperty("place", place);
                    json.writeNumberProperty("awayMillis", away.toMillis());
                });
    }

    byte[] warning(Instant time, String place, String text, String remedy) {
        return events.line(
                time,
                "warning",
                json -> {
                    json.writeStringProperty("place", place);
                    json.writeStringProperty("text", text);
                    json.writeStringProperty("remedy", remedy);
                });
    }

    byte[] error(Instant time, Failure failure) {
        return events.error(time, failure);
    }

    byte[] ended(Instant time, String outcome, int exitCode, VerifyState last) {
        return events.line(
                time,
                "ended",
                json -> {
                    json.writeStringProperty("outcome", outcome);
                    json.writeNumberProperty("exitCode", exitCode);
                    json.writeNumberProperty("elapsedMillis", last.elapsed().toMillis());
                    totals(json, last.progress());
                });
    }
}
