package io.syncline.engine.command;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Appends commands to a batch and joins neighbours where one command does the same as two.
///
/// Joined are runs of: plain `SET` (three arguments) into `MSET`; `DEL`; `UNLINK`; and with the
/// same key `HSET`, `HMSET`, `HDEL`, `SADD`, `SREM`, `RPUSH`, `LPUSH`, `ZREM`, `ZADD` (without
/// options). Why the result is the same:
///
/// - Only neighbours are joined, and their arguments stay in order, so nothing overtakes anything.
///   A key or field named twice is written twice, the last wins, as before.
/// - `SET` and `MSET` both drop a key's expiry and whatever type it had.
/// - A run with one key meets one type: either all parts fail with WRONGTYPE, or none. Removing
///   commands that empty a key and find it gone change nothing more, joined or not.
/// - The one check of arguments that could refuse part of a run is the score of `ZADD`: it is made
///   here, and a score in an unusual form is not joined.
/// - OOM refuses `SET` and `MSET` alike. In a transaction, either way all is refused.
///
/// Different are only replies (one for the run), the number of keyspace events for runs on one key,
/// and the right needed: `MSET` besides `SET`, see [Rules].
///
/// The buffer is a whole sequence of commands after every call: a join patches the count in the
/// run's header. Servers refuse counts with leading zeros (seen on Redis 2.8 to 8, Valkey 8, 9), so
/// when the count gains a digit, the run is moved by a byte; runs are short.
///
/// One merger serves one buffer.
public final class Merger {
    /// Arguments of a joined command, its name included. Half of what a packed hash holds by
    /// default (128 fields), so that a run never changes the encoding that a key gets.
    public static final int ARGUMENT_LIMIT = 129;

    /// Bigger values gain nothing by joining, and a run may have to be moved.
    public static final int RUN_LENGTH_LIMIT = 64 * 1024;

    /// The name in `MSET`, as it goes over the wire.
    public static final byte[] MSET_NAME = "$4\r\nMSET\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] NO_NAME = new byte[0];

    /// `*129\r\n$4\r\nMSET\r\n` and room.
    private static final int HEAD_LENGTH_LIMIT = 32;

    private final ByteBuilder out;
    private final Rules rules;
    private final byte[] head = new byte[HEAD_LENGTH_LIMIT];

    private MergeKind kind = MergeKind.NONE;
    private int runStart;
    private int runEnd;

    /// Where the part of the head ends that a join replaces: the count, for SET the name as well.
    private int headEnd;

    private int arguments;
    private int keyOffset;
    private int keyLength;
    private boolean joined;

    /// Which joins are wanted. A target whose user may `SET` but not `MSET`, or whose proxy knows
    /// no `MSET`, has `sets` off.
    ///
    /// @param sets SET into MSET
    /// @param deletes DEL and UNLINK
    /// @param elements commands on one key
    /// @param fields HSET, which takes several fields since 4.0 only
    public record Rules(boolean sets, boolean deletes, boolean elements, boolean fields) {
        public static final Rules NONE = new Rules(false, false, false, false);

        public static Rules of(Dialect target) {
            return new Rules(true, true, true, target.knowsFormsOf4());
        }
    }

    public Merger(ByteBuilder out, Rules rules) {
        this.out = out;
        this.rules = rules;
    }

    /// Appends a command, or joins it to the run that ends the buffer.
    ///
    /// @return true when it was joined: the batch has no further command, no further reply
    public boolean append(CommandView view, CommandSpec spec) {
        return append(view, kindOf(view, spec, rules));
    }

    /// The same for a command whose kind is known from [#kindOf].
    public boolean append(CommandView view, MergeKind next) {
        if (next == MergeKind.NONE) {
            kind = MergeKind.NONE;
            view.copyTo(out);
            return false;
        }
        if (next == kind && runEnd == out.length && join(view)) {
            return true;
        }
        start(view, next);
        return false;
    }

    /// Appends `SET key value`, such as a checkpoint, joining it to a run of SETs.
    ///
    /// @return true when it was joined
    public boolean appendSet(byte[] key, byte[] value) {
        if (kind == MergeKind.SET && runEnd == out.length && fits(2, key.length + value.length)) {
            grow(2);
            RespWriter.bulk(out, key);
            RespWriter.bulk(out, value);
            runEnd = out.length;
            return true;
        }
        kind = rules.sets() ? MergeKind.SET : MergeKind.NONE;
        runStart = out.length;
        RespWriter.array(out, 3);
        RespWriter.bulk(out, "SET");
        headEnd = out.length;
        RespWriter.bulk(out, key);
        RespWriter.bulk(out, value);
        runEnd = out.length;
        arguments = 3;
        joined = false;
        return false;
    }

    /// Ends the run: what comes next is not joined to it. To be called when the batch ends and
    /// where the database changes. (Bytes that others append to the buffer end a run, too.)
    public void close() {
        kind = MergeKind.NONE;
    }

