package io.syncline.server.report;

import io.syncline.server.view.Line;
import io.syncline.server.view.Look;
import java.util.List;

/// A block of lines at the bottom of a terminal that is redrawn in place, with plain cursor
/// movements (ECMA-48): no alternate screen, so what was shown stays in the scrollback.
final class Canvas {
    private static final String UP = "\u001b[%dA";
    private static final String TO_SCREEN_START = "\u001b[H";
    private static final String TO_LINE_START = "\r";
    private static final String ERASE_LINE_END = "\u001b[K";
    private static final String ERASE_BELOW = "\u001b[J";

    private final Terminal terminal;

    /// Rows of the block on the screen: a line is cut to the width of the terminal.
    private int shown;

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
        for (Line line : lines) {
            out.append(line.text(look)).append(ERASE_LINE_END).append('\n');
        }
        terminal.output().write(out.append(ERASE_BELOW).toString());
        shown = lines.size();
    }

    /// Prints lines that stay, above the block.
    void printAbove(List<Line> lines) {
        StringBuilder out = new StringBuilder(back()).append(ERASE_BELOW);
        look = terminal.look();
        lines.forEach(line -> out.append(line.text(look)).append('\n'));
        terminal.output().write(out.toString());
        shown = 0;
    }

    /// The block stays; what comes next goes below it.
    void leave() {
        shown = 0;
    }

    private String back() {
        return back(shown, look, terminal.look());
    }

    /// To where the block begins. A terminal whose size has changed has wrapped, joined, moved and
    /// hidden its lines as it likes, so that nobody knows where that is: then its whole screen is
    /// taken, and no old line stays among the new ones.
    ///
    /// @param rows of the block
    /// @param before what the terminal was when the block was drawn
    static String back(int rows, Look before, Look now) {
        if (rows == 0) {
            return "";
        }
        return now.width() != before.width() || now.height() != before.height()
                ? TO_SCREEN_START + ERASE_BELOW
                : TO_LINE_START + UP.replace("%d", Integer.toString(rows));
    }
}
