package io.syncline.engine.source;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteInput;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import java.io.IOException;
import java.util.Arrays;

/// Takes commands out of a spool, in place: a view on the spool's own block, or, for the few
/// commands that lie over a block's end, on a scratch buffer they are gathered in.
///
/// Before commands, a snapshot can be read from the same place through [#snapshotInput].
public final class StreamDecoder {
    /// A scratch buffer that one huge command left behind is not kept.
    private static final int KEPT_BYTES = 1 << 20;

    /// Once this part of a huge command is there, the rest is believed and room for it is made at
    /// once: growing bit by bit would hold it twice again and again.
    private static final int TRUSTED_PART = 4;

    private static final byte[] NOTHING = new byte[0];

    private final Spool spool;
    private final Spool.Reader reader;
    private final CommandParser parser = new CommandParser();
    private final ByteBuilder scratch = new ByteBuilder(64 << 10);
    private byte[] carried = NOTHING;
    private int carriedPosition;
    private boolean gathering;
    private boolean handedOut;

    /// The command found last; valid until [#next] is called again.
    public final CommandView view = new CommandView();

    public StreamDecoder(Spool spool) {
        this.spool = spool;
        this.reader = spool.reader();
    }

    /// Looks for the next whole command, without waiting.
    ///
    /// @return whether [#view] describes one; otherwise more bytes must come
    /// @throws io.syncline.engine.resp.RespFormatException when the bytes are no command
    public boolean next() throws IOException {
        release();
        if (carriedPosition < carried.length && nextCarried()) {
            return true;
        }
        while (true) {
            if (gathering) {
                gather();
                if (parser.parse(scratch.array, 0, scratch.length, view)) {
                    gathering = false;
                    handedOut = true;
                    return true;
                }
                if (scratch.length >= parser.neededBytes()) {
                    continue;
                }
            } else if (reader.position < reader.limit) {
                if (parser.parse(reader.array, reader.position, reader.limit, view)) {
                    reader.position = view.end;
                    return true;
                }
                if (reader.limit == reader.array.length) {
                    gathering = true;
                    continue;
                }
            }
            if (reader.position == reader.limit || !gathering) {
                if (!reader.advance(gathering)) {
                    return false;
                }
            }
        }
    }

    /// Gives the memory of a huge command back; [#view] describes nothing any more.
    public void release() {
        if (handedOut) {
            handedOut = false;
            view.forget();
            scratch.clearAndTrim(KEPT_BYTES);
        }
    }

    /// Moves what the command still needs, and not a byte more, into the scratch buffer. It doubles
    /// up to the part that is trusted.
    private void gather() {
        int missing = Math.max(1, parser.neededBytes() - scratch.length);
        int take = Math.min(missing, reader.limit - reader.position);
        if (scratch.array.length - scratch.length < take) {
            int doubled = Math.min(missing, Math.max(take, scratch.array.length));
            boolean trusted = scratch.array.length >= parser.neededBytes() / (2 * TRUSTED_PART);
            scratch.ensure(trusted ? missing : doubled);
        }
        scratch.put(reader.array, reader.position, take);
        reader.position += take;
    }

    /// Whether nothing more will ever come.
    public boolean atEnd() {
        return spool.atEnd();
    }

    /// When the last byte of the present command arrived, by our clock.
    public long arrivedMillis() {
        return reader.arrivedMillis();
    }

    /// The spool as a blocking input for a snapshot: `waiter` is called while there is nothing to
    /// read.
    public ByteInput snapshotInput(Waiter waiter) {
        return (buffer, offset, length) -> {
            while (reader.position == reader.limit) {
                if (!reader.advance(true) && !waiter.await()) {
                    return -1;
                }
            }
            int count = Math.min(length, reader.limit - reader.position);
            System.arraycopy(reader.array, reader.position, buffer, offset, count);
            reader.position += count;
            return count;
        };
    }

    /// Waits for more bytes.
    @FunctionalInterface
    public interface Waiter {
        /// Blocks for a while.
        ///
        /// @return whether to look again; false ends the input
        boolean await() throws IOException;
    }

    /// Takes back what a snapshot's reader read beyond the snapshot. Only before the first command.
    public void prepend(byte[] bytes, int offset, int length) {
        carried = Arrays.copyOfRange(bytes, offset, offset + length);
    }

    /// Looks into the bytes that came with the snapshot.
    ///
    /// @return whether a whole command was found
    private boolean nextCarried() {
        if (parser.parse(carried, carriedPosition, carried.length, view)) {
            carriedPosition = view.end;
            return true;
        }
        scratch.put(carried, carriedPosition, carried.length - carriedPosition);
        carried = NOTHING;
        carriedPosition = 0;
        gathering = true;
        return false;
    }
}
