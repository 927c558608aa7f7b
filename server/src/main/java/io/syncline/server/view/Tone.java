package io.syncline.server.view;

/// How something stands. A tone is a symbol, a word and a colour, and is never shown by its colour
/// alone.
public enum Tone {
    WELL("●", "*", "ok", "32"),
    WORKING("◐", "~", "working", "36"),
    ATTENTION("▲", "!", "attention", "33"),
    BROKEN("✖", "x", "error", "31"),
    IDLE("○", "-", "idle", "2");

    private final String symbol;
    private final String plainSymbol;
    private final String word;
    private final String colour;

    /// @param colour the parameter of ANSI's SGR sequence (ECMA-48, 8.3.117)
    Tone(String symbol, String plainSymbol, String word, String colour) {
        this.symbol = symbol;
        this.plainSymbol = plainSymbol;
        this.word = word;
        this.colour = colour;
    }

    String symbol(boolean unicode) {
        return unicode ? symbol : plainSymbol;
    }

    public String word() {
        return word;
    }

    String colour() {
        return colour;
    }
}
