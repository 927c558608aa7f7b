package io.syncline.server.view;

/// What the place that shows the lines can do.
///
/// @param width columns; a line is cut to it
/// @param height rows; a screen is cut to it
/// @param colour whether ANSI colours are wanted
/// @param unicode whether symbols beyond ASCII can be shown
public record Look(int width, int height, boolean colour, boolean unicode) {
    /// Narrower than this nothing useful can be said; lines then wrap.
    private static final int LEAST_WIDTH = 20;

    private static final int LEAST_HEIGHT = 6;

    public Look {
        width = Math.max(width, LEAST_WIDTH);
        height = Math.max(height, LEAST_HEIGHT);
    }

    /// `text` where it can be shown, else `plain`.
    String pick(String text, String plain) {
        return unicode ? text : plain;
    }

    String dot() {
        return pick(" · ", ", ");
    }

    String arrow(boolean both) {
        return both ? pick(" ⇄ ", " <-> ") : pick(" → ", " -> ");
    }
}
