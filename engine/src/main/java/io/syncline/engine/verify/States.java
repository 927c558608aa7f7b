package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import io.syncline.engine.verify.Digest.Sum;
import io.syncline.engine.verify.Look.State;
import io.syncline.engine.verify.VerifyOptions.Mode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The state of a key at one side at one instant: type, expiry and a digest of the whole value,
/// read in one transaction, so that no state is seen that never was.
final class States {
    static final byte[] MULTI = bytes("MULTI");
    static final byte[] EXEC = bytes("EXEC");
    private static final byte[] TYPE = bytes("TYPE");
    private static final byte[] TIME = bytes("TIME");
    private static final byte[] FIRST = bytes("0");
    private static final byte[] LAST = bytes("-1");

    private final Mode mode;
    private final Digest digest;

    States(Mode mode, Digest digest) {
        this.mode = mode;
        this.digest = digest;
    }

    /// Reads several keys in one pipeline.
    ///
    /// @param types what each was seen to be last; one of another type by now has no digest, and
    ///   with NONE only the type and the expiry are read
    List<State> read(SideLinks side, List<byte[]> keys, int database, List<ValueType> types)
            throws IOException {
        byte[] expiry = BatchLook.expiryCommand(side.facts());
        List<List<Answer>> all =
                side.askAll(
                        keys,
                        database,
                        i -> {
                            byte[] key = keys.get(i);
                            return List.of(
                                    new byte[][] {MULTI},
                                    new byte[][] {TYPE, key},
                                    new byte[][] {expiry, key},
                                    new byte[][] {TIME},
                                    question(types.get(i), key),
                                    new byte[][] {EXEC});
                        });
        List<State> states = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            states.add(state(side, all.get(i).getLast(), types.get(i)));
        }
        return states;
    }

    private State state(SideLinks side, Answer executed, ValueType type) throws IOException {
        Answer[] results = Answer.items(executed);
        if (results.length < 4) {
            throw new IOException("EXEC is answered with " + Show.quoted(executed));
        }
        ValueType now = ValueType.of(Answer.text(results[0]));
        long clock = side.facts().absoluteExpiry() ? 0 : Expiries.clock(results[2]);
        return new State(
                now,
                Expiries.of(results[1], clock),
                now == type ? digest(digest, type, results[3]) : Sum.ZERO);
    }

    private byte[][] question(ValueType type, byte[] key) {
        return switch (mode) {
            case FULL -> whole(type, key);
            case LENGTH -> type.length(key);
            case EXISTS -> ValueType.NONE.length(key);
        };
    }

    private static byte[][] whole(ValueType type, byte[] key) {
        return switch (type) {
            case STRING -> new byte[][] {bytes("GET"), key};
            case LIST -> new byte[][] {bytes("LRANGE"), key, FIRST, LAST};
            case HASH -> new byte[][] {bytes("HGETALL"), key};
            case SET -> new byte[][] {bytes("SMEMBERS"), key};
            case ZSET -> new byte[][] {bytes("ZRANGE"), key, FIRST, LAST, bytes("WITHSCORES")};
            case NONE, STREAM, MODULE -> ValueType.NONE.length(key);
        };
    }

    /// Of what was answered about one place of a value.
    static Sum print(Digest digest, String place, Answer answer) {
        digest.start().add(bytes(place));
        add(digest, answer);
        return digest.sum();
    }

    /// Of a whole value, or of a scan's answer: the same whatever order a set or a hash is told in.
    static Sum digest(Digest digest, ValueType type, Answer answer) {
        if (!(answer instanceof Answer.Items)) {
            return ordered(digest, answer);
        }
        Answer[] items = Values.scanned(answer);
        return switch (type) {
            case SET -> unordered(digest, items, 1, false);
            case HASH -> unordered(digest, items, 2, false);
            case ZSET -> unordered(digest, items, 2, true);
            case STRING, LIST, STREAM, MODULE, NONE -> ordered(digest, answer);
        };
    }

    private static Sum ordered(Digest digest, Answer answer) {
        digest.start();
        add(digest, answer);
        return digest.sum();
    }

    private static Sum unordered(Digest digest, Answer[] items, int step, boolean scores) {
        Sum sum = new Sum(0, items.length);
        for (int i = 0; i + step <= items.length; i += step) {
            digest.start();
            add(digest, items[i]);
            if (scores) {
                digest.add(Double.doubleToLongBits(Values.score(items[i + 1])));
            } else if (step == 2) {
                add(digest, items[i + 1]);
            }
            sum = sum.plus(digest.sum());
        }
        return sum;
    }

    private static void add(Digest digest, Answer answer) {
        switch (answer) {
            case Answer.Bytes value ->
                    digest.add(value.length())
                            .add(value.head())
                            .add(value.digest().high())
                            .add(value.digest().low());
            case Answer.Whole whole -> digest.add(whole.value());
            case Answer.Word word -> digest.add(bytes(word.text()));
            case Answer.Failed failed -> digest.add(bytes(failed.text()));
            case Answer.Nil nil -> digest.add(-1);
            case Answer.Items items -> {
                digest.add(items.items().length);
                for (Answer item : items.items()) {
                    add(digest, item);
                }
            }
        }
    }
}