    /// How a command can be joined with neighbours: [MergeKind#NONE] for not at all.
    public static MergeKind kindOf(CommandView view, CommandSpec spec, Rules rules) {
        MergeKind kind = spec.merge();
        return kind != MergeKind.NONE && isPlain(view, kind, rules) ? kind : MergeKind.NONE;
    }

    private static boolean isPlain(CommandView view, MergeKind kind, Rules rules) {
        int count = view.argumentCount;
        if (view.inline || count > ARGUMENT_LIMIT || view.length() > RUN_LENGTH_LIMIT) {
            return false;
        }
        return switch (kind) {
            case NONE -> false;
            case SET -> count == 3 && rules.sets();
            case DEL, UNLINK -> count >= 2 && rules.deletes();
            case HSET -> count >= 4 && count % 2 == 0 && rules.fields();
            case HMSET -> count >= 4 && count % 2 == 0 && rules.elements();
            case SADD, SREM, RPUSH, LPUSH, HDEL, ZREM -> count >= 3 && rules.elements();
            case ZADD -> count >= 4 && count % 2 == 0 && rules.elements() && hasScores(view);
        };
    }

    private void start(CommandView view, MergeKind next) {
        int moved = out.length - view.start;
        kind = next;
        runStart = out.length;
        out.put(view.buffer, view.start, view.end - view.start);
        runEnd = out.length;
        arguments = view.argumentCount;
        joined = false;
        if (next == MergeKind.SET) {
            headEnd = view.offsets[0] + view.lengths[0] + 2 + moved;
        } else {
            keyOffset = view.offsets[1] + moved;
            keyLength = view.lengths[1];
        }
    }

    private boolean join(CommandView view) {
        int from;
        int added;
        if (kind == MergeKind.SET || kind == MergeKind.DEL || kind == MergeKind.UNLINK) {
            from = view.offsets[0] + view.lengths[0] + 2;
            added = view.argumentCount - 1;
        } else {
            if (!isRunKey(view)) {
                return false;
            }
            from = view.offsets[1] + view.lengths[1] + 2;
            added = view.argumentCount - 2;
        }
        int length = view.end - from;
        if (!fits(added, length)) {
            return false;
        }
        grow(added);
        out.put(view.buffer, from, length);
        runEnd = out.length;
        return true;
    }

    private boolean fits(int added, int length) {
        return arguments + added <= ARGUMENT_LIMIT
                && out.length - runStart + length <= RUN_LENGTH_LIMIT;
    }

    private boolean isRunKey(CommandView view) {
        int offset = view.offsets[1];
        return Arrays.equals(
                out.array,
                keyOffset,
                keyOffset + keyLength,
                view.buffer,
                offset,
                offset + view.lengths[1]);
    }

    /// Counts `added` arguments more in the run's head.
    private void grow(int added) {
        int before = arguments;
        arguments += added;
        if (joined && ByteBuilder.digits(before) == ByteBuilder.digits(arguments)) {
            putDigits(out.array, runStart + 1, arguments);
            return;
        }
        byte[] name = kind == MergeKind.SET ? MSET_NAME : NO_NAME;
        if (!joined && kind != MergeKind.SET) {
            headEnd = behindCount();
        }
        joined = true;
        int length = 1 + putDigits(head, 1, arguments);
        head[0] = '*';
        head[length++] = '\r';
        head[length++] = '\n';
        System.arraycopy(name, 0, head, length, name.length);
        length += name.length;
        int moved = length - (headEnd - runStart);
        if (moved != 0) {
            out.ensure(Math.max(0, moved));
            byte[] array = out.array;
            System.arraycopy(array, headEnd, array, headEnd + moved, out.length - headEnd);
            out.length += moved;
            headEnd += moved;
            keyOffset += moved;
        }
        System.arraycopy(head, 0, out.array, runStart, length);
    }

    private int behindCount() {
        int at = runStart;
        while (out.array[at] != '\n') {
            at++;
        }
        return at + 1;
    }

    /// @return how many digits there are
    private static int putDigits(byte[] array, int at, int value) {
        int digits = ByteBuilder.digits(value);
        int rest = value;
        for (int i = at + digits - 1; i >= at; i--) {
            array[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return digits;
    }

    /// Whether every score is digits with an optional sign and one optional point: forms that every
    /// version reads. It also excludes options, which are words.
    private static boolean hasScores(CommandView view) {
        for (int i = 2; i < view.argumentCount; i += 2) {
            if (!isPlainScore(view.buffer, view.offsets[i], view.lengths[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlainScore(byte[] buffer, int offset, int length) {
        int at = offset;
        int end = offset + length;
        if (length > 0 && buffer[at] == '-') {
            at++;
        }
        boolean digits = false;
        boolean point = false;
        for (; at < end; at++) {
            if (buffer[at] >= '0' && buffer[at] <= '9') {
                digits = true;
            } else if (buffer[at] == '.' && digits && !point) {
                point = true;
            } else {
                return false;
            }
        }
        return digits && length <= SCORE_LENGTH_LIMIT;
    }

    /// Servers write scores with 17 significant digits; longer ones have exponents, mostly.
    private static final int SCORE_LENGTH_LIMIT = 32;
}
