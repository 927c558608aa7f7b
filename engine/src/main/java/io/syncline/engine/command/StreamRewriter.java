package io.syncline.engine.command;

import static io.syncline.engine.command.Rewriter.LEAVE;
import static io.syncline.engine.command.Rewriter.copyArguments;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.BitSet;

/// Removes from `XADD` and `XTRIM` what a primary streams but a client may not send: `LIMIT` of a
/// trim that has become exact (since 6.2), and the deduplication arguments beside an explicit id
/// (Redis 8.6). t_stream.c `streamParseAddOrTrimArgsOrReply`. Targets before 6.2 know neither
/// `NOMKSTREAM`, which was fulfilled, nor `MINID`: its effect follows.
final class StreamRewriter {
    /// Arguments that are left out.
    private final BitSet removed = new BitSet();

    /// The id of MINID; 0 for none.
    private int leastAt;

    private StreamRewriter() {}

    static int rewrite(CommandView view, String name, Dialect target, ByteBuilder out) {
        StreamRewriter found = new StreamRewriter();
        found.look(view, name, target);
        boolean trims = found.leastAt > 0 && !target.knowsFormsOf62();
        if (trims && name.equals("XTRIM")) {
            return ScriptedRewriter.trimBefore(view, found.leastAt, out);
        }
        int removed = found.removed.cardinality();
        if (removed == 0) {
            return LEAVE;
        }
        int start = out.length;
        RespWriter.array(out, view.argumentCount - removed);
        for (int i = 0; i < view.argumentCount; i++) {
            if (!found.removed.get(i)) {
                copyArguments(view, i, i + 1, out);
            }
        }
        if (!trims) {
            return 1;
        }
        int more = ScriptedRewriter.trimBefore(view, found.leastAt, out);
        if (more == LEAVE) {
            out.length = start;
            return LEAVE;
        }
        return 1 + more;
    }

    private void look(CommandView view, String name, Dialect target) {
        BitSet idempotence = new BitSet();
        int i = 2;
        scan:
        while (i < view.argumentCount) {
            if (view.isWord(i, "MAXLEN") || view.isWord(i, "MINID")) {
                i = lookAtTrim(view, i, target);
            } else if (view.isWord(i, "IDMP") || view.isWord(i, "IDMPAUTO")) {
                int count = view.lengths[i] == "IDMP".length() ? 3 : 2;
                idempotence.set(i, i + count);
                i += count;
            } else if (view.isWord(i, "KEEPREF")) {
                removed.set(i, !target.knowsStreamReferences());
                i++;
            } else if (view.isWord(i, "NOMKSTREAM")) {
                removed.set(i, !target.knowsFormsOf62());
                i++;
            } else if (view.isWord(i, "DELREF") || view.isWord(i, "ACKED")) {
                i++;
            } else {
                break scan;
            }
        }
        boolean generated = i >= view.argumentCount || view.isWord(i, "*") || name.equals("XTRIM");
        if (!generated) {
            removed.or(idempotence);
        }
    }

    /// @return behind the trim
    private int lookAtTrim(CommandView view, int from, Dialect target) {
        boolean least = view.isWord(from, "MINID");
        int i = from + 1;
        boolean approximate = i < view.argumentCount && view.isWord(i, "~");
        if (approximate || (i < view.argumentCount && view.isWord(i, "="))) {
            i++;
        }
        int at = i++;
        boolean limited = i + 1 < view.argumentCount && view.isWord(i, "LIMIT");
        if (limited && !approximate) {
            removed.set(i, i + 2);
        }
        i += limited ? 2 : 0;
        if (least && at < view.argumentCount) {
            leastAt = at;
            removed.set(from, target.knowsFormsOf62() ? from : i);
        }
        return i;
    }
}
