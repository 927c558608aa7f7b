package io.syncline.server.view;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.link.LinkEvent;
import io.syncline.engine.link.LinkEvent.Side;
import io.syncline.engine.link.Phase;
import io.syncline.engine.precheck.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Something that happened, in words.
///
/// @param remedy what to do; empty when nothing needs doing
public record Note(Tone tone, String text, String remedy) {
    /// Indent of a remedy: below the text it belongs to.
    private static final String INDENT = "  ";

    public static Note of(Failure failure) {
        return new Note(
                Tone.BROKEN, "[" + failure.place() + "] " + failure.reason(), failure.remedy());
    }

    public static Note of(LinkEvent event) {
        return switch (event) {
            case LinkEvent.Checked checked -> of(checked.finding());
            case LinkEvent.PhaseEntered entered -> of(entered);
            case LinkEvent.Retrying retrying ->
                    new Note(Tone.ATTENTION, retryText(retrying), retrying.remedy());
            case LinkEvent.Recovered back ->
                    new Note(
                            Tone.WELL,
                            word(back.side())
                                    + " "
                                    + back.place()
                                    + " is back after "
                                    + Numbers.duration(back.away()),
                            "");
            case LinkEvent.Refused refused ->
                    new Note(
                            Tone.ATTENTION,
                            "the target refused "
                                    + refused.command()
                                    + " of key '"
                                    + refused.key()
                                    + "' in database "
                                    + refused.database()
                                    + " (offset "
                                    + refused.offset()
                                    + "): "
                                    + refused.reason(),
                            "");
            case LinkEvent.Warned warned ->
                    new Note(
                            Tone.ATTENTION,
                            "[" + warned.place() + "] " + warned.text(),
                            warned.remedy());
            case LinkEvent.CaughtUp() ->
                    new Note(Tone.WELL, "caught up: the target has everything", "");
            case LinkEvent.Failed failed -> of(failed.failure());
            case LinkEvent.Ended ended -> new Note(Tone.IDLE, "ended: " + ended.reason(), "");
        };
    }

    private static Note of(Finding finding) {
        Tone tone =
                switch (finding.severity()) {
                    case OK -> Tone.WELL;
                    case WARNING -> Tone.ATTENTION;
                    case ERROR -> Tone.BROKEN;
                };
        return new Note(
                tone,
                "check " + finding.check() + " [" + finding.place() + "] " + finding.reason(),
                finding.remedy());
    }

    private static Note of(LinkEvent.PhaseEntered entered) {
        String where = "shard " + entered.shard() + " [" + entered.source() + "] ";
        String what =
                switch (entered.phase()) {
                    case STARTING -> "connects";
                    case SNAPSHOT -> "copies a snapshot";
                    case STREAMING ->
                            entered.resumed() ? "streams on, from where it stood" : "streams";
                    case ENDED -> "ended";
                };
        String reason = entered.reason().isEmpty() ? "" : ": " + entered.reason();
        Tone tone = entered.phase() == Phase.STREAMING ? Tone.WELL : Tone.WORKING;
        return new Note(tone, where + what + reason, "");
    }

    private static String retryText(LinkEvent.Retrying retrying) {
        return word(retrying.side())
                + " "
                + retrying.place()
                + " is away for "
                + Numbers.duration(retrying.elapsed())
                + ", attempt "
                + retrying.count()
                + ", gives up after "
                + Numbers.duration(retrying.limit())
                + ": "
                + retrying.reason();
    }

    private static String word(Side side) {
        return side.name().toLowerCase(Locale.ROOT);
    }

    /// Symbol, word and text, wrapped; the remedy on a line of its own. The word stands only where
    /// something is wrong: a symbol with a plain sentence says enough when all is well.
    public List<Line> lines(Look look) {
        boolean wrong = tone == Tone.ATTENTION || tone == Tone.BROKEN;
        String word = wrong ? tone.word() + "  " : "";
        List<String> parts = Line.wrap(word + text, look.width() - INDENT.length());
        List<Line> lines = new ArrayList<>();
        lines.add(first(parts.getFirst(), word, look));
        parts.stream().skip(1).forEach(part -> lines.add(Line.of(INDENT + part)));
        if (!remedy.isEmpty()) {
            String arrow = look.pick("→ ", "> ");
            for (String part : Line.wrap(arrow + remedy, look.width() - INDENT.length())) {
                lines.add(Line.of(INDENT).faint(part));
            }
        }
        return lines;
    }

    private Line first(String part, String word, Look look) {
        Line line = new Line().symbol(tone, look);
        return part.startsWith(word.strip()) && !word.isEmpty()
                ? line.add(word.strip(), tone).add(part.substring(word.strip().length()))
                : line.add(part);
    }
}
