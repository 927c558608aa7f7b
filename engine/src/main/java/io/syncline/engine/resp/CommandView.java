package io.syncline.engine.resp;

import io.syncline.engine.bytes.ByteBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A reused view of one command: where it stands in a buffer, and where its arguments stand.
///
/// The fields are public on purpose: the hot path reads them without a call. A view stays valid
/// only as long as the buffer's bytes stay where they are and the parser is not called again.
public final class CommandView {
    private static final byte[] NO_BYTES = new byte[0];

    /// Most commands have a handful of arguments; arrays grow beyond and are kept.
    private static final int FIRST_CAPACITY = 64;

    public byte[] buffer = NO_BYTES;

    /// Index of the command's first byte in `buffer`.
    public int start;

    /// Index behind the command's last byte.
    public int end;

    /// Zero for an empty line or an empty array: a keep-alive, nothing to execute.
    public int argumentCount;

    /// Index in `buffer` of each argument's first byte.
    public int[] offsets = new int[FIRST_CAPACITY];

    public int[] lengths = new int[FIRST_CAPACITY];

    /// Whether the command came as a line of words instead of an array of bulk strings.
    public boolean inline;

    /// The bytes that the command takes in the stream.
    public int length() {
        return end - start;
    }

    /// Lets go of the buffer, which may be huge, until the next command is found.
    public void forget() {
        buffer = NO_BYTES;
        start = 0;
        end = 0;
        argumentCount = 0;
    }

    /// Appends the command as an array of bulk strings: a plain copy, save for an inline command.
    public void copyTo(ByteBuilder out) {
        if (!inline) {
            out.put(buffer, start, end - start);
            return;
        }
        RespWriter.array(out, argumentCount);
        for (int i = 0; i < argumentCount; i++) {
            RespWriter.bulk(out, buffer, offsets[i], lengths[i]);
        }
    }

    /// A copy of one argument: for the rare command, not for the hot path.
    public byte[] argument(int index) {
        int offset = offsets[index];
        return Arrays.copyOfRange(buffer, offset, offset + lengths[index]);
    }

    /// One argument as text, byte for character (ISO 8859-1), so that nothing is lost.
    public String text(int index) {
        return new String(buffer, offsets[index], lengths[index], StandardCharsets.ISO_8859_1);
    }

    /// Whether an argument is this word, which must be given in upper case, in any letter case.
    public boolean isWord(int index, String upperCaseWord) {
        int length = lengths[index];
        if (length != upperCaseWord.length()) {
            return false;
        }
        int offset = offsets[index];
        for (int i = 0; i < length; i++) {
            int value = buffer[offset + i];
            if (value >= 'a' && value <= 'z') {
                value -= 'a' - 'A';
            }
            if (value != upperCaseWord.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    void room(int index) {
        if (index == offsets.length) {
            int larger = Math.min(index * 2, CommandParser.ARGUMENT_COUNT_LIMIT);
            offsets = Arrays.copyOf(offsets, larger);
            lengths = Arrays.copyOf(lengths, larger);
        }
    }

    /// Follows bytes that were moved by `distance` within their array or to another one.
    void shift(int count, int distance) {
        for (int i = 0; i < count; i++) {
            offsets[i] += distance;
        }
    }
}
