package io.syncline.server.view;

import io.syncline.engine.verify.Difference;
import io.syncline.engine.verify.VerifyProgress;
import java.util.ArrayList;
import java.util.List;

/// A verification as lines: where it is, what it found, the last differences.
///
/// @param source as a user wrote it, without secrets
/// @param target likewise
public record VerifyScreen(String source, String target) {
    private static final int LABEL_COLUMN = 24;
    private static final int BAR_WIDTH = 30;

    /// Longer names fill a screen; files and events hold them whole.
    private static final int SHOWN_KEY = 200;

    public List<Line> lines(
            Headline headline, VerifyState state, List<Line> last, String hint, Look look) {
        List<Line> lines = new ArrayList<>();
        lines.add(new Line().bold("verify").add("  " + source + look.arrow(false) + target));
        lines.add(new Line().symbol(headline.tone(), look).bold(headline.text()));
        lines.add(bar(state.progress(), look));
        VerifyProgress progress = state.progress();
        lines.add(row("source", Numbers.count(progress.keys(), "key") + " compared"));
        lines.add(row("target", Numbers.count(progress.targetKeys(), "key") + " looked up"));
        if (progress.checking() > 0) {
            lines.add(row("looked at again", Numbers.count(progress.checking(), "key")));
        }
        progress.byKind()
                .forEach((kind, count) ->
                        lines.add(
                                row(kind.word().replace('-', ' '), "")
                                        .add(Numbers.count(count), Tone.BROKEN)));
        if (progress.repaired() > 0) {
            lines.add(row("repaired", Numbers.count(progress.repaired())));
        }
        lines.addAll(last);
        if (!hint.isEmpty()) {
            lines.add(new Line().faint(hint));
        }
        return lines.size() > look.height() - 1 ? lines.subList(0, look.height() - 1) : lines;
    }

    private static Line row(String name, String value) {
        return new Line().add("  ").faint(name).to(LABEL_COLUMN).add(value);
    }

    private static Line bar(VerifyProgress progress, Look look) {
        double fraction = progress.fraction();
        if (fraction < 0 || look.width() < BAR_WIDTH + 20) {
            return new Line().add("  ").add(fraction < 0 ? "" : Headline.percent(fraction));
        }
        int full = (int) (fraction * BAR_WIDTH);
        return new Line()
                .add("  ")
                .add(look.pick("━", "#").repeat(full))
                .add(look.pick("─", "-").repeat(BAR_WIDTH - full))
                .add("  " + Headline.percent(fraction));
    }

    /// The one sentence while it runs.
    public static Headline headline(VerifyState state) {
        VerifyProgress progress = state.progress();
        String rate =
                ", "
                        + Numbers.rate(state.keysPerSecond())
                        + " keys/s, "
                        + Numbers.bytes(state.bytesPerSecond())
                        + "/s"
                        + (state.secondsLeft() <= 0
                                ? ""
                                : ", about " + Numbers.seconds(state.secondsLeft()) + " left");
        String found =
                progress.differences() == 0
                        ? ""
                        : ", " + Numbers.count(progress.differences(), "difference");
        Tone tone = progress.differences() == 0 ? Tone.WORKING : Tone.ATTENTION;
        return switch (progress.phase()) {
            case STARTING -> new Headline(Tone.WORKING, "Starting, connecting to both sides");
            case COMPARING -> new Headline(tone, "Comparing" + rate + found);
            case EXTRAS ->
                    new Headline(tone, "Looking for keys only the target has" + rate + found);
            case ENDED -> new Headline(Tone.IDLE, "Ended");
        };
    }

    private static String shortened(String key) {
        return key.length() <= SHOWN_KEY
                ? key
                : key.substring(0, SHOWN_KEY) + "... (" + key.length() + " characters)";
    }

    /// A difference in one line.
    public static Note note(Difference difference) {
        String repair =
                switch (difference.repair().action()) {
                    case NONE -> "";
                    case WRITTEN, DELETED, EXPIRY_SET ->
                            "; repaired: " + difference.repair().action().word();
                    case SKIPPED -> "; not repaired: " + difference.repair().reason();
                };
        return new Note(
                difference.repair().isDone() ? Tone.WELL : Tone.BROKEN,
                difference.kind().word()
                        + " '"
                        + shortened(difference.keyText())
                        + "' in database "
                        + difference.database()
                        + ": "
                        + difference.source()
                        + " | "
                        + difference.target()
                        + (difference.detail().isEmpty() ? "" : " (" + difference.detail() + ")")
                        + repair,
                "");
    }
}
