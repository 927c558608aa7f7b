package io.syncline.engine.verify;

/// A pattern of keys as `SCAN MATCH` takes it (`util.c`, `stringmatchlen`): `*`, `?`, `[a-z]`,
/// `[^a]`, and `\` before a character that is meant as it is.
final class KeyPattern {
    private final byte[] pattern;

    KeyPattern(String pattern) {
        this.pattern = NodeLink.bytes(pattern);
    }

    boolean fits(byte[] key) {
        int at = 0;
        int in = 0;
        int star = -1;
        int starIn = 0;
        while (in < key.length) {
            int next = at < pattern.length && pattern[at] != '*' ? step(at, key[in]) : -1;
            if (at < pattern.length && pattern[at] == '*') {
                star = at++;
                starIn = in;
            } else if (next >= 0) {
                at = next;
                in++;
            } else if (star >= 0) {
                // What the last star takes is one byte longer than it seemed.
                at = star + 1;
                in = ++starIn;
            } else {
                return false;
            }
        }
        while (at < pattern.length && pattern[at] == '*') {
            at++;
        }
        return at == pattern.length;
    }

    /// @return the place behind what stands for one byte; -1 when that byte is another
    private int step(int at, byte each) {
        return switch (pattern[at]) {
            case '?' -> at + 1;
            case '[' -> oneOf(at, each & 0xff);
            case '\\' -> {
                int literal = at + 1 < pattern.length ? at + 1 : at;
                yield pattern[literal] == each ? literal + 1 : -1;
            }
            default -> pattern[at] == each ? at + 1 : -1;
        };
    }

    private int oneOf(int from, int each) {
        int at = from + 1;
        boolean not = at < pattern.length && pattern[at] == '^';
        at += not ? 1 : 0;
        boolean found = false;
        while (at < pattern.length && pattern[at] != ']') {
            if (pattern[at] == '\\' && at + 1 < pattern.length) {
                at++;
                found |= (pattern[at] & 0xff) == each;
                at++;
            } else if (at + 2 < pattern.length && pattern[at + 1] == '-') {
                int one = pattern[at] & 0xff;
                int other = pattern[at + 2] & 0xff;
                found |= Math.min(one, other) <= each && each <= Math.max(one, other);
                at += 3;
            } else {
                found |= (pattern[at] & 0xff) == each;
                at++;
            }
        }
        // As the server has it, a bracket that is not closed ends with the pattern.
        return found == not ? -1 : Math.min(at + 1, pattern.length);
    }
}
