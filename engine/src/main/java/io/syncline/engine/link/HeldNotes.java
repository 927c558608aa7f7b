package io.syncline.engine.link;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.target.OwnKeys;
import io.syncline.engine.target.RewindException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the target remembers of keys that were given more time ([HeldExpiries]): a hash in each of
/// its databases, or slots, with the true expiry of each key and the one that it was given. It is
/// written in the same transaction as that one, so that a process that comes after one that died
/// gives the keys their true expiry as this one would have.
///
/// A note too many does no harm: a key that has another expiry than the one noted is left alone.
final class HeldNotes {
    /// Answers that may wait in a node's output buffer.
    private static final int ASKED_AT_ONCE = 2048;

    private final OwnKeys keys;
    private final int pipeline;
    private final boolean ofCluster;
    private boolean recalled;

    HeldNotes(OwnKeys keys, int pipeline, boolean ofCluster) {
        this.keys = keys;
        this.pipeline = pipeline;
        this.ofCluster = ofCluster;
    }

    /// Writes the command that notes a key, or that takes its note away.
    ///
    /// @param times null for a key that is not held any more
    void write(ByteBuilder out, HeldExpiries.Name name, HeldExpiries.@Nullable Held times) {
        RespWriter.array(out, times == null ? 3 : 4);
        RespWriter.bulk(out, times == null ? "HDEL" : "HSET");
        RespWriter.bulk(out, hash(Slots.of(name.key().array())));
        RespWriter.bulk(out, name.key().array());
        if (times != null) {
            RespWriter.bulk(out, times.moment() + " " + times.sent());
        }
    }

    private byte[] hash(int slot) {
        return ofCluster ? keys.held(pipeline, Slots.tag(slot)) : keys.held(pipeline);
    }

    /// Notes all keys of a snapshot, before there is a position behind it.
    void writeAll(Workshop shop) throws RewindException {
        HeldExpiries held = shop.held();
        held.noNote();
        if (!held.isEmpty()) {
            Map<HeldExpiries.Name, HeldExpiries.Held> all = held.first(Integer.MAX_VALUE);
            shop.targetScan()
                    .run(
                            shop,
                            primaries -> {
                                for (TargetScan.Primary primary : primaries) {
                                    write(primary, all);
                                }
                            });
        }
    }

    private void write(TargetScan.Primary primary, Map<HeldExpiries.Name, HeldExpiries.Held> all)
            throws IOException {
        Questions questions = new Questions(primary.connection());
        for (var entry : all.entrySet()) {
            HeldExpiries.Name name = entry.getKey();
            if (primary.slots().get(Slots.of(name.key().array()))) {
                questions.in(name.database());
                write(questions.out, name, entry.getValue());
                questions.asked(reply -> {});
            }
        }
        questions.end();
    }

    /// Tells what an earlier process noted; once.
    void recall(Workshop shop) throws RewindException {
        if (!recalled) {
            shop.targetScan()
                    .run(
                            shop,
                            primaries -> {
                                for (TargetScan.Primary primary : primaries) {
                                    recall(shop, primary);
                                }
                            });
            recalled = true;
        }
    }

    private void recall(Workshop shop, TargetScan.Primary primary) throws IOException {
        HeldExpiries held = shop.held();
        Questions questions = new Questions(primary.connection());
        if (ofCluster) {
            BitSet slots = primary.slots();
            for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
                recall(questions, held, 0, slot);
            }
        } else {
            for (int database : shop.targetDatabases(primary.connection())) {
                questions.in(database);
                recall(questions, held, database, 0);
            }
        }
        questions.end();
    }

    private void recall(Questions questions, HeldExpiries held, int database, int slot)
            throws IOException {
        RespWriter.array(questions.out, 2);
        RespWriter.bulk(questions.out, "HGETALL");
        RespWriter.bulk(questions.out, hash(slot));
        questions.asked(reply -> recall(held, database, reply));
    }

    private static void recall(HeldExpiries held, int database, Reply reply) {
        if (reply instanceof Reply.Items fields) {
            for (int i = 0; i + 1 < fields.items().size(); i += 2) {
                if (fields.items().get(i) instanceof Reply.Bulk key
                        && fields.items().get(i + 1) instanceof Reply.Bulk note) {
                    String[] times = note.utf8().split(" ", -1);
                    held.recall(
                            new HeldExpiries.Name(database, ByteBuffer.wrap(key.bytes())),
                            new HeldExpiries.Held(
                                    Long.parseLong(times[0]), Long.parseLong(times[1])));
                }
            }
        }
    }

    /// Asks one node many questions in few round trips.
    private static final class Questions {
        final ByteBuilder out = new ByteBuilder(1 << 16);
        private final Connection connection;
        private final List<Consumer<Reply>> waiting = new ArrayList<>();
        private int database;

        Questions(Connection connection) {
            this.connection = connection;
        }

        void in(int wanted) {
            if (wanted != database) {
                database = wanted;
                RespWriter.command(out, "SELECT", Integer.toString(wanted));
                waiting.add(reply -> {});
            }
        }

        /// To be told when the question stands in [#out].
        void asked(Consumer<Reply> answered) throws IOException {
            waiting.add(answered);
            if (waiting.size() >= ASKED_AT_ONCE) {
                end();
            }
        }

        void end() throws IOException {
            connection.send(out);
            out.clear();
            for (Consumer<Reply> answered : waiting) {
                Reply reply = connection.replies().read();
                if (reply instanceof Reply.Failure failure && isElsewhere(failure.kind())) {
                    throw new IOException(failure.text());
                }
                answered.accept(reply);
            }
            waiting.clear();
        }

        /// A slot that is on its way (ASK) may be so for hours: its keys are not waited for.
        private static boolean isElsewhere(ErrorKind kind) {
            return kind.remedy() == ErrorKind.Remedy.RETRY
                    || kind == ErrorKind.MOVED
                    || kind == ErrorKind.READONLY;
        }
    }
}
