package io.syncline.engine.command;

import static io.syncline.engine.command.Rewriter.LEAVE;
import static io.syncline.engine.command.Rewriter.copyArguments;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;

/// Removes from `XADD` and `XTRIM` what a primary streams but a client may not send: `LIMIT` of a
/// trim that has become exact (since 6.2), and the deduplication arguments beside an explicit id
/// (Redis 8.6). t_stream.c `streamParseAddOrTrimArgsOrReply`.
final class StreamRewriter {
    private StreamRewriter() {}

    static int rewrite(CommandView view, String name, Dialect target, ByteBuilder out) {
        int limitAt = 0;
        int idempotenceAt = 0;
        int idempotenceCount = 0;
        int referenceAt = 0;
        int i = 2;
        scan:
        while (i < view.argumentCount) {
            if (view.isWord(i, "MAXLEN") || view.isWord(i, "MINID")) {
                i++;
                boolean approximate = i < view.argumentCount && view.isWord(i, "~");
                if (approximate || (i < view.argumentCount && view.isWord(i, "="))) {
                    i++;
                }
                i++;
                if (i + 1 < view.argumentCount && view.isWord(i, "LIMIT")) {
                    if (!approximate) {
                        limitAt = i;
                    }
                    i += 2;
                }
            } else if (view.isWord(i, "IDMP") || view.isWord(i, "IDMPAUTO")) {
                idempotenceAt = i;
                idempotenceCount = view.lengths[i] == "IDMP".length() ? 3 : 2;
                i += idempotenceCount;
            } else if (view.isWord(i, "KEEPREF")) {
                referenceAt = target.knowsStreamReferences() ? 0 : i;
                i++;
            } else if (view.isWord(i, "NOMKSTREAM")
                    || view.isWord(i, "DELREF")
                    || view.isWord(i, "ACKED")) {
                i++;
            } else {
                break scan;
            }
        }
        boolean generated = i >= view.argumentCount || view.isWord(i, "*") || name.equals("XTRIM");
        if (generated) {
            idempotenceAt = 0;
            idempotenceCount = 0;
        }
        int removed = (limitAt > 0 ? 2 : 0) + idempotenceCount + (referenceAt > 0 ? 1 : 0);
        if (removed == 0) {
            return LEAVE;
        }
        RespWriter.array(out, view.argumentCount - removed);
        for (int j = 0; j < view.argumentCount; ) {
            if (limitAt > 0 && j == limitAt) {
                j += 2;
            } else if (idempotenceAt > 0 && j == idempotenceAt) {
                j += idempotenceCount;
            } else if (referenceAt > 0 && j == referenceAt) {
                j++;
            } else {
                copyArguments(view, j, j + 1, out);
                j++;
            }
        }
        return 1;
    }
}
