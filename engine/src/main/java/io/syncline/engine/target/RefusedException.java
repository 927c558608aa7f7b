package io.syncline.engine.target;

/// The target refuses for good what a command over several slots needs; the message is its words.
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String text) {
        super(text);
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
