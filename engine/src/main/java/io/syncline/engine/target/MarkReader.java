package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.Redirect;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Reads slots' marks from one node, and follows those that a migration has already taken
/// elsewhere.
final class MarkReader {
    /// Answers that may wait in the node's output buffer.
    private static final int ASKED_AT_ONCE = 2048;

    private final WriterSettings settings;
    private final long epoch;
    private final boolean keep;

    /// @param keep whether an expiry is taken off the marks that are found
    MarkReader(WriterSettings settings, long epoch, boolean keep) {
        this.settings = settings;
        this.epoch = epoch;
        this.keep = keep;
    }

    private record Elsewhere(int slot, Redirect at) {}

    /// Puts what the node knows of the slots into `found`.
    void read(Connection connection, int[] slots, SlotMark[] found) throws IOException {
        List<Elsewhere> elsewhere = new ArrayList<>();
        for (int from = 0; from < slots.length; from += ASKED_AT_ONCE) {
            int to = Math.min(slots.length, from + ASKED_AT_ONCE);
            ByteBuilder question = new ByteBuilder((to - from) * 128);
            for (int i = from; i < to; i++) {
                ask(question, slots[i]);
            }
            connection.send(question);
            IOException refused = null;
            for (int i = from; i < to; i++) {
                try {
                    if (keep) {
                        connection.replies().read();
                    }
                    take(connection.replies().read(), slots[i], found, elsewhere);
                } catch (TargetErrors.NotNowException e) {
                    refused = e;
                }
            }
            if (refused != null) {
                throw refused;
            }
        }
        for (Elsewhere one : elsewhere) {
            follow(one, found);
        }
    }

    /// First PERSIST, then GET: what the second sees then stays.
    private void ask(ByteBuilder question, int slot) {
        byte[] key = settings.keys().mark(settings.pipeline(), Slots.tag(slot));
        if (keep) {
            RespWriter.array(question, 2);
            RespWriter.bulk(question, "PERSIST");
            RespWriter.bulk(question, key);
        }
        RespWriter.array(question, 2);
        RespWriter.bulk(question, "GET");
        RespWriter.bulk(question, key);
    }

    private void take(Reply reply, int slot, SlotMark[] found, List<Elsewhere> elsewhere)
            throws IOException {
        if (reply instanceof Reply.Failure failure) {
            Redirect redirect = Redirect.parse(failure.text());
            if (redirect == null || !redirect.ask()) {
                throw TargetErrors.of(settings.keys().task(), failure.text());
            }
            elsewhere.add(new Elsewhere(slot, redirect));
        } else if (reply instanceof Reply.Bulk bulk) {
            found[slot] = SlotMark.decode(bulk.bytes(), epoch);
        }
    }

    /// The node that a slot is on its way to answers behind ASKING.
    private void follow(Elsewhere one, SlotMark[] found) throws IOException {
        HostPort node = new HostPort(one.at.host(), one.at.port());
        try (Connection connection = settings.instance().connector().open(node)) {
            byte[] key = settings.keys().mark(settings.pipeline(), Slots.tag(one.slot));
            if (keep) {
                connection.call("ASKING");
                connection.call(bytes("PERSIST"), key);
            }
            connection.call("ASKING");
            Reply reply = CheckpointStore.accept(connection, connection.call(bytes("GET"), key));
            if (reply instanceof Reply.Bulk bulk) {
                found[one.slot] = SlotMark.decode(bulk.bytes(), epoch);
            }
        }
    }

    private static byte[] bytes(String word) {
        return word.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }
}
