package io.syncline.server.view;

import io.syncline.engine.precheck.Finding;
import io.syncline.engine.precheck.Finding.Severity;
import java.util.ArrayList;
import java.util.List;

/// Precheck findings as a table: symbol, severity, check, place, what was found, what to do.
public record FindingTable(Look look) {
    private static final int SEVERITY_WIDTH = 9;
    private static final int GAP = 2;

    /// Below this the text stands under its row instead of beside it.
    private static final int LEAST_TEXT = 30;

    public List<Line> lines(List<Finding> findings) {
        int checkWidth = findings.stream().mapToInt(f -> f.check().length()).max().orElse(0);
        int placeWidth = findings.stream().mapToInt(f -> f.place().length()).max().orElse(0);
        int column = GAP + SEVERITY_WIDTH + checkWidth + GAP + placeWidth + GAP;
        boolean beside = look.width() - column >= LEAST_TEXT;
        int textColumn = beside ? column : 4;
        List<Line> lines = new ArrayList<>();
        for (Finding finding : findings) {
            Line row = new Line().symbol(tone(finding), look).add(word(finding), tone(finding));
            row.to(GAP + SEVERITY_WIDTH).add(finding.check());
            row.to(GAP + SEVERITY_WIDTH + checkWidth + GAP).faint(finding.place());
            List<String> text = Line.wrap(finding.reason(), look.width() - textColumn);
            if (beside) {
                row.to(column).add(text.getFirst());
            }
            lines.add(row);
            text.stream()
                    .skip(beside ? 1 : 0)
                    .forEach(part -> lines.add(new Line().to(textColumn).add(part)));
            if (!finding.remedy().isEmpty()) {
                String remedy = look.pick("→ ", "> ") + finding.remedy();
                Line.wrap(remedy, look.width() - textColumn)
                        .forEach(part -> lines.add(new Line().to(textColumn).faint(part)));
            }
        }
        return lines;
    }

    /// The sentence under the table.
    public static Note verdict(List<Finding> findings) {
        long errors = count(findings, Severity.ERROR);
        long warnings = count(findings, Severity.WARNING);
        String rest = warnings == 0 ? "" : ", " + Numbers.count(warnings, "warning");
        return errors == 0
                ? new Note(
                        Tone.WELL,
                        "The task may start: "
                                + Numbers.count(findings.size(), "check")
                                + ", none failed"
                                + rest,
                        "")
                : new Note(
                        Tone.BROKEN,
                        "The task may not start: "
                                + errors
                                + " of "
                                + Numbers.count(findings.size(), "check")
                                + " failed"
                                + rest,
                        "");
    }

    private static long count(List<Finding> findings, Severity severity) {
        return findings.stream().filter(f -> f.severity() == severity).count();
    }

    private static String word(Finding finding) {
        return finding.severity() == Severity.WARNING ? "warning" : tone(finding).word();
    }

    private static Tone tone(Finding finding) {
        return switch (finding.severity()) {
            case OK -> Tone.WELL;
            case WARNING -> Tone.ATTENTION;
            case ERROR -> Tone.BROKEN;
        };
    }
}
