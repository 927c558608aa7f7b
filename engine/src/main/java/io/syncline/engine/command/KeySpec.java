package io.syncline.engine.command;

/// Where the keys of a command stand among its arguments; argument 0 is the command's name.
///
/// @param rule how to find them
/// @param first the first key, or for NUMKEYS the argument that counts the keys
/// @param last the last key; negative: counted from the end, -1 being the last argument
/// @param step the distance from key to key
public record KeySpec(Rule rule, int first, int last, int step) {
    static final KeySpec NONE = new KeySpec(Rule.NONE, 0, 0, 1);

    public KeySpec {
        if (step < 1) {
            throw new IllegalArgumentException("step is " + step + " but must be positive");
        }
        if (rule != Rule.NONE && first < 1) {
            throw new IllegalArgumentException("first is " + first + " but must be positive");
        }
    }

    /// How keys are found.
    public enum Rule {
        NONE,
        /// From `first` to `last` by `step`.
        RANGE,
        /// The count stands at `first`, the keys behind it by `step`.
        NUMKEYS,
        /// `ZUNIONSTORE target 2 a b`: the target at 1, a count at 2, sources behind it.
        STORE_NUMKEYS,
        /// `SORT key ... STORE target`.
        SORT,
        /// `GEORADIUS key ... STORE target`, `STOREDIST target`.
        GEORADIUS,
        /// `XREAD ... STREAMS a b 0 0`.
        STREAMS,
        /// `MIGRATE host port key ...` or `... "" ... KEYS a b`.
        MIGRATE
    }

    /// Whether the one key stands at argument 1: by far the commonest.
    boolean single() {
        return rule == Rule.RANGE && first == 1 && last == 1;
    }

    /// Reads the last column of `commands.txt`, which explains the forms.
    static KeySpec parse(String text) {
        return switch (text) {
            case "-" -> NONE;
            case "store-numkeys" -> new KeySpec(Rule.STORE_NUMKEYS, 1, 1, 1);
            case "sort" -> new KeySpec(Rule.SORT, 1, 1, 1);
            case "georadius" -> new KeySpec(Rule.GEORADIUS, 1, 1, 1);
            case "streams" -> new KeySpec(Rule.STREAMS, 1, 1, 1);
            case "migrate" -> new KeySpec(Rule.MIGRATE, 3, 3, 1);
            default -> parseNumbers(text);
        };
    }

    private static KeySpec parseNumbers(String text) {
        if (text.startsWith("numkeys:")) {
            String[] parts = text.split(":", -1);
            int step = parts.length > 2 ? Integer.parseInt(parts[2]) : 1;
            return new KeySpec(Rule.NUMKEYS, Integer.parseInt(parts[1]), 0, step);
        }
        int slash = text.indexOf('/');
        int step = slash < 0 ? 1 : Integer.parseInt(text.substring(slash + 1));
        String range = slash < 0 ? text : text.substring(0, slash);
        int dots = range.indexOf("..");
        if (dots < 0) {
            int at = Integer.parseInt(range);
            return new KeySpec(Rule.RANGE, at, at, step);
        }
        return new KeySpec(
                Rule.RANGE,
                Integer.parseInt(range.substring(0, dots)),
                Integer.parseInt(range.substring(dots + 2)),
                step);
    }
}
