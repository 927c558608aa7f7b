package io.syncline.server.report;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.verify.Difference;
import io.syncline.engine.verify.Verification.Outcome;
import io.syncline.engine.verify.VerifyListener;
import io.syncline.engine.verify.VerifyOptions;
import io.syncline.engine.verify.VerifyProgress;
import io.syncline.server.view.Headline;
import io.syncline.server.view.Line;
import io.syncline.server.view.Note;
import io.syncline.server.view.Numbers;
import io.syncline.server.view.Tone;
import io.syncline.server.view.VerifyEnding;
import io.syncline.server.view.VerifyScreen;
import io.syncline.server.view.VerifyState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/// A table with a progress bar that is redrawn in place at the bottom of a terminal.
public final class LiveVerifyReporter implements VerifyReporter {
    /// More would push the table off the screen.
    private static final int MAX_NOTES = 5;

    private final Canvas canvas;
    private final Deque<Note> notes = new ArrayDeque<>();
    private VerifyScreen screen = new VerifyScreen("", "");
    private VerifyState last =
            new VerifyState(
                    Duration.ZERO,
                    new VerifyProgress(
                            VerifyProgress.Phase.STARTING, 0, -1, 0, -1, 0, 0, Map.of(), 0, 0),
                    0,
                    0);

    public LiveVerifyReporter(Terminal terminal) {
        this.canvas = new Canvas(terminal);
    }

    @Override
    public void started(VerifyOptions options) {
        screen = new VerifyScreen(options.source().toString(), options.target().toString());
        progressed(last);
    }

    @Override
    public void differs(Difference difference) {
        keep(VerifyScreen.note(difference));
    }

    @Override
    public void warned(String place, String text, String remedy) {
        keep(new Note(Tone.ATTENTION, "[" + place + "] " + text, remedy));
    }

    @Override
    public void retrying(VerifyListener.Fault fault) {
        String text =
                "the "
                        + fault.side()
                        + " is away for "
                        + Numbers.duration(fault.elapsed())
                        + ": "
                        + fault.reason();
        if (fault.count() > 1) {
            notes.pollLast();
        }
        keep(new Note(Tone.ATTENTION, text, ""));
    }

    @Override
    public void recovered(String side, String place, Duration away) {
        String text = "the " + side + " is back after " + Numbers.duration(away);
        keep(new Note(Tone.WELL, text, ""));
    }

    @Override
    public void failed(Failure failure) {
        keep(Note.of(failure));
    }

    private void keep(Note note) {
        notes.addLast(note);
        if (notes.size() > MAX_NOTES) {
            notes.removeFirst();
        }
    }

    @Override
    public void progressed(VerifyState state) {
        last = state;
        draw(VerifyScreen.headline(state), "Ctrl-C stops cleanly.");
    }

    @Override
    public void ended(Outcome outcome, int exitCode, VerifyState state) {
        last = state;
        draw(VerifyEnding.of(outcome, state).headline(), "");
        canvas.leave();
    }

    @Override
    public Duration interval() {
        return Duration.ofMillis(200);
    }

    private void draw(Headline headline, String hint) {
        List<Line> lines = new ArrayList<>();
        notes.forEach(note -> lines.addAll(note.lines(canvas.look())));
        canvas.draw(screen.lines(headline, last, lines, hint, canvas.look()));
    }
}
