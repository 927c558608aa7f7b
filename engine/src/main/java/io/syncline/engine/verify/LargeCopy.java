package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.command.FilterRules;
import io.syncline.engine.command.Slots;
import io.syncline.engine.rdb.CommandEncoder;
import io.syncline.engine.rdb.PayloadConverter;
import io.syncline.engine.rdb.TargetFormat;
import io.syncline.engine.rdb.UnsupportedValueException;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/// Puts a large value together at the side to be mended, in chunks of which none keeps the server
/// busy for more than some milliseconds: in a key of our own, in the slot of the real one, which it
/// takes the place of in the repair's transaction.
final class LargeCopy {
    /// What RESTORE may make at once: a hash takes half a microsecond for each element, a sorted
    /// set one, as seen on Redis 7.0.
    private static final int LARGEST_ELEMENTS = 32 << 10;

    private static final int LARGEST_BYTES = 4 << 20;

    /// In case that nobody comes back for the copy.
    private static final byte[] EXPIRY_MILLIS = bytes("3600000");

    private final NodeLink link;
    private final PayloadConverter payloads;
    private final TargetFormat format;
    private final byte[] key;
    private final byte[] own;
    private final byte[] removal;
    private boolean begun;

    /// @param link to the node that has the key
    LargeCopy(NodeLink link, PayloadConverter payloads, TargetFormat format, byte[] key) {
        this.link = link;
        this.payloads = payloads;
        this.format = format;
        this.key = key;
        this.removal = removal(format);
        this.own =
                bytes(
                        FilterRules.OWN_PREFIX
                                + "verify:copy:"
                                + UUID.randomUUID()
                                + ":{"
                                + Slots.tag(Slots.of(key))
                                + "}");
    }

    /// Since 4.0 a key is taken away at once and its memory given back behind that.
    static byte[] removal(TargetFormat format) {
        return bytes(format.valkey() || format.major() >= 4 ? "UNLINK" : "DEL");
    }

    /// Copies a value that is large.
    ///
    /// @return false when it is not, and nothing was written
    /// @throws UnsupportedValueException when the server refuses a part of it
    boolean write(ByteSlice payload) throws IOException {
        CommandEncoder encoder = new CommandEncoder(format, this::chunk);
        encoder.start(new ByteSlice().set(own, 0, own.length));
        if (!payloads.visitLarge(payload, LARGEST_ELEMENTS, LARGEST_BYTES, encoder)) {
            return false;
        }
        encoder.finish();
        return true;
    }

    private void chunk(ByteBuilder command) throws IOException {
        link.add(command);
        if (!begun) {
            begun = true;
            link.add(bytes("PEXPIRE"), own, EXPIRY_MILLIS);
            link.flush();
            require(link.raw());
        }
        link.flush();
        require(link.raw());
    }

    private void require(Answer answer) throws IOException {
        if (answer instanceof Answer.Failed failed) {
            link.check(failed);
            throw new UnsupportedValueException(failed.text());
        }
    }

    /// The commands that put it in the place of the key.
    ///
    /// @param expiry in Unix time; negative for never
    List<byte[][]> take(long expiry) {
        return List.of(
                new byte[][] {removal, key},
                new byte[][] {bytes("RENAME"), own, key},
                expiry < 0
                        ? new byte[][] {bytes("PERSIST"), key}
                        : new byte[][] {bytes("PEXPIREAT"), key, bytes(Long.toString(expiry))});
    }

    /// Removes what was written, if anything was.
    void drop() throws IOException {
        if (begun) {
            link.add(removal, own).flush();
            link.raw();
        }
    }
}
