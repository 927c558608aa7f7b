package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.Merger;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What stands in front of each transaction, so that it takes effect only directly behind the one
/// it follows.
///
/// Batches are pipelined. A batch that the target discards (out of memory at that instant, a right
/// taken away) must not be overtaken by the next one, whose checkpoint would hide the loss. So each
/// begins with `WATCH checkpoint guard` and a script that touches `guard` when the checkpoint is
/// not the expected one; a touched key makes EXEC answer nil. No round trip is needed, and the same
/// test fences a superseded process, since the checkpoint carries the generation.
///
/// `PEXPIRE` of an existing key is never refused for memory. EVAL and not EVALSHA: a SCRIPT FLUSH
/// must not open the guard. Where EVAL is not allowed, the guard asks first and waits
/// ([Mode#ASKING]).
final class Guard {
    /// How a guard finds out.
    enum Mode {
        /// By a script at the target: batches are pipelined.
        SCRIPT,
        /// By reading the checkpoint back: one batch at a time.
        ASKING
    }

    /// Long enough that a touched guard key lives as long as any task is paused.
    private static final long GUARD_MILLIS = 100L * 24 * 3600 * 1000;

    private static final String SCRIPT =
            "if redis.call('GET',KEYS[1])~=ARGV[1] then"
                    + " if redis.call('PEXPIRE',KEYS[2],ARGV[2])==0 then"
                    + " redis.call('SET',KEYS[2],'1','PX',ARGV[2]) end return 0 end return 1";

    private final byte[] checkpointKey;
    private final byte[] guardKey;
    private final Mode mode;
    private final byte[] head;
    private final byte[] tail;

    Guard(byte[] checkpointKey, byte[] guardKey, Mode mode) {
        this.checkpointKey = checkpointKey;
        this.guardKey = guardKey;
        this.mode = mode;
        ByteBuilder text = new ByteBuilder(512);
        watch(text);
        if (mode == Mode.SCRIPT) {
            RespWriter.array(text, 7);
            RespWriter.bulk(text, "EVAL");
            RespWriter.bulk(text, SCRIPT);
            RespWriter.bulk(text, "2");
            RespWriter.bulk(text, checkpointKey);
            RespWriter.bulk(text, guardKey);
            text.putAscii("$" + Checkpoint.LENGTH + "\r\n");
        }
        head = text.toBytes();
        text.clear();
        if (mode == Mode.SCRIPT) {
            text.putLineEnd();
            RespWriter.bulk(text, GUARD_MILLIS);
        } else {
            RespWriter.array(text, 2);
            RespWriter.bulk(text, "GET");
            RespWriter.bulk(text, checkpointKey);
        }
        tail = text.toBytes();
    }

    private void watch(ByteBuilder text) {
        RespWriter.array(text, 3);
        RespWriter.bulk(text, "WATCH");
        RespWriter.bulk(text, checkpointKey);
        RespWriter.bulk(text, guardKey);
    }

    /// Writes the guard in front of a transaction; `expected` is the checkpoint it must follow.
    void write(Batch batch, byte[] expected) {
        batch.wire.put(head);
        if (mode == Mode.SCRIPT) {
            batch.expectedAt = batch.wire.length;
            batch.wire.put(expected).put(tail);
        } else {
            batch.wire.put(tail);
            batch.guardLength = batch.wire.length;
            batch.expected = expected.clone();
        }
    }

    /// Proves on a fresh connection that the guard of this mode closes: a transaction that follows
    /// another checkpoint than the one in the target must not run.
    static boolean closes(Connection connection, byte[] checkpointKey, byte[] guardKey)
            throws IOException {
        Guard guard = new Guard(checkpointKey, guardKey, Mode.SCRIPT);
        byte[] wrong = "x".repeat(Checkpoint.LENGTH).getBytes(StandardCharsets.US_ASCII);
        Batch probe = new Batch(Merger.Rules.NONE);
        guard.write(probe, wrong);
        RespWriter.command(probe.wire, "MULTI");
        RespWriter.array(probe.wire, 2);
        RespWriter.bulk(probe.wire, "EXISTS");
        RespWriter.bulk(probe.wire, guardKey);
        RespWriter.command(probe.wire, "EXEC");
        connection.send(probe.wire);
        boolean closed = true;
        for (int i = 0; i < 4; i++) {
            Reply reply = connection.replies().read();
            closed &= !(reply instanceof Reply.Failure);
        }
        Reply result = connection.replies().read();
        return closed && result instanceof Reply.Nil;
    }

    /// Lets a batch that is sent again follow what stands now.
    ///
    /// @return the checkpoint that the batch writes, which the next one follows
    static byte[] follow(Batch batch, byte[] standing, long generation) {
        byte[] wire = batch.wire.array;
        if (batch.expectedAt >= 0) {
            System.arraycopy(standing, 0, wire, batch.expectedAt, Checkpoint.LENGTH);
        } else {
            batch.expected = standing.clone();
        }
        Checkpoint.putDigits(
                wire,
                batch.valueAt + Checkpoint.GENERATION_AT,
                Checkpoint.GENERATION_WIDTH,
                generation);
        return Arrays.copyOfRange(wire, batch.valueAt, batch.valueAt + Checkpoint.LENGTH);
    }
}
