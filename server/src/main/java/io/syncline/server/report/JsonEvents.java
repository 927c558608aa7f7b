package io.syncline.server.report;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.engine.link.Phase;
import io.syncline.engine.precheck.Finding;
import io.syncline.server.view.Direction;
import io.syncline.server.view.Ending;
import io.syncline.server.view.Progress;
import io.syncline.server.view.Progress.Rates;
import io.syncline.server.view.Proof;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// Writes events as JSON, one object a line: the schema is `docs/reference/json-events.md`. Numbers
/// that are not known are left out.
public final class JsonEvents {
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    private final JsonFactory factory = new JsonFactory();
    private final String task;

    public JsonEvents(String task) {
        this.task = task;
    }

    static String text(Instant time) {
        return TIME.format(time);
    }

    public byte[] started(Instant time, LinkOptions options, String version) {
        return line(
                time,
                "started",
                json -> {
                    json.writeStringProperty("version", version);
                    json.writeNumberProperty("pid", ProcessHandle.current().pid());
                    json.writeStringProperty("source", options.source().toString());
                    json.writeStringProperty("target", options.target().toString());
                    json.writeStringProperty("sourceMode", options.sourceModeText());
                    json.writeStringProperty("databases", options.databasesText());
                    if (!options.rules().isEmpty()) {
                        json.writeArrayPropertyStart("etl");
                        options.rules().texts().forEach(json::writeString);
                        json.writeEndArray();
                    }
                });
    }

    public byte[] finding(Instant time, Finding finding) {
        return line(
                time,
                "finding",
                json -> {
                    json.writeStringProperty("check", finding.check());
                    json.writeStringProperty("severity", word(finding.severity()));
                    json.writeStringProperty("place", finding.place());
                    if (finding.severity() == Finding.Severity.ERROR) {
                        json.writeStringProperty("code", finding.code().name());
                    }
                    json.writeStringProperty("reason", finding.reason());
                    json.writeStringProperty("remedy", finding.remedy());
                });
    }

    public byte[] error(Instant time, Failure failure) {
        return error(time, failure, failure.code().name());
    }

    /// The same with a code of the service.
    public byte[] error(Instant time, Failure failure, String code) {
        return line(
                time,
                "error",
                json -> {
                    json.writeStringProperty("code", code);
                    json.writeStringProperty("blame", word(failure.code().blame()));
                    json.writeStringProperty("place", failure.place());
                    json.writeStringProperty("reason", failure.reason());
                    json.writeStringProperty("remedy", failure.remedy());
                });
    }

    public byte[] note(Instant time, String text) {
        return line(time, "note", json -> json.writeStringProperty("text", text));
    }

    public byte[] swept(Instant time, long removed) {
        return line(time, "swept", json -> json.writeNumberProperty("removed", removed));
    }

