package io.syncline.engine.link;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.target.OwnKeys;
import io.syncline.engine.target.RewindException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the target remembers of keys that were given more time ([HeldExpiries]): a hash in each of
/// its databases, or slots, with the true expiry of each key and the one that it was given. It is
/// written in the same transaction as that one, so that a process that comes after one that died
/// gives the keys their true expiry as this one would have.
///
/// A note too many does no harm: a key that has another expiry than the one noted is left alone.
final class HeldNotes {
    private final OwnKeys keys;
    private final int pipeline;
    private final boolean ofCluster;
    private boolean recalled;

    HeldNotes(OwnKeys keys, int pipeline, boolean ofCluster) {
        this.keys = keys;
        this.pipeline = pipeline;
        this.ofCluster = ofCluster;
    }

    /// Whether the target has such a database: a cluster has one.
    boolean canStandIn(int database) {
        return !ofCluster || database == 0;
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
                    .runEach(
                            shop,
                            (primary, questions) -> {
                                for (var entry : all.entrySet()) {
                                    HeldExpiries.Name name = entry.getKey();
                                    if (primary.slots().get(Slots.of(name.key().array()))) {
                                        questions.in(name.database());
                                        questions.ask(
                                                out -> write(out, name, entry.getValue()),
                                                HeldNotes::require);
                                    }
                                }
                            });
        }
    }

    /// Tells what an earlier process noted; once.
    void recall(Workshop shop) throws RewindException {
        if (!recalled) {
            shop.targetScan()
                    .runEach(shop, (primary, questions) -> recall(shop, primary, questions));
            recalled = true;
        }
    }

    private void recall(Workshop shop, TargetScan.Primary primary, NodeQuestions questions)
            throws IOException {
        HeldExpiries held = shop.held();
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
    }

    private void recall(NodeQuestions questions, HeldExpiries held, int database, int slot)
            throws IOException {
        questions.ask(
                out -> {
                    RespWriter.array(out, 2);
                    RespWriter.bulk(out, "HGETALL");
                    RespWriter.bulk(out, hash(slot));
                },
                reply -> {
                    require(reply);
                    recall(held, database, reply);
                });
    }

    private static void require(Reply reply) throws IOException {
        if (reply instanceof Reply.Failure failure) {
            throw new IOException(failure.text());
        }
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
}
