package io.syncline.engine.etl;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A pattern of keys as `SCAN MATCH` takes it (`util.c`, `stringmatchlen`): `*`, `?`, `[a-z]`,
/// `[^a]`, and `\` before a character that is meant as it is. Goes back to the last star only, so
/// its time is bounded by the product of both lengths.
public final class KeyPattern {
    private final byte[] pattern;

    /// @param pattern in UTF-8; `?` stands for one byte
    public KeyPattern(String pattern) {
        this(pattern.getBytes(StandardCharsets.UTF_8));
    }

    KeyPattern(byte[] pattern) {
        this.pattern = pattern;
    }

    public boolean fits(byte[] key) {
        return fits(key, 0, key.length);
    }

    boolean fits(byte[] buffer, int offset, int length) {
        int end = offset + length;
        int at = 0;
        int in = offset;
        int star = -1;
        int starIn = offset;
        while (in < end) {
            int next = at < pattern.length && pattern[at] != '*' ? step(at, buffer[in]) : -1;
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

    /// The bytes that the pattern is made of.
    byte[] bytes() {
        return pattern.clone();
    }

    /// What every key that fits begins with.
    byte[] head() {
        byte[] head = new byte[pattern.length];
        int length = 0;
        for (int at = 0; at < pattern.length; at++) {
            byte each = pattern[at];
            if (each == '*' || each == '?' || each == '[') {
                break;
            }
            if (each == '\\' && at + 1 < pattern.length) {
                each = pattern[++at];
            }
            head[length++] = each;
        }
        return Arrays.copyOf(head, length);
    }

    /// Whether every key fits that begins with [#head].
    boolean isPrefix() {
        for (int at = 0; at < pattern.length; at++) {
            if (pattern[at] == '\\') {
                at++;
            } else if (pattern[at] == '?' || pattern[at] == '[') {
                return false;
            } else if (pattern[at] == '*') {
                return at == pattern.length - 1;
            }
        }
        return false;
    }

    /// Whether the empty key fits.
    boolean fitsEmpty() {
        return fits(pattern, 0, 0);
    }

    @Override
    public String toString() {
        return new String(pattern, StandardCharsets.UTF_8);
    }
}
