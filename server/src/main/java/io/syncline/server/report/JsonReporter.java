package io.syncline.server.report;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.server.view.Ending;
import io.syncline.server.view.Progress;
import io.syncline.server.view.Proof;
import java.time.Duration;
import java.time.InstantSource;

/// One JSON event a line, and nothing else.
public final class JsonReporter implements Reporter {
    private final Output output;
    private final JsonEvents events;
    private final InstantSource clock;

    public JsonReporter(Output output, String task, InstantSource clock) {
        this.output = output;
        this.events = new JsonEvents(task);
        this.clock = clock;
    }

    @Override
    public void started(LinkOptions options) {
        output.event(events.started(clock.instant(), options, Version.text()));
    }

    @Override
    public void happened(LinkEvent event) {
        output.event(events.event(clock.instant(), event));
    }

    @Override
    public void progressed(Progress progress) {
        output.event(events.progress(clock.instant(), progress));
    }

    @Override
    public void failed(Failure failure) {
        output.event(events.error(clock.instant(), failure));
    }

    @Override
    public void ended(Ending.Kind kind, int exitCode, Progress last) {
        progressed(last);
        output.event(events.ended(clock.instant(), kind, exitCode, last));
    }

    @Override
    public void say(String text) {
        output.event(events.note(clock.instant(), text));
    }

    @Override
    public void proved(Proof proof) {
        output.event(events.proof(clock.instant(), proof));
    }

    @Override
    public Duration interval() {
        return Duration.ofSeconds(1);
    }
}
