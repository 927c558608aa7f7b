package io.syncline.server.report;

import io.syncline.server.view.Line;
import io.syncline.server.view.Look;
import java.util.ArrayList;
import java.util.List;

/// A block of lines at the bottom of a terminal that is redrawn in place, with plain cursor
/// movements (ECMA-48): no alternate screen, so what was shown stays in the scrollback.
final class Canvas {
    private static final String UP = "\u001b[%dA";
    private static final String TO_LINE_START = "\r";
    private static final String ERASE_LINE_END = "\u001b[K";
    private static final String ERASE_BELOW = "\u001b[J";

    private final Terminal terminal;

    /// Columns of each line on the screen, to know its rows after the terminal has become narrower.
    private List<Integer> shown = List.of();

    private Look look;

    Canvas(Terminal terminal) {
        this.terminal = terminal;
        this.look = terminal.look();
    }

    Look look() {
        return look;
    }

    void draw(List<Line> lines) {
        StringBuilder out = new StringBuilder(back());
        look = terminal.look();
        List<Integer> widths = new ArrayList<>();
        for (Line line : lines) {
            out.append(line.text(look)).append(ERASE_LINE_END).append('\n');
            widths.add(Math.min(line.width(), look.width()));
        }
        terminal.output().write(out.append(ERASE_BELOW).toString());
        shown = widths;
    }

    /// Prints lines that stay, above the block.
    void printAbove(List<Line> lines) {
        StringBuilder out = new StringBuilder(back()).append(ERASE_BELOW);
        look = terminal.look();
        lines.forEach(line -> out.append(line.text(look)).append('\n'));
        terminal.output().write(out.toString());
        shown = List.of();
    }

    /// The block stays; what comes next goes below it.
    void leave() {
        shown = List.of();
    }

    private String back() {
        int width = terminal.look().width();
        int rows = shown.stream().mapToInt(w -> Math.max(1, (w + width - 1) / width)).sum();
        return rows == 0 ? "" : TO_LINE_START + UP.replace("%d", Integer.toString(rows));
    }
}
