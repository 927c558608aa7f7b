package io.syncline.engine.command;

import static io.syncline.engine.command.ExpiryRewriter.number;
import static io.syncline.engine.command.Rewriter.LEAVE;
import static io.syncline.engine.command.Rewriter.copyArguments;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import org.jspecify.annotations.Nullable;

/// Makes `RESTORE key ttl value [REPLACE] [ABSTTL] [IDLETIME s] [FREQ n]` what a target can take
/// twice: with REPLACE, with an absolute expiry, with a value of the target's format (cluster.c
/// `restoreCommand`).
final class RestoreRewriter {
    /// What is kept between values; a huge value's array is given back.
    private static final int SCRATCH_LENGTH = 64 * 1024;

    private final Dialect target;
    private final long extensionMillis;
    private final boolean traced;
    private final @Nullable PayloadAdapter payloads;
    private final ExpiryHold hold;
    private final ByteBuilder payload = new ByteBuilder(SCRATCH_LENGTH);

    RestoreRewriter(RewriteRules rules, ExpiryHold hold) {
        this.hold = hold;
        target = rules.target();
        extensionMillis = rules.extendExpiryMillis();
        traced = rules.tracedExpiry();
        payloads = rules.payloads();
    }

    int restore(CommandView view, String name, long arrivalMillis, ByteBuilder out) {
        long ttl = view.argumentCount < 4 ? Decimal.NONE : number(view, 2);
        if (ttl < 0) {
            return LEAVE;
        }
        boolean replace = false;
        boolean absolute = false;
        int hint = 0;
        for (int i = 4; i < view.argumentCount; i++) {
            if (view.isWord(i, "REPLACE")) {
                replace = true;
            } else if (view.isWord(i, "ABSTTL")) {
                absolute = true;
            } else if (isHint(view, i) && i + 1 < view.argumentCount) {
                hint = i++;
            } else {
                return LEAVE;
            }
        }
        payload.clearAndTrim(SCRATCH_LENGTH);
        boolean adapted =
                payloads != null
                        && payloads.adapt(view.buffer, view.offsets[3], view.lengths[3], payload);
        ExpiryUnit unit = absolute ? ExpiryUnit.PXAT : ExpiryUnit.PX;
        long wanted = ttl == 0 ? 0 : unit.moment(ttl, arrivalMillis, extensionMillis);
        long moment = ttl == 0 ? 0 : hold.sent(view, 1, wanted);
        boolean exact = absolute && extensionMillis == 0 && moment == wanted;
        boolean timely = ttl == 0 || (exact && !traced);
        if (replace && timely && !adapted && name.equals("RESTORE") && target.knowsFormsOf5()) {
            return LEAVE;
        }
        if (traced && moment > 0) {
            int count = written(view, 0, adapted, hint, arrivalMillis, out);
            ExpiryRewriter.writeExpire(view, 1, moment, out);
            return count + 1;
        }
        return written(view, moment, adapted, hint, arrivalMillis, out);
    }

    private int written(
            CommandView view,
            long moment,
            boolean adapted,
            int hint,
            long arrivalMillis,
            ByteBuilder out) {
        return target.knowsFormsOf5()
                ? write(view, moment, adapted, hint, out)
                : writeOld(view, moment, adapted, arrivalMillis, out);
    }

    /// How long unused, how often used: what the source's eviction knows of the key.
    private static boolean isHint(CommandView view, int index) {
        return view.isWord(index, "IDLETIME") || view.isWord(index, "FREQ");
    }

    private int write(CommandView view, long moment, boolean adapted, int hint, ByteBuilder out) {
        RespWriter.array(out, 5 + (moment > 0 ? 1 : 0) + (hint > 0 ? 2 : 0));
        writeHead(view, moment, adapted, out);
        RespWriter.bulk(out, "REPLACE");
        if (moment > 0) {
            RespWriter.bulk(out, "ABSTTL");
        }
        if (hint > 0) {
            copyArguments(view, hint, hint + 2, out);
        }
        return 1;
    }

    /// Before 5.0 the expiry is relative: counted from the arrival here, so that it grows by the
    /// time until the target executes the command. Before 3.0 there is no REPLACE.
    private int writeOld(
            CommandView view, long moment, boolean adapted, long arrivalMillis, ByteBuilder out) {
        long rest = moment == 0 ? 0 : Math.max(1, moment - arrivalMillis);
        if (target.knowsReplace()) {
            RespWriter.array(out, 5);
            writeHead(view, rest, adapted, out);
            RespWriter.bulk(out, "REPLACE");
            return 1;
        }
        RespWriter.array(out, 2);
        RespWriter.bulk(out, "DEL");
        copyArguments(view, 1, 2, out);
        RespWriter.array(out, 4);
        writeHead(view, rest, adapted, out);
        return 2;
    }

    private void writeHead(CommandView view, long ttl, boolean adapted, ByteBuilder out) {
        RespWriter.bulk(out, "RESTORE");
        copyArguments(view, 1, 2, out);
        RespWriter.bulk(out, ttl);
        if (adapted) {
            RespWriter.bulk(out, payload.array, 0, payload.length);
        } else {
            copyArguments(view, 3, 4, out);
        }
    }
}