    public byte[] proof(Instant time, Proof proof) {
        return line(
                time,
                "proof",
                json -> {
                    json.writeBooleanProperty("equal", proof.isEqual());
                    json.writeArrayPropertyStart("facts");
                    for (Proof.Fact fact : proof.facts()) {
                        json.writeStartObject();
                        json.writeStringProperty("name", fact.name());
                        json.writeStringProperty("source", fact.source());
                        json.writeStringProperty("target", fact.target());
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                });
    }

    /// The line of an event of the link; no bytes for one that [#ended] says better.
    public byte[] event(Instant time, LinkEvent event) {
        return switch (event) {
            case LinkEvent.Checked checked -> finding(time, checked.finding());
            case LinkEvent.PhaseEntered entered ->
                    line(
                            time,
                            "phase",
                            json -> {
                                json.writeNumberProperty("shard", entered.shard());
                                json.writeStringProperty("source", entered.source());
                                json.writeStringProperty("phase", word(entered.phase()));
                                json.writeBooleanProperty("resumed", entered.resumed());
                                json.writeStringProperty("reason", entered.reason());
                            });
            case LinkEvent.Retrying retrying -> retrying(time, retrying);
            case LinkEvent.Recovered back ->
                    line(
                            time,
                            "recovered",
                            json -> {
                                json.writeNumberProperty("shard", back.shard());
                                json.writeStringProperty("side", word(back.side()));
                                json.writeStringProperty("place", back.place());
                                json.writeNumberProperty("awayMillis", back.away().toMillis());
                            });
            case LinkEvent.Refused refused -> refused(time, refused);
            case LinkEvent.Warned warned ->
                    line(
                            time,
                            "warning",
                            json -> {
                                json.writeStringProperty("place", warned.place());
                                json.writeStringProperty("text", warned.text());
                                json.writeStringProperty("remedy", warned.remedy());
                            });
            case LinkEvent.CaughtUp() -> line(time, "caught-up", json -> {});
            case LinkEvent.Failed failed -> error(time, failed.failure());
            case LinkEvent.Ended ended -> new byte[0];
        };
    }

    private byte[] retrying(Instant time, LinkEvent.Retrying retrying) {
        return line(
                time,
                "retrying",
                json -> {
                    json.writeNumberProperty("shard", retrying.shard());
                    json.writeStringProperty("side", word(retrying.side()));
                    json.writeStringProperty("place", retrying.place());
                    json.writeNumberProperty("count", retrying.count());
                    json.writeNumberProperty("elapsedMillis", retrying.elapsed().toMillis());
                    json.writeNumberProperty("limitMillis", retrying.limit().toMillis());
                    json.writeStringProperty(
                            "until", text(time.plus(retrying.limit()).minus(retrying.elapsed())));
                    json.writeStringProperty("reason", retrying.reason());
                    json.writeStringProperty("remedy", retrying.remedy());
                });
    }

    private byte[] refused(Instant time, LinkEvent.Refused refused) {
        return line(
                time,
                "refused",
                json -> {
                    json.writeNumberProperty("shard", refused.shard());
                    json.writeNumberProperty("offset", refused.offset());
                    json.writeNumberProperty("database", refused.database());
                    json.writeStringProperty("command", refused.command());
                    json.writeStringProperty("key", refused.key());
                    json.writeStringProperty("reason", refused.reason());
                });
    }

    public byte[] progress(Instant time, Progress progress) {
        return line(
                time,
                "progress",
                json -> {
                    json.writeNumberProperty("elapsedMillis", progress.elapsed().toMillis());
                    totals(json, progress);
                    json.writeArrayPropertyStart("shards");
                    for (int i = 0; i < progress.rates().size(); i++) {
                        shard(json, progress, i);
                    }
                    json.writeEndArray();
                });
    }

    public byte[] ended(Instant time, Ending.Kind kind, int exitCode, Progress last) {
        return line(
                time,
                "ended",
                json -> {
                    json.writeStringProperty("outcome", word(kind));
                    json.writeNumberProperty("exitCode", exitCode);
                    json.writeNumberProperty("elapsedMillis", last.elapsed().toMillis());
                    totals(json, last);
                });
    }

    /// The end of a command that never came to run a link.
    public byte[] ended(Instant time, String outcome, int exitCode) {
        return line(
                time,
                "ended",
                json -> {
                    json.writeStringProperty("outcome", outcome);
                    json.writeNumberProperty("exitCode", exitCode);
                });
    }

    private static void totals(JsonGenerator json, Progress progress) {
        Phase phase = progress.phase();
        json.writeStringProperty("phase", word(phase));
        if (!progress.status().retrying().isEmpty()) {
            json.writeStringProperty("retrying", progress.status().retrying());
        }
        double fraction = progress.snapshotFraction();
        if (phase == Phase.SNAPSHOT && fraction >= 0) {
            json.writeNumberProperty("percent", Math.floor(fraction * 1_000) / 10);
        }
        known(json, "secondsLeft", phase == Phase.SNAPSHOT ? progress.secondsLeft() : -1);
        known(json, "keys", progress.total(Shard::snapshotKeys));
        known(json, "keysTotal", progress.total(Shard::snapshotKeysTotal));
        known(json, "snapshotBytes", progress.total(Shard::snapshotBytesRead));
        known(json, "snapshotBytesTotal", progress.total(Shard::snapshotBytesTotal));
        known(json, "lagBytes", progress.total(Shard::lagBytes));
        known(json, "lagMillis", progress.worst(Shard::lagMillis));
        known(json, "commands", progress.total(Shard::commands));
        known(json, "bytes", progress.total(Shard::bytes));
        rates(json, progress.totalRates());
        known(json, "refused", progress.total(Shard::refused));
        known(json, "etlDropped", progress.total(Shard::dropped));
        known(json, "etlChanged", progress.total(Shard::changed));
        known(json, "conflicts", progress.status().conflicts());
        known(json, "spoolMemoryBytes", progress.total(Shard::spoolMemoryBytes));
        known(json, "spoolDiskBytes", progress.total(Shard::spoolDiskBytes));
        known(json, "snapshots", progress.total(Shard::snapshots));
        known(json, "resumes", progress.total(Shard::resumes));
    }

    private static void shard(JsonGenerator json, Progress progress, int at) {
        Shard shard = progress.status().shards().get(at);
        Rates rates = progress.rates().get(at);
        json.writeStartObject();
        json.writeNumberProperty("index", shard.index());
        if (progress.status().isTwoWay()) {
            json.writeStringProperty("link", Direction.of(progress.status(), shard).code());
        }
        json.writeStringProperty("source", shard.source());
        json.writeStringProperty("phase", word(shard.phase()));
        json.writeStringProperty("replicationId", shard.replicationId());
        known(json, "receivedOffset", shard.receivedOffset());
        known(json, "appliedOffset", shard.appliedOffset());
        known(json, "sourceOffset", shard.sourceOffset());
        double fraction = Progress.snapshotFraction(shard);
        if (shard.phase() == Phase.SNAPSHOT && fraction >= 0) {
            json.writeNumberProperty("percent", Math.floor(fraction * 1_000) / 10);
            known(json, "secondsLeft", Progress.secondsLeft(shard, rates));
        }
        known(json, "keys", shard.snapshotKeys());
        known(json, "keysTotal", shard.snapshotKeysTotal());
        known(json, "snapshotBytes", shard.snapshotBytesRead());
        known(json, "snapshotBytesTotal", shard.snapshotBytesTotal());
        known(json, "lagBytes", shard.lagBytes());
        known(json, "lagMillis", shard.lagMillis());
        known(json, "commands", shard.commands());
        known(json, "bytes", shard.bytes());
        rates(json, rates);
        known(json, "refused", shard.refused());
        known(json, "etlDropped", shard.dropped());
        known(json, "etlChanged", shard.changed());
        known(json, "spoolMemoryBytes", shard.spoolMemoryBytes());
        known(json, "spoolDiskBytes", shard.spoolDiskBytes());
        known(json, "snapshots", shard.snapshots());
        known(json, "resumes", shard.resumes());
        json.writeEndObject();
    }

    private static void rates(JsonGenerator json, Rates rates) {
        json.writeNumberProperty("keysPerSecond", Math.round(rates.keys()));
        json.writeNumberProperty("snapshotBytesPerSecond", Math.round(rates.snapshotBytes()));
        json.writeNumberProperty("commandsPerSecond", Math.round(rates.commands()));
        json.writeNumberProperty("bytesPerSecond", Math.round(rates.bytes()));
    }

    static void known(JsonGenerator json, String name, long value) {
        if (value >= 0) {
            json.writeNumberProperty(name, value);
        }
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    byte[] line(Instant time, String event, Consumer<JsonGenerator> body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeStringProperty("time", TIME.format(time));
            json.writeStringProperty("event", event);
            json.writeStringProperty("task", task);
            body.accept(json);
            json.writeEndObject();
        }
        bytes.write('\n');
        return bytes.toByteArray();
    }
}
