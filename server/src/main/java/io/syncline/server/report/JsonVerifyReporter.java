package io.syncline.server.report;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.verify.Difference;
import io.syncline.engine.verify.Verification.Outcome;
import io.syncline.engine.verify.VerifyListener;
import io.syncline.engine.verify.VerifyOptions;
import io.syncline.server.view.VerifyEnding;
import io.syncline.server.view.VerifyState;
import java.time.Duration;
import java.time.InstantSource;

/// One JSON event a line, and nothing else.
public final class JsonVerifyReporter implements VerifyReporter {
    private final Output output;
    private final InstantSource clock;
    private final VerifyEvents events = new VerifyEvents();

    public JsonVerifyReporter(Output output, InstantSource clock) {
        this.output = output;
        this.clock = clock;
    }

    @Override
    public void started(VerifyOptions options) {
        output.event(events.started(clock.instant(), options));
    }

    @Override
    public void differs(Difference difference) {
        output.event(events.difference(clock.instant(), difference));
    }

    @Override
    public void warned(String place, String text, String remedy) {
        output.event(events.warning(clock.instant(), place, text, remedy));
    }

    @Override
    public void retrying(VerifyListener.Fault fault) {
        output.event(events.retrying(clock.instant(), fault));
    }

    @Override
    public void recovered(String side, String place, Duration away) {
        output.event(events.recovered(clock.instant(), side, place, away));
    }

    @Override
    public void failed(Failure failure) {
        output.event(events.error(clock.instant(), failure));
    }

    @Override
    public void progressed(VerifyState state) {
        output.event(events.progress(clock.instant(), state));
    }

    @Override
    public void ended(Outcome outcome, int exitCode, VerifyState last) {
        progressed(last);
        String word = VerifyEnding.of(outcome, last).outcome();
        output.event(events.ended(clock.instant(), word, exitCode, last));
    }

    @Override
    public Duration interval() {
        return Duration.ofSeconds(1);
    }
}
