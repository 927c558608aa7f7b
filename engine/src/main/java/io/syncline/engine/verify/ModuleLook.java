package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import io.syncline.engine.rdb.DumpPayload;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Compares values of modules, which only their module can read: by what DUMP answers, and where
/// that differs, by the server's own digest (DEBUG DIGEST-VALUE), which a module may define and an
/// administrator may allow.
final class ModuleLook {
    /// A larger payload is compared by its digest, which holds its version, too.
    private static final int HELD_BYTES = 64 << 20;

    private final Sides sides;
    private final Digest digest;

    ModuleLook(Sides sides, Digest digest) {
        this.sides = sides;
        this.digest = digest;
    }

    @Nullable Mismatch compare(byte[] key, Place place, Patience patience) throws IOException {
        try {
            sides.hold(HELD_BYTES);
            byte[][] dump = {bytes("DUMP"), key};
            while (true) {
                Answer one = sides.source().ask(key, place.source(), dump);
                Answer other = sides.target().ask(key, place.target(), dump);
                sides.pace().took(0, sides.source(), sides.target());
                if (sameBody(one, other) || sameDigest(key, place)) {
                    return null;
                }
                if (!patience.again()) {
                    String detail = "what DUMP answers differs";
                    return Mismatch.of(Difference.Kind.VALUE, detail, digest, one, other);
                }
            }
        } finally {
            sides.hold(AnswerReader.HELD_BYTES);
        }
    }

    /// Without the footer, which says which version wrote it.
    private static boolean sameBody(Answer one, Answer other) {
        if (one.equals(other)) {
            // Neither is there any more; two refusals are exceptions.
            return true;
        }
        return one instanceof Answer.Bytes left
                && other instanceof Answer.Bytes right
                && left.isWhole()
                && right.isWhole()
                && left.length() == right.length()
                && left.length() >= DumpPayload.OVERHEAD_BYTES
                && Arrays.equals(
                        left.head(),
                        0,
                        left.head().length - DumpPayload.FOOTER_BYTES,
                        right.head(),
                        0,
                        right.head().length - DumpPayload.FOOTER_BYTES);
    }

    private boolean sameDigest(byte[] key, Place place) throws IOException {
        byte[][] command = {bytes("DEBUG"), bytes("DIGEST-VALUE"), key};
        Answer one = digest(sides.source(), key, place.source(), command);
        return one instanceof Answer.Items
                && one.equals(digest(sides.target(), key, place.target(), command));
    }

    /// A server that does not allow DEBUG says so in many ways; each means that it does not know.
    private static Answer digest(SideLinks side, byte[] key, int database, byte[][] command)
            throws IOException {
        NodeLink link = side.of(key, database);
        link.add(side.command(key, database, command)).flush();
        return link.raw();
    }
}
