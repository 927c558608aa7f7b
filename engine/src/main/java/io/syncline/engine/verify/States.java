package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import io.syncline.engine.verify.Digest.Sum;
import io.syncline.engine.verify.Look.State;
import java.io.IOException;
import java.util.List;

/// The state of a key at one side at one instant: type, expiry and a digest of the whole value,
/// read in one transaction, so that no state is seen that never was.
final class States {
    private static final byte[] MULTI = bytes("MULTI");
    private static final byte[] EXEC = bytes("EXEC");
    private static final byte[] TYPE = bytes("TYPE");
    private static final byte[] TIME = bytes("TIME");
    private static final byte[] FIRST = bytes("0");
    private static final byte[] LAST = bytes("-1");

    private final Digest digest;

    States(Digest digest) {
        this.digest = digest;
    }

    /// @param type as it was seen last; another type by now has no digest
    State read(SideLinks side, byte[] key, int database, ValueType type) throws IOException {
        List<Answer> answers =
                side.ask(
                        key,
                        database,
                        List.of(
                                new byte[][] {MULTI},
                                new byte[][] {TYPE, key},
                                new byte[][] {BatchLook.expiryCommand(side.facts()), key},
                                new byte[][] {TIME},
                                whole(type, key),
                                new byte[][] {EXEC}));
        Answer[] results = Answer.items(answers.getLast());
        if (results.length < 4) {
            throw new IOException("EXEC is answered with " + Show.quoted(answers.getLast()));
        }
        ValueType now = ValueType.of(Answer.text(results[0]));
        long clock = side.facts().absoluteExpiry() ? 0 : Expiries.clock(results[2]);
        return new State(
                now,
                Expiries.of(results[1], clock),
                now == type ? digest(digest, type, results[3]) : Sum.ZERO);
    }

    private static byte[][] whole(ValueType type, byte[] key) {
        return switch (type) {
            case STRING -> new byte[][] {bytes("GET"), key};
            case LIST -> new byte[][] {bytes("LRANGE"), key, FIRST, LAST};
            case HASH -> new byte[][] {bytes("HGETALL"), key};
            case SET -> new byte[][] {bytes("SMEMBERS"), key};
            case ZSET -> new byte[][] {bytes("ZRANGE"), key, FIRST, LAST, bytes("WITHSCORES")};
            case STREAM -> new byte[][] {bytes("XRANGE"), key, bytes("-"), bytes("+")};
            case MODULE -> new byte[][] {bytes("DUMP"), key};
            case NONE -> new byte[][] {bytes("EXISTS"), key};
        };
    }

    /// Of a whole value, or of a scan's answer: the same whatever order a set or a hash is told in.
    static Sum digest(Digest digest, ValueType type, Answer answer) {
        Answer[] parts = Answer.items(answer);
        boolean scan = parts.length == 2 && parts[1] instanceof Answer.Items;
        Answer[] items = scan ? Values.scanned(answer) : parts;
        return switch (type) {
            case SET -> unordered(digest, items, 1, false);
            case HASH -> unordered(digest, items, 2, false);
            case ZSET -> unordered(digest, items, 2, true);
            case STRING, LIST, STREAM, MODULE, NONE -> {
                digest.start();
                add(digest, answer);
                yield digest.sum();
            }
        };
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
