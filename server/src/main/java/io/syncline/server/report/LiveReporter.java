package io.syncline.server.report;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.precheck.Finding.Severity;
import io.syncline.server.view.Ending;
import io.syncline.server.view.Headline;
import io.syncline.server.view.Line;
import io.syncline.server.view.Note;
import io.syncline.server.view.Progress;
import io.syncline.server.view.Proof;
import io.syncline.server.view.Screen;
import io.syncline.server.view.Tone;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A view that is redrawn in place at the bottom of a terminal. What was printed before stays, and
/// the last state stays when the run is over.
public final class LiveReporter implements Reporter {
    /// More would push the state off the screen.
    private static final int MAX_NOTES = 4;

    private static final String HINT = "Ctrl-C stops cleanly; the same command goes on from there.";

    private final Canvas canvas;
    private final Deque<Note> notes = new ArrayDeque<>();
    private String title = "";
    private String source = "";
    private String target = "";
    private Progress last = new Progress(Duration.ZERO, new LinkStatus(List.of(), ""), List.of());
    private @Nullable Proof proof;
    private boolean stopping;

    public LiveReporter(Terminal terminal) {
        this.canvas = new Canvas(terminal);
    }

    @Override
    public void started(LinkOptions options) {
        title = "task " + options.task();
        source = options.source().toString();
        target = options.target().toString();
        progressed(last);
    }

    @Override
    public void happened(LinkEvent event) {
        switch (event) {
            case LinkEvent.Checked checked when checked.finding().severity() == Severity.OK -> {}
            // The headline and the shards show these; why a snapshot is repeated is warned of.
            case LinkEvent.PhaseEntered entered -> {}
            case LinkEvent.Ended ended -> {}
            // One line for one outage, however often it is tried.
            case LinkEvent.Retrying retrying -> {
                notes.removeIf(note -> note.text().contains(retrying.place() + " is away"));
                keep(Note.of(event));
            }
            case LinkEvent.Recovered back -> {
                notes.removeIf(note -> note.text().contains(back.place() + " is away"));
                keep(Note.of(event));
            }
            default -> keep(Note.of(event));
        }
    }

    private void keep(Note note) {
        notes.addLast(note);
        if (notes.size() > MAX_NOTES) {
            notes.removeFirst();
        }
    }

    @Override
    public void progressed(Progress progress) {
        last = progress;
        Headline headline =
                stopping ? new Headline(Tone.WORKING, "Stopping") : Headline.of(progress);
        draw(headline, stopping ? "Ctrl-C once more ends at once." : HINT);
    }

    /// From now on the view says that the run is being stopped.
    public void stopping() {
        stopping = true;
        progressed(last);
    }

    @Override
    public void failed(Failure failure) {
        keep(Note.of(failure));
    }

    @Override
    public void ended(Ending.Kind kind, int exitCode, Progress progress) {
        last = progress;
        Ending ending = Ending.of(kind, progress);
        draw(ending.headline(), ending.totals() + ".");
        canvas.leave();
        Proof found = proof;
        if (found != null) {
            List<Line> lines = new ArrayList<>();
            lines.add(new Line());
            lines.addAll(found.lines(canvas.look()));
            lines.add(new Line());
            lines.addAll(found.verdict().lines(canvas.look()));
            canvas.printAbove(lines);
        }
    }

    @Override
    public void say(String text) {
        List<Line> lines = new ArrayList<>();
        for (String part : Line.wrap(text, canvas.look().width())) {
            lines.add(new Line().bold(part));
        }
        canvas.printAbove(lines);
    }

    /// Shown below the last state, once that is drawn.
    @Override
    public void proved(Proof found) {
        proof = found;
    }

    @Override
    public Duration interval() {
        return Duration.ofMillis(200);
    }

    private void draw(Headline headline, String hint) {
        Screen screen = new Screen(title, source, target, canvas.look());
        canvas.draw(screen.lines(headline, last, List.copyOf(notes), hint));
    }
}
